//! Where business events of Dynamics 365 come to.
