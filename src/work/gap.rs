//! Looks for orders that are confirmed in Dynamics 365 and were never seen here.
