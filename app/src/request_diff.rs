//! What a request has that the one before had not, line by line. Pure. It compares what the page shows,
//! so that what is hidden from a reader is not told by its difference either.

use crate::components::json_view::indented;
use crate::contract::{BODY_HIDDEN, ExchangeView, HIDDEN};
use similar::{ChangeTag, TextDiff};

/// Longest body compared, in bytes. Whole bodies are recorded up to this length; a longer one was cut, and
/// half a body says nothing about the other half.
const LARGEST_BODY: usize = 64 * 1024;
/// Most lines compared: a request of forty packages has about three thousand, and two texts of this many
/// lines without one in common are still compared in a fraction of a second.
const MOST_LINES: usize = 4_000;
/// Lines shown around a change: enough to see which object it is in.
const CONTEXT: usize = 2;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is in both.
    Kept,
    /// Only the request before had it.
    Gone,
    /// Only this request has it.
    New,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What became of it.
    pub sign: Sign,
    /// The line, without its end.
    pub text: String,
}

/// How two requests compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// Nothing differs.
    Same,
    /// Nothing differs in what the reader's role sees.
    SameAsSeen,
    /// One of them is too large, or was recorded in part.
    TooLarge,
    /// Where they differ, each place with the lines around it.
    Changed(Vec<Vec<Line>>),
}

/// Compares a request with the one before it.
pub fn compare(before: &ExchangeView, now: &ExchangeView) -> Compared {
    let body = |call: &ExchangeView| call.request_body.clone().unwrap_or_default();
    if [before, now].iter().any(|call| body(call).len() > LARGEST_BODY) {
        return Compared::TooLarge;
    }
    let text = |call: &ExchangeView| format!("{}\n{}\n", call.request_line, indented(&body(call)));
    let (before, now) = (text(before), text(now));
    if before == now {
        let is_hidden = now.contains(HIDDEN) || now.contains(BODY_HIDDEN);
        return if is_hidden { Compared::SameAsSeen } else { Compared::Same };
    }
    if [&before, &now].iter().any(|text| text.lines().count() > MOST_LINES) {
        return Compared::TooLarge;
    }
    let diff = TextDiff::from_lines(&before, &now);
    let line = |change: similar::Change<&str>| Line {
        sign: match change.tag() {
            ChangeTag::Equal => Sign::Kept,
            ChangeTag::Delete => Sign::Gone,
            ChangeTag::Insert => Sign::New,
        },
        text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
    };
    let places = diff.grouped_ops(CONTEXT);
    let place = |ops: Vec<similar::DiffOp>| ops.iter().flat_map(|op| diff.iter_changes(op)).map(line).collect();
    Compared::Changed(places.into_iter().map(place).collect())
}

#[cfg(test)]
mod tests {
    use super::{Compared, LARGEST_BODY, Line, Sign, compare};
    use crate::contract::ExchangeView;

    fn call(body: &str) -> ExchangeView {
        ExchangeView {
            request_line: "POST https://x/ship".into(),
            request_body: Some(body.into()),
            ..ExchangeView::default()
        }
    }

    #[test]
    fn only_what_changed_is_told_with_two_lines_around_it() {
        let before = call(r#"{"a":1,"b":2,"c":3,"phone":"","d":4,"e":5,"f":6,"g":7}"#);
        let now = call(r#"{"a":1,"b":2,"c":3,"phone":"6145550142","d":4,"e":5,"f":6,"g":7}"#);
        let line = |sign, text: &str| Line { sign, text: text.into() };
        let place = vec![
            line(Sign::Kept, "  \"b\": 2,"),
            line(Sign::Kept, "  \"c\": 3,"),
            line(Sign::Gone, "  \"phone\": \"\","),
            line(Sign::New, "  \"phone\": \"6145550142\","),
            line(Sign::Kept, "  \"d\": 4,"),
            line(Sign::Kept, "  \"e\": 5,"),
        ];
        assert_eq!(compare(&before, &now), Compared::Changed(vec![place]));
    }

    #[test]
    fn equal_requests_are_called_the_same_only_when_everything_is_seen() {
        assert_eq!(compare(&call("{}"), &call("{}")), Compared::Same);
        let hidden = call(r#"{"phone":"•••"}"#);
        assert_eq!(compare(&hidden, &hidden), Compared::SameAsSeen);
        let elsewhere = ExchangeView { request_line: "POST https://y/ship".into(), ..call("{}") };
        assert!(matches!(compare(&call("{}"), &elsewhere), Compared::Changed(_)));
    }

    #[test]
    fn what_was_cut_is_not_compared() {
        let cut = call(&"x".repeat(LARGEST_BODY + 1));
        assert_eq!(compare(&cut, &cut), Compared::TooLarge);
        let long = call(&format!("[{}1]", "1,".repeat(5_000)));
        assert_eq!(compare(&long, &call("[2]")), Compared::TooLarge);
    }
}
