//! How orders come in: cursors, gaps, and why an order was not shipped.

use crate::audit::Subject;
use crate::clock;
use crate::desk::{OperatorDesk, Role, present, problem, schedules, why};
use crate::order::cause::words;
use crate::store::cursors::{FULL_SCAN, FULL_SCAN_SEEN};
use crate::store::gaps::{GapOrder, GapRun};
use crate::store::look_at::LookAt;
use crate::store::watermarks::Watermark;
use crate::work::{changes, gap, look_at};
use crate::zone::Zone;
use app::contract::{ChangesView, GapRow, GapView, LookQueue, LookRow, Problem, Pull, ScanOfOrders, Status, Tone, Why};
use app::desk::PullDesk;
use async_trait::async_trait;

/// Waiting orders shown; the count is of all.
const LOOKS_SHOWN: i64 = 50;
/// The farthest a cursor may be rewound: a year of changes is read in minutes, decades are a typing slip.
const FARTHEST_MS: i64 = 366 * clock::DAY_MS;

#[async_trait]
impl PullDesk for OperatorDesk {
    async fn pull(&self) -> Result<Pull, Problem> {
        self.allowed(Role::Viewer)?;
        let db = &self.engine.store.db;
        let host = self.host().await;
        let mark = match &host {
            Some(host) => self.store(db.watermark(host).await)?,
            None => None,
        };
        let host = host.unwrap_or_default();
        let (waiting, failed) = self.store(db.count_looks(&host).await)?;
        let rows = self.store(db.looks_waiting(&host, LOOKS_SHOWN).await)?;
        let gap = self.gap(&host).await?;
        let zone = self.store(self.engine.zone().await)?;
        Ok(Pull {
            headline: headline(&gap, waiting),
            scan: self.scan(mark.as_ref()).await?,
            changes: self.changes(mark.as_ref(), &zone),
            queue: LookQueue { sentence: queue_sentence(waiting, failed), rows: rows.iter().map(look_row).collect() },
            gap,
            schedules: schedules::sentences(&self.engine.config, mark.as_ref().is_some_and(Watermark::is_on)),
            flows: self.pausable().await?,
            may_act: self.allowed(Role::Operator).is_ok(),
            now: present::moment(self.engine.clock.now_ms()),
        })
    }

    async fn why(&self, company: Option<String>, number: String) -> Result<Why, Problem> {
        self.allowed(Role::Viewer)?;
        self.store(why::why(&self.engine, &self.actor()?, company.as_deref(), &named(&number)?).await)
    }

    async fn import(&self, company: Option<String>, number: String) -> Result<String, Problem> {
        let actor = self.allowed(Role::Operator)?;
        let number = named(&number)?;
        let company = company.map(|company| company.trim().to_lowercase());
        let imported = self.store(look_at::import(&self.engine, &actor, company.as_deref(), &number).await)?;
        match (imported.looked, imported.company) {
            (Ok(looked), Some(company)) => Ok(format!("Order {number} of {company}: {}", looked.sentence())),
            (Ok(looked), None) => Ok(format!("Order {number}: {}", looked.sentence())),
            // It is queued, so this is no failure: the look comes by itself.
            (Err(failure), Some(company)) => Ok(format!(
                "Dynamics 365 could not be asked now: {} Order {number} of {company} waits, and is read as soon as it can.",
                failure.cause().words().sentence
            )),
            (Err(failure), None) => Err(problem::failure(&failure)),
        }
    }

    async fn rewind(&self, to: String) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let now = self.engine.clock.now_ms();
        let zone = self.store(self.engine.zone().await)?;
        let to_ms = zone.read(&to).filter(|ms| (now - FARTHEST_MS..=now).contains(ms)).ok_or_else(|| {
            let hint = format!("Write it in {}, like 2026-11-22T18:30.", zone.short(now));
            Problem::new("pull.no-moment", "This is no moment of the last year.", &hint)
        })?;
        let d365 = self.engine.d365().await.map_err(|failure| problem::failure(&failure))?;
        if self.store(changes::rewind(&self.engine, &actor, d365.host(), to_ms).await)? {
            return Ok(());
        }
        Err(Problem::new(
            "pull.no-cursor",
            "This environment does not publish changes, so there is no cursor to move.",
            "Ask for a pull instead: the whole open set is read then.",
        ))
    }

    async fn find_gaps(&self) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        self.refuse_paused_pull().await?;
        let entry = self.engine.entry(&actor, "desk.compare", Subject::default(), "Asked what is missing.");
        self.store(self.engine.store.record(&entry).await)?;
        self.engine.wake_gap.notify_one();
        Ok(())
    }
}

