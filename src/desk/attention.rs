//! The groups of the home page: what stopped, grouped by structured cause, with what can be done.

use crate::clock::HOUR_MS;
use crate::desk::repair_sheet::{fix_rows, hide_lines, operation};
use crate::desk::{cause_notes, present, views, write_back_views};
use crate::engine::Engine;
use crate::order::cause::{Class, words};
use crate::order::repair::{GroupKey, Remedy};
use crate::store::StoreError;
use crate::store::cause_notes::CauseNote;
use crate::store::failures::FailureGroup;
use app::contract::{CauseGroup, CauseNoteView, RemedyView};
use std::collections::BTreeMap;

/// Orders shown inside a group; its own page has the rest.
const GROUP_ORDERS: i64 = 8;
/// Bars of a group's trend, one an hour: a shift and what came before it.
const TREND_BARS: usize = 12;

/// The class of a group whose proposals mend it.
const FIX_READY: &str = "fix ready";

/// All groups: what came back first, then what nobody knows of yet, the largest first and of equal ones
/// what needs no typing; at the end what passes by itself.
pub async fn groups(engine: &Engine, sees_people: bool) -> Result<Vec<CauseGroup>, StoreError> {
    let notes = engine.store.db.cause_notes().await?;
    let notes: BTreeMap<String, CauseNote> = notes.into_iter().map(|note| (note.cause.clone(), note)).collect();
    let mut groups = Vec::new();
    for group in engine.store.db.failure_groups().await? {
        let note = notes.get(&group.key.text());
        groups.push(view(engine, &group, note).await?);
    }
    if !sees_people {
        // A proposal is personal before any order holds it, and only what orders hold is known to `for_reader.rs`.
        let rows = groups.iter_mut().flat_map(|group| &mut group.fixes);
        rows.for_each(|row| hide_lines(&mut row.proposal));
    }
    groups.extend(write_back_views::groups(engine).await?);
    groups.sort_by_key(|group| {
        let passes = words(&group.code).class == Class::MovesByItself;
        let typed = group.remedy.is_none() || !group.fixes.is_empty() && group.class != FIX_READY;
        (!group.note.regressed, passes, group.note.acknowledged.is_some(), std::cmp::Reverse(group.count), typed)
    });
    Ok(groups)
}

async fn view(engine: &Engine, group: &FailureGroup, note: Option<&CauseNote>) -> Result<CauseGroup, StoreError> {
    let code = &group.key.code;
    let words = words(code);
    let stopped = u64::try_from(group.stopped).unwrap_or(0);
    let (fixes, ready) = match group.key.remedy() {
        Remedy::Fix if stopped > 0 => fix_rows(engine, group, GROUP_ORDERS).await?,
        _ => (Vec::new(), false),
    };
    let orders = engine.store.db.list_failures(group, GROUP_ORDERS).await?;
    Ok(CauseGroup {
        code: code.clone(),
        title: words.title.to_owned(),
        side: present::side(code).to_owned(),
        sentence: words.sentence.to_owned(),
        next_step: words.next_step.to_owned(),
        class: if ready { FIX_READY } else { present::class(words.class) }.to_owned(),
        count: u64::try_from(group.shipments).unwrap_or(0),
        first: present::moment(group.first_ms),
        last: present::moment(group.last_ms),
        href: format!("/orders?cause={code}"),
        orders: orders.iter().map(views::order_row).collect(),
        key: group.key.text(),
        operation: operation(group.key.operation).to_owned(),
        field: Some(group.key.field.replace('_', " ")).filter(|field| !field.is_empty()),
        remedy: (stopped > 0).then(|| remedy(&group.key, stopped, ready)),
        trend: trend(engine, group).await?,
        fixes,
        note: match note {
            Some(note) => cause_notes::view(engine, note).await?,
            None => CauseNoteView::default(),
        },
    })
}

/// What can be done, and where. A telephone may be in Dynamics 365 by now: its sheet asks at once.
fn remedy(key: &GroupKey, stopped: u64, ready: bool) -> RemedyView {
    let remedy = key.remedy();
    let label = match remedy {
        Remedy::Fix if ready => format!("Review {stopped} {}", if stopped == 1 { "fix" } else { "fixes" }),
        Remedy::Fix => format!("Fill in {stopped}"),
        Remedy::Replay => format!("Review and replay {stopped}"),
        Remedy::LookUp => format!("Look up {stopped}"),
    };
    let ask = if key.values().contains(&crate::order::repair::Value::Phone) { "?ask=true" } else { "" };
    RemedyView { kind: remedy.name().to_owned(), label, href: format!("/attention/{}{ask}", key.text()) }
}

/// How many came in each of the last hours, the running one last.
async fn trend(engine: &Engine, group: &FailureGroup) -> Result<Vec<u64>, StoreError> {
    let bars = i64::try_from(TREND_BARS).unwrap_or(1);
    let since_ms = engine.clock.now_ms() - bars * HOUR_MS;
    let mut trend = vec![0; TREND_BARS];
    for (span, count) in engine.store.db.failures_by_span(group, since_ms, HOUR_MS).await? {
        // What came at this very millisecond opens a span of its own: it belongs to the running hour.
        let span = usize::try_from(span).unwrap_or(0).min(TREND_BARS - 1);
        trend[span] += u64::try_from(count).unwrap_or(0);
    }
    Ok(trend)
}
