//! Signature and picture proofs of delivery of a shipment.
