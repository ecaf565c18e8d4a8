//! Tests of the whole: the real engine, a real database, the twins over real HTTP.

mod architecture;
mod auth;
mod campaign;
mod crash;
mod desk;
mod fedex_calls;
mod fedex_requests;
mod order_faults;
mod order_flow;
mod print_servers;
mod printing;
mod secrets;
mod shipping;
mod store_contract;
mod support;
mod write_back;
mod write_back_memory;
mod write_back_targets;
