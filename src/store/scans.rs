//! FedEx's scans, each once.

use crate::order::ShipmentId;
use crate::order::scan::{Scan, in_order};
use crate::store::{Db, Result, Tx, on_db, on_tx};

#[derive(sqlx::FromRow)]
struct Row {
    tracking_number: String,
    unique_id: String,
    code: String,
    derived_code: String,
    description: String,
    at_ms: i64,
    local_time: String,
    place: String,
    location_id: String,
    exception_code: String,
    exception: String,
}

impl From<Row> for Scan {
    fn from(row: Row) -> Self {
        Self {
            tracking_number: row.tracking_number,
            unique_id: row.unique_id,
            code: row.code,
            derived_code: row.derived_code,
            description: row.description,
            at_ms: row.at_ms,
            local_time: row.local_time,
            place: row.place,
            location_id: row.location_id,
            exception_code: row.exception_code,
            exception: row.exception,
        }
    }
}

/// How a scan reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// FedEx pushed it.
    Push,
    /// We asked.
    Poll,
}

impl Source {
    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Poll => "poll",
        }
    }
}

const COLUMNS: &str = "tracking_number, unique_id, code, derived_code, description, at_ms, local_time, place,
    location_id, exception_code, exception";

impl Tx {
    /// Stores a scan; `false` when it is already there.
    pub async fn insert_scan(
        &mut self,
        shipment: &ShipmentId,
        scan: &Scan,
        source: Source,
        now_ms: i64,
    ) -> Result<bool> {
        let sql = "
            insert into scans (scan_key, shipment_id, tracking_number, unique_id, code, derived_code, description,
                               at_ms, local_time, place, location_id, exception_code, exception, received_ms, source)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            on conflict (scan_key) do nothing";
        // The sandbox repeats numbers over shipments: the key holds the shipment too.
        let key = format!("{}|{}", shipment.0, scan.key());
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(key)
            .bind(&shipment.0)
            .bind(&scan.tracking_number)
            .bind(&scan.unique_id)
            .bind(&scan.code)
            .bind(&scan.derived_code)
            .bind(&scan.description)
            .bind(scan.at_ms)
            .bind(&scan.local_time)
            .bind(&scan.place)
            .bind(&scan.location_id)
            .bind(&scan.exception_code)
            .bind(&scan.exception)
            .bind(now_ms)
            .bind(source.name())
            .execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// The scans of one parcel inside a transaction.
    pub async fn scans_of_parcel(&mut self, shipment: &ShipmentId, tracking_number: &str) -> Result<Vec<Scan>> {
        let sql = format!("select {COLUMNS} from scans where shipment_id = $1 and tracking_number = $2");
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(&sql)
            .bind(&shipment.0).bind(tracking_number).fetch_all(conn).await?);
        Ok(rows.into_iter().map(Scan::from).collect())
    }
}

impl Db {
    /// The scans of a shipment, newest first by the time FedEx scanned.
    pub async fn scans_of(&self, shipment: &ShipmentId) -> Result<Vec<Scan>> {
        let sql = format!("select {COLUMNS} from scans where shipment_id = $1 order by scan_key");
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(&shipment.0).fetch_all(pool).await?);
        let scans: Vec<Scan> = rows.into_iter().map(Scan::from).collect();
        Ok(in_order(&scans).into_iter().rev().cloned().collect())
    }

    /// How long the newest timed scans took from FedEx's scanner to us, in milliseconds.
    pub async fn scan_delays(&self, source: Source, limit: i64) -> Result<Vec<i64>> {
        let sql = "
            select received_ms - at_ms from scans
            where source = $1 and local_time not like '%T00:00:00' and received_ms >= at_ms
            order by received_ms desc limit $2";
        let rows: Vec<(i64,)> =
            on_db!(self, pool => sqlx::query_as(sql).bind(source.name()).bind(limit).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}
