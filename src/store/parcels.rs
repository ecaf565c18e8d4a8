//! Parcels: where each package is, and when FedEx is asked about it.

use crate::order::parcel_state::{Acknowledged, Ended, ParcelState};
use crate::order::scan::Milestone;
use crate::order::{OrderId, ShipmentId};
use crate::store::{Db, Result, StoreError, Tx, exactly_one, on_db, on_tx};

/// One package of a shipment and where it is.
pub type ParcelRow = ParcelState;

/// A parcel as it is stored.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    shipment_id: String,
    sequence: i64,
    version: i64,
    environment: String,
    tracking_number: String,
    unique_id: String,
    labelled_ms: i64,
    milestone: Option<String>,
    status_code: String,
    derived_code: String,
    status_text: String,
    last_scan_ms: Option<i64>,
    last_scan_place: String,
    last_scan_text: String,
    reason_code: String,
    reason_text: String,
    exception_ms: Option<i64>,
    promised_ms: Option<i64>,
    estimated_ms: Option<i64>,
    delivered_ms: Option<i64>,
    signed_by: Option<String>,
    next_track_ms: Option<i64>,
    every_ms: i64,
    urgency: i64,
    asked_ms: Option<i64>,
    pushed_ms: Option<i64>,
    not_found: i64,
    ended: Option<String>,
    acknowledged_ms: Option<i64>,
    acknowledged_by: Option<String>,
    acknowledged_note: Option<String>,
    changed_ms: i64,
}

/// Its columns, of the table `p`.
pub(super) const COLUMNS: &str = "p.shipment_id, p.sequence, p.version, p.environment, p.tracking_number, p.unique_id,
    p.labelled_ms, p.milestone, p.status_code, p.derived_code, p.status_text, p.last_scan_ms, p.last_scan_place,
    p.last_scan_text, p.reason_code, p.reason_text, p.exception_ms, p.promised_ms, p.estimated_ms, p.delivered_ms,
    p.signed_by, p.next_track_ms, p.every_ms, p.urgency, p.asked_ms, p.pushed_ms, p.not_found, p.ended,
    p.acknowledged_ms, p.acknowledged_by, p.acknowledged_note, p.changed_ms";

impl Row {
    pub(super) fn parcel(self) -> Result<ParcelState> {
        let impossible = |column| StoreError::Impossible { table: "parcels", id: self.shipment_id.clone(), column };
        let milestone = match &self.milestone {
            Some(name) => Some(Milestone::parse(name).ok_or_else(|| impossible("milestone"))?),
            None => None,
        };
        let ended = match &self.ended {
            Some(name) => Some(Ended::parse(name).ok_or_else(|| impossible("ended"))?),
            None => None,
        };
        let acknowledged = match (self.acknowledged_ms, self.acknowledged_by, self.acknowledged_note) {
            (Some(at_ms), Some(by), Some(note)) => Some(Acknowledged { at_ms, by, note }),
            _ => None,
        };
        Ok(ParcelState {
            shipment_id: ShipmentId(self.shipment_id),
            sequence: self.sequence,
            version: self.version,
            environment: self.environment,
            tracking_number: self.tracking_number,
            unique_id: self.unique_id,
            labelled_ms: self.labelled_ms,
            milestone,
            status_code: self.status_code,
            derived_code: self.derived_code,
            status_text: self.status_text,
            last_scan_ms: self.last_scan_ms,
            last_scan_place: self.last_scan_place,
            last_scan_text: self.last_scan_text,
            reason_code: self.reason_code,
            reason_text: self.reason_text,
            exception_ms: self.exception_ms,
            promised_ms: self.promised_ms,
            estimated_ms: self.estimated_ms,
            delivered_ms: self.delivered_ms,
            signed_by: self.signed_by,
            next_track_ms: self.next_track_ms,
            every_ms: self.every_ms,
            urgency: self.urgency,
            asked_ms: self.asked_ms,
            pushed_ms: self.pushed_ms,
            not_found: self.not_found,
            ended,
            acknowledged,
            changed_ms: self.changed_ms,
        })
    }
}

/// Stored parcels as the domain knows them.
pub(super) fn parcels(rows: Vec<Row>) -> Result<Vec<ParcelState>> {
    rows.into_iter().map(Row::parcel).collect()
}

