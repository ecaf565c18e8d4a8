//! Watches acknowledged groups of failures: one that is empty is over, and when it comes back it is a
//! new matter that somebody has to see again.

use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::store::cause_notes::CauseNote;
use crate::store::{Result, StoreError};
use std::collections::BTreeSet;
use std::time::Duration;

/// How often to look. A group that empties and fills again within this counts as one that stayed.
const EVERY: Duration = Duration::from_secs(10);

/// Notes which acknowledged groups are empty. Answers how many became so.
pub async fn tick(engine: &Engine) -> Result<usize> {
    let notes = engine.store.db.cause_notes().await?;
    let watched: Vec<CauseNote> =
        notes.into_iter().filter(|note| note.acknowledged_ms.is_some() && note.emptied_ms.is_none()).collect();
    if watched.is_empty() {
        return Ok(0);
    }
    let groups = engine.store.db.failure_groups().await?;
    let full: BTreeSet<String> = groups.into_iter().map(|group| group.key.text()).collect();
    let mut emptied = 0;
    for note in watched.into_iter().filter(|note| !full.contains(&note.cause)) {
        let now = engine.clock.now_ms();
        // What was said about it is over with it; its comments stay.
        let over = CauseNote {
            emptied_ms: Some(now),
            snoozed_until_ms: None,
            snoozed_by: None,
            assigned_to: None,
            changed_ms: now,
            ..note
        };
        let saved = async {
            let mut tx = engine.store.begin().await?;
            tx.save_cause_note(&over).await?;
            tx.commit().await
        };
        match saved.await {
            Ok(()) => emptied += 1,
            // Somebody decided about it at this moment.
            Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(emptied)
}

/// Ticks until the program stops.
pub async fn run(engine: &Engine, lifecycle: &Lifecycle) {
    while !lifecycle.is_stopping() {
        if let Err(error) = tick(engine).await {
            super::failed("cause-notes", &error);
        }
        super::pause(EVERY, lifecycle).await;
    }
}
