//! How far the changes of an environment were read, and which of them within the overlap.

use crate::store::{Db, Result, Tx, exactly_one, on_db, on_tx};

/// Where the changes of an environment stand.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Watermark {
    /// Host of the environment.
    pub host: String,
    /// `on`, or `off` where the environment does not publish changes.
    pub state: String,
    /// Why it is off.
    pub detail: Option<String>,
    /// Changes up to this moment of Dynamics 365's clock are read.
    pub cursor_ms: i64,
    /// Rises whenever somebody moves the cursor.
    pub version: i64,
    /// When the environment was last asked whether it publishes changes.
    pub probed_ms: i64,
    /// When changes were last read.
    pub read_ms: Option<i64>,
    /// Orders that reading queued or handed to a scan.
    pub queued: i64,
}

impl Watermark {
    /// The environment publishes changes.
    pub fn is_on(&self) -> bool {
        self.state == "on"
    }
}

const COLUMNS: &str = "host, state, detail, cursor_ms, version, probed_ms, read_ms, queued";

impl Tx {
    /// Keeps what an environment said when asked whether it publishes changes: from where, or why not.
    pub async fn set_watermark(
        &mut self,
        host: &str,
        begins: std::result::Result<i64, &str>,
        now_ms: i64,
    ) -> Result<()> {
        let sql = "
            insert into watermarks (host, state, detail, cursor_ms, version, probed_ms, queued)
            values ($1, $2, $3, $4, 1, $5, 0)
            on conflict (host) do update
            set state = excluded.state, detail = excluded.detail, probed_ms = excluded.probed_ms,
                cursor_ms = case when excluded.state = 'on' then excluded.cursor_ms else watermarks.cursor_ms end,
                version = watermarks.version + 1";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(host)
            .bind(if begins.is_ok() { "on" } else { "off" })
            .bind(begins.err())
            .bind(begins.unwrap_or(0))
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Moves the cursor over the version it was read in.
    pub async fn move_watermark(&mut self, read: &Watermark, cursor_ms: i64) -> Result<()> {
        let sql = "
            update watermarks set cursor_ms = $3, version = version + 1
            where host = $1 and version = $2 and state = 'on'";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&read.host).bind(read.version).bind(cursor_ms).execute(conn).await?.rows_affected());
        exactly_one(rows, "watermarks", &read.host)
    }

    /// Notes that changes were read, and how many orders that concerned.
    pub async fn note_watermark_read(&mut self, host: &str, queued: i64, now_ms: i64) -> Result<()> {
        on_tx!(self, conn => sqlx::query("update watermarks set read_ms = $2, queued = $3 where host = $1")
            .bind(host).bind(now_ms).bind(queued).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Remembers a change; `false` when this very change was read before.
    pub async fn see_change(&mut self, host: &str, company: &str, number: &str, modified_ms: i64) -> Result<bool> {
        let sql = "
            insert into changes_seen (host, company, number, modified_ms) values ($1, $2, $3, $4)
            on conflict (host, company, number) do update set modified_ms = excluded.modified_ms
            where changes_seen.modified_ms <> excluded.modified_ms";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(host).bind(company).bind(number).bind(modified_ms).execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Forgets changes before a moment (they are not read again), or from a moment on (they are).
    pub async fn forget_changes(&mut self, host: &str, from_ms: i64, to_ms: i64) -> Result<()> {
        let sql = "delete from changes_seen where host = $1 and modified_ms >= $2 and modified_ms < $3";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(host).bind(from_ms).bind(to_ms).execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// Where the changes of an environment stand; `None`: it was not asked yet.
    pub async fn watermark(&self, host: &str) -> Result<Option<Watermark>> {
        let sql = format!("select {COLUMNS} from watermarks where host = $1");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(host).fetch_optional(pool).await?))
    }
}
