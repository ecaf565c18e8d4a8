//! What an order still has to be told in Dynamics 365, and what proves that it was.
