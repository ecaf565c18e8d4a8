#![doc = include_str!("README.md")]

pub mod clock;
pub mod config;
pub mod telemetry;
pub mod lifecycle;

pub mod order;
pub mod audit;

pub mod transport;
pub mod fedex;
pub mod d365;
pub mod store;
pub mod vault;
pub mod engine;

pub mod work;
pub mod desk;
pub mod web;

pub mod cli;
pub mod twin;
