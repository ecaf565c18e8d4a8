//! How orders come in: cursors, gaps, and why an order was not shipped.
