//! Shipments: the state, the lease and the one pending step.

use crate::order::cause::Cause;
use crate::order::mode::Approval;
use crate::order::plan::Plan;
use crate::order::scan::Milestone;
use crate::order::search::{Query, Term, terms_of_shipment};
use crate::order::state::State;
use crate::order::{Charge, Kind, OrderId, Shipment, ShipmentId, Voiding};
use crate::store::pauses::Flow;
use crate::store::{Conditions, Db, Param, Result, StoreError, Tx, bind_all, exactly_one, on_db, on_tx};

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    shipment_id: String,
    order_id: String,
    kind: String,
    group_no: i64,
    parent_id: Option<String>,
    state: String,
    version: i64,
    resume: Option<String>,
    cause_code: Option<String>,
    cause_field: Option<String>,
    cause_detail: Option<String>,
    failures: i64,
    next_run_ms: Option<i64>,
    plan: Option<String>,
    correction: String,
    approval: Option<String>,
    reference: Option<String>,
    job_id: Option<String>,
    voiding: Option<String>,
    changes: String,
    tracking_number: Option<String>,
    milestone: Option<String>,
    delivered_ms: Option<i64>,
    charge_amount: Option<String>,
    charge_currency: Option<String>,
    charge_rate_type: Option<String>,
    reprint_needed: i64,
    labelled_ms: Option<i64>,
    absent_since_ms: Option<i64>,
    absences: i64,
}

pub(super) const COLUMNS: &str = "shipment_id, order_id, kind, group_no, parent_id, state, version, resume, cause_code,
    cause_field, cause_detail, failures, next_run_ms, plan, correction, approval, reference, job_id, voiding, changes, tracking_number, milestone, delivered_ms,
    charge_amount, charge_currency, charge_rate_type, reprint_needed, labelled_ms, absent_since_ms, absences";

impl Row {
    pub(super) fn shipment(self) -> Result<Shipment> {
        let id = self.shipment_id.clone();
        let impossible = |column| StoreError::Impossible { table: "shipments", id: id.clone(), column };
        let plan: Option<Plan> = match &self.plan {
            Some(json) => Some(serde_json::from_str(json).map_err(|_| impossible("plan"))?),
            None => None,
        };
        let charge = match (self.charge_amount, self.charge_currency, self.charge_rate_type) {
            (Some(amount), Some(currency), Some(rate_type)) => {
                Some(Charge { amount: amount.parse().map_err(|_| impossible("charge_amount"))?, currency, rate_type })
            }
            _ => None,
        };
        let resume = match &self.resume {
            Some(name) => Some(State::parse(name).ok_or_else(|| impossible("resume"))?),
            None => None,
        };
        let milestone = match &self.milestone {
            Some(name) => Some(Milestone::parse(name).ok_or_else(|| impossible("milestone"))?),
            None => None,
        };
        let voiding = match &self.voiding {
            Some(name) => Some(Voiding::parse(name).ok_or_else(|| impossible("voiding"))?),
            None => None,
        };
        Ok(Shipment {
            kind: Kind::parse(&self.kind).ok_or_else(|| impossible("kind"))?,
            changes: serde_json::from_str(&self.changes).map_err(|_| impossible("changes"))?,
            state: State::parse(&self.state).ok_or_else(|| impossible("state"))?,
            correction: serde_json::from_str(&self.correction).map_err(|_| impossible("correction"))?,
            failures: u32::try_from(self.failures).map_err(|_| impossible("failures"))?,
            absences: u32::try_from(self.absences).map_err(|_| impossible("absences"))?,
            approval: self.approval.map(Approval::from_stored),
            shipment_id: ShipmentId(self.shipment_id),
            order_id: OrderId(self.order_id),
            group_no: self.group_no,
            parent: self.parent_id.map(ShipmentId),
            job_id: self.job_id,
            voiding,
            version: self.version,
            cause: self.cause_code.map(|code| Cause { code, field: self.cause_field, detail: self.cause_detail }),
            next_run_ms: self.next_run_ms,
            reference: self.reference,
            tracking_number: self.tracking_number,
            delivered_ms: self.delivered_ms,
            reprint_needed: self.reprint_needed != 0,
            labelled_ms: self.labelled_ms,
            absent_since_ms: self.absent_since_ms,
            resume,
            plan,
            milestone,
            charge,
        })
    }
}

