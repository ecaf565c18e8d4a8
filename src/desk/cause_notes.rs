//! What people decide and say about a group of failures: acknowledged, snoozed, assigned, commented.

use crate::audit::{Actor, Subject};
use crate::clock::HOUR_MS;
use crate::desk::repair_sheet::known_key;
use crate::desk::{OperatorDesk, present};
use crate::engine::Engine;
use crate::order::cause::words;
use crate::store::StoreError;
use crate::store::cause_notes::{CauseComment, CauseNote};
use app::contract::{CauseNoteForm, CauseNoteView, CommentView, Problem};

/// Comments shown; the trail has all.
const COMMENTS_SHOWN: i64 = 5;
/// Longest comment: a few sentences.
const COMMENT_LIMIT: usize = 500;
/// Longest snooze: a week; what may wait longer is acknowledged or mended.
const SNOOZE_MOST_H: i64 = 7 * 24;

/// A note as the page shows it; `present` says whether the group is there now.
pub async fn view(engine: &Engine, note: &CauseNote) -> Result<CauseNoteView, StoreError> {
    let now = engine.clock.now_ms();
    let comments = engine.store.db.cause_comments(&note.cause, COMMENTS_SHOWN).await?;
    let regressed = note.emptied_ms.is_some();
    let by = |ms: Option<i64>, who: &Option<String>| ms.map(present::moment).zip(who.clone());
    Ok(CauseNoteView {
        version: note.version,
        regressed,
        acknowledged: by(note.acknowledged_ms, &note.acknowledged_by).filter(|_| !regressed),
        snoozed: by(note.snoozed_until_ms.filter(|until| *until > now), &note.snoozed_by),
        assigned_to: note.assigned_to.clone(),
        comments: comments
            .into_iter()
            .map(|comment| CommentView {
                at: present::moment(comment.at_ms),
                author: comment.author,
                words: comment.words,
            })
            .collect(),
    })
}

impl OperatorDesk {
    /// Saves what somebody decided about a group, on record.
    pub(super) async fn note(&self, actor: &Actor, form: &CauseNoteForm) -> Result<(), Problem> {
        let key = known_key(&form.key)?;
        let cause = key.text();
        let engine = &self.engine;
        let now = engine.clock.now_ms();
        let stored = self.store(engine.store.db.cause_note(&cause).await)?;
        let before = stored.unwrap_or_else(|| CauseNote { cause: cause.clone(), ..CauseNote::default() });
        if before.version != form.version {
            let hint = "Read the page again, then decide.";
            return Err(Problem::new("attention.stale", "Somebody decided about this group meanwhile.", hint));
        }
        let assigned_to = self.assignee(&form.assigned_to).await?;
        let snooze = snooze(&form.snooze)?;
        let words_said: String = form.comment.trim().chars().take(COMMENT_LIMIT).collect();
        let after = decided(&before, actor, form.acknowledged, snooze, assigned_to, now);
        let said = changes(&before, &after, &words_said);
        if said.is_empty() {
            let hint = "Acknowledge it, snooze it, assign it, or write a comment.";
            return Err(Problem::new("attention.nothing-new", "Nothing was changed.", hint));
        }
        let summary = format!("{}: {}.", words(&key.code).title, said.join("; "));
        let mut entry = engine.entry(actor, "desk.note-cause", Subject::default(), summary);
        entry.body = serde_json::to_string(&serde_json::json!({"cause": cause, "comment": words_said})).ok();
        let comment = CauseComment { cause, at_ms: now, author: actor.name().to_owned(), words: words_said };
        let saved = async {
            let mut tx = engine.store.begin().await?;
            tx.save_cause_note(&after).await?;
            if !comment.words.is_empty() {
                tx.insert_cause_comment(&engine.new_id(), &comment).await?;
            }
            engine.store.append(&mut tx, &entry).await?;
            tx.commit().await
        };
        self.store(saved.await)
    }

