//! Leads through a list by cursors in the URL, so that new rows never shift a page.

use super::icon::{Glyph, Icon};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use leptos_router::params::ParamsMap;

/// `First page` and `Next page`, and how many rows there are.
#[component]
pub fn Pager(
    /// How many rows are shown.
    shown: usize,
    /// How many there are in all.
    total: u64,
    /// Cursor of the following page.
    next: Option<String>,
    /// What is listed, in the plural: `orders`.
    what: &'static str,
) -> impl IntoView {
    let location = use_location();
    let (path, query) = (location.pathname.get_untracked(), location.query.get_untracked());
    let first = query.get_str("after").is_some().then(|| page_href(&path, &query, None));
    let following = next.map(|cursor| page_href(&path, &query, Some(cursor)));
    view! {
        <nav class="pager" aria-label="Pages">
            <p class="muted tabular" data-testid="total">
                {format!("{shown} of {} {what}", grouped(total))}
            </p>
            <div class="pager-links">
                {first
                    .map(|href| {
                        view! {
                            <a class="button" href=href rel="first">
                                <Icon glyph=Glyph::Back/>
                                "First page"
                            </a>
                        }
                    })}
                {following
                    .map(|href| {
                        view! {
                            <a class="button" href=href rel="next" data-testid="next-page">
                                "Next page"
                                <Icon glyph=Glyph::Next/>
                            </a>
                        }
                    })}
            </div>
        </nav>
    }
}

/// A number with its thousands apart: `29,510`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn page_href(path: &str, query: &ParamsMap, after: Option<String>) -> String {
    let mut query = query.clone();
    query.remove("after");
    if let Some(cursor) = after {
        query.insert("after", cursor);
    }
    format!("{path}{}", query.to_query_string())
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(212), "212");
        assert_eq!(grouped(1_029_510), "1,029,510");
    }
}
