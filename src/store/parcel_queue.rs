//! The parcels a person looks at: those in trouble, late, silent, under way, delivered today.

use crate::order::outlook::{LAST_LEG_MS, MOVED_MS, STALLED_MS};
use crate::order::parcel_state::ParcelState;
use crate::order::track_schedule::{NOT_HANDED_OVER_MS, SILENT_MS};
use crate::store::parcels::{COLUMNS, Row};
use crate::store::{Conditions, Db, Param, Result, bind_all, on_db};

/// Which parcels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// FedEx cannot go on, brings it back, holds it for the consignee, or has forgotten it.
    Exceptions,
    /// Late, or at risk of it.
    Late,
    /// Not heard of for long.
    Silent,
    /// Not at their end yet.
    UnderWay,
    /// Delivered on this day of UTC.
    Delivered,
    /// In trouble, and seen by a person.
    Acknowledged,
}

impl Shown {
    /// All, in the order of the page.
    pub const ALL: [Self; 6] =
        [Self::Exceptions, Self::Late, Self::Silent, Self::UnderWay, Self::Delivered, Self::Acknowledged];

    /// The name in addresses and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exceptions => "exceptions",
            Self::Late => "late",
            Self::Silent => "silent",
            Self::UnderWay => "under-way",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
        }
    }

    /// The filter of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shown| shown.name() == name)
    }
}

/// The place in the list after which a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// Last change of the last row.
    pub changed_ms: i64,
    /// Its shipment.
    pub shipment_id: String,
    /// Its place in it.
    pub sequence: i64,
}

/// A parcel with its order.
#[derive(Clone, Debug)]
pub struct QueueRow {
    /// The parcel.
    pub parcel: ParcelState,
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// Consignee in one line.
    pub ship_to: String,
    /// It travels on a return label.
    pub is_return: bool,
    /// Packages of its shipment.
    pub packages: i64,
}

#[derive(sqlx::FromRow)]
struct Joined {
    #[sqlx(flatten)]
    parcel: Row,
    company: String,
    number: String,
    ship_to: String,
    kind: String,
    packages: i64,
}

/// When a parcel was last heard of; its label is the first that is known of it.
const HEARD_OF: &str = "(case when p.last_scan_ms > p.labelled_ms then p.last_scan_ms else p.labelled_ms end)";
/// FedEx has it, and nothing is wrong by its milestone.
const MOVING: &str = "p.milestone in ('picked_up', 'in_transit', 'out_for_delivery')";
/// FedEx does not have it.
const NOT_TENDERED: &str = "(p.milestone is null or p.milestone = 'label_created')";

/// The conditions of a filter; `order/outlook.rs` says the same of a single parcel.
fn conditions(shown: Shown, now_ms: i64) -> Conditions {
    let mut all = Conditions::default();
    match shown {
        Shown::Exceptions => {
            all.and_plain("p.acknowledged_ms is null");
            all.and_plain(&troubled());
        }
        Shown::Late => {
            all.and_plain("p.acknowledged_ms is null and p.ended is null");
            all.and_plain(MOVING);
            all.and(&format!("{HEARD_OF} >= ?"), Param::Number(now_ms - SILENT_MS));
            all.and_plain(&late(now_ms));
        }
        Shown::Silent => {
            all.and_plain("p.acknowledged_ms is null and p.ended is null");
            let (silent, kept) = (now_ms - SILENT_MS, now_ms - NOT_HANDED_OVER_MS);
            all.and_plain(&format!(
                "({MOVING} and {HEARD_OF} < {silent}
                  or {NOT_TENDERED} and {HEARD_OF} < {kept} and s.kind = 'outbound')"
            ));
        }
        Shown::UnderWay => all.and_plain("p.ended is null"),
        Shown::Delivered => {
            let midnight = now_ms - now_ms.rem_euclid(crate::clock::DAY_MS);
            all.and("p.delivered_ms >= ?", Param::Number(midnight));
        }
        Shown::Acknowledged => {
            all.and_plain(
                "p.acknowledged_ms is not null and (p.ended is null or p.ended in ('returned', 'forgotten'))",
            );
        }
    }
    all
}

fn troubled() -> String {
    format!(
        "(p.ended is null and p.milestone in ('exception', 'ready_for_pickup', 'returning')
          or p.ended = 'returned'
          or p.ended = 'forgotten' and (s.kind = 'outbound' or not {NOT_TENDERED}))"
    )
}

/// Numbers come from our own clock and constants: no value to bind.
fn late(now_ms: i64) -> String {
    let (last_leg, stalled) = (now_ms + LAST_LEG_MS, now_ms - STALLED_MS);
    let estimate = "coalesce(p.estimated_ms, p.promised_ms)";
    format!(
        "({estimate} < {now_ms} or {estimate} - p.promised_ms >= {MOVED_MS}
          or {estimate} <= {last_leg} and {HEARD_OF} <= {stalled})"
    )
}

const FROM: &str = "from parcels p join shipments s on s.shipment_id = p.shipment_id
    join orders o on o.order_id = s.order_id";

impl Db {
    /// One page of parcels, the last changed first.
    pub async fn parcel_queue(
        &self,
        shown: Shown,
        after: Option<&After>,
        now_ms: i64,
        limit: i64,
    ) -> Result<Vec<QueueRow>> {
        let mut wanted = conditions(shown, now_ms);
        if let Some(after) = after {
            wanted.and("p.changed_ms <= ?", Param::Number(after.changed_ms));
            let changed = wanted.params.len();
            wanted.and(
                &format!("(p.changed_ms < ${changed} or p.shipment_id <= ?)"),
                Param::Text(after.shipment_id.clone()),
            );
            let id = wanted.params.len();
            wanted.and(
                &format!("(p.changed_ms < ${changed} or p.shipment_id < ${id} or p.sequence > ?)"),
                Param::Number(after.sequence),
            );
        }
        let sql = format!(
            "select {COLUMNS}, o.company, o.number, s.ship_to, s.kind,
                    (select count(*) from parcels of where of.shipment_id = p.shipment_id) as packages
             {FROM} {}
             order by p.changed_ms desc, p.shipment_id desc, p.sequence limit {limit}",
            wanted.sql()
        );
        let rows: Vec<Joined> =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &wanted.params).fetch_all(pool).await?);
        rows.into_iter()
            .map(|row| {
                Ok(QueueRow {
                    parcel: row.parcel.parcel()?,
                    company: row.company,
                    number: row.number,
                    ship_to: row.ship_to,
                    is_return: row.kind == "return",
                    packages: row.packages,
                })
            })
            .collect()
    }

    /// How many parcels a filter shows.
    pub async fn count_parcels(&self, shown: Shown, now_ms: i64) -> Result<i64> {
        let wanted = conditions(shown, now_ms);
        let sql = format!("select count(*) {FROM} {}", wanted.sql());
        let row: (i64,) = on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &wanted.params).fetch_one(pool).await?);
        Ok(row.0)
    }
}
