//! Parcels under way: where each is, which need a person, and what asking FedEx costs.

use crate::clock;
use crate::desk::{OperatorDesk, Role, parcel_view, present, problem};
use crate::engine::Engine;
use crate::order::Kind;
use crate::order::ShipmentId;
use crate::order::outlook;
use crate::order::parcel_state::{Acknowledged, ParcelState};
use crate::store::parcel_queue::{After, QueueRow, Shown};
use crate::store::scans::Source;
use crate::store::track_days::PAUSED_UNTIL;
use crate::store::{Result as Stored, StoreError};
use crate::work::settle::subject;
use app::contract::{ParcelCount, ParcelFilter, ParcelSheet, Problem, QueuedParcel, TrackBudget};
use app::desk::ParcelDesk;
use async_trait::async_trait;

/// Rows of a page.
const PAGE: usize = 50;
/// Longest note of an operator; it stands in the trail, which is not a document store.
const NOTE_LIMIT: usize = 500;
/// Scans of each way whose delay is measured: about a day of a middling shipper.
const MEASURED: i64 = 500;

#[async_trait]
impl ParcelDesk for OperatorDesk {
    async fn parcels(&self, filter: ParcelFilter) -> Result<ParcelSheet, Problem> {
        self.allowed(Role::Viewer)?;
        let shown = shown(filter.show.as_deref())?;
        let after = filter.after.as_deref().map(cursor).transpose()?;
        self.sheet(shown, after).await.map_err(|error| problem::broken(&self.engine, &error))
    }

    async fn acknowledge_parcel(
        &self,
        shipment_id: String,
        sequence: i64,
        version: i64,
        note: String,
    ) -> Result<(), Problem> {
        let actor = self.allowed(Role::Operator)?;
        let note: String = note.trim().chars().take(NOTE_LIMIT).collect();
        if note.is_empty() {
            return Err(Problem::new(
                "parcel.note-missing",
                "An acknowledgement says what was done.",
                "Write a few words, for example “called, redelivery on Friday”.",
            ));
        }
        let store = |error: StoreError| problem::store(&self.engine, &error);
        let now = self.engine.clock.now_ms();
        let id = ShipmentId(shipment_id);
        let mut tx = self.engine.store.begin().await.map_err(store)?;
        let shipment = tx.shipment(&id).await.map_err(store)?.ok_or_else(problem::no_shipment)?;
        let before = tx.parcel(&id, sequence).await.map_err(store)?.ok_or_else(problem::no_shipment)?;
        if before.changed_ms != version {
            return Err(problem::stale());
        }
        if outlook::trouble(&before, shipment.kind == Kind::Return, now).is_none() {
            return Err(Problem::new(
                "parcel.no-trouble",
                "Nothing is wrong with this parcel any more.",
                "Read the page again; there is nothing to acknowledge.",
            ));
        }
        let seen = Acknowledged { at_ms: now, by: actor.name().to_owned(), note: note.clone() };
        let after = ParcelState { acknowledged: Some(seen), ..before.clone() };
        tx.save_parcel(&before, &after).await.map_err(store)?;
        let summary = format!("Acknowledged package {sequence}, {}: {note}", before.tracking_number);
        let entry = self.engine.entry(&actor, "desk.acknowledge-parcel", subject(&shipment), summary);
        self.engine.store.append(&mut tx, &entry).await.map_err(store)?;
        tx.commit().await.map_err(store)
    }
}

fn shown(name: Option<&str>) -> Result<Shown, Problem> {
    let name = name.unwrap_or(Shown::Exceptions.name());
    Shown::parse(name).ok_or_else(|| {
        let names = Shown::ALL.map(Shown::name).join(", ");
        Problem::new("parcel.no-such-filter", "Parcels have no such filter.", &format!("Choose one of {names}."))
    })
}

/// `1795373813000-01J…-2`: opaque to everybody else.
fn cursor(text: &str) -> Result<After, Problem> {
    let parts: Vec<&str> = text.split('-').collect();
    let [changed, shipment, sequence] = parts[..] else { return Err(no_cursor()) };
    let (Ok(changed_ms), Ok(sequence)) = (changed.parse(), sequence.parse()) else { return Err(no_cursor()) };
    Ok(After { changed_ms, shipment_id: shipment.to_owned(), sequence })
}

fn no_cursor() -> Problem {
    Problem::new("parcel.no-such-page", "There is no such page of parcels.", "Go back to the first page.")
}

