//! What runs when, as sentences: from the settings in force and the constants of the loops themselves,
//! so that the page cannot say something else than what happens.

use crate::clock::SECOND_MS;
use crate::config::Config;
use crate::desk::ping_hourly;
use crate::work::{gap, invoices, verify};

/// All of them, in the order of an order's life. `by_changes` tells whether the environment publishes
/// what changed.
pub fn sentences(config: &Config, by_changes: bool) -> Vec<String> {
    let pulled = every(seconds(config.poll_interval_s));
    let scan = every(config.full_scan_interval_ms());
    let pull = if by_changes {
        format!("Dynamics 365 is asked what changed every {pulled}; the whole open set is read every {scan}.")
    } else {
        format!("The whole open set of Dynamics 365 is read every {pulled}.")
    };
    let parcels = match config.track_interval_s {
        Some(fixed) => format!("FedEx is asked about each parcel every {}", every(seconds(fixed))),
        None => {
            "FedEx is asked about each parcel by its stage, from every 15 minutes on the vehicle to once a day for a \
             label that nobody hands over"
                .to_owned()
        }
    };
    vec![
        pull,
        format!("What is confirmed there and missing here is looked for every {}.", every(gap::DAILY_MS)),
        format!("Up to {} shipments are worked on at the same time.", config.concurrency),
        format!(
            "A purchase without an answer is looked up, and bought again only after it was missing for {}.",
            lasting(config.absence_wait_ms())
        ),
        format!("{parcels}; at most {} questions a day of GMT.", config.track_daily_budget),
        format!(
            "Invoices posted after the label are looked for every {} on the first day, then every {}, for {}.",
            every(invoices::FIRST_DAY_EVERY_MS),
            every(invoices::LATER_EVERY_MS),
            lasting(invoices::GIVE_UP_MS)
        ),
        format!("Where values are written back is checked after each save and every {}.", every(verify::AGE_MS)),
        format!(
            "Both connections are checked every {}, and {} after something failed.",
            every(ping_hourly::HOURLY_MS),
            lasting(ping_hourly::AFTER_FAILURE_MS)
        ),
    ]
}

fn seconds(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX / SECOND_MS).saturating_mul(SECOND_MS)
}

/// A span after “every”: `minute`, `15 minutes`.
pub fn every(ms: i64) -> String {
    let (count, unit) = span(ms);
    if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") }
}

/// A span after “for”: `1 hour`, `60 days`.
fn lasting(ms: i64) -> String {
    let (count, unit) = span(ms);
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn span(ms: i64) -> (i64, &'static str) {
    let seconds = ms / SECOND_MS;
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let whole = units.into_iter().find(|(length, _)| seconds >= *length && seconds % length == 0);
    whole.map_or((seconds, "second"), |(length, unit)| (seconds / length, unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_sentences_follow_the_settings() {
        let mut config = Config::in_directory(Path::new("/nowhere"));
        let all = sentences(&config, true);
        assert_eq!(
            all[0],
            "Dynamics 365 is asked what changed every minute; the whole open set is read every 15 minutes."
        );
        assert!(all.iter().any(|one| one.ends_with("at most 60000 questions a day of GMT.")), "{all:?}");
        assert!(all.iter().any(|one| one.contains("missing for 1 hour.")), "{all:?}");
        (config.poll_interval_s, config.track_interval_s) = (45, Some(7_200));
        let all = sentences(&config, false);
        assert_eq!(all[0], "The whole open set of Dynamics 365 is read every 45 seconds.");
        assert!(all.iter().any(|one| one.starts_with("FedEx is asked about each parcel every 2 hours;")), "{all:?}");
        assert!(all.iter().any(|one| one.starts_with("Both connections are checked every hour, and 15 minutes")));
    }

    #[test]
    fn a_span_is_told_in_its_largest_whole_unit() {
        assert_eq!(
            [1_000, 60_000, 90_000, 3_600_000, 86_400_000].map(every),
            ["second", "minute", "90 seconds", "hour", "day"]
        );
        assert_eq!(lasting(60_000), "1 minute");
    }
}
