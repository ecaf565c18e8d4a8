//! Counting over time: spans cut into hours or days, the largest of many, and percentiles.

use crate::clock::{DAY_MS, HOUR_MS};
use std::collections::BTreeMap;

/// A span of time that figures are shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// The running hour and the 23 before it, hour by hour.
    Day,
    /// Today and the 6 days before, day by day.
    Week,
    /// Today and the 29 days before, day by day.
    Month,
}

impl Span {
    /// All, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Its name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// For people, after "in the".
    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "last 24 hours",
            Self::Week => "last 7 days",
            Self::Month => "last 30 days",
        }
    }

    /// The span of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.name() == name)
    }

    /// It is counted by the hour, not by the day.
    pub fn is_hourly(self) -> bool {
        self == Self::Day
    }

    fn buckets(self) -> usize {
        match self {
            Self::Day => 24,
            Self::Week => 7,
            Self::Month => 30,
        }
    }
}

/// A span at a moment, cut into buckets of the same length, the running one last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When its first bucket begins.
    pub from_ms: i64,
    /// When its last bucket ends: after now.
    pub to_ms: i64,
    /// The length of a bucket: an hour or a day.
    pub bucket_ms: i64,
    /// How far the clocks it is cut by are from UTC, now: a day before they were changed begins an hour off.
    pub offset_ms: i64,
    /// How many buckets.
    pub buckets: usize,
}

impl Window {
    /// The window of a span whose last bucket holds `now_ms`, cut by clocks `offset_ms` ahead of UTC.
    pub fn until(span: Span, now_ms: i64, offset_ms: i64) -> Self {
        let bucket_ms = if span.is_hourly() { HOUR_MS } else { DAY_MS };
        let buckets = span.buckets();
        let to_ms = now_ms - (now_ms + offset_ms).rem_euclid(bucket_ms) + bucket_ms;
        let length_ms = bucket_ms * i64::try_from(buckets).unwrap_or(i64::MAX);
        Self { from_ms: to_ms - length_ms, to_ms, bucket_ms, offset_ms, buckets }
    }

    /// When each bucket begins, as those clocks show it.
    pub fn local_starts_ms(&self) -> Vec<i64> {
        let first = self.from_ms + self.offset_ms;
        (0..self.buckets).zip(0..).map(|(_, number): (_, i64)| first + number * self.bucket_ms).collect()
    }

    /// Counts by the number of their bucket as a list with one place a bucket.
    pub fn spread(&self, counts: &[(i64, i64)]) -> Vec<u64> {
        let mut spread = vec![0; self.buckets];
        for (bucket, count) in counts {
            let place = usize::try_from(*bucket).ok().and_then(|bucket| spread.get_mut(bucket));
            if let Some(place) = place {
                *place += u64::try_from(*count).unwrap_or(0);
            }
        }
        spread
    }
}

/// The counts of one thing over the buckets of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What is counted; `None`: everything that is not among the largest.
    pub name: Option<String>,
    /// One count a bucket.
    pub counts: Vec<u64>,
}

impl Series {
    /// All of it together.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The `most` largest of counts by bucket and name, largest first, and the rest in one.
pub fn largest(window: &Window, counts: &[(i64, String, i64)], most: usize) -> Vec<Series> {
    let mut by_name: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
    for (bucket, name, count) in counts {
        by_name.entry(name).or_default().push((*bucket, *count));
    }
    let series =
        |(name, counts): (&str, Vec<_>)| Series { name: Some(name.to_owned()), counts: window.spread(&counts) };
    let mut all: Vec<Series> = by_name.into_iter().map(series).filter(|series| series.total() > 0).collect();
    // Equal ones stay in the order of their names, so that a page read twice is the same.
    all.sort_by_key(|series| std::cmp::Reverse(series.total()));
    let rest = all.split_off(most.min(all.len()));
    if !rest.is_empty() {
        let counts = (0..window.buckets).map(|at| rest.iter().map(|series| series.counts[at]).sum()).collect();
        all.push(Series { name: None, counts });
    }
    all
}

/// How long something took, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles {
    /// How many were measured.
    pub measured: u64,
    /// Half took so long or less.
    pub p50_ms: u64,
    /// 95 of 100 took so long or less.
    pub p95_ms: u64,
    /// 99 of 100 took so long or less.
    pub p99_ms: u64,
}

