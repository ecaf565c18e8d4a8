//! Figures over time: labels, causes, punctuality and latency, each with a sentence that says it.

use crate::clock::{self, DAY_MS};
use crate::desk::{caller, present};
use crate::engine::Engine;
use crate::order::cause::words;
use crate::order::figures::{Percentiles, Series, Span, Window, largest, percentiles};
use crate::store::attempts::Step;
use crate::store::figures::Punctuality;
use crate::store::{Db, Result as Stored};
use app::contract::{Bar, BarChart, ChartPart, FigureSpan, Figures, LatencyChart, LatencyRow, Problem};

/// Causes with a part of their own: more patterns than these and one for the rest nobody tells apart.
const CAUSES_NAMED: usize = 5;
/// Services shown: FedEx has some twenty, and a shipper uses a few; the rest would be bars of nothing.
const SERVICES_SHOWN: i64 = 12;
/// Calls measured of each kind, the newest: ten of them lie beyond the 99th percentile, which is as
/// few as it can be told from, and as many as a page may read.
const MEASURED: i64 = 1_000;
/// What is measured, and who is called.
const OPERATIONS: [(Step, &str); 6] = [
    (Step::Ship, "FedEx: buy label"),
    (Step::LookUp, "FedEx: look up"),
    (Step::Void, "FedEx: cancel label"),
    (Step::Announce, "Dynamics 365: write tracking number"),
    (Step::ConfirmDelivery, "Dynamics 365: write delivery"),
    (Step::Withdraw, "Dynamics 365: take number back"),
];

/// The span an address asks for.
pub fn span(name: Option<&str>) -> Result<Span, Problem> {
    let Some(name) = name else { return Ok(Span::Day) };
    Span::parse(name).ok_or_else(|| {
        let names = Span::ALL.map(Span::name).join(", ");
        Problem::new("figures.no-such-span", "Figures have no such span.", &format!("Choose one of {names}."))
    })
}

/// The figures of a span until now.
pub async fn view(engine: &Engine, span: Span) -> Stored<Figures> {
    let db = &engine.store.db;
    let now = present::moment(engine.clock.now_ms());
    let zone = engine.zone().await?;
    let window = Window::until(span, now.ms, zone.offset_ms(now.ms));
    let clocks = zone.short(now.ms);
    let spans = Span::ALL.map(|one| FigureSpan {
        code: one.name().to_owned(),
        label: capital(one.words()),
        current: one == span,
    });
    let by = if span.is_hourly() { "hour by hour" } else { "day by day" };
    Ok(Figures {
        headline: format!("The {}, {by}, as of {}.", span.words(), now.text),
        spans: spans.into(),
        labels: labels(db, span, &window, &clocks).await?,
        causes: causes(db, span, &window, &clocks).await?,
        punctuality: punctuality(db, span, &window, &clocks).await?,
        latency: latency(db, span, &window).await?,
        now,
    })
}

async fn labels(db: &Db, span: Span, window: &Window, clocks: &str) -> Stored<BarChart> {
    let bought = window.spread(&db.labels_by_bucket(window).await?);
    let failed = window.spread(&db.failed_purchases_by_bucket(window).await?);
    let parts = [("Bought", &bought), ("Failed", &failed)];
    let parts = parts.map(|(label, counts)| part(label, counts.iter().sum()));
    let bars = bars(span, window, |at| {
        let (bought, failed) = (bought[at], failed[at]);
        (vec![bought, failed], format!("{bought} bought, {failed} failed"))
    });
    let none = parts.iter().all(|part| part.total == 0);
    Ok(BarChart {
        title: format!("Labels per {}", unit(span)),
        sentence: labels_sentence(span, window, &bought, &failed),
        note: "Failed: FedEx refused a purchase, could not be reached, or did not answer. Each try counts. Orders \
               that stop before a purchase are under Causes."
            .to_owned(),
        bars_are: bars_are(span, clocks),
        parts: parts.into(),
        bars,
        empty: none.then(|| {
            let words = span.words();
            format!("No label was bought in the {words}. The first one appears here as soon as FedEx has answered.")
        }),
    })
}

