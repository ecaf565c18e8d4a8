//! Server functions: the only way from the browser to the desk.
//!
//! Each one names its endpoint (a generated one would differ between two build directories),
//! asks the desk, and hands back its answer. No rule lives here.

#![expect(missing_docs, reason = "the macro turns arguments into public fields without a word")]

pub mod approve;
pub mod attention;
pub mod connections;
pub mod day;
pub mod events;
pub mod figures;
pub mod frame;
pub mod inbox;
pub mod orders;
pub mod parcels;
pub mod pauses;
pub mod people;
pub mod printers;
pub mod pull;
pub mod repair;
pub mod rules;
pub mod search;
pub mod start;
pub mod trail;
pub mod views;
pub mod write_back;

mod answer;
use answer::{answer, answer_at, answer_beside, answer_told};
