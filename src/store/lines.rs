//! Which lines of an order a shipment holds: each line is in one live shipment at most.

use crate::order::{OrderId, ShipmentId};
use crate::store::{Db, Result, Tx, on_db, on_tx};
use std::collections::{BTreeMap, BTreeSet};

/// The lines of each shipment of an order.
pub type Lots = BTreeMap<ShipmentId, BTreeSet<String>>;

fn by_shipment(rows: Vec<(String, String)>) -> Lots {
    let mut lots = Lots::new();
    for (shipment, lot) in rows {
        lots.entry(ShipmentId(shipment)).or_default().insert(lot);
    }
    lots
}

impl Tx {
    /// Gives a shipment its lines, in place of those it had. A line that another live shipment
    /// holds is the database's refusal.
    pub async fn set_lots(&mut self, shipment: &ShipmentId, order: &OrderId, lots: &[String]) -> Result<()> {
        on_tx!(self, conn => sqlx::query("delete from shipment_lines where shipment_id = $1")
            .bind(&shipment.0).execute(conn).await?.rows_affected());
        let sql = "insert into shipment_lines (shipment_id, order_id, lot, live) values ($1, $2, $3, 1)";
        for lot in lots {
            on_tx!(self, conn => sqlx::query(sql).bind(&shipment.0).bind(&order.0).bind(lot)
                .execute(conn).await?.rows_affected());
        }
        Ok(())
    }

    /// Lets go of the lines of a shipment that ended without a parcel.
    pub async fn free_lots(&mut self, shipment: &ShipmentId) -> Result<()> {
        on_tx!(self, conn => sqlx::query("update shipment_lines set live = 0 where shipment_id = $1 and live = 1")
            .bind(&shipment.0).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// The lines of the live shipments of an order.
    pub async fn live_lots(&mut self, order: &OrderId) -> Result<Lots> {
        let sql = "select shipment_id, lot from shipment_lines where order_id = $1 and live = 1";
        let rows = on_tx!(self, conn => sqlx::query_as(sql).bind(&order.0).fetch_all(conn).await?);
        Ok(by_shipment(rows))
    }
}

impl Db {
    /// The lines of all shipments of an order, live or not.
    pub async fn lots_of(&self, order: &OrderId) -> Result<Lots> {
        let sql = "select shipment_id, lot from shipment_lines where order_id = $1";
        Ok(by_shipment(on_db!(self, pool => sqlx::query_as(sql).bind(&order.0).fetch_all(pool).await?)))
    }
}
