//! Signature and picture proofs of delivery, byte for byte.