impl OperatorDesk {
    fn actor(&self) -> Result<crate::audit::Actor, Problem> {
        self.allowed(Role::Viewer)
    }

    async fn scan(&self, mark: Option<&Watermark>) -> Result<ScanOfOrders, Problem> {
        let (db, config) = (&self.engine.store.db, &self.engine.config);
        let last = self.store(db.cursor(FULL_SCAN).await)?;
        let seen = self.store(db.cursor(FULL_SCAN_SEEN).await)?;
        let by_changes = mark.is_some_and(Watermark::is_on);
        let every_ms = if by_changes {
            config.full_scan_interval_ms()
        } else {
            i64::try_from(config.poll_interval_s).unwrap_or(0) * clock::SECOND_MS
        };
        let every = schedules::every(every_ms);
        let sentence = match (last, seen) {
            (Some(_), Some(1)) => format!("The whole open set is read every {every}. The last time it had 1 order."),
            (Some(_), Some(seen)) => {
                format!("The whole open set is read every {every}. The last time it had {seen} orders.")
            }
            _ => format!("The whole open set is read every {every}. It has not been read to its end yet."),
        };
        let trouble = self.engine.health().d365.and_then(|(_, cause)| cause);
        Ok(ScanOfOrders {
            sentence,
            last: last.map(present::moment),
            next: last.map(|last| present::moment(last + every_ms)),
            trouble: trouble.map(|cause| format!("{} {}", cause.words().sentence, cause.words().next_step)),
        })
    }

    fn changes(&self, mark: Option<&Watermark>, zone: &Zone) -> ChangesView {
        let every = schedules::every(i64::try_from(self.engine.config.poll_interval_s).unwrap_or(0) * clock::SECOND_MS);
        match mark {
            None => ChangesView {
                status: status("unknown", "Not asked yet", Tone::Neutral),
                sentence: "Whether this environment publishes changes is asked after the first scan.".to_owned(),
                ..ChangesView::default()
            },
            Some(mark) if mark.is_on() => ChangesView {
                status: status("on", "On", Tone::Good),
                sentence: format!(
                    "Dynamics 365 is asked every {every} for what changed; the last time that queued {} to look at.",
                    if mark.queued == 1 { "1 order".to_owned() } else { format!("{} orders", mark.queued) }
                ),
                cursor: Some(present::moment(mark.cursor_ms)),
                cursor_text: zone.input(mark.cursor_ms),
                read: mark.read_ms.map(present::moment),
            },
            Some(mark) => ChangesView {
                status: status("off", "Off", Tone::Neutral),
                sentence: format!(
                    "This environment does not publish changes ({}). The whole open set is read instead; it is asked \
                     again once a day.",
                    mark.detail.as_deref().unwrap_or_default()
                ),
                ..ChangesView::default()
            },
        }
    }

    /// The environment that is connected now; what waits or was found for another one is not shown.
    async fn host(&self) -> Option<String> {
        self.engine.d365().await.ok().map(|d365| d365.host().to_owned())
    }

    async fn gap(&self, host: &str) -> Result<GapView, Problem> {
        let db = &self.engine.store.db;
        let newest = self.store(db.last_gap_run(host, false).await)?;
        let last = self.store(db.last_gap_run(host, true).await)?;
        let rows = match &last {
            Some(run) => self.store(db.gap_orders(&run.run_id).await)?,
            None => Vec::new(),
        };
        let may_act = self.allowed(Role::Operator).is_ok();
        Ok(GapView {
            status: gap_status(newest.as_ref(), last.as_ref()),
            sentence: gap_sentence(newest.as_ref(), last.as_ref()),
            at: last.and_then(|run| run.ended_ms).map(present::moment),
            rows: rows.into_iter().map(|row| gap_row(row, may_act)).collect(),
        })
    }