/// `41 labels were bought in the last 24 hours and 3 purchases failed; the busiest hour was 15:00 with 12 labels.`
fn labels_sentence(span: Span, window: &Window, bought: &[u64], failed: &[u64]) -> String {
    let (labels, tries): (u64, u64) = (bought.iter().sum(), failed.iter().sum());
    let labels_were = if labels == 1 { "1 label was".to_owned() } else { format!("{} labels were", none(labels)) };
    let failures = if tries == 1 { "1 purchase".to_owned() } else { format!("{} purchases", none(tries)) };
    let said = capital(&format!("{labels_were} bought in the {} and {failures} failed", span.words()));
    // The first of several that are equal.
    let busiest = bought.iter().zip(window.local_starts_ms()).rev().max_by_key(|(count, _)| **count);
    match busiest {
        Some((count, start_ms)) if *count > 0 => {
            let when = if span.is_hourly() { clock::hour_and_minute(start_ms) } else { clock::weekday(start_ms) };
            format!("{said}; the busiest {} was {when} with {count}.", unit(span))
        }
        _ => format!("{said}."),
    }
}

async fn causes(db: &Db, span: Span, window: &Window, clocks: &str) -> Stored<BarChart> {
    let series = largest(window, &db.causes_by_bucket(window).await?, CAUSES_NAMED);
    let title = |series: &Series| match series.name.as_deref() {
        None => "Other causes".to_owned(),
        // A newer version may have written a cause without words here: its code says more.
        Some(code) if words(code).code == code => words(code).title.to_owned(),
        Some(code) => code.to_owned(),
    };
    let parts: Vec<ChartPart> = series
        .iter()
        .map(|series| ChartPart { rest: series.name.is_none(), ..part(&title(series), series.total()) })
        .collect();
    let bars = bars(span, window, |at| {
        let counts: Vec<u64> = series.iter().map(|series| series.counts[at]).collect();
        let named = parts.iter().zip(&counts).filter(|(_, count)| **count > 0);
        let words: Vec<String> = named.map(|(part, count)| format!("{count} {}", part.label)).collect();
        let words = if words.is_empty() { "none".to_owned() } else { words.join(", ") };
        (counts, words)
    });
    Ok(BarChart {
        title: "Causes over time".to_owned(),
        sentence: causes_sentence(span, &parts),
        note: "Counts each failed call, and each order that stands stopped without one. An order that stopped before \
               any call and was repaired is not counted any more."
            .to_owned(),
        bars_are: bars_are(span, clocks),
        empty: parts.is_empty().then(|| {
            let words = span.words();
            format!("Nothing failed in the {words}. When an order stops, its cause appears here at once.")
        }),
        parts,
        bars,
    })
}

/// `12 failures in the last 24 hours; most of them, 7, were “Recipient phone missing”.`
fn causes_sentence(span: Span, parts: &[ChartPart]) -> String {
    let all: u64 = parts.iter().map(|part| part.total).sum();
    let failures = if all == 1 { "1 failure".to_owned() } else { format!("{} failures", none(all)) };
    let said = capital(&format!("{failures} in the {}", span.words()));
    match parts {
        [] => format!("{said}."),
        [only] => format!("{said}, with the cause “{}”.", only.label),
        [first, ..] => format!("{said}; the most frequent cause was “{}” with {}.", first.label, first.total),
    }
}

async fn punctuality(db: &Db, span: Span, window: &Window, clocks: &str) -> Stored<BarChart> {
    let rows = db.punctuality(window, DAY_MS, SERVICES_SHOWN).await?;
    let sum = |of: fn(&Punctuality) -> i64| rows.iter().map(|row| count(of(row))).sum::<u64>();
    let parts = [
        part("On time", sum(|row| row.on_time)),
        part("Late", sum(|row| row.late)),
        part("No promise known", sum(|row| row.unpromised)),
    ];
    let bars = rows.iter().map(|row| {
        let service =
            if row.service.is_empty() { "Service not known".to_owned() } else { caller::service(&row.service) };
        let counts = [row.on_time, row.late, row.unpromised].map(count);
        let [on_time, late, unpromised] = counts;
        Bar {
            short: service.clone(),
            label: service,
            counts: counts.into(),
            words: format!("{on_time} on time, {late} late, {unpromised} without a promise"),
        }
    });
    Ok(BarChart {
        title: "On time, by FedEx service".to_owned(),
        sentence: punctuality_sentence(span, parts[0].total, parts[1].total, parts[2].total),
        note: format!("On time: delivered on the day FedEx first named, or before. Days are of {clocks}."),
        bars_are: "Service".to_owned(),
        bars: bars.collect(),
        empty: rows.is_empty().then(|| {
            let words = span.words();
            format!("No parcel was delivered in the {words}. Each one appears here when FedEx has delivered it.")
        }),
        parts: parts.into(),
    })
}

