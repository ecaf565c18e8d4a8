//! Takes in what FedEx pushed: reads stored deliveries, hands their news on, and says what became of each.
