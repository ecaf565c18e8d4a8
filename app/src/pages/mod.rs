//! The pages: one file each. A page reads the URL, loads, and composes components.

pub mod attention;
pub mod connection_forms;
pub mod connections;
pub mod day;
pub mod entry;
pub mod login;
pub mod not_found;
pub mod order;
pub mod order_actions;
pub mod order_advice;
pub mod order_correction;
pub mod order_facts;
pub mod order_label;
pub mod order_packages;
pub mod order_shipment;
pub mod order_trials;
pub mod orders;
pub mod printers;
pub mod printers_queue;
pub mod rules;
pub mod rules_addresses;
pub mod rules_services;
pub mod setup;
pub mod trail;
