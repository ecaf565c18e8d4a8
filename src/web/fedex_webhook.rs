//! Where FedEx pushes to: verified, stored durably, then answered.
