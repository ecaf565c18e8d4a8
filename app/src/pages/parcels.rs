//! Parcels under way: where each is, which need a person, and what asking FedEx costs.
