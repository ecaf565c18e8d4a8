//! What the last plan of each shipment was made of, for trying other rules on it.

use crate::order::ShipmentId;
use crate::order::backtest::Inputs;
use crate::store::{Db, Result, StoreError, Tx, on_db, on_tx};

impl Tx {
    /// Keeps what a plan was made of, in place of what the one before was made of.
    pub async fn keep_plan_inputs(&mut self, id: &ShipmentId, inputs: &Inputs, now_ms: i64) -> Result<()> {
        let document = serde_json::to_string(inputs).expect("plain data");
        let sql = "
            insert into plan_inputs (shipment_id, document, planned_ms) values ($1, $2, $3)
            on conflict (shipment_id) do update set document = excluded.document, planned_ms = excluded.planned_ms";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&id.0).bind(document).bind(now_ms).execute(conn).await?.rows_affected());
        Ok(())
    }
}

impl Db {
    /// What the last plans were made of, the newest first.
    pub async fn last_plan_inputs(&self, limit: i64) -> Result<Vec<Inputs>> {
        let sql = "
            select shipment_id, document from plan_inputs
            order by planned_ms desc, shipment_id desc limit $1";
        let rows: Vec<(String, String)> = on_db!(self, pool => sqlx::query_as(sql).bind(limit).fetch_all(pool).await?);
        let read = |(id, document): (String, String)| {
            let impossible = |_| StoreError::Impossible { table: "plan_inputs", id, column: "document" };
            serde_json::from_str(&document).map_err(impossible)
        };
        rows.into_iter().map(read).collect()
    }

    /// What the last plan of one shipment was made of, if it was ever planned.
    pub async fn plan_inputs_of(&self, id: &ShipmentId) -> Result<Option<Inputs>> {
        let sql = "select document from plan_inputs where shipment_id = $1";
        let row: Option<(String,)> = on_db!(self, pool => sqlx::query_as(sql).bind(&id.0).fetch_optional(pool).await?);
        let impossible = |_| StoreError::Impossible { table: "plan_inputs", id: id.0.clone(), column: "document" };
        row.map(|(document,)| serde_json::from_str(&document).map_err(impossible)).transpose()
    }
}
