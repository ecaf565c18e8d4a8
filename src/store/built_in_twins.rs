//! What the built-in twins leave behind, and taking it away.
//!
//! Every table is in one of two lists, and a test compares them with the schema: who adds a table
//! says here whether something of the twins' orders is in it.

use crate::order::ShipmentId;
use crate::store::{Db, Result, Tx, on_db, on_tx};

/// What belongs to orders, to the connections, or to rules learnt from them; children first.
pub const CLEARED: &[&str] = &[
    "batch_items",
    "batches",
    "cause_comments",
    "cause_notes",
    "rehearsals",
    "rehearsal_days",
    "plan_inputs",
    "search_terms",
    "print_jobs",
    "proofs",
    "charges",
    "documents",
    "pieces",
    "scans",
    "attempts",
    "shipment_lines",
    "parcels",
    "write_backs",
    "order_invoices",
    "invoice_looks",
    "shipments",
    "orders",
    "look_at",
    "inbox_unmatched",
    "inbox",
    "track_days",
    "closes",
    "address_corrections",
    "rules",
    "entity_fields",
    "watermarks",
    "changes_seen",
    "gap_orders",
    "gap_runs",
    "business_events",
    "cursors",
    "pings",
    "ping_history",
];

/// What belongs to the installation: who works here and how, the trail, sealed keys, printers,
/// addresses, and what somebody paused.
pub const KEPT: &[&str] = &[
    "audit",
    "audit_head",
    "call_ids",
    "secrets",
    "operators",
    "first_administrator",
    "sign_in_failures",
    "printers",
    "print_routes",
    "event_tokens",
    "pauses",
    "views",
    "list_layouts",
];

impl Tx {
    /// Empties all tables of [`CLEARED`].
    pub async fn clear_orders(&mut self) -> Result<()> {
        for table in CLEARED {
            let sql = format!("delete from {table}");
            on_tx!(self, conn => sqlx::query(&sql).execute(conn).await?.rows_affected());
        }
        Ok(())
    }

    /// Orders that are not of this environment.
    pub async fn count_orders_beside(&mut self, host: &str) -> Result<i64> {
        let sql = "select count(*) from orders where host <> $1";
        let row: (i64,) = on_tx!(self, conn => sqlx::query_as(sql).bind(host).fetch_one(conn).await?);
        Ok(row.0)
    }
}

/// The oldest label that is still good.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FirstLabel {
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// Its shipment.
    pub shipment_id: String,
    /// Its tracking number.
    pub tracking_number: String,
    /// The package it is on.
    pub sequence: i64,
    /// Its place among the package's documents.
    pub document_no: i64,
    /// `PDF`, `PNG`, `ZPLII`.
    pub image_type: String,
    /// When it came.
    pub created_ms: i64,
}

impl FirstLabel {
    /// The shipment's id.
    pub fn shipment(&self) -> ShipmentId {
        ShipmentId(self.shipment_id.clone())
    }
}

impl Db {
    /// The oldest label of a shipment that was not voided.
    pub async fn first_label(&self) -> Result<Option<FirstLabel>> {
        let sql = "
            select o.company, o.number, s.shipment_id, s.tracking_number, d.sequence, d.document_no, d.image_type,
                d.created_ms
            from documents d
            join shipments s on s.shipment_id = d.shipment_id
            join orders o on o.order_id = s.order_id
            where d.content_type = 'LABEL' and s.tracking_number is not null and s.state <> 'voided'
            order by d.created_ms, s.shipment_id, d.sequence, d.document_no
            limit 1";
        Ok(on_db!(self, pool => sqlx::query_as(sql).fetch_optional(pool).await?))
    }
}
