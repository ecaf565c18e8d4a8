//! Columns over time: one an hour or a day, its parts one on the other, the running one at the right.

use super::chart::{ChartFrame, ChartKey, ChartTable, Drawing, KeyEntry, REST, fill};
use super::chart_scale::{Scale, is_named, stacked};
use crate::contract::{Bar, BarChart};
use leptos::prelude::*;

const WIDTH: u64 = 640;
const HEIGHT: u64 = 220;
/// Room for the numbers at the left.
const LEFT: u64 = 44;
/// Half of the last name under the axis reaches beyond its column.
const RIGHT: u64 = 16;
const TOP: u64 = 10;
/// Room for the names under the axis.
const BOTTOM: u64 = 26;
const PLOT: u64 = HEIGHT - TOP - BOTTOM;
/// A column of a few is no wall.
const WIDEST: u64 = 48;
const GAP: u64 = 4;

/// The chart, from its numbers.
#[component]
pub fn ColumnChart(
    /// Its name within the page.
    id: &'static str,
    /// The numbers.
    chart: BarChart,
    /// The pattern of each part.
    patterns: &'static [usize],
) -> impl IntoView {
    let BarChart { title, sentence, note, empty, .. } = chart.clone();
    let (table, key) = (numbers(&chart), key(&chart, patterns));
    let heading = title.clone();
    let columns = columns(id, &chart, patterns).into_any();
    view! {
        <ChartFrame id title sentence note empty table>
            <ChartKey id entries=key/>
            <Drawing id title=heading width=WIDTH height=HEIGHT>
                {columns}
            </Drawing>
        </ChartFrame>
    }
    .into_any()
}

/// The pattern of a part: what stands for everything else looks the same in every chart.
pub(super) fn pattern_of(chart: &BarChart, patterns: &[usize], part: usize) -> usize {
    match chart.parts.get(part) {
        Some(part) if part.rest => REST,
        _ => patterns.get(part).copied().unwrap_or(REST),
    }
}

/// The key of bars made of parts.
pub(super) fn key(chart: &BarChart, patterns: &[usize]) -> Vec<KeyEntry> {
    let entry = |(at, part): (usize, &crate::contract::ChartPart)| KeyEntry {
        pattern: pattern_of(chart, patterns, at),
        text: format!("{}: {}", part.label, part.total),
    };
    chart.parts.iter().enumerate().map(entry).collect()
}

/// The table of bars made of parts.
pub(super) fn numbers(chart: &BarChart) -> ChartTable {
    let parts = chart.parts.iter().map(|part| part.label.clone());
    let row = |bar: &Bar| (bar.label.clone(), bar.counts.iter().map(u64::to_string).collect());
    ChartTable {
        columns: std::iter::once(chart.bars_are.clone()).chain(parts).collect(),
        rows: chart.bars.iter().map(row).collect(),
    }
}

fn columns(id: &'static str, chart: &BarChart, patterns: &[usize]) -> impl IntoView + use<> {
    let most = chart.bars.iter().map(|bar| bar.counts.iter().sum()).max().unwrap_or(0);
    let scale = Scale::up_to(most);
    let bars = u64::try_from(chart.bars.len()).unwrap_or(u64::MAX).max(1);
    let step = ((WIDTH - LEFT - RIGHT) / bars).max(1);
    let width = step.saturating_sub(GAP).clamp(1, WIDEST);
    let drawn = chart
        .bars
        .iter()
        .enumerate()
        .zip(0..)
        .map(|((at, bar), place): (_, u64)| {
            let left = LEFT + place * step + (step - width) / 2;
            let tip = format!("{}: {}", bar.label, bar.words);
            let parts = stacked(&bar.counts, scale, PLOT)
                .into_iter()
                .enumerate()
                .filter(|(_, (begin, end))| begin < end)
                .map(|(part, (begin, end))| {
                    view! {
                        <rect
                            class="chart-bar"
                            x=left.to_string()
                            y=(TOP + PLOT).saturating_sub(end).to_string()
                            width=width.to_string()
                            height=(end - begin).to_string()
                            fill=fill(id, pattern_of(chart, patterns, part))
                        ></rect>
                    }
                })
                .collect_view();
            let name = is_named(at, chart.bars.len()).then(|| {
                let middle = left + width / 2;
                view! {
                    <text x=middle.to_string() y=(HEIGHT - 8).to_string() text-anchor="middle">
                        {bar.short.clone()}
                    </text>
                }
            });
            view! {
                <g>
                    <title>{tip}</title>
                    {parts}
                    {name}
                </g>
            }
        })
        .collect_view();
    view! {
        {lines(scale)}
        {drawn}
    }
}

/// The lines across, each with its number.
fn lines(scale: Scale) -> impl IntoView {
    scale
        .lines()
        .into_iter()
        .map(|value| {
            let y = TOP + PLOT - scale.along(value, PLOT);
            view! {
                <line
                    class="chart-line"
                    x1=LEFT.to_string()
                    x2=(WIDTH - RIGHT).to_string()
                    y1=y.to_string()
                    y2=y.to_string()
                ></line>
                <text x=(LEFT - 8).to_string() y=(y + 4).to_string() text-anchor="end">
                    {value.to_string()}
                </text>
            }
        })
        .collect_view()
}
