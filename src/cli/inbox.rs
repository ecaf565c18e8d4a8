//! What FedEx pushed: deliveries with their verdict, and what can be done with them.
