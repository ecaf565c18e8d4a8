//! Tests of the whole: the real engine, a real database, the twins over real HTTP.

mod architecture;
mod auth;
mod campaign;
mod crash;
mod desk;
mod fedex_calls;
mod fedex_requests;
mod inbox;
mod inbox_way;
mod order_faults;
mod order_flow;
mod print_servers;
mod printing;
mod secrets;
mod served;
mod shipping;
mod store_contract;
mod support;
