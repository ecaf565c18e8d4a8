//! Figures over time: what the charts draw and their tables list.

use super::Moment;
use serde::{Deserialize, Serialize};

/// The page of figures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// What span is shown, and until when: one sentence.
    pub headline: String,
    /// The spans to choose from.
    pub spans: Vec<FigureSpan>,
    /// Labels bought, and purchases that failed.
    pub labels: BarChart,
    /// Why orders stopped and calls failed, the most frequent causes first.
    pub causes: BarChart,
    /// How delivered parcels kept the day FedEx named, a bar a service.
    pub punctuality: BarChart,
    /// How long calls took.
    pub latency: LatencyChart,
    /// The server's clock.
    pub now: Moment,
}

/// A span to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureSpan {
    /// Its name in the address: `7d`.
    pub code: String,
    /// For people: `Last 7 days`.
    pub label: String,
    /// It is the one that is shown.
    pub current: bool,
}

/// Bars made of parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarChart {
    /// Its heading.
    pub title: String,
    /// What it shows, in one sentence.
    pub sentence: String,
    /// How it was counted.
    pub note: String,
    /// What its bars are, as the head of a table's first column: `Hour (UTC)`.
    pub bars_are: String,
    /// What the parts of each bar are.
    pub parts: Vec<ChartPart>,
    /// The bars.
    pub bars: Vec<Bar>,
    /// Why there is nothing to draw, and when there will be.
    pub empty: Option<String>,
}

/// A part that every bar has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartPart {
    /// Its name.
    pub label: String,
    /// How many in all bars together.
    pub total: u64,
    /// It stands for everything that has no part of its own.
    pub rest: bool,
}

/// A bar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// Beside the bar: `15:00`.
    pub short: String,
    /// In full, for the table: `22 Nov 15:00`.
    pub label: String,
    /// How many of each part, in their order.
    pub counts: Vec<u64>,
    /// The same in words: `12 bought, 1 failed`.
    pub words: String,
}

/// How long calls took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencyChart {
    /// Its heading.
    pub title: String,
    /// What it shows, in one sentence.
    pub sentence: String,
    /// What was measured.
    pub note: String,
    /// The kinds of call.
    pub rows: Vec<LatencyRow>,
    /// Why there is nothing to draw, and when there will be.
    pub empty: Option<String>,
}

/// How long the calls of one kind took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatencyRow {
    /// Whom is called, and what for: `FedEx: buy label`.
    pub operation: String,
    /// How many were measured.
    pub measured: u64,
    /// Half took so many milliseconds or less.
    pub p50_ms: u64,
    /// 95 of 100 did.
    pub p95_ms: u64,
    /// 99 of 100 did.
    pub p99_ms: u64,
    /// The same in words: `p50 420 ms, p95 1.2 s, p99 2.3 s (41 calls)`.
    pub words: String,
}
