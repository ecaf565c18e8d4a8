//! Recovering a window of time after an outage: what stopped in it and can go on, without what
//! succeeded meanwhile and without what waits for a value.

use crate::audit::Actor;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::desk::repair::{NewBatch, plain};
use crate::desk::repair_sheet::BATCH_MOST;
use crate::desk::{OperatorDesk, Role, present};
use crate::order::repair::Remedy;
use crate::store::batches::{BatchKind, BatchState, Item};
use crate::zone::Zone;
use app::contract::{Problem, RecoverForm, Recovery, RecoveryChoice};

/// The span whose failures fill the window in.
const LOOK_BACK_MS: i64 = DAY_MS;
/// A window when nothing failed in that span.
const EMPTY_WINDOW_MS: i64 = HOUR_MS;

/// What to recover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Failed,
    Unknown,
    Both,
}

impl Choice {
    const ALL: [(Self, &str); 3] = [(Self::Both, "both"), (Self::Failed, "failed"), (Self::Unknown, "unknown")];

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(choice, _)| choice)
    }

    fn takes(self, remedy: Remedy) -> bool {
        match remedy {
            Remedy::Replay => self != Self::Unknown,
            Remedy::LookUp => self != Self::Failed,
            // A value is missing: going on would stop at the same place.
            Remedy::Fix => false,
        }
    }
}

/// A window, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    from_ms: i64,
    to_ms: i64,
}

/// What stopped in a window, by what helps.
#[derive(Default)]
struct Found {
    items: Vec<Item>,
    need_values: u64,
    more: bool,
}

impl Found {
    fn count(&self, choice: Choice) -> u64 {
        self.items.iter().filter(|item| choice.takes(item.remedy)).count() as u64
    }
}

fn window(zone: &Zone, from: &str, to: &str) -> Result<Window, Problem> {
    let (Some(from_ms), Some(to_ms)) = (zone.read(from), zone.read(to)) else {
        let hint = "Write both like 2026-11-22T18:30.";
        return Err(Problem::new("recovery.window", "The window cannot be read.", hint));
    };
    if to_ms < from_ms {
        let hint = "Give the earlier moment first.";
        return Err(Problem::new("recovery.window", "The window ends before it begins.", hint));
    }
    Ok(Window { from_ms, to_ms })
}

impl OperatorDesk {
    /// The page: the window, what can be recovered in it, and what is left alone.
    pub(super) async fn recovery_view(&self, given: Option<(String, String)>) -> Result<Recovery, Problem> {
        let zone = self.store(self.engine.zone().await)?;
        let window = match given {
            Some((from, to)) => window(&zone, &from, &to)?,
            None => self.likely_window().await?,
        };
        let found = self.failed_in(window).await?;
        let recovered = self.engine.store.db.count_recovered(window.from_ms, window.to_ms).await;
        let recovered = u64::try_from(self.store(recovered)?).unwrap_or(0);
        let choice = |(choice, name): (Choice, &str)| {
            let (label, sentence) = match choice {
                Choice::Both => ("Both", "Replays what failed and looks up what is unknown."),
                Choice::Failed => ("Failed only", "Goes on from the step that failed."),
                Choice::Unknown => ("Outcome unknown only", "Asks FedEx whether the labels exist; buys nothing."),
            };
            RecoveryChoice {
                name: name.to_owned(),
                label: label.to_owned(),
                sentence: sentence.to_owned(),
                count: found.count(choice),
            }
        };
        let mut left = Vec::new();
        if recovered > 0 {
            left.push(format!("{recovered} failed in this window and have gone on since; they are skipped."));
        }
        if found.need_values > 0 {
            left.push(format!("{} wait for a value; correct them on Attention.", found.need_values));
        }
        if found.more {
            left.push(format!(
                "More than {BATCH_MOST} stopped; the longest waiting are taken, the rest by the next one."
            ));
        }
        Ok(Recovery {
            from: zone.input(window.from_ms),
            to: zone.input(window.to_ms),
            choices: Choice::ALL.into_iter().map(choice).collect(),
            left,
            reason: "Recovery after an outage".to_owned(),
            may_act: self.allowed(Role::Operator).is_ok(),
            now: present::moment(self.engine.clock.now_ms()),
        })
    }

