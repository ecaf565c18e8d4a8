//! Keeps orders in Dynamics 365 up to date after their label: one writer an order, a few at a time.