    /// The alarm of the home page.
    pub(super) async fn gap_alarm(&self) -> Result<Option<String>, Problem> {
        let Some(host) = self.host().await else { return Ok(None) };
        let run = self.store(self.engine.store.db.last_gap_run(&host, true).await)?;
        Ok(run.filter(|run| run.missing > 0).map(|run| gap::sentence(&run)))
    }
}

/// A number as typed; an identifier may begin with a space, but nobody types that into a form.
fn named(number: &str) -> Result<String, Problem> {
    let number = number.trim();
    if number.is_empty() {
        return Err(Problem::new("pull.no-number", "No order number was given.", "Enter the number of a sales order."));
    }
    Ok(number.to_owned())
}

fn status(code: &str, label: &str, tone: Tone) -> Status {
    Status { code: code.to_owned(), label: label.to_owned(), tone }
}

fn headline(gap: &GapView, waiting: i64) -> String {
    let waits = match waiting {
        0 => "no order waits to be read".to_owned(),
        1 => "1 order waits to be read".to_owned(),
        count => format!("{count} orders wait to be read"),
    };
    let missing = gap.rows.iter().filter(|row| row.status.code == "missing").count();
    match (gap.status.code.as_str(), missing) {
        ("missing", 1) => format!("1 confirmed order is missing here; {waits}."),
        ("missing", count) => format!("{count} confirmed orders are missing here; {waits}."),
        ("good", _) => format!("Nothing is missing; {waits}."),
        _ => format!("{}{}.", waits[..1].to_uppercase(), &waits[1..]),
    }
}

fn queue_sentence(waiting: i64, failed: i64) -> String {
    let tried = if failed == 0 { String::new() } else { format!(", {failed} of them after a failed try") };
    match waiting {
        0 => "No order waits to be read.".to_owned(),
        1 => format!("1 order waits to be read{tried}."),
        count => format!("{count} orders wait to be read{tried}."),
    }
}

fn look_row(look: &LookAt) -> LookRow {
    LookRow {
        company: look.key.company.clone(),
        number: look.key.number.clone(),
        why: look.why.clone(),
        asked: present::moment(look.asked_ms),
        next: present::moment(look.next_run_ms),
        cause: look.cause_code.as_deref().map(|code| words(code).sentence.to_owned()),
    }
}

fn gap_status(newest: Option<&GapRun>, last: Option<&GapRun>) -> Status {
    match (newest, last) {
        (None, _) => status("never", "Not compared yet", Tone::Neutral),
        (Some(run), _) if run.ended_ms.is_none() => status("running", "Comparing", Tone::Moving),
        (Some(run), _) if run.cause_code.is_some() => status("failed", "Could not compare", Tone::Warning),
        (_, Some(run)) if run.missing > 0 => status("missing", "Orders are missing", Tone::Bad),
        _ => status("good", "Nothing is missing", Tone::Good),
    }
}

fn gap_sentence(newest: Option<&GapRun>, last: Option<&GapRun>) -> String {
    let result = match last {
        Some(run) => gap::sentence(run),
        None => "Dynamics 365 has not been compared with what is here yet; that happens daily.".to_owned(),
    };
    match newest.and_then(|run| run.cause_code.as_deref()) {
        Some(code) => format!("The last try failed: {} Before that: {result}", words(code).sentence),
        None => result,
    }
}

fn gap_row(row: GapOrder, may_act: bool) -> GapRow {
    let status = match row.kind.as_str() {
        "missing" => status("missing", "Missing", Tone::Bad),
        "stopped" => status("stopped", "Stopped", Tone::Neutral),
        _ => status("other_mode", "Another way", Tone::Neutral),
    };
    GapRow {
        may_import: may_act && status.code == "missing",
        status,
        company: row.company,
        number: row.number,
        delivery_mode: row.delivery_mode,
        reason: row.reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_as_people_say_them() {
        assert_eq!(schedules::every(60_000), "minute");
        assert_eq!(schedules::every(900_000), "15 minutes");
        assert_eq!(schedules::every(20_000), "20 seconds");
    }
}
