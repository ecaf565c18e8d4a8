//! Reading what every vendor's answer may hold: when to come back, and words worth quoting.

use http::HeaderMap;

/// Longest piece of an unreadable body that is quoted.
const QUOTE_LIMIT: usize = 160;

/// Milliseconds of a Retry-After, given as seconds or as a date.
pub fn retry_after_ms(headers: &HeaderMap, now_ms: i64) -> Option<i64> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<i64>() {
        return Some(seconds.max(0).saturating_mul(1_000));
    }
    let until = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some((until.as_millisecond() - now_ms).max(0))
}

/// The beginning of a body for people; a web page is named, not shown.
pub fn quote(body: &[u8]) -> String {
    if body.is_empty() {
        return "no body".to_owned();
    }
    if body.trim_ascii_start().starts_with(b"<") {
        return "a web page instead of data".to_owned();
    }
    String::from_utf8_lossy(body).split_whitespace().collect::<Vec<_>>().join(" ").chars().take(QUOTE_LIMIT).collect()
}
