//! Server functions: the only way from the browser to the desk.
//!
//! Each one names its endpoint (a generated one would differ between two build directories),
//! asks the desk, and hands back its answer. No rule lives here.

#![expect(missing_docs, reason = "the macro turns arguments into public fields without a word")]

pub mod attention;
pub mod connections;
pub mod day;
pub mod frame;
pub mod orders;
pub mod printers;
pub mod rules;
pub mod trail;

#[cfg(feature = "ssr")]
mod answer;
#[cfg(feature = "ssr")]
use answer::{answer, answer_at, answer_beside};
