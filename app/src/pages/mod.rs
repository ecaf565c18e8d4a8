//! The pages: one file each. A page reads the URL, loads, and composes components.

pub mod attention;
pub mod connection_forms;
pub mod connections;
pub mod entry;
pub mod login;
pub mod not_found;
pub mod order;
pub mod order_actions;
pub mod order_facts;
pub mod orders;
pub mod setup;
pub mod trail;
