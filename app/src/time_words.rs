//! Lengths of time in words. The server writes them into the page; the browser moves them on.

/// A distance from now for people: past is negative.
pub fn distance(delta_ms: i64) -> String {
    let length = duration(delta_ms.abs());
    match delta_ms {
        -4_999..=4_999 => "just now".into(),
        ..=-5_000 => format!("{length} ago"),
        5_000.. => format!("in {length}"),
    }
}

/// A length of time in its largest whole unit.
pub fn duration(length_ms: i64) -> String {
    let seconds = length_ms / 1_000;
    match seconds {
        ..=0 => format!("{length_ms} ms"),
        1..=59 => format!("{seconds} s"),
        60..=3_599 => format!("{} min", seconds / 60),
        3_600..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The time left until a moment: `41 min`, `0:42` in the last ten minutes, then `over`.
pub fn left(left_ms: i64, over: &str) -> String {
    let seconds = left_ms / 1_000;
    match seconds {
        ..=0 => over.to_owned(),
        1..=599 => format!("{}:{:02}", seconds / 60, seconds % 60),
        600..=7_199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::{distance, duration, left};

    #[test]
    fn a_distance_names_its_direction() {
        assert_eq!(distance(-200), "just now");
        assert_eq!(distance(-65_000), "1 min ago");
        assert_eq!(distance(40_000), "in 40 s");
    }

    #[test]
    fn a_duration_uses_the_largest_whole_unit() {
        assert_eq!(duration(96), "96 ms");
        assert_eq!(duration(59_999), "59 s");
        assert_eq!(duration(7_200_000), "2 h");
        assert_eq!(duration(259_200_000), "3 days");
    }

    #[test]
    fn the_last_minutes_are_counted_in_seconds() {
        assert_eq!(left(42_000, "now"), "0:42");
        assert_eq!(left(599_000, "now"), "9:59");
        assert_eq!(left(2_460_000, "now"), "41 min");
        assert_eq!(left(-1, "now"), "now");
    }
}