/// `9 of 11 parcels with a promise came on time (81 %) in the last 7 days; of 2 no promise is known.`
fn punctuality_sentence(span: Span, on_time: u64, late: u64, unpromised: u64) -> String {
    let promised = on_time + late;
    let words = span.words();
    let unknown = match unpromised {
        0 => String::new(),
        count => format!("; of {count} no promise is known"),
    };
    match (promised, unpromised) {
        (0, 0) => format!("No parcel was delivered in the {words}."),
        (0, count) => format!("{count} delivered in the {words}; FedEx had named a day for none of them."),
        (promised, _) => {
            let parcels = if promised == 1 { "parcel" } else { "parcels" };
            // Rounded down: 100 % means all of them.
            let percent = on_time * 100 / promised;
            format!(
                "{on_time} of {promised} {parcels} with a promise came on time ({percent} %) in the {words}{unknown}."
            )
        }
    }
}

async fn latency(db: &Db, span: Span, window: &Window) -> Stored<LatencyChart> {
    let mut rows = Vec::new();
    let mut is_sample = false;
    for (step, operation) in OPERATIONS {
        let durations = db.attempt_durations(window, step, MEASURED).await?;
        is_sample |= count(MEASURED) <= u64::try_from(durations.len()).unwrap_or(u64::MAX);
        rows.extend(percentiles(&durations).map(|of| latency_row(operation, &of)));
    }
    let sample =
        if is_sample { format!(" This is a sample: the newest {MEASURED} of each kind.") } else { String::new() };
    Ok(LatencyChart {
        title: "How long calls take".to_owned(),
        sentence: match rows.first() {
            None => format!("No call ended in the {}.", span.words()),
            Some(row) => format!(
                "{}: half took {} or less, and 99 of 100 took {} or less.",
                row.operation,
                took(row.p50_ms),
                took(row.p99_ms)
            ),
        },
        note: format!(
            "From the moment a step was written down until its answer was stored; a step may be several requests. \
             p50: half were as fast or faster; p95: 95 of 100; p99: 99 of 100.{sample}"
        ),
        empty: rows
            .is_empty()
            .then(|| format!("No call ended in the {}. The first label that is bought is measured.", span.words())),
        rows,
    })
}

fn latency_row(operation: &str, of: &Percentiles) -> LatencyRow {
    let Percentiles { measured, p50_ms, p95_ms, p99_ms } = *of;
    let steps = if measured == 1 { "step" } else { "steps" };
    let [p50, p95, p99] = [p50_ms, p95_ms, p99_ms].map(took);
    LatencyRow {
        operation: operation.to_owned(),
        measured,
        p50_ms,
        p95_ms,
        p99_ms,
        words: format!("p50 {p50}, p95 {p95}, p99 {p99} ({measured} {steps})"),
    }
}

/// A bar a bucket, each from its number.
fn bars(span: Span, window: &Window, of: impl Fn(usize) -> (Vec<u64>, String)) -> Vec<Bar> {
    let bar = |(at, start_ms): (usize, i64)| {
        let (counts, words) = of(at);
        let day = clock::weekday(start_ms);
        // `Thursday 24 Nov`: an axis has no room for the first word.
        let date = day.split_once(' ').map_or(day.as_str(), |(_, date)| date).to_owned();
        let hour = clock::hour_and_minute(start_ms);
        let (short, label) = if span.is_hourly() { (hour.clone(), format!("{date} {hour}")) } else { (date, day) };
        Bar { short, label, counts, words }
    };
    window.local_starts_ms().into_iter().enumerate().map(bar).collect()
}