/// A row of the order list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListRow {
    /// The shipment.
    pub shipment_id: String,
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// Customer.
    pub customer_name: String,
    /// Consignee in one line.
    pub ship_to: String,
    /// State.
    pub state: String,
    /// FedEx's axis.
    pub milestone: Option<String>,
    /// Service or delivery mode.
    pub service: Option<String>,
    /// Master tracking number.
    pub tracking_number: Option<String>,
    /// Cause.
    pub cause_code: Option<String>,
    /// First seen.
    pub seen_ms: i64,
    /// Last change.
    pub changed_ms: i64,
    /// Its version.
    pub version: i64,
}

/// Rows of lists of shipments; what follows says which.
pub(super) const LIST: &str = "
    select s.shipment_id, o.company, o.number, o.customer_name, s.ship_to, s.state, s.milestone, s.service,
           s.tracking_number, s.cause_code, o.seen_ms, s.changed_ms, s.version
    from shipments s join orders o using (order_id)";

/// What the order list is asked for.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// These states only; empty: all.
    pub states: Vec<State>,
    /// This cause only.
    pub cause: Option<String>,
    /// Words and numbers of the order, see `order/search.rs`.
    pub search: Option<Query>,
    /// Rows after this one: last change and id.
    pub after: Option<(i64, String)>,
}

/// What lists show of a shipment before its plan says it better.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// Consignee in one line.
    pub ship_to: &'a str,
    /// Service or delivery mode.
    pub service: &'a str,
    /// Warehouse.
    pub warehouse: &'a str,
}

/// Who holds a shipment, and until when.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The node.
    pub node: String,
    /// Its end.
    pub until_ms: i64,
}

/// What becomes of the lease when a shipment is saved.
#[derive(Clone, Copy, Debug)]
pub enum LeaseAfter {
    /// The step is over.
    Freed,
    /// News came in beside a step that may still be running.
    Kept,
}

/// How a shipment is saved.
#[derive(Clone, Copy, Debug)]
pub struct Save<'a> {
    /// When.
    pub now_ms: i64,
    /// What becomes of the lease.
    pub lease: LeaseAfter,
    /// FedEx environment of a label just bought.
    pub environment: Option<&'a str>,
}

