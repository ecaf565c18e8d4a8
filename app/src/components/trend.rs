//! A few bars, one an hour: whether a group of failures grows or has passed.

use leptos::prelude::*;

const BAR: usize = 3;
const STEP: usize = BAR + 1;
const HEIGHT: u64 = 16;

/// The bars; their numbers are their title.
#[component]
pub fn Trend(
    /// How many in each hour, the running one last.
    bars: Vec<u64>,
) -> impl IntoView {
    let most = bars.iter().copied().max().unwrap_or(0).max(1);
    let width = (bars.len() * STEP).to_string();
    let title = words(&bars);
    let label = title.clone();
    let drawn = bars
        .iter()
        .enumerate()
        .map(|(index, count)| {
            // An hour without any still shows where it is.
            let height = if *count == 0 { 1 } else { (count * HEIGHT).div_ceil(most) };
            view! {
                <rect
                    x=(index * STEP).to_string()
                    y=(HEIGHT - height).to_string()
                    width=BAR.to_string()
                    height=height.to_string()
                    data-none=(*count == 0).then_some("")
                ></rect>
            }
        })
        .collect_view();
    view! {
        <svg
            class="trend"
            role="img"
            aria-label=label
            width=width.clone()
            height=HEIGHT.to_string()
            viewBox=format!("0 0 {width} {HEIGHT}")
        >
            <title>{title}</title>
            {drawn}
        </svg>
    }
}

/// `Last 12 hours: in this hour 3, 2 hours ago 4`, or that all are older.
fn words(bars: &[u64]) -> String {
    let ago = |index: usize| match bars.len() - 1 - index {
        0 => "in this hour".to_owned(),
        1 => "an hour ago".to_owned(),
        hours => format!("{hours} hours ago"),
    };
    let parts: Vec<String> = bars
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, count)| **count > 0)
        .map(|(index, count)| format!("{} {count}", ago(index)))
        .collect();
    if parts.is_empty() {
        return format!("None in the last {} hours", bars.len());
    }
    format!("Last {} hours: {}", bars.len(), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn the_hours_with_failures_are_named_newest_first() {
        assert_eq!(words(&[0, 4, 0, 3]), "Last 4 hours: in this hour 3, 2 hours ago 4");
        assert_eq!(words(&[0, 0]), "None in the last 2 hours");
    }
}