    /// The span of the last day's failures, in whole minutes.
    async fn likely_window(&self) -> Result<Window, Problem> {
        let now = self.engine.clock.now_ms();
        let span = self.store(self.engine.store.db.stopped_span(now - LOOK_BACK_MS).await)?;
        let (from, to) = span.unwrap_or((now - EMPTY_WINDOW_MS, now));
        let minute = |ms: i64| ms - ms.rem_euclid(MINUTE_MS);
        Ok(Window { from_ms: minute(from), to_ms: minute(to) + MINUTE_MS })
    }

    async fn failed_in(&self, window: Window) -> Result<Found, Problem> {
        let most = i64::from(BATCH_MOST) + 1;
        let stopped = self.engine.store.db.stopped_between(window.from_ms, window.to_ms, most).await;
        let stopped = self.store(stopped)?;
        let mut found = Found { more: stopped.len() > usize::from(BATCH_MOST), ..Found::default() };
        for failed in stopped.into_iter().take(usize::from(BATCH_MOST)) {
            match Remedy::of(&failed.shipment) {
                Some(Remedy::Fix) => found.need_values += 1,
                Some(remedy) => found.items.push(plain(remedy, &failed.shipment)),
                None => {}
            }
        }
        Ok(found)
    }

    /// Freezes what stopped in the window and lets it go on.
    pub(super) async fn recover_window(&self, actor: &Actor, form: &RecoverForm) -> Result<String, Problem> {
        let choice = Choice::parse(&form.choice).ok_or_else(|| {
            Problem::new("recovery.choice", "What to recover is not known.", "Choose one of the three.")
        })?;
        let zone = self.store(self.engine.zone().await)?;
        let window = window(&zone, &form.from, &form.to)?;
        let found = self.failed_in(window).await?;
        let items: Vec<Item> = found.items.into_iter().filter(|item| choice.takes(item.remedy)).collect();
        if items.is_empty() {
            let hint = "Widen the window; what succeeded meanwhile needs nothing.";
            return Err(Problem::new("batch.empty", "Nothing stands in this window.", hint));
        }
        let minute = |ms: i64| zone.input(ms).replace('T', " ");
        let new = NewBatch {
            kind: BatchKind::Recover,
            cause: format!("{} to {} {}", minute(window.from_ms), minute(window.to_ms), zone.short(window.to_ms)),
            left_out: usize::from(found.more),
            state: BatchState::Running,
        };
        self.make_batch(actor, new, &form.reason, &items).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_read_as_a_browser_writes_it() {
        let utc = Zone::default();
        let read = window(&utc, "2026-11-22T18:30", "2026-11-22T19:00:30").expect("read");
        assert_eq!(read.to_ms - read.from_ms, 30 * MINUTE_MS + 30_000);
        assert_eq!(utc.input(read.from_ms), "2026-11-22T18:30");
        assert!(window(&utc, "yesterday", "2026-11-22T19:00").is_err());
        assert!(window(&utc, "2026-11-22T19:00", "2026-11-22T18:00").is_err());
    }

    #[test]
    fn no_choice_replays_an_unknown_outcome_or_what_waits_for_a_value() {
        for (choice, _) in Choice::ALL {
            assert!(!choice.takes(Remedy::Fix));
        }
        assert!(!Choice::Failed.takes(Remedy::LookUp) && !Choice::Unknown.takes(Remedy::Replay));
        assert!(Choice::Both.takes(Remedy::LookUp) && Choice::Both.takes(Remedy::Replay));
    }
}
