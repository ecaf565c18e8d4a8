//! Where each package of a shipment is, and when to ask FedEx about it again.