    /// An operator of this name, or nobody.
    async fn assignee(&self, name: &str) -> Result<Option<String>, Problem> {
        let name = name.trim().to_lowercase();
        if name.is_empty() {
            return Ok(None);
        }
        if let Some(operator) = self.store(self.engine.store.db.operator(&name).await)? {
            return Ok(Some(operator.name));
        }
        let message = format!("There is no operator named {name}.");
        Err(Problem::new("attention.unknown-operator", &message, "Write the name they sign in with."))
    }
}

/// `4` → four hours. Blank: as it is; `0`: no more.
fn snooze(text: &str) -> Result<Option<i64>, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().ok().filter(|hours| (0..=SNOOZE_MOST_H).contains(hours)).map(Some).ok_or_else(|| {
        let message = format!("A group is snoozed for hours, at most {SNOOZE_MOST_H}.");
        Problem::new("attention.snooze", &message, "Choose one of the list.")
    })
}

fn decided(
    before: &CauseNote,
    actor: &Actor,
    acknowledged: bool,
    snooze: Option<i64>,
    assigned_to: Option<String>,
    now: i64,
) -> CauseNote {
    let who = Some(actor.name().to_owned());
    let mut after = CauseNote { assigned_to, changed_ms: now, ..before.clone() };
    if acknowledged && !stands(before) {
        (after.acknowledged_ms, after.acknowledged_by, after.emptied_ms) = (Some(now), who.clone(), None);
    }
    if !acknowledged && stands(before) {
        (after.acknowledged_ms, after.acknowledged_by) = (None, None);
    }
    match snooze {
        None => {}
        Some(0) => (after.snoozed_until_ms, after.snoozed_by) = (None, None),
        Some(hours) => (after.snoozed_until_ms, after.snoozed_by) = (Some(now + hours * HOUR_MS), who),
    }
    after
}

/// Somebody knows of it as it is now: it was not empty since.
fn stands(note: &CauseNote) -> bool {
    note.acknowledged_ms.is_some() && note.emptied_ms.is_none()
}

/// What changed, for the trail.
fn changes(before: &CauseNote, after: &CauseNote, comment: &str) -> Vec<String> {
    let mut said = Vec::new();
    if stands(before) != stands(after) {
        said.push(if stands(after) { "acknowledged" } else { "no longer acknowledged" }.to_owned());
    }
    if before.snoozed_until_ms != after.snoozed_until_ms {
        said.push(match after.snoozed_until_ms {
            Some(until) => format!("snoozed until {}", crate::clock::text(until)),
            None => "no longer snoozed".to_owned(),
        });
    }
    if before.assigned_to != after.assigned_to {
        said.push(match &after.assigned_to {
            Some(name) => format!("assigned to {name}"),
            None => "assigned to nobody".to_owned(),
        });
    }
    if !comment.is_empty() {
        said.push(format!("said: {comment}"));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_is_taken_back_renewed_and_said() {
        let kim = Actor::Operator("kim".into());
        let none = CauseNote::default();
        let known = decided(&none, &kim, true, Some(4), Some("lee".into()), HOUR_MS);
        assert_eq!((known.acknowledged_ms, known.snoozed_until_ms), (Some(HOUR_MS), Some(5 * HOUR_MS)));
        assert_eq!(changes(&none, &known, "on it").len(), 4);
        let same = decided(&known, &kim, true, None, Some("lee".into()), 2 * HOUR_MS);
        assert!(changes(&known, &same, "").is_empty(), "a second yes is no news");
        let back = CauseNote { emptied_ms: Some(3 * HOUR_MS), ..known.clone() };
        let again = decided(&back, &kim, true, None, None, 4 * HOUR_MS);
        assert_eq!((again.acknowledged_ms, again.emptied_ms), (Some(4 * HOUR_MS), None), "it came back, and is known");
        let not = decided(&known, &kim, false, Some(0), Some("lee".into()), 2 * HOUR_MS);
        assert_eq!((not.acknowledged_ms, not.snoozed_until_ms), (None, None));
    }

    #[test]
    fn a_snooze_is_bounded() {
        assert_eq!(snooze("").ok(), Some(None));
        assert_eq!(snooze("4").ok(), Some(Some(4)));
        assert!(snooze("100000").is_err() && snooze("soon").is_err() && snooze("-1").is_err());
    }
}
