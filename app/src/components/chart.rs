//! The frame of a chart: heading, sentence, key, drawing, and the same numbers as a table.
//!
//! Drawn on the server as SVG. A part is told by its pattern and its place as well as by its colour,
//! and a drawing that is wider than the screen scrolls inside its own box.

use leptos::prelude::*;

/// The pattern of the part that stands for everything else.
pub const REST: usize = 5;
/// What is drawn over the ground of each pattern, in a tile of eight by eight.
const STROKES: [&str; REST + 1] = [
    "",
    "M-2 2 2 -2M0 8 8 0M6 10 10 6",
    "M1.5 2a.5 .5 0 1 0 1 0a.5 .5 0 1 0 -1 0M5.5 6a.5 .5 0 1 0 1 0a.5 .5 0 1 0 -1 0",
    "M0 2H8M0 6H8",
    "M0 0 8 8M8 0 0 8",
    "M2 0V8M6 0V8",
];

/// A part of the key: its pattern, and its name with its number.
#[derive(Clone, Debug)]
pub struct KeyEntry {
    /// The number of its pattern.
    pub pattern: usize,
    /// `Bought: 41`.
    pub text: String,
}

/// A row of the table beside a chart: its head, and its cells.
pub type TableRow = (String, Vec<String>);

/// The numbers of a chart as a table.
#[derive(Clone, Debug)]
pub struct ChartTable {
    /// The head of each column; the first one is of the rows' heads.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<TableRow>,
}

/// A chart with all that belongs to it.
#[component]
pub fn ChartFrame(
    /// Its name within the page, for ids and tests.
    id: &'static str,
    /// The heading.
    title: String,
    /// What it shows.
    sentence: String,
    /// How it was counted.
    note: String,
    /// Why there is nothing to draw; then neither drawing nor table is shown.
    empty: Option<String>,
    /// The numbers.
    table: ChartTable,
    /// The drawing, with its key.
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let named_by = title_id.clone();
    let body = if let Some(why) = empty {
        view! { <p class="chart-empty muted" data-testid=format!("{id}-empty")>{why}</p> }.into_any()
    } else {
        let caption = title.clone();
        let drawing = children();
        view! {
            {drawing}
            <Table caption table/>
        }
        .into_any()
    };
    view! {
        <figure class="card chart" aria-labelledby=named_by data-testid=id>
            <figcaption>
                <h2 id=title_id>{title}</h2>
                <p data-testid=format!("{id}-sentence")>{sentence}</p>
            </figcaption>
            {body}
            <p class="muted small">{note}</p>
        </figure>
    }
    .into_any()
}

/// The box a drawing scrolls in, and the drawing itself: a picture with a name, of a fixed shape.
#[component]
pub fn Drawing(
    /// The chart it belongs to.
    id: &'static str,
    /// What the picture is.
    title: String,
    /// Its width, in units.
    width: u64,
    /// Its height, in units.
    height: u64,
    /// What is drawn.
    children: Children,
) -> impl IntoView {
    let name_id = format!("{id}-picture");
    let named_by = name_id.clone();
    let name = format!("{title}, drawn. The numbers are in the table below.");
    let label = format!("{title}, drawn; scrolls sideways on a narrow screen");
    let drawn = children();
    view! {
        <div class="chart-scroll" role="group" tabindex="0" aria-label=label>
            <svg
                role="img"
                aria-labelledby=named_by
                viewBox=format!("0 0 {width} {height}")
                width=width.to_string()
                height=height.to_string()
            >
                <title id=name_id>{name}</title>
                <defs inner_html=patterns(id)></defs>
                {drawn}
            </svg>
        </div>
    }
    .into_any()
}

/// The fill of a part: one of the patterns of its chart.
pub fn fill(id: &str, pattern: usize) -> String {
    format!("url(#{id}-pattern-{})", pattern.min(REST))
}

fn patterns(id: &str) -> String {
    let pattern = |(number, strokes): (usize, &&str)| {
        format!(
            r#"<pattern id="{id}-pattern-{number}" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" class="chart-part-{number}"></rect><path d="{strokes}" class="chart-strokes"></path></pattern>"#
        )
    };
    STROKES.iter().enumerate().map(pattern).collect()
}

/// What the patterns mean.
#[component]
pub fn ChartKey(
    /// The chart it belongs to.
    id: &'static str,
    /// Its parts, in the order they are drawn.
    entries: Vec<KeyEntry>,
) -> impl IntoView {
    let entries = entries
        .into_iter()
        .map(|KeyEntry { pattern, text }| {
            view! {
                <li>
                    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
                        <rect class="chart-bar" x="0.5" y="0.5" width="15" height="15" fill=fill(id, pattern)></rect>
                    </svg>
                    {text}
                </li>
            }
        })
        .collect_view();
    view! { <ul class="chart-key tabular">{entries}</ul> }.into_any()
}

#[component]
fn Table(caption: String, table: ChartTable) -> impl IntoView {
    let ChartTable { columns, rows } = table;
    let heads = columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view();
    let label = format!("{caption}, as a table");
    let rows = rows
        .into_iter()
        .map(|(head, cells)| {
            let cells = cells.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view();
            view! {
                <tr>
                    <th scope="row">{head}</th>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="more chart-numbers">
            <summary>"Show as table"</summary>
            <div class="chart-scroll" role="group" tabindex="0" aria-label=label>
                <table>
                    <caption>{caption}</caption>
                    <thead>
                        <tr>{heads}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::{REST, fill, patterns};

    #[test]
    fn every_part_has_a_pattern_of_its_own_chart() {
        let drawn = patterns("labels");
        for number in 0..=REST {
            let id = fill("labels", number).replace("url(#", "").replace(')', "");
            assert_eq!(drawn.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
        }
        assert_eq!(fill("labels", 99), fill("labels", REST));
    }
}
