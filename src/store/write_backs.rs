//! What is owed to orders in Dynamics 365: one row an order, whose lease is the right to write it.

use crate::d365::Proof;
use crate::d365::metadata::{Entity, Property, Shape};
use crate::order::OrderId;
use crate::order::cause::Cause;
use crate::store::{Db, Result, StoreError, Tx, on_db, on_tx};

/// News wait so long for more of them: scans of a parcel come in handfuls, and a person's screen in
/// Dynamics 365 is up to date within a minute all the same.
pub const DEBOUNCE_MS: i64 = 5 * crate::clock::SECOND_MS;

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $stored:literal,)+) => {
        /// How a write-back stands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum WriteState { $($(#[$doc])* $name,)+ }

        impl WriteState {
            /// The stored name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $stored,)+ }
            }

            /// The state of a stored name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($stored => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

states! {
    /// Something new is to be written.
    Due = "due",
    /// Dynamics 365 holds what we know.
    Done = "done",
    /// Something outside must happen first, or a failure passes; it is tried again.
    Waiting = "waiting",
    /// Needs a person.
    Parked = "parked",
}

#[derive(sqlx::FromRow)]
struct Row {
    order_id: String,
    company: String,
    number: String,
    customer_name: String,
    state: String,
    version: i64,
    cause_code: Option<String>,
    cause_field: Option<String>,
    cause_detail: Option<String>,
    failures: i64,
    next_run_ms: Option<i64>,
    fingerprint: Option<String>,
    proof: String,
    written_ms: Option<i64>,
    verified_ms: Option<i64>,
    changed_ms: i64,
}

/// A write-back as stored, with the name of its order.
#[derive(Clone, Debug)]
pub struct WriteBack {
    /// The order.
    pub order_id: OrderId,
    /// Its legal entity.
    pub company: String,
    /// Its number.
    pub number: String,
    /// Who ordered.
    pub customer_name: String,
    /// How it stands.
    pub state: WriteState,
    /// Rises with every piece of news.
    pub version: i64,
    /// Why it waits or needs a person.
    pub cause: Option<Cause>,
    /// Failures in a row.
    pub failures: u32,
    /// When it is tried next.
    pub next_run_ms: Option<i64>,
    /// Of what was last written, and where.
    pub fingerprint: Option<String>,
    /// What was read back last.
    pub proof: Vec<Proof>,
    /// Last time something was written.
    pub written_ms: Option<i64>,
    /// Last time Dynamics 365 was read and held it.
    pub verified_ms: Option<i64>,
    /// Last change of state.
    pub changed_ms: i64,
}

impl Row {
    fn write_back(self) -> Result<WriteBack> {
        let id = self.order_id.clone();
        let impossible = |column| StoreError::Impossible { table: "write_backs", id: id.clone(), column };
        Ok(WriteBack {
            state: WriteState::parse(&self.state).ok_or_else(|| impossible("state"))?,
            failures: u32::try_from(self.failures).map_err(|_| impossible("failures"))?,
            proof: serde_json::from_str(&self.proof).map_err(|_| impossible("proof"))?,
            cause: self.cause_code.map(|code| Cause { code, field: self.cause_field, detail: self.cause_detail }),
            order_id: OrderId(self.order_id),
            company: self.company,
            number: self.number,
            customer_name: self.customer_name,
            version: self.version,
            next_run_ms: self.next_run_ms,
            fingerprint: self.fingerprint,
            written_ms: self.written_ms,
            verified_ms: self.verified_ms,
            changed_ms: self.changed_ms,
        })
    }
}

const ROWS: &str = "
    select w.order_id, o.company, o.number, o.customer_name, w.state, w.version, w.cause_code, w.cause_field,
           w.cause_detail, w.failures, w.next_run_ms, w.fingerprint, w.proof, w.written_ms, w.verified_ms, w.changed_ms
    from write_backs w join orders o on o.order_id = w.order_id";

/// How a write ended.
#[derive(Clone, Debug)]
pub struct WriteEnd<'a> {
    /// How it stands now.
    pub state: WriteState,
    /// Why, if it is not done.
    pub cause: Option<&'a Cause>,
    /// Failures in a row.
    pub failures: u32,
    /// When it is tried next.
    pub next_run_ms: Option<i64>,
    /// What was read back; `None` keeps what is known.
    pub proof: Option<&'a [Proof]>,
    /// Of what was written, when all of it was.
    pub fingerprint: Option<&'a str>,
    /// Something was written.
    pub written: bool,
}