/// The percentiles of durations, each one that was measured (nearest rank); `None` without any.
pub fn percentiles(durations_ms: &[i64]) -> Option<Percentiles> {
    let mut sorted: Vec<u64> = durations_ms.iter().map(|ms| u64::try_from(*ms).unwrap_or(0)).collect();
    sorted.sort_unstable();
    let rank = |percent: usize| (sorted.len() * percent).div_ceil(100).checked_sub(1);
    let at = |percent: usize| rank(percent).and_then(|rank| sorted.get(rank)).copied();
    Some(Percentiles {
        measured: u64::try_from(sorted.len()).unwrap_or(u64::MAX),
        p50_ms: at(50)?,
        p95_ms: at(95)?,
        p99_ms: at(99)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 18:56:53 UTC.
    const NOW: i64 = 1_795_373_813_000;

    #[test]
    fn a_window_ends_with_the_running_hour_or_day() {
        let day = Window::until(Span::Day, NOW, 0);
        assert_eq!((day.buckets, day.bucket_ms), (24, HOUR_MS));
        assert!(day.to_ms - HOUR_MS <= NOW && NOW < day.to_ms && day.to_ms % HOUR_MS == 0);
        assert_eq!(day.to_ms - day.from_ms, DAY_MS);
        // Where clocks are half an hour off, so are the hours; a day begins at their midnight.
        let half = Window::until(Span::Day, NOW, 11 * HOUR_MS / 2);
        assert_eq!((half.to_ms - NOW < HOUR_MS, half.to_ms.rem_euclid(HOUR_MS)), (true, HOUR_MS / 2));
        let week = Window::until(Span::Week, NOW, -6 * HOUR_MS);
        assert_eq!((week.from_ms.rem_euclid(DAY_MS), week.local_starts_ms()[0] % DAY_MS), (6 * HOUR_MS, 0));
        // The very moment an hour begins belongs to that hour.
        assert_eq!(Window::until(Span::Day, day.to_ms, 0).to_ms, day.to_ms + HOUR_MS);
        let month = Window::until(Span::Month, NOW, 0);
        assert_eq!(
            (month.local_starts_ms().len(), month.local_starts_ms()[0], month.from_ms % DAY_MS),
            (30, month.from_ms, 0)
        );
        assert_eq!(month.local_starts_ms()[29] + DAY_MS, month.to_ms);
    }

    #[test]
    fn a_span_is_found_by_its_name() {
        assert_eq!(Span::ALL.map(|span| Span::parse(span.name())), Span::ALL.map(Some));
        assert_eq!(Span::parse("a year"), None);
    }

    #[test]
    fn counts_are_spread_and_what_lies_outside_is_left_out() {
        let window = Window::until(Span::Week, NOW, 0);
        assert_eq!(window.spread(&[(0, 2), (6, 1), (6, 3), (7, 9), (-1, 9)]), [2, 0, 0, 0, 0, 0, 4]);
    }

    #[test]
    fn the_largest_are_named_and_the_rest_is_one() {
        let window = Window::until(Span::Week, NOW, 0);
        let row = |bucket, name: &str, count| (bucket, name.to_owned(), count);
        let counts = [row(0, "b", 2), row(1, "a", 2), row(2, "c", 5), row(3, "d", 1), row(3, "e", 1), row(9, "f", 7)];
        let found = largest(&window, &counts, 2);
        let names: Vec<_> = found.iter().map(|series| (series.name.as_deref(), series.total())).collect();
        assert_eq!(names, [(Some("c"), 5), (Some("a"), 2), (None, 4)]);
        assert_eq!(found[2].counts, [2, 0, 0, 2, 0, 0, 0]);
        assert_eq!(largest(&window, &[], 2), []);
        assert_eq!(largest(&window, &counts, 9).len(), 5, "nothing is left for a rest");
    }

    #[test]
    fn percentiles_are_durations_that_were_measured() {
        assert_eq!(percentiles(&[]), None);
        let one = percentiles(&[7]).expect("measured");
        assert_eq!((one.measured, one.p50_ms, one.p95_ms, one.p99_ms), (1, 7, 7, 7));
        let hundred: Vec<i64> = (1..=100).rev().collect();
        let of = percentiles(&hundred).expect("measured");
        assert_eq!((of.measured, of.p50_ms, of.p95_ms, of.p99_ms), (100, 50, 95, 99));
        // A clock that was set back measures nothing below zero.
        assert_eq!(percentiles(&[-5, 3]).expect("measured").p50_ms, 0);
    }
}