fn word(shown: Shown) -> &'static str {
    match shown {
        Shown::Exceptions => "Exceptions",
        Shown::Late => "Late or at risk",
        Shown::Silent => "Silent",
        Shown::UnderWay => "Under way",
        Shown::Delivered => "Delivered today",
        Shown::Acknowledged => "Acknowledged",
    }
}

impl OperatorDesk {
    async fn sheet(&self, shown: Shown, after: Option<After>) -> Stored<ParcelSheet> {
        let db = &self.engine.store.db;
        let now = self.engine.clock.now_ms();
        let more = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
        let mut rows = db.parcel_queue(shown, after.as_ref(), now, more).await?;
        let has_next = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows
            .last()
            .filter(|_| has_next)
            .map(|row| format!("{}-{}-{}", row.parcel.changed_ms, row.parcel.shipment_id, row.parcel.sequence));
        let mut filters = Vec::new();
        for one in Shown::ALL {
            let count = u64::try_from(db.count_parcels(one, now).await?).unwrap_or_default();
            filters.push(ParcelCount { code: one.name().to_owned(), label: word(one).to_owned(), count });
        }
        let of = |wanted: Shown| filters.iter().find(|one| one.code == wanted.name()).map_or(0, |one| one.count);
        let needs = of(Shown::Exceptions) + of(Shown::Late) + of(Shown::Silent);
        Ok(ParcelSheet {
            headline: headline(needs, of(Shown::UnderWay)),
            total: of(shown),
            rows: rows.iter().map(|row| queued(row, now)).collect(),
            filters,
            next,
            budget: track_budget(&self.engine).await?,
            may_act: self.allowed(Role::Operator).is_ok(),
            now: present::moment(now),
        })
    }
}

fn headline(needs: u64, under_way: u64) -> String {
    let way = match under_way {
        0 => "No parcel is under way".to_owned(),
        1 => "1 parcel is under way".to_owned(),
        several => format!("{several} parcels are under way"),
    };
    match needs {
        0 => format!("{way}; none needs you."),
        1 => format!("{way}; 1 needs you."),
        several => format!("{way}; {several} need you."),
    }
}

fn queued(row: &QueueRow, now_ms: i64) -> QueuedParcel {
    QueuedParcel {
        company: row.company.clone(),
        number: row.number.clone(),
        consignee: row.ship_to.clone(),
        parcel: parcel_view::parcel(&row.parcel, row.packages, row.is_return, now_ms),
    }
}

/// The day's questions, and how long scans take to reach us.
pub async fn track_budget(engine: &Engine) -> Stored<TrackBudget> {
    let db = &engine.store.db;
    let now = engine.clock.now_ms();
    let day = db.track_day(&clock::date(now)).await?;
    let midnight = (now / clock::DAY_MS + 1) * clock::DAY_MS;
    let more = db.questions_until(now, midnight).await?;
    let paused = db.cursor(PAUSED_UNTIL).await?;
    let (push, poll) = scan_delays(engine).await?;
    Ok(TrackBudget {
        delays: parcel_view::delays(push, poll),
        ..parcel_view::budget(day, i64::from(engine.config.track_daily_budget), more, paused, now)
    })
}

/// The median time from FedEx's scanner to us, by push and by asking, in milliseconds.
pub async fn scan_delays(engine: &Engine) -> Stored<(Option<i64>, Option<i64>)> {
    let db = &engine.store.db;
    let push = parcel_view::median(db.scan_delays(Source::Push, MEASURED).await?);
    let poll = parcel_view::median(db.scan_delays(Source::Poll, MEASURED).await?);
    Ok((push, poll))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_row() {
        let after = cursor("1795373813000-01JDABC-2").expect("good");
        assert_eq!((after.changed_ms, after.shipment_id.as_str(), after.sequence), (1_795_373_813_000, "01JDABC", 2));
        for wrong in ["", "1-2", "x-s-1", "1-s-x"] {
            assert_eq!(cursor(wrong).expect_err("no cursor").code, "parcel.no-such-page", "{wrong}");
        }
    }

    #[test]
    fn the_headline_counts_what_needs_a_person() {
        assert_eq!(headline(0, 1), "1 parcel is under way; none needs you.");
        assert_eq!(headline(2, 14), "14 parcels are under way; 2 need you.");
    }
}