/// Write-backs that stopped for the same reason.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ParkedCount {
    /// Cause.
    pub cause_code: String,
    /// How many orders.
    pub orders: i64,
    /// The first of them.
    pub first_ms: i64,
    /// The last.
    pub last_ms: i64,
}

fn proof_json(proof: &[Proof]) -> String {
    serde_json::to_string(proof).expect("a proof is plain data")
}

impl Tx {
    /// Something about an order is to be written. What waits or is parked keeps its time: news do not
    /// shorten a throttle, and a person was asked for a reason.
    pub async fn write_back_due(&mut self, order: &OrderId, now_ms: i64) -> Result<()> {
        let sql = "
            insert into write_backs (order_id, state, version, failures, next_run_ms, proof, changed_ms)
            values ($1, 'due', 1, 0, $2, '[]', $3)
            on conflict (order_id) do update
            set version = write_backs.version + 1,
                state = case when write_backs.state = 'done' then 'due' else write_backs.state end,
                next_run_ms = case when write_backs.state = 'done' then excluded.next_run_ms
                                   else write_backs.next_run_ms end,
                changed_ms = case when write_backs.state = 'done' then excluded.changed_ms
                                  else write_backs.changed_ms end";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&order.0).bind(now_ms + DEBOUNCE_MS).bind(now_ms).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Writes an order anew at once, whatever it is believed to hold.
    pub async fn write_again(&mut self, order: &OrderId, now_ms: i64) -> Result<()> {
        self.write_back_due(order, now_ms).await?;
        self.again_where("order_id = $2", &order.0, now_ms).await.map(drop)
    }

    /// The same for all orders that stopped by a cause. Answers how many.
    pub async fn write_again_parked(&mut self, cause: &str, now_ms: i64) -> Result<u64> {
        self.again_where("state = 'parked' and cause_code = $2", cause, now_ms).await
    }

    async fn again_where(&mut self, part: &str, value: &str, now_ms: i64) -> Result<u64> {
        let sql = format!(
            "update write_backs
             set state = 'due', version = version + 1, next_run_ms = $1, failures = 0, fingerprint = null,
                 cause_code = null, cause_field = null, cause_detail = null, changed_ms = $1
             where {part}"
        );
        Ok(on_tx!(self, conn => sqlx::query(&sql).bind(now_ms).bind(value).execute(conn).await?.rows_affected()))
    }

    /// Writes all orders anew whose label was bought since a moment. Answers how many.
    pub async fn write_again_since(&mut self, since_ms: i64, now_ms: i64) -> Result<u64> {
        let labelled = "
            select distinct order_id from shipments
            where kind = 'outbound' and tracking_number is not null and labelled_ms >= $1";
        let sql = format!(
            "insert into write_backs (order_id, state, version, failures, next_run_ms, proof, changed_ms)
             select order_id, 'due', 1, 0, $2, '[]', $2 from ({labelled}) as labelled where true
             on conflict (order_id) do update
             set state = 'due', version = write_backs.version + 1, next_run_ms = excluded.next_run_ms, failures = 0,
                 fingerprint = null, cause_code = null, cause_field = null, cause_detail = null,
                 changed_ms = excluded.changed_ms"
        );
        Ok(on_tx!(self, conn => sqlx::query(&sql).bind(since_ms).bind(now_ms).execute(conn).await?.rows_affected()))
    }

    /// Takes the right to write an order, for a holder nobody else is. `false`: somebody has it.
    pub async fn hold_write_back(&mut self, order: &OrderId, holder: &str, now_ms: i64, until_ms: i64) -> Result<bool> {
        let sql = "
            insert into write_backs (order_id, state, version, failures, lease, lease_until_ms, proof, changed_ms)
            values ($1, 'done', 0, 0, $2, $4, '[]', $3)
            on conflict (order_id) do update set lease = excluded.lease, lease_until_ms = excluded.lease_until_ms
            where write_backs.lease is null or write_backs.lease_until_ms < $3";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&order.0).bind(holder).bind(now_ms).bind(until_ms).execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Gives the right back.
    pub async fn free_write_back(&mut self, order: &OrderId, holder: &str) -> Result<()> {
        let sql = "update write_backs set lease = null, lease_until_ms = null where order_id = $1 and lease = $2";
        on_tx!(self, conn => sqlx::query(sql).bind(&order.0).bind(holder).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Ends all rights: for the start of the only process on an SQLite file.
    pub async fn free_all_write_backs(&mut self) -> Result<u64> {
        let sql = "update write_backs set lease = null, lease_until_ms = null where lease is not null";
        Ok(on_tx!(self, conn => sqlx::query(sql).execute(conn).await?.rows_affected()))
    }

    /// Claims the order whose write is due first, for a holder nobody else is.
    pub async fn claim_write_back(&mut self, holder: &str, now_ms: i64, until_ms: i64) -> Result<Option<WriteBack>> {
        let due = "
            select order_id from write_backs
            where next_run_ms <= $1 and (lease_until_ms is null or lease_until_ms < $1)
            and not exists (select 1 from pauses where flow = 'write_back')
            order by next_run_ms limit 1";
        let claim = |skip: &str| {
            format!(
                "update write_backs set lease = $2, lease_until_ms = $3 where order_id in ({due} {skip})
                 returning order_id"
            )
        };
        let id: Option<(String,)> = match self {
            Tx::Sqlite(tx) => {
                let sql = claim("");
                sqlx::query_as(&sql).bind(now_ms).bind(holder).bind(until_ms).fetch_optional(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                // A row another node is claiming at this moment is its, not ours.
                let sql = claim("for update skip locked");
                sqlx::query_as(&sql).bind(now_ms).bind(holder).bind(until_ms).fetch_optional(&mut **tx).await?
            }
        };
        let Some((id,)) = id else { return Ok(None) };
        let sql = format!("{ROWS} where w.order_id = $1");
        let row: Option<Row> = on_tx!(self, conn => sqlx::query_as(&sql).bind(id).fetch_optional(conn).await?);
        row.map(Row::write_back).transpose()
    }

    /// Stores how a claimed write ended, and gives the right back. News that came meanwhile keep the
    /// order due. `false`: the right was lost to somebody else.
    pub async fn end_write_back(
        &mut self,
        claimed: &WriteBack,
        holder: &str,
        end: &WriteEnd<'_>,
        now_ms: i64,
    ) -> Result<bool> {
        self.note_write_back(&claimed.order_id, holder, end.proof, end.written, now_ms).await?;
        let sql = "
            update write_backs
            set state = $4, cause_code = $5, cause_field = $6, cause_detail = $7, failures = $8, next_run_ms = $9,
                fingerprint = $10, changed_ms = $11
            where order_id = $1 and lease = $2 and version = $3";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&claimed.order_id.0)
            .bind(holder)
            .bind(claimed.version)
            .bind(end.state.name())
            .bind(end.cause.map(|cause| cause.code.clone()))
            .bind(end.cause.and_then(|cause| cause.field.clone()))
            .bind(end.cause.and_then(|cause| cause.detail.clone()))
            .bind(i64::from(end.failures))
            .bind(end.next_run_ms)
            .bind(end.fingerprint)
            .bind(now_ms)
            .execute(conn).await?.rows_affected());
        let sql = "update write_backs set lease = null, lease_until_ms = null where order_id = $1 and lease = $2";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&claimed.order_id.0).bind(holder).execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Keeps what a holder read back.
    pub async fn note_write_back(
        &mut self,
        order: &OrderId,
        holder: &str,
        proof: Option<&[Proof]>,
        written: bool,
        now_ms: i64,
    ) -> Result<()> {
        let Some(proof) = proof else { return Ok(()) };
        let sql = "
            update write_backs
            set proof = $3, verified_ms = $4, written_ms = case when $5 = 1 then $4 else written_ms end
            where order_id = $1 and lease = $2";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&order.0).bind(holder).bind(proof_json(proof)).bind(now_ms).bind(i64::from(written))
            .execute(conn).await?.rows_affected());
        Ok(())
    }

    /// What waits for a mended connection is due now.
    pub async fn hurry_write_backs(&mut self, now_ms: i64) -> Result<u64> {
        let sql = "
            update write_backs set next_run_ms = $1
            where next_run_ms > $1 and (cause_code like 'auth.%' or cause_code like '%.unreachable')";
        Ok(on_tx!(self, conn => sqlx::query(sql).bind(now_ms).execute(conn).await?.rows_affected()))
    }

    /// Replaces what is known of the fields of a set.
    pub async fn save_entity(&mut self, host: &str, entity: &Entity, now_ms: i64) -> Result<()> {
        let sql = "delete from entity_fields where host = $1 and entity_set = $2";
        on_tx!(self, conn => sqlx::query(sql).bind(host).bind(&entity.set).execute(conn).await?.rows_affected());
        let sql = "
            insert into entity_fields (host, entity_set, property, shape, is_key, may_edit, may_create, found_ms)
            values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing";
        for property in &entity.properties {
            on_tx!(self, conn => sqlx::query(sql)
                .bind(host)
                .bind(&entity.set)
                .bind(&property.name)
                .bind(property.shape.name())
                .bind(i64::from(property.is_key))
                .bind(i64::from(property.may_edit))
                .bind(i64::from(property.may_create))
                .bind(now_ms)
                .execute(conn).await?.rows_affected());
        }
        Ok(())
    }
}

impl Db {
    /// What is owed to an order, if anything ever was.
    pub async fn write_back(&self, order: &OrderId) -> Result<Option<WriteBack>> {
        let sql = format!("{ROWS} where w.order_id = $1");
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(&order.0).fetch_optional(pool).await?);
        row.map(Row::write_back).transpose()
    }

    /// How many orders stand how.
    pub async fn count_write_backs(&self) -> Result<Vec<(WriteState, i64)>> {
        let sql = "select state, count(*) from write_backs group by state order by state";
        let rows: Vec<(String, i64)> = on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?);
        let known = |(name, count): (String, i64)| match WriteState::parse(&name) {
            Some(state) => Ok((state, count)),
            None => Err(StoreError::Impossible { table: "write_backs", id: name, column: "state" }),
        };
        rows.into_iter().map(known).collect()
    }

    /// Write-backs that need a person, by cause. One that only repeats why a shipment of the order is
    /// parked is not told twice.
    pub async fn parked_write_backs_by_cause(&self) -> Result<Vec<ParkedCount>> {
        let sql = "
            select w.cause_code, count(*) as orders, min(w.changed_ms) as first_ms, max(w.changed_ms) as last_ms
            from write_backs w
            where w.state = 'parked' and not exists (
                select 1 from shipments s
                where s.order_id = w.order_id and s.state = 'parked' and s.cause_code = w.cause_code)
            group by w.cause_code order by count(*) desc, w.cause_code";
        Ok(on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?))
    }

