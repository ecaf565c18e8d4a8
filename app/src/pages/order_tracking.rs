//! Where the parcels of a shipment are, when they will arrive, and what proves that they did.
