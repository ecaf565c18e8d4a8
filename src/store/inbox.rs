//! What FedEx pushed: kept before it is answered, taken in later, and gone again after a while.

use crate::store::{Conditions, Db, Param, Result, Tx, bind_all, on_db, on_tx};
use std::collections::HashSet;

/// Rows of one insert, largest first: a few sizes only, so that their statements stay prepared.
const INSERT_SIZES: [usize; 4] = [64, 16, 4, 1];
/// Values of one row of the insert.
const INSERT_VALUES: usize = 10;

/// What became of a push.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Kept, and not read yet.
    #[default]
    Waiting,
    /// Its news are with their shipments.
    TakenIn,
    /// No shipment has one of its numbers; read again once a label has it.
    UnknownNumber,
    /// Signed, and of a shape we do not know.
    Quarantined,
    /// Our own test of the way.
    SelfTest,
    /// Signed and of a known shape, and could not be stored again and again.
    Failed,
    /// Not signed, or wrongly.
    Refused,
}

impl Verdict {
    /// In the order people are shown them.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::TakenIn,
        Self::UnknownNumber,
        Self::Quarantined,
        Self::Failed,
        Self::Refused,
        Self::SelfTest,
    ];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::TakenIn => "taken_in",
            Self::UnknownNumber => "unknown_number",
            Self::Quarantined => "quarantined",
            Self::SelfTest => "self_test",
            Self::Failed => "failed",
            Self::Refused => "refused",
        }
    }

    /// The verdict of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// A push to keep.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    /// A ULID of now.
    pub delivery_id: String,
    /// The FedEx it is from, whose numbers it names.
    pub environment: String,
    /// The same for the same news; `None`: refused.
    pub content_key: Option<[u8; 32]>,
    /// When.
    pub received_ms: i64,
    /// Why it was refused; empty for a signed one.
    pub reason: String,
    /// Id of the token that signed it; empty for a refused one.
    pub signer: String,
    /// Headers kept, one a line.
    pub headers: String,
    /// Its bytes; of a refused one, the first.
    pub body: Vec<u8>,
    /// How many bytes came.
    pub body_size: i64,
}

impl NewDelivery {
    fn verdict(&self) -> Verdict {
        if self.content_key.is_some() { Verdict::Waiting } else { Verdict::Refused }
    }
}

/// A push without its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct DeliveryRow {
    /// Its id.
    pub delivery_id: String,
    /// When it first came.
    pub received_ms: i64,
    /// When it last came.
    pub last_ms: i64,
    /// How often it came again.
    pub repeats: i64,
    /// What became of it, as stored.
    pub verdict: String,
    /// That in words.
    pub reason: String,
    /// Id of the token that signed it.
    pub signer: String,
    /// Headers kept, one a line.
    pub headers: String,
    /// How many bytes came.
    pub body_size: i64,
    /// How often taking it in failed.
    pub failures: i64,
    /// How often an operator had it read again.
    pub replays: i64,
    /// When it was read.
    pub processed_ms: Option<i64>,
    /// Its tracking numbers, separated by spaces.
    pub numbers: String,
    /// What it says, in FedEx's words.
    pub event: String,
    /// Scans that were new.
    pub new_scans: i64,
    /// Images that were new.
    pub proofs: i64,
}

const COLUMNS: &str = "delivery_id, received_ms, last_ms, repeats, verdict, reason, signer, headers, body_size,
    failures, replays, processed_ms, numbers, event, new_scans, proofs";

/// A push to read.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Claimed {
    /// Its id.
    pub delivery_id: String,
    /// When it came.
    pub received_ms: i64,
    /// Id of the token that signed it.
    pub signer: String,
    /// Its bytes.
    pub body: Vec<u8>,
    /// How often reading it failed.
    pub failures: i64,
}

/// What reading a push came to.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// What became of it.
    pub verdict: Verdict,
    /// That in words.
    pub reason: String,
    /// Its tracking numbers.
    pub numbers: Vec<String>,
    /// Those that no shipment has yet.
    pub unmatched: Vec<String>,
    /// What it says, in FedEx's words.
    pub event: String,
    /// Scans that were new.
    pub new_scans: i64,
    /// Images that were new.
    pub proofs: i64,
}

fn insert_sql(rows: usize) -> String {
    let row = |row: usize| {
        let value = |at: usize| format!("${}", row * INSERT_VALUES + at);
        format!(
            "({id}, {environment}, {key}, {at}, {at}, 0, {verdict}, {reason}, {signer}, {headers}, {body}, {size},
              {at}, 0, 0, null, '', '', 0, 0)",
            id = value(1),
            environment = value(2),
            key = value(3),
            at = value(4),
            verdict = value(5),
            reason = value(6),
            signer = value(7),
            headers = value(8),
            body = value(9),
            size = value(10),
        )
    };
    let rows = (0..rows).map(row).collect::<Vec<_>>().join(", ");
    format!(
        "insert into inbox (delivery_id, environment, content_key, received_ms, last_ms, repeats, verdict, reason,
            signer, headers, body, body_size, due_ms, failures, replays, processed_ms, numbers, event, new_scans, proofs)
         values {rows} on conflict do nothing returning delivery_id"
    )
}

