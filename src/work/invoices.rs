//! Finds the invoice numbers of shipped orders, for comparing with FedEx's invoice.