fn one() -> String {
    format!("select {COLUMNS} from parcels p where p.shipment_id = $1 and p.sequence = $2")
}

fn of_shipment() -> String {
    format!("select {COLUMNS} from parcels p where p.shipment_id = $1 order by p.sequence")
}

/// The parcels that a batch of questions is about: the most urgent first.
const DUE: &str = "
    select shipment_id, sequence from parcels
    where next_track_ms <= $1 and urgency <= $2
    order by urgency, next_track_ms limit $3";

impl Tx {
    /// Begins to follow a package.
    pub async fn insert_parcel(&mut self, parcel: &ParcelState) -> Result<()> {
        let sql = "
            insert into parcels (shipment_id, sequence, version, environment, tracking_number, unique_id, labelled_ms,
                                 milestone, status_code, derived_code, status_text, last_scan_place, last_scan_text,
                                 reason_code, reason_text, next_track_ms, every_ms, urgency, not_found, changed_ms)
            values ($1, $2, 0, $3, $4, '', $5, null, '', '', '', '', '', '', '', $6, $7, $8, 0, $9)
            on conflict (shipment_id, sequence) do nothing";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&parcel.shipment_id.0)
            .bind(parcel.sequence)
            .bind(&parcel.environment)
            .bind(&parcel.tracking_number)
            .bind(parcel.labelled_ms)
            .bind(parcel.next_track_ms)
            .bind(parcel.every_ms)
            .bind(parcel.urgency)
            .bind(parcel.changed_ms)
            .execute(conn).await?.rows_affected());
        self.add_tracking_term(&parcel.shipment_id, &parcel.tracking_number).await
    }

    /// Saves a parcel over the version it was read in.
    pub async fn save_parcel(&mut self, before: &ParcelState, after: &ParcelState) -> Result<()> {
        let sql = "
            update parcels
            set version = version + 1, tracking_number = $4, unique_id = $5, milestone = $6, status_code = $7,
                derived_code = $8, status_text = $9, last_scan_ms = $10, last_scan_place = $11, last_scan_text = $12,
                reason_code = $13, reason_text = $14, exception_ms = $15, promised_ms = $16, estimated_ms = $17,
                delivered_ms = $18, signed_by = $19, next_track_ms = $20, every_ms = $21, urgency = $22,
                asked_ms = $23, pushed_ms = $24, not_found = $25, ended = $26, acknowledged_ms = $27,
                acknowledged_by = $28, acknowledged_note = $29, changed_ms = $30
            where shipment_id = $1 and sequence = $2 and version = $3";
        let acknowledged = after.acknowledged.as_ref();
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&before.shipment_id.0)
            .bind(before.sequence)
            .bind(before.version)
            .bind(&after.tracking_number)
            .bind(&after.unique_id)
            .bind(after.milestone.map(Milestone::name))
            .bind(&after.status_code)
            .bind(&after.derived_code)
            .bind(&after.status_text)
            .bind(after.last_scan_ms)
            .bind(&after.last_scan_place)
            .bind(&after.last_scan_text)
            .bind(&after.reason_code)
            .bind(&after.reason_text)
            .bind(after.exception_ms)
            .bind(after.promised_ms)
            .bind(after.estimated_ms)
            .bind(after.delivered_ms)
            .bind(after.signed_by.clone())
            .bind(after.next_track_ms)
            .bind(after.every_ms)
            .bind(after.urgency)
            .bind(after.asked_ms)
            .bind(after.pushed_ms)
            .bind(after.not_found)
            .bind(after.ended.map(Ended::name))
            .bind(acknowledged.map(|seen| seen.at_ms))
            .bind(acknowledged.map(|seen| seen.by.clone()))
            .bind(acknowledged.map(|seen| seen.note.clone()))
            .bind(after.changed_ms)
            .execute(conn).await?.rows_affected());
        exactly_one(rows, "parcels", &before.shipment_id.0)?;
        if before.tracking_number == after.tracking_number {
            return Ok(());
        }
        self.add_tracking_term(&after.shipment_id, &after.tracking_number).await
    }

    /// Claims parcels that are due until a moment, so that no other node asks about them too.
    pub async fn claim_parcels(
        &mut self,
        now_ms: i64,
        until_ms: i64,
        urgency: i64,
        limit: i64,
    ) -> Result<Vec<ParcelState>> {
        let columns = COLUMNS.replace("p.", "");
        let claim = |skip: &str| {
            format!(
                "update parcels set next_track_ms = $4, version = version + 1
                 where (shipment_id, sequence) in ({DUE} {skip})
                 returning {columns}"
            )
        };
        // Rows another node is claiming at this moment are its, not ours.
        let sql = claim(if matches!(self, Tx::Postgres(_)) { "for update skip locked" } else { "" });
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(&sql)
            .bind(now_ms).bind(urgency).bind(limit).bind(until_ms).fetch_all(conn).await?);
        parcels(rows)
    }

    /// Makes a parcel due at another moment.
    pub async fn put_off_parcel(&mut self, shipment: &ShipmentId, sequence: i64, at_ms: i64) -> Result<()> {
        let sql = "
            update parcels set next_track_ms = $3, version = version + 1
            where shipment_id = $1 and sequence = $2 and ended is null";
        on_tx!(self, conn => sqlx::query(sql).bind(&shipment.0).bind(sequence).bind(at_ms).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// A parcel inside a transaction.
    pub async fn parcel(&mut self, shipment: &ShipmentId, sequence: i64) -> Result<Option<ParcelState>> {
        let sql = one();
        let row: Option<Row> =
            on_tx!(self, conn => sqlx::query_as(&sql).bind(&shipment.0).bind(sequence).fetch_optional(conn).await?);
        row.map(Row::parcel).transpose()
    }

    /// The parcels of a shipment inside a transaction.
    pub async fn parcels_of(&mut self, shipment: &ShipmentId) -> Result<Vec<ParcelState>> {
        let sql = of_shipment();
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(&sql).bind(&shipment.0).fetch_all(conn).await?);
        parcels(rows)
    }

    /// Ends the parcels of a shipment whose labels were cancelled.
    pub async fn cancel_parcels(&mut self, shipment: &ShipmentId, now_ms: i64) -> Result<()> {
        let sql = "
            update parcels
            set version = version + 1, next_track_ms = null, ended = 'cancelled', changed_ms = $2
            where shipment_id = $1 and ended is null";
        on_tx!(self, conn => sqlx::query(sql).bind(&shipment.0).bind(now_ms).execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// A parcel.
    pub async fn parcel(&self, shipment: &ShipmentId, sequence: i64) -> Result<Option<ParcelState>> {
        let sql = one();
        let row: Option<Row> =
            on_db!(self, pool => sqlx::query_as(&sql).bind(&shipment.0).bind(sequence).fetch_optional(pool).await?);
        row.map(Row::parcel).transpose()
    }

    /// Some parcel of at most this urgency is due.
    pub async fn has_due_parcels(&self, now_ms: i64, urgency: i64) -> Result<bool> {
        let sql = "select sequence from parcels where next_track_ms <= $1 and urgency <= $2 limit 1";
        let row: Option<(i64,)> =
            on_db!(self, pool => sqlx::query_as(sql).bind(now_ms).bind(urgency).fetch_optional(pool).await?);
        Ok(row.is_some())
    }

    /// The parcels of an order, shipment by shipment.
    pub async fn parcels_of_order(&self, order: &OrderId) -> Result<Vec<ParcelRow>> {
        let sql = format!(
            "select {COLUMNS} from parcels p join shipments s on s.shipment_id = p.shipment_id
             where s.order_id = $1 order by s.group_no, s.created_ms, p.sequence"
        );
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(&order.0).fetch_all(pool).await?);
        parcels(rows)
    }

    /// The parcels that have or had a tracking number: open ones first, then the youngest label. FedEx
    /// reuses numbers, and its sandbox answers one number for all.
    pub async fn parcels_with_number(&self, tracking_number: &str) -> Result<Vec<ParcelState>> {
        let sql = format!(
            "select {COLUMNS} from parcels p where p.tracking_number = $1
             order by case when p.ended is null then 0 else 1 end, p.labelled_ms desc, p.shipment_id, p.sequence"
        );
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(tracking_number).fetch_all(pool).await?);
        parcels(rows)
    }

    /// The shipment of the youngest parcel with this number, those under way first.
    pub async fn shipment_with_number(&self, tracking_number: &str) -> Result<Option<ShipmentId>> {
        let parcels = self.parcels_with_number(tracking_number).await?;
        Ok(parcels.into_iter().next().map(|parcel| parcel.shipment_id))
    }
}