impl Tx {
    /// Keeps pushes, many with one statement. One whose news is there already only counts as a
    /// repeat. Answers the ids of those that are new.
    pub async fn insert_deliveries(&mut self, deliveries: &[NewDelivery]) -> Result<HashSet<String>> {
        let mut new = HashSet::new();
        let mut rest = deliveries;
        while !rest.is_empty() {
            let size = INSERT_SIZES.into_iter().find(|size| *size <= rest.len()).unwrap_or(1);
            let (some, others) = rest.split_at(size);
            let sql = insert_sql(size);
            let inserted: Vec<(String,)> = on_tx!(self, conn => {
                let mut query = sqlx::query_as(&sql);
                for one in some {
                    query = query
                        .bind(&one.delivery_id)
                        .bind(&one.environment)
                        .bind(one.content_key.as_ref().map(|key| &key[..]))
                        .bind(one.received_ms)
                        .bind(one.verdict().name())
                        .bind(&one.reason)
                        .bind(&one.signer)
                        .bind(&one.headers)
                        .bind(&one.body)
                        .bind(one.body_size);
                }
                query.fetch_all(conn).await?
            });
            new.extend(inserted.into_iter().map(|row| row.0));
            rest = others;
        }
        for repeat in deliveries.iter().filter(|one| !new.contains(&one.delivery_id)) {
            let sql =
                "update inbox set repeats = repeats + 1, last_ms = $3 where environment = $1 and content_key = $2";
            on_tx!(self, conn => sqlx::query(sql)
                .bind(&repeat.environment)
                .bind(repeat.content_key.as_ref().map(|key| &key[..]))
                .bind(repeat.received_ms)
                .execute(conn).await?.rows_affected());
        }
        Ok(new)
    }

