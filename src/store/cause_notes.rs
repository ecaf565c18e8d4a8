//! What people decided and said about groups of failures.

use crate::store::{Db, Result, Tx, exactly_one, on_db, on_tx};

/// What was decided about a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct CauseNote {
    /// The group.
    pub cause: String,
    /// Rises with every change; 0 as long as nothing is stored.
    pub version: i64,
    /// When somebody said that they know.
    pub acknowledged_ms: Option<i64>,
    /// Who.
    pub acknowledged_by: Option<String>,
    /// Until when nobody wants to see it.
    pub snoozed_until_ms: Option<i64>,
    /// Who said so.
    pub snoozed_by: Option<String>,
    /// Who takes care.
    pub assigned_to: Option<String>,
    /// When it was found empty after it was acknowledged.
    pub emptied_ms: Option<i64>,
    /// Last change.
    pub changed_ms: i64,
}

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CauseComment {
    /// The group.
    pub cause: String,
    /// When.
    pub at_ms: i64,
    /// Who.
    pub author: String,
    /// What.
    pub words: String,
}

const COLUMNS: &str = "cause, version, acknowledged_ms, acknowledged_by, snoozed_until_ms, snoozed_by, assigned_to,
                       emptied_ms, changed_ms";

impl Tx {
    /// Saves a note over the version it was read in; somebody else was faster: a conflict.
    pub async fn save_cause_note(&mut self, note: &CauseNote) -> Result<()> {
        let sql = "
            insert into cause_notes (cause, version, acknowledged_ms, acknowledged_by, snoozed_until_ms, snoozed_by,
                                     assigned_to, emptied_ms, changed_ms)
            values ($1, $2 + 1, $3, $4, $5, $6, $7, $8, $9)
            on conflict (cause) do update
            set version = excluded.version, acknowledged_ms = excluded.acknowledged_ms,
                acknowledged_by = excluded.acknowledged_by, snoozed_until_ms = excluded.snoozed_until_ms,
                snoozed_by = excluded.snoozed_by, assigned_to = excluded.assigned_to,
                emptied_ms = excluded.emptied_ms, changed_ms = excluded.changed_ms
            where cause_notes.version = $2";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&note.cause)
            .bind(note.version)
            .bind(note.acknowledged_ms)
            .bind(&note.acknowledged_by)
            .bind(note.snoozed_until_ms)
            .bind(&note.snoozed_by)
            .bind(&note.assigned_to)
            .bind(note.emptied_ms)
            .bind(note.changed_ms)
            .execute(conn).await?.rows_affected());
        exactly_one(rows, "cause_notes", &note.cause)
    }

    /// Keeps what somebody said; the note it belongs to is there.
    pub async fn insert_cause_comment(&mut self, id: &str, comment: &CauseComment) -> Result<()> {
        let sql = "insert into cause_comments (comment_id, cause, at_ms, author, words) values ($1, $2, $3, $4, $5)";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(id)
            .bind(&comment.cause)
            .bind(comment.at_ms)
            .bind(&comment.author)
            .bind(&comment.words)
            .execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// All notes.
    pub async fn cause_notes(&self) -> Result<Vec<CauseNote>> {
        let sql = format!("select {COLUMNS} from cause_notes");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).fetch_all(pool).await?))
    }

    /// The note of a group.
    pub async fn cause_note(&self, cause: &str) -> Result<Option<CauseNote>> {
        let sql = format!("select {COLUMNS} from cause_notes where cause = $1");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(cause).fetch_optional(pool).await?))
    }

    /// What was said about a group, newest first.
    pub async fn cause_comments(&self, cause: &str, limit: i64) -> Result<Vec<CauseComment>> {
        let sql = "
            select cause, at_ms, author, words from cause_comments where cause = $1
            order by at_ms desc, comment_id desc limit $2";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(cause).bind(limit).fetch_all(pool).await?))
    }
}
