//! Business events of Dynamics 365: the addresses they come to, and what came.
