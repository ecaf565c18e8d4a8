//! Rows, each a line of words and a bar under it: shares of a whole, or times on one axis.

use super::chart::{ChartFrame, ChartKey, ChartTable, Drawing, fill};
use super::chart_columns::{key, numbers, pattern_of};
use super::chart_scale::{Scale, stacked};
use crate::contract::{BarChart, LatencyChart, LatencyRow};
use leptos::prelude::*;

const WIDTH: u64 = 640;
/// Nothing touches the edge, not even the last name under the axis.
const SIDE: u64 = 28;
const PLOT: u64 = WIDTH - 2 * SIDE;
const ROW: u64 = 46;
/// From the top of a row to its words, and to its bar.
const WORDS: u64 = 14;
const BAR: u64 = 22;
const THICK: u64 = 16;
/// Room for the numbers under the rows.
const AXIS: u64 = 22;

/// Rows that are wholes cut into parts; how many each part is stands above it in words.
#[component]
pub fn ShareChart(
    /// Its name within the page.
    id: &'static str,
    /// The numbers.
    chart: BarChart,
    /// The pattern of each part.
    patterns: &'static [usize],
) -> impl IntoView {
    let BarChart { title, sentence, note, empty, .. } = chart.clone();
    let (table, entries) = (numbers(&chart), key(&chart, patterns));
    let (heading, height) = (title.clone(), height(chart.bars.len()));
    let rows = shares(id, &chart, patterns).into_any();
    let axis = axis(Scale { step: 25, top: 100 }, height, |percent| format!("{percent} %")).into_any();
    view! {
        <ChartFrame id title sentence note empty table>
            <ChartKey id entries/>
            <Drawing id title=heading width=WIDTH height=height>
                {axis}
                {rows}
            </Drawing>
        </ChartFrame>
    }
    .into_any()
}

/// Times of calls: half, 95 and 99 of 100, each with a mark of its own shape.
#[component]
pub fn TimeChart(
    /// Its name within the page.
    id: &'static str,
    /// The numbers.
    chart: LatencyChart,
) -> impl IntoView {
    let LatencyChart { title, sentence, note, rows, empty } = chart;
    let scale = Scale::up_to(rows.iter().map(|row| row.p99_ms).max().unwrap_or(0));
    let (heading, height, table) = (title.clone(), height(rows.len()), times(&rows));
    let marks = rows.iter().zip(0..).map(|(row, place)| marks(row, place, scale)).collect_view().into_any();
    let axis = axis(scale, height, |ms| format!("{ms} ms")).into_any();
    view! {
        <ChartFrame id title sentence note empty table>
            <ul class="chart-key">
                <li>"● p50"</li>
                <li>"◆ p95"</li>
                <li>"┃ p99"</li>
            </ul>
            <Drawing id title=heading width=WIDTH height=height>
                {axis}
                {marks}
            </Drawing>
        </ChartFrame>
    }
    .into_any()
}

fn height(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(0).saturating_mul(ROW) + AXIS
}

fn times(rows: &[LatencyRow]) -> ChartTable {
    let row = |row: &LatencyRow| {
        let numbers = [row.measured, row.p50_ms, row.p95_ms, row.p99_ms];
        (row.operation.clone(), numbers.iter().map(u64::to_string).collect())
    };
    let columns = ["Call", "Measured", "p50, ms", "p95, ms", "p99, ms"];
    ChartTable { columns: columns.map(str::to_owned).into(), rows: rows.iter().map(row).collect() }
}

/// The words of a row.
fn row_words(name: &str, words: &str, top: u64) -> impl IntoView + use<> {
    let (name, words) = (name.to_owned(), format!(": {words}"));
    view! {
        <text x=SIDE.to_string() y=(top + WORDS).to_string()>
            <tspan class="chart-name">{name}</tspan>
            {words}
        </text>
    }
}

fn shares(id: &'static str, chart: &BarChart, patterns: &[usize]) -> impl IntoView + use<> {
    chart
        .bars
        .iter()
        .zip(0..)
        .map(|(bar, place): (_, u64)| {
            let top = place * ROW;
            let whole = bar.counts.iter().sum::<u64>().max(1);
            let parts = stacked(&bar.counts, Scale { step: whole, top: whole }, PLOT)
                .into_iter()
                .enumerate()
                .filter(|(_, (begin, end))| begin < end)
                .map(|(part, (begin, end))| {
                    view! {
                        <rect
                            class="chart-bar"
                            x=(SIDE + begin).to_string()
                            y=(top + BAR).to_string()
                            width=(end - begin).to_string()
                            height=THICK.to_string()
                            fill=fill(id, pattern_of(chart, patterns, part))
                        ></rect>
                    }
                })
                .collect_view();
            view! {
                <g>
                    {row_words(&bar.label, &bar.words, top)}
                    {parts}
                </g>
            }
        })
        .collect_view()
}

fn marks(row: &LatencyRow, place: u64, scale: Scale) -> impl IntoView + use<> {
    let top = place * ROW;
    let middle = top + BAR + THICK / 2;
    let at = |ms| SIDE + scale.along(ms, PLOT);
    let (p50, p95, p99) = (at(row.p50_ms), at(row.p95_ms), at(row.p99_ms));
    view! {
        <g>
            {row_words(&row.operation, &row.words, top)}
            <line
                class="chart-range"
                x1=SIDE.to_string()
                x2=p99.to_string()
                y1=middle.to_string()
                y2=middle.to_string()
            ></line>
            <rect
                class="chart-mark"
                x=p99.saturating_sub(2).to_string()
                y=(middle - 8).to_string()
                width="4"
                height="16"
            ></rect>
            <path class="chart-mark" d=format!("M{p95} {}l7 7l-7 7l-7 -7z", middle - 7)></path>
            <circle class="chart-mark" cx=p50.to_string() cy=middle.to_string() r="5"></circle>
        </g>
    }
}

/// The lines down through the rows, each with its number below.
fn axis(scale: Scale, height: u64, name: impl Fn(u64) -> String) -> impl IntoView {
    let drawn = |value: u64| {
        let x = SIDE + scale.along(value, PLOT);
        view! {
            <line
                class="chart-line"
                x1=x.to_string()
                x2=x.to_string()
                y1="0"
                y2=(height - AXIS).to_string()
            ></line>
            <text x=x.to_string() y=(height - 6).to_string() text-anchor="middle">
                {name(value)}
            </text>
        }
    };
    scale.lines().into_iter().map(drawn).collect_view()
}
