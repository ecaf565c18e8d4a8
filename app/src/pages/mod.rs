//! The pages: one file each. A page reads the URL, loads, and composes components.

#![expect(clippy::needless_pass_by_value, reason = "a component owns its props; the macro has no borrowed ones")]

pub mod attention;
pub mod connection_events;
pub mod connection_forms;
pub mod connections;
pub mod day;
pub mod entry;
pub mod inbox;
pub mod inbox_delivery;
pub mod inbox_way;
pub mod login;
pub mod not_found;
pub mod order;
pub mod order_actions;
pub mod order_advice;
pub mod order_correction;
pub mod order_facts;
pub mod order_label;
pub mod order_packages;
pub mod order_proofs;
pub mod order_shipment;
pub mod order_tracking;
pub mod order_trials;
pub mod order_write_back;
pub mod orders;
pub mod parcels;
pub mod printers;
pub mod printers_queue;
pub mod pull;
pub mod pull_gap;
pub mod pull_why;
pub mod rules;
pub mod rules_addresses;
pub mod rules_services;
pub mod search;
pub mod setup;
pub mod trail;
pub mod write_back;
pub mod write_back_targets;
