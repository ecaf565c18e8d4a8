//! ml-connector: Dynamics 365 Finance & Operations orders onto FedEx trucks, and the truth back.

pub mod order;
pub mod audit;
pub mod clock;
pub mod transport;