    /// Takes pushes to read, oldest first. On PostgreSQL they are left alone by other nodes until
    /// `until_ms`; on SQLite there is no other node.
    pub async fn claim_deliveries(&mut self, now_ms: i64, until_ms: i64, limit: i64) -> Result<Vec<Claimed>> {
        let waiting = "from inbox where verdict = 'waiting' and due_ms <= $1 order by delivery_id limit $2";
        let mut claimed: Vec<Claimed> = match self {
            Tx::Sqlite(tx) => {
                let sql = format!("select delivery_id, received_ms, signer, body, failures {waiting}");
                sqlx::query_as(&sql).bind(now_ms).bind(limit).fetch_all(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                let sql = format!(
                    "update inbox set due_ms = $3
                     where delivery_id in (select delivery_id {waiting} for update skip locked)
                     returning delivery_id, received_ms, signer, body, failures"
                );
                sqlx::query_as(&sql).bind(now_ms).bind(limit).bind(until_ms).fetch_all(&mut **tx).await?
            }
        };
        claimed.sort_by(|one, other| one.delivery_id.cmp(&other.delivery_id));
        Ok(claimed)
    }

    /// Writes down what reading a push came to.
    pub async fn settle_delivery(&mut self, delivery_id: &str, settled: &Settled, now_ms: i64) -> Result<()> {
        let sql = "
            update inbox set verdict = $2, reason = $3, numbers = $4, event = $5, new_scans = new_scans + $6,
                   proofs = proofs + $7, processed_ms = $8
            where delivery_id = $1 and verdict = 'waiting'";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(delivery_id)
            .bind(settled.verdict.name())
            .bind(&settled.reason)
            .bind(settled.numbers.join(" "))
            .bind(&settled.event)
            .bind(settled.new_scans)
            .bind(settled.proofs)
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        if rows == 0 {
            // Another node read it as well; reading it twice changes nothing.
            return Ok(());
        }
        for number in &settled.unmatched {
            let sql =
                "insert into inbox_unmatched (tracking_number, delivery_id) values ($1, $2) on conflict do nothing";
            on_tx!(self, conn => sqlx::query(sql).bind(number).bind(delivery_id).execute(conn).await?.rows_affected());
        }
        Ok(())
    }

    /// Reading failed: tried again then.
    pub async fn postpone_delivery(&mut self, delivery_id: &str, reason: &str, due_ms: i64) -> Result<()> {
        let sql = "update inbox set failures = failures + 1, reason = $2, due_ms = $3
                   where delivery_id = $1 and verdict = 'waiting'";
        on_tx!(self, conn => sqlx::query(sql).bind(delivery_id).bind(reason).bind(due_ms).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Has a push read again; `false` when it is not there, or was refused.
    pub async fn requeue_delivery(&mut self, delivery_id: &str, by_operator: bool, now_ms: i64) -> Result<bool> {
        let sql = "
            update inbox set verdict = 'waiting', due_ms = $2, failures = 0, processed_ms = null, replays = replays + $3
            where delivery_id = $1 and verdict <> 'refused'";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(delivery_id).bind(now_ms).bind(i64::from(by_operator)).execute(conn).await?.rows_affected());
        let sql = "delete from inbox_unmatched where delivery_id = $1";
        on_tx!(self, conn => sqlx::query(sql).bind(delivery_id).execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Forgets pushes of a verdict that came before an id, so many at most; answers how many.
    pub async fn prune_deliveries(&mut self, verdict: Verdict, before: &str, limit: i64) -> Result<u64> {
        let old = "select delivery_id from inbox where verdict = $1 and delivery_id < $2 order by delivery_id limit $3";
        let sql = format!("delete from inbox_unmatched where delivery_id in ({old})");
        on_tx!(self, conn => sqlx::query(&sql)
            .bind(verdict.name()).bind(before).bind(limit).execute(conn).await?.rows_affected());
        let sql = format!("delete from inbox where delivery_id in ({old})");
        Ok(on_tx!(self, conn => sqlx::query(&sql)
            .bind(verdict.name()).bind(before).bind(limit).execute(conn).await?.rows_affected()))
    }

    /// Remembers a number unless a larger one is remembered.
    pub async fn advance_cursor(&mut self, name: &str, value: i64, now_ms: i64) -> Result<()> {
        let sql = "
            insert into cursors (name, value, updated_ms) values ($1, $2, $3)
            on conflict (name) do update set value = excluded.value, updated_ms = excluded.updated_ms
            where excluded.value > cursors.value";
        on_tx!(self, conn => sqlx::query(sql).bind(name).bind(value).bind(now_ms).execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// Something waits to be read.
    pub async fn has_due_deliveries(&self, now_ms: i64) -> Result<bool> {
        let sql =
            "select delivery_id from inbox where verdict = 'waiting' and due_ms <= $1 order by delivery_id limit 1";
        let row: Option<(String,)> = on_db!(self, pool => sqlx::query_as(sql).bind(now_ms).fetch_optional(pool).await?);
        Ok(row.is_some())
    }

    /// Pushes one of whose unknown numbers belongs to a parcel that changed since: it was labelled, or
    /// FedEx named its number only then.
    pub async fn matched_deliveries(&self, since_ms: i64, limit: i64) -> Result<Vec<String>> {
        let sql = "
            select distinct delivery_id from inbox_unmatched
            where tracking_number in (select tracking_number from parcels where changed_ms >= $1)
            limit $2";
        let rows: Vec<(String,)> =
            on_db!(self, pool => sqlx::query_as(sql).bind(since_ms).bind(limit).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// A page of pushes, newest first.
    pub async fn deliveries(
        &self,
        verdict: Option<Verdict>,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<DeliveryRow>> {
        let mut conditions = Conditions::default();
        if let Some(verdict) = verdict {
            conditions.and("verdict = ?", Param::Text(verdict.name().to_owned()));
        }
        if let Some(before) = before {
            conditions.and("delivery_id < ?", Param::Text(before.to_owned()));
        }
        let sql = format!("select {COLUMNS} from inbox {} order by delivery_id desc limit {limit}", conditions.sql());
        Ok(on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_all(pool).await?))
    }

    /// One push.
    pub async fn delivery(&self, delivery_id: &str) -> Result<Option<DeliveryRow>> {
        let sql = format!("select {COLUMNS} from inbox where delivery_id = $1");
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(delivery_id).fetch_optional(pool).await?))
    }

    /// Its bytes.
    pub async fn delivery_body(&self, delivery_id: &str) -> Result<Option<Vec<u8>>> {
        let sql = "select body from inbox where delivery_id = $1";
        let row: Option<(Vec<u8>,)> =
            on_db!(self, pool => sqlx::query_as(sql).bind(delivery_id).fetch_optional(pool).await?);
        Ok(row.map(|row| row.0))
    }

    /// The push with this news.
    pub async fn delivery_of(&self, environment: &str, content_key: &[u8; 32]) -> Result<Option<DeliveryRow>> {
        let sql = format!("select {COLUMNS} from inbox where environment = $1 and content_key = $2");
        Ok(on_db!(self, pool => sqlx::query_as(&sql)
            .bind(environment).bind(&content_key[..]).fetch_optional(pool).await?))
    }

    /// How many pushes have each verdict.
    pub async fn count_deliveries(&self) -> Result<Vec<(Verdict, i64)>> {
        let sql = "select verdict, count(*) from inbox group by verdict";
        let rows: Vec<(String, i64)> = on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?);
        Ok(rows.into_iter().filter_map(|(name, count)| Some((Verdict::parse(&name)?, count))).collect())
    }

    /// The id of the push with this place among those of its verdict, newest first.
    pub async fn delivery_at(&self, verdict: Verdict, place: i64) -> Result<Option<String>> {
        let sql = "select delivery_id from inbox where verdict = $1 order by delivery_id desc limit 1 offset $2";
        let row: Option<(String,)> = on_db!(self, pool => sqlx::query_as(sql)
            .bind(verdict.name()).bind(place).fetch_optional(pool).await?);
        Ok(row.map(|row| row.0))
    }
}