fn part(label: &str, total: u64) -> ChartPart {
    ChartPart { label: label.to_owned(), total, rest: false }
}

fn unit(span: Span) -> &'static str {
    if span.is_hourly() { "hour" } else { "day" }
}

fn bars_are(span: Span, clocks: &str) -> String {
    format!("{} ({clocks})", capital(unit(span)))
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or(0)
}

/// A number within a sentence: `no` instead of 0.
fn none(count: u64) -> String {
    if count == 0 { "no".to_owned() } else { count.to_string() }
}

/// `420 ms`, `1.2 s`.
fn took(ms: u64) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1_000, ms % 1_000 / 100) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22, a Sunday, 18:56:53 UTC.
    const NOW: i64 = 1_795_373_813_000;

    #[test]
    fn the_sentence_of_the_labels_names_the_busiest_hour_or_day() {
        let window = Window::until(Span::Day, NOW, 0);
        let spread = |counts: &[(i64, i64)]| window.spread(counts);
        let said = labels_sentence(Span::Day, &window, &spread(&[(20, 12), (3, 12), (23, 1)]), &spread(&[(23, 3)]));
        // Bucket 3 is 22:00 of yesterday: the first of two equal ones.
        assert_eq!(
            said,
            "25 labels were bought in the last 24 hours and 3 purchases failed; the busiest hour was 22:00 with 12."
        );
        let said = labels_sentence(Span::Day, &window, &spread(&[]), &spread(&[(1, 1)]));
        assert_eq!(said, "No labels were bought in the last 24 hours and 1 purchase failed.");
        let week = Window::until(Span::Week, NOW, 0);
        let said = labels_sentence(Span::Week, &week, &week.spread(&[(6, 1)]), &week.spread(&[]));
        assert!(said.starts_with("1 label was bought in the last 7 days and no purchases failed; "), "{said}");
        assert!(said.ends_with("the busiest day was Sunday 22 Nov with 1."), "{said}");
    }

    #[test]
    fn the_other_sentences_count_in_plain_words() {
        let parts = [part("Street missing", 7), part("Recipient phone missing", 5)];
        assert_eq!(
            causes_sentence(Span::Week, &parts),
            "12 failures in the last 7 days; the most frequent cause was “Street missing” with 7."
        );
        assert_eq!(causes_sentence(Span::Day, &[]), "No failures in the last 24 hours.");
        assert_eq!(
            punctuality_sentence(Span::Day, 9, 2, 3),
            "9 of 11 parcels with a promise came on time (81 %) in the last 24 hours; of 3 no promise is known."
        );
        assert!(punctuality_sentence(Span::Day, 0, 0, 3).ends_with("for none of them."));
        assert_eq!((took(0), took(999), took(1_250)), ("0 ms".into(), "999 ms".into(), "1.2 s".into()));
    }

    #[test]
    fn bars_have_short_names_for_the_axis_and_full_ones_for_the_table() {
        let of = |at: usize| (vec![u64::from(at == 0)], String::new());
        let hours = bars(Span::Day, &Window::until(Span::Day, NOW, 0), of);
        let last = hours.last().expect("bars");
        assert_eq!((hours.len(), last.short.as_str(), last.label.as_str()), (24, "18:00", "22 Nov 18:00"));
        assert_eq!(hours[0].label, "21 Nov 19:00");
        let days = bars(Span::Month, &Window::until(Span::Month, NOW, 0), of);
        let last = days.last().expect("bars");
        assert_eq!((days.len(), last.short.as_str(), last.label.as_str()), (30, "22 Nov", "Sunday 22 Nov"));
        assert_eq!(days[0].counts, [1]);
    }

    #[test]
    fn only_the_spans_that_are_offered_are_shown() {
        assert_eq!(span(None), Ok(Span::Day));
        assert_eq!(span(Some("30d")), Ok(Span::Month));
        assert_eq!(span(Some("1y")).expect_err("refused").code, "figures.no-such-span");
    }
}
