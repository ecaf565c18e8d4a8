//! What was written back onto the order, and what proves it.
