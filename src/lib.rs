#![doc = include_str!("README.md")]

pub mod clock;
pub mod config;
pub mod lifecycle;
pub mod telemetry;
pub mod zone;

pub mod audit;
pub mod order;

pub mod d365;
pub mod engine;
pub mod fedex;
pub mod print;
pub mod store;
pub mod transport;
pub mod vault;

pub mod desk;
pub mod web;
pub mod work;

pub mod cli;
pub mod twin;
