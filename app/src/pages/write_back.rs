//! What is written back onto orders in Dynamics 365, where to, and how it went.