    /// Orders whose write-back stands so, longest first.
    pub async fn write_backs_in(&self, state: WriteState, limit: i64) -> Result<Vec<WriteBack>> {
        let sql = format!("{ROWS} where w.state = $1 order by w.changed_ms, w.order_id limit {limit}");
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(state.name()).fetch_all(pool).await?);
        rows.into_iter().map(Row::write_back).collect()
    }

    /// What is known of the fields of a set, and since when.
    pub async fn entity_fields(&self, host: &str, set: &str) -> Result<Option<(Entity, i64)>> {
        let sql = "
            select property, shape, is_key, may_edit, may_create, found_ms from entity_fields
            where host = $1 and entity_set = $2 order by property";
        let rows: Vec<(String, String, i64, i64, i64, i64)> =
            on_db!(self, pool => sqlx::query_as(sql).bind(host).bind(set).fetch_all(pool).await?);
        let Some(found_ms) = rows.first().map(|row| row.5) else { return Ok(None) };
        let property =
            |(name, shape, is_key, may_edit, may_create, _): (String, String, i64, i64, i64, i64)| Property {
                name,
                shape: Shape::parse(&shape),
                is_key: is_key == 1,
                may_edit: may_edit == 1,
                may_create: may_create == 1,
            };
        let properties = rows.into_iter().map(property).collect();
        Ok(Some((Entity { set: set.to_owned(), properties }, found_ms)))
    }
}
