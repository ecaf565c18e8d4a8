//! Tests of the whole: the real engine, a real database, the twins over real HTTP.

mod architecture;
mod auth;
mod campaign;
mod crash;
mod desk;
mod events;
mod fedex_calls;
mod fedex_requests;
mod inbox;
mod inbox_way;
mod order_faults;
mod order_flow;
mod parcel_questions;
mod parcels;
mod print_servers;
mod printing;
mod pull;
mod pull_missing;
mod secrets;
mod served;
mod shipping;
mod store_contract;
mod support;
mod throttling;
mod write_back;
mod write_back_memory;