impl Tx {
    /// Inserts a shipment that nothing was bought for yet.
    pub async fn insert_shipment(&mut self, shipment: &Shipment, shown: &Shown<'_>, now_ms: i64) -> Result<()> {
        let sql = "
            insert into shipments (shipment_id, order_id, kind, group_no, parent_id, state, version, resume, cause_code,
                                   cause_field, cause_detail, failures, next_run_ms, plan, correction, service, ship_to,
                                   warehouse, reprint_needed, absences, created_ms, changed_ms, approval)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12, $13, $14, $15, $16, $17, 0, 0, $18, $18, $19)";
        let cause = shipment.cause.as_ref();
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&shipment.shipment_id.0)
            .bind(&shipment.order_id.0)
            .bind(shipment.kind.name())
            .bind(shipment.group_no)
            .bind(shipment.parent.as_ref().map(|parent| parent.0.clone()))
            .bind(shipment.state.name())
            .bind(shipment.version)
            .bind(shipment.resume.map(State::name))
            .bind(cause.map(|cause| cause.code.clone()))
            .bind(cause.and_then(|cause| cause.field.clone()))
            .bind(cause.and_then(|cause| cause.detail.clone()))
            .bind(shipment.next_run_ms)
            .bind(shipment.plan.as_ref().map(plan_json))
            .bind(correction_json(shipment))
            .bind(shown.service)
            .bind(shown.ship_to)
            .bind(shown.warehouse)
            .bind(now_ms)
            .bind(shipment.approval.as_ref().map(|said| said.stored().to_owned()))
            .execute(conn).await?.rows_affected());
        self.add_terms(&shipment.order_id, terms_of_shipment(shipment)).await
    }

    /// Saves a shipment over the version it was read in. Somebody else's change in between is a
    /// conflict, and nothing is written.
    pub async fn save_shipment(&mut self, before: &Shipment, after: &Shipment, save: Save<'_>) -> Result<()> {
        let sql = "
            update shipments
            set state = $4, version = version + 1, resume = $5, cause_code = $6, cause_field = $7,
                cause_detail = $8, failures = $9, next_run_ms = $10, plan = $11, correction = $12,
                reference = $13, tracking_number = $14, milestone = $15, delivered_ms = $16,
                charge_amount = $17, charge_currency = $18, charge_rate_type = $19, reprint_needed = $20,
                labelled_ms = $21, absent_since_ms = $22, absences = $23,
                changed_ms = case when state = $4 then changed_ms else $24 end,
                closed_ms = $25,
                environment = coalesce($26, environment),
                service = coalesce($27, service),
                job_id = $29, voiding = $30, changes = $31, approval = $32,
                lease = case when $28 = 1 then lease else null end,
                lease_until_ms = case when $28 = 1 then lease_until_ms else null end
            where shipment_id = $1 and state = $2 and version = $3";
        let now_ms = save.now_ms;
        let keep = i64::from(matches!(save.lease, LeaseAfter::Kept));
        let cause = after.cause.as_ref();
        let charge = after.charge.as_ref();
        let changes = serde_json::to_string(&after.changes).expect("differences are plain data");
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&before.shipment_id.0)
            .bind(before.state.name())
            .bind(before.version)
            .bind(after.state.name())
            .bind(after.resume.map(State::name))
            .bind(cause.map(|cause| cause.code.clone()))
            .bind(cause.and_then(|cause| cause.field.clone()))
            .bind(cause.and_then(|cause| cause.detail.clone()))
            .bind(i64::from(after.failures))
            .bind(after.next_run_ms)
            .bind(after.plan.as_ref().map(plan_json))
            .bind(correction_json(after))
            .bind(after.reference.clone())
            .bind(after.tracking_number.clone())
            .bind(after.milestone.map(Milestone::name))
            .bind(after.delivered_ms)
            .bind(charge.map(|charge| charge.amount.to_string()))
            .bind(charge.map(|charge| charge.currency.clone()))
            .bind(charge.map(|charge| charge.rate_type.clone()))
            .bind(i64::from(after.reprint_needed))
            .bind(after.labelled_ms)
            .bind(after.absent_since_ms)
            .bind(i64::from(after.absences))
            .bind(now_ms)
            .bind(after.state.is_terminal().then_some(now_ms))
            .bind(save.environment)
            .bind(after.plan.as_ref().map(|plan| plan.service.service.clone()))
            .bind(keep)
            .bind(after.job_id.clone())
            .bind(after.voiding.map(Voiding::name))
            .bind(changes)
            .bind(after.approval.as_ref().map(|said| said.stored().to_owned()))
            .execute(conn).await?.rows_affected());
        exactly_one(rows, "shipments", &before.shipment_id.0)?;
        self.add_terms(&after.order_id, new_terms(before, after)).await?;
        if after.state.frees_lines() {
            self.free_lots(&before.shipment_id).await?;
            self.cancel_parcels(&before.shipment_id, now_ms).await?;
        }
        Ok(())
    }

    /// Begins a step: raises nothing but keeps the lease, and stores the reference of a purchase.
    pub async fn save_begun(&mut self, before: &Shipment, after: &Shipment, lease: &Lease) -> Result<()> {
        let sql = "
            update shipments
            set version = version + 1, reference = $4, absent_since_ms = $5, absences = $6,
                lease = $7, lease_until_ms = $8
            where shipment_id = $1 and state = $2 and version = $3 and lease = $7";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(&before.shipment_id.0)
            .bind(before.state.name())
            .bind(before.version)
            .bind(after.reference.clone())
            .bind(after.absent_since_ms)
            .bind(i64::from(after.absences))
            .bind(&lease.node)
            .bind(lease.until_ms)
            .execute(conn).await?.rows_affected());
        exactly_one(rows, "shipments", &before.shipment_id.0)?;
        self.add_terms(&after.order_id, new_terms(before, after)).await
    }

    /// Claims due shipments for a node. A shipment with a call in flight is never claimed.
    pub async fn claim_due(&mut self, node: &str, now_ms: i64, until_ms: i64, limit: i64) -> Result<Vec<Shipment>> {
        let open = "select 1 from attempts where attempts.shipment_id = shipments.shipment_id and finished_ms is null";
        let paused = |flow: Flow| format!("exists (select 1 from pauses where flow = '{}')", flow.name());
        // Cancelling a label and finding out what a purchase did go on whatever is paused.
        let due = format!(
            "select shipment_id from shipments
             where next_run_ms <= $1 and (lease_until_ms is null or lease_until_ms < $1) and not exists ({open})
             and not (state = 'ready' and {})
             and not (state in ('labelled', 'delivered', 'voided') and voiding is null and {})
             order by next_run_ms limit $2",
            paused(Flow::Shipping),
            paused(Flow::WriteBack)
        );
        let claim = |skip: &str| {
            format!(
                "update shipments set lease = $3, lease_until_ms = $4 where shipment_id in ({due} {skip})
                 returning {COLUMNS}"
            )
        };
        let rows: Vec<Row> = match self {
            Tx::Sqlite(tx) => {
                let sql = claim("");
                sqlx::query_as(&sql).bind(now_ms).bind(limit).bind(node).bind(until_ms).fetch_all(&mut **tx).await?
            }
            Tx::Postgres(tx) => {
                // Rows another node is claiming at this moment are its, not ours.
                let sql = claim("for update skip locked");
                sqlx::query_as(&sql).bind(now_ms).bind(limit).bind(node).bind(until_ms).fetch_all(&mut **tx).await?
            }
        };
        let mut claimed: Vec<Shipment> = rows.into_iter().map(Row::shipment).collect::<Result<_>>()?;
        claimed.sort_by_key(|shipment| shipment.next_run_ms);
        Ok(claimed)
    }

    /// Ends a node's lease of a shipment.
    pub async fn release_lease(&mut self, id: &ShipmentId, node: &str) -> Result<()> {
        let sql = "update shipments set lease = null, lease_until_ms = null where shipment_id = $1 and lease = $2";
        on_tx!(self, conn => sqlx::query(sql).bind(&id.0).bind(node).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Ends a node's lease of a shipment whose turn has not come; it is due again at a moment.
    pub async fn postpone(&mut self, id: &ShipmentId, node: &str, next_run_ms: i64) -> Result<()> {
        let sql = "
            update shipments set lease = null, lease_until_ms = null, next_run_ms = $3
            where shipment_id = $1 and lease = $2";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&id.0).bind(node).bind(next_run_ms).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Ends all leases: for the start of the only process on an SQLite file, whose predecessor
    /// cannot be at work any more.
    pub async fn release_all_leases(&mut self) -> Result<u64> {
        let sql = "update shipments set lease = null, lease_until_ms = null where lease is not null";
        Ok(on_tx!(self, conn => sqlx::query(sql).execute(conn).await?.rows_affected()))
    }

    /// Makes shipments that wait for a mended connection due now.
    pub async fn hurry_waiting(&mut self, now_ms: i64) -> Result<u64> {
        let sql = "
            update shipments set next_run_ms = $1
            where next_run_ms > $1 and (cause_code like 'auth.%' or cause_code like '%.unreachable')";
        Ok(on_tx!(self, conn => sqlx::query(sql).bind(now_ms).execute(conn).await?.rows_affected()))
    }

    /// A shipment inside a transaction.
    pub async fn shipment(&mut self, id: &ShipmentId) -> Result<Option<Shipment>> {
        let sql = format!("select {COLUMNS} from shipments where shipment_id = $1");
        let row: Option<Row> = on_tx!(self, conn => sqlx::query_as(&sql).bind(&id.0).fetch_optional(conn).await?);
        row.map(Row::shipment).transpose()
    }

    /// The shipments of an order inside a transaction.
    pub async fn shipments_of(&mut self, order: &OrderId) -> Result<Vec<Shipment>> {
        let sql = format!("select {COLUMNS} from shipments where order_id = $1 order by group_no, created_ms");
        let rows: Vec<Row> = on_tx!(self, conn => sqlx::query_as(&sql).bind(&order.0).fetch_all(conn).await?);
        rows.into_iter().map(Row::shipment).collect()
    }

    /// Notes that FedEx told of its parcels; whoever stores their news begins here.
    pub async fn note_tracked(&mut self, id: &ShipmentId, now_ms: i64) -> Result<()> {
        let sql = "update shipments set tracked_ms = $2 where shipment_id = $1";
        on_tx!(self, conn => sqlx::query(sql).bind(&id.0).bind(now_ms).execute(conn).await?.rows_affected());
        Ok(())
    }

    /// Sets what the list shows of a shipment that is not planned yet.
    pub async fn set_shown(&mut self, id: &ShipmentId, shown: &Shown<'_>) -> Result<()> {
        let sql = "update shipments set ship_to = $2, warehouse = $3 where shipment_id = $1";
        on_tx!(self, conn => sqlx::query(sql)
            .bind(&id.0).bind(shown.ship_to).bind(shown.warehouse).execute(conn).await?.rows_affected());
        Ok(())
    }
}

/// What an order is found by from this save on.
fn new_terms(before: &Shipment, after: &Shipment) -> Vec<Term> {
    terms_of_shipment(after).difference(&terms_of_shipment(before)).cloned().collect()
}

fn plan_json(plan: &Plan) -> String {
    serde_json::to_string(plan).expect("a plan is plain data")
}

fn correction_json(shipment: &Shipment) -> String {
    serde_json::to_string(&shipment.correction).expect("a correction is plain data")
}

impl Db {
    /// A shipment.
    pub async fn shipment(&self, id: &ShipmentId) -> Result<Option<Shipment>> {
        let sql = format!("select {COLUMNS} from shipments where shipment_id = $1");
        let row: Option<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(&id.0).fetch_optional(pool).await?);
        row.map(Row::shipment).transpose()
    }

    /// The shipments of an order.
    pub async fn shipments_of(&self, order: &OrderId) -> Result<Vec<Shipment>> {
        let sql = format!("select {COLUMNS} from shipments where order_id = $1 order by group_no, created_ms");
        let rows: Vec<Row> = on_db!(self, pool => sqlx::query_as(&sql).bind(&order.0).fetch_all(pool).await?);
        rows.into_iter().map(Row::shipment).collect()
    }

    /// Parked shipments whose cause begins like this.
    pub async fn parked_by(&self, cause: &str) -> Result<Vec<Shipment>> {
        let sql = format!(
            "select {COLUMNS} from shipments where state = 'parked' and cause_code like $1 order by shipment_id"
        );
        let rows: Vec<Row> =
            on_db!(self, pool => sqlx::query_as(&sql).bind(format!("{cause}%")).fetch_all(pool).await?);
        rows.into_iter().map(Row::shipment).collect()
    }

    /// Delivery modes that shipments wait with for a rule, and how many.
    pub async fn modes_without_service(&self) -> Result<Vec<(String, i64)>> {
        let sql = "select service, count(*) from shipments
                   where state = 'parked' and cause_code = 'rules.delivery-mode-unmapped' and service is not null
                   group by service order by count(*) desc, service";
        Ok(on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?))
    }

    /// Labels bought since a moment and not cancelled; of FedEx Ground alone if asked.
    pub async fn count_labelled(&self, since_ms: i64, ground: bool) -> Result<i64> {
        let services = if ground { "and service in ('FEDEX_GROUND', 'GROUND_HOME_DELIVERY')" } else { "" };
        let sql = format!("select count(*) from shipments where labelled_ms >= $1 and state <> 'voided' {services}");
        let row: (i64,) = on_db!(self, pool => sqlx::query_as(&sql).bind(since_ms).fetch_one(pool).await?);
        Ok(row.0)
    }

    /// Shipments by state.
    pub async fn count_by_state(&self) -> Result<Vec<(State, i64)>> {
        let rows: Vec<(String, i64)> = on_db!(self, pool => sqlx::query_as(
            "select state, count(*) from shipments group by state").fetch_all(pool).await?);
        rows.into_iter()
            .map(|(name, count)| match State::parse(&name) {
                Some(state) => Ok((state, count)),
                None => Err(StoreError::Impossible { table: "shipments", id: name, column: "state" }),
            })
            .collect()
    }

    /// One page of the order list, newest change first.
    pub async fn list(&self, filter: &ListFilter, limit: i64) -> Result<Vec<ListRow>> {
        let mut conditions = conditions(filter);
        if let Some((changed_ms, id)) = &filter.after {
            conditions.and("s.changed_ms <= ?", Param::Number(*changed_ms));
            let number = conditions.params.len();
            conditions.and(&format!("(s.changed_ms < ${number} or s.shipment_id < ?)"), Param::Text(id.clone()));
        }
        let sql = format!("{LIST} {} order by s.changed_ms desc, s.shipment_id desc limit {limit}", conditions.sql());
        Ok(on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_all(pool).await?))
    }

    /// Whole shipments that match and came into their state until a moment, newest change first.
    pub async fn shipments_listed(&self, filter: &ListFilter, until_ms: i64, limit: i64) -> Result<Vec<Shipment>> {
        let mut conditions = conditions(filter);
        conditions.and("s.changed_ms <= ?", Param::Number(until_ms));
        let sql = format!(
            "select {COLUMNS} from shipments s {} order by changed_ms desc, shipment_id desc limit {limit}",
            conditions.sql()
        );
        let rows: Vec<Row> =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_all(pool).await?);
        rows.into_iter().map(Row::shipment).collect()
    }

    /// How many shipments match, whatever the page.
    pub async fn count(&self, filter: &ListFilter) -> Result<i64> {
        let conditions = conditions(filter);
        let sql = format!("select count(*) from shipments s join orders o using (order_id) {}", conditions.sql());
        let row: (i64,) =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_one(pool).await?);
        Ok(row.0)
    }
}

fn conditions(filter: &ListFilter) -> Conditions {
    let mut conditions = Conditions::default();
    if !filter.states.is_empty() {
        // Names come from our own enum: no value to bind.
        let names: Vec<String> = filter.states.iter().map(|state| format!("'{}'", state.name())).collect();
        conditions.and_plain(&format!("s.state in ({})", names.join(", ")));
    }
    if let Some(cause) = &filter.cause {
        conditions.and("s.cause_code = ?", Param::Text(cause.clone()));
    }
    if let Some(query) = &filter.search {
        conditions.and_found("s.order_id", query);
    }
    conditions
}
