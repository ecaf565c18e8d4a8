//! Shipments that wait for a person's approval, or stand in shadow: listed, counted, added up.

use crate::order::cause::Cause;
use crate::order::plan::Plan;
use crate::order::{Charge, ShipmentId};
use crate::store::rehearsals::{Verdict, price};
use crate::store::{Conditions, Db, Param, Result, StoreError, Tx, bind_all, on_db, on_tx};

/// A shipment that is prepared and not bought by itself.
#[derive(Clone, Debug)]
pub struct Awaiting {
    /// The shipment.
    pub shipment_id: ShipmentId,
    /// The version it was listed in; approving names it.
    pub version: i64,
    /// Legal entity.
    pub company: String,
    /// Order number.
    pub number: String,
    /// Customer.
    pub customer_name: String,
    /// Consignee in one line.
    pub ship_to: String,
    /// What would be bought.
    pub plan: Plan,
    /// When it was first asked for approval.
    pub since_ms: i64,
    /// FedEx's verdict, once it was asked.
    pub verdict: Option<Verdict>,
    /// Why it would be refused, or why there is no verdict.
    pub cause: Option<Cause>,
    /// What it would cost.
    pub price: Option<Charge>,
}

#[derive(sqlx::FromRow)]
struct Row {
    shipment_id: String,
    version: i64,
    company: String,
    number: String,
    customer_name: String,
    ship_to: String,
    plan: String,
    changed_ms: i64,
    verdict: Option<String>,
    cause_code: Option<String>,
    cause_field: Option<String>,
    cause_detail: Option<String>,
    price_amount: Option<String>,
    price_currency: Option<String>,
    price_rate_type: Option<String>,
}

impl Row {
    fn awaiting(self) -> Result<Awaiting> {
        let id = self.shipment_id.clone();
        let impossible = |table, column| StoreError::Impossible { table, id: id.clone(), column };
        let verdict = match &self.verdict {
            Some(name) => Some(Verdict::parse(name).ok_or_else(|| impossible("rehearsals", "verdict"))?),
            None => None,
        };
        Ok(Awaiting {
            plan: serde_json::from_str(&self.plan).map_err(|_| impossible("shipments", "plan"))?,
            price: price(self.price_amount, self.price_currency, self.price_rate_type)
                .map_err(|_| impossible("rehearsals", "price_amount"))?,
            cause: self.cause_code.map(|code| Cause { code, field: self.cause_field, detail: self.cause_detail }),
            shipment_id: ShipmentId(self.shipment_id),
            version: self.version,
            company: self.company,
            number: self.number,
            customer_name: self.customer_name,
            ship_to: self.ship_to,
            since_ms: self.changed_ms,
            verdict,
        })
    }
}

/// Which of them.
#[derive(Clone, Debug, Default)]
pub struct AwaitingFilter {
    /// Of this legal entity only.
    pub company: Option<String>,
    /// Not of these.
    pub not_of: Vec<String>,
    /// With this service only.
    pub service: Option<String>,
    /// With this verdict only; `none`: FedEx was not asked yet.
    pub verdict: Option<String>,
}

impl AwaitingFilter {
    fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::default();
        conditions.and_plain("s.state = 'ready' and s.approval = 'awaited'");
        if let Some(company) = &self.company {
            conditions.and("o.company = ?", Param::Text(company.clone()));
        }
        for company in &self.not_of {
            conditions.and("o.company <> ?", Param::Text(company.clone()));
        }
        if let Some(service) = &self.service {
            conditions.and("s.service = ?", Param::Text(service.clone()));
        }
        match self.verdict.as_deref() {
            Some("none") => conditions.and_plain("r.verdict is null"),
            Some(verdict) => conditions.and("r.verdict = ?", Param::Text(verdict.to_owned())),
            None => {}
        }
        conditions
    }
}

const FROM: &str = "from shipments s join orders o using (order_id) left join rehearsals r using (shipment_id)";

/// Shipments of one verdict, cause and price.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Tally {
    /// FedEx's verdict; absent: it was not asked yet.
    pub verdict: Option<String>,
    /// Why it would be refused.
    pub cause_code: Option<String>,
    /// What each would cost.
    pub price_amount: Option<String>,
    /// Its currency.
    pub price_currency: Option<String>,
    /// Which rate it is.
    pub price_rate_type: Option<String>,
    /// How many.
    pub shipments: i64,
}

impl Tx {
    /// Marks everything of a legal entity that has no label yet as waiting for a person, so that a
    /// switch of its mode lets nothing go. Answers how many were marked.
    pub async fn hold_before_label(&mut self, company: &str) -> Result<u64> {
        let sql = "
            update shipments set approval = 'awaited', version = version + 1
            where approval is null and tracking_number is null and state in ('received', 'ready', 'parked')
                and order_id in (select order_id from orders where company = $1)";
        Ok(on_tx!(self, conn => sqlx::query(sql).bind(company).execute(conn).await?.rows_affected()))
    }

    /// Makes due what waits because its legal entity is in shadow.
    pub async fn hurry_shadowed(&mut self, company: &str, now_ms: i64) -> Result<u64> {
        let shipments = "
            update shipments set next_run_ms = $2
            where cause_code = 'mode.shadow' and next_run_ms > $2
                and order_id in (select order_id from orders where company = $1)";
        let write_backs = "
            update write_backs set next_run_ms = $2
            where cause_code = 'mode.shadow' and next_run_ms > $2
                and order_id in (select order_id from orders where company = $1)";
        let mut hurried = 0;
        for sql in [shipments, write_backs] {
            hurried += on_tx!(self, conn => sqlx::query(sql)
                .bind(company).bind(now_ms).execute(conn).await?.rows_affected());
        }
        Ok(hurried)
    }
}

impl Db {
    /// Shipments that are prepared and wait, the longest first.
    pub async fn awaiting(&self, filter: &AwaitingFilter, limit: i64) -> Result<Vec<Awaiting>> {
        let conditions = filter.conditions();
        let sql = format!(
            "select s.shipment_id, s.version, o.company, o.number, o.customer_name, s.ship_to, s.plan, s.changed_ms,
                    r.verdict, r.cause_code, r.cause_field, r.cause_detail,
                    r.price_amount, r.price_currency, r.price_rate_type
             {FROM} {} order by s.changed_ms, s.shipment_id limit {limit}",
            conditions.sql()
        );
        let rows: Vec<Row> =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_all(pool).await?);
        rows.into_iter().map(Row::awaiting).collect()
    }

    /// How many wait.
    pub async fn count_awaiting(&self, filter: &AwaitingFilter) -> Result<i64> {
        let conditions = filter.conditions();
        let sql = format!("select count(*) {FROM} {}", conditions.sql());
        let row: (i64,) =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_one(pool).await?);
        Ok(row.0)
    }

    /// The same, by verdict, cause and price. Amounts are added up by who asks: they are decimals.
    pub async fn tally_awaiting(&self, filter: &AwaitingFilter) -> Result<Vec<Tally>> {
        let conditions = filter.conditions();
        let sql = format!(
            "select r.verdict, r.cause_code, r.price_amount, r.price_currency, r.price_rate_type,
                    count(*) as shipments
             {FROM} {} group by r.verdict, r.cause_code, r.price_amount, r.price_currency, r.price_rate_type",
            conditions.sql()
        );
        Ok(on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &conditions.params).fetch_all(pool).await?))
    }

    /// Services that wait, for choosing one.
    pub async fn services_awaiting(&self) -> Result<Vec<String>> {
        let sql = "select distinct service from shipments
                   where state = 'ready' and approval = 'awaited' and service is not null order by service";
        let rows: Vec<(String,)> = on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Shipments of a legal entity without a label that need a person, by cause.
    pub async fn parked_before_label(&self, company: &str) -> Result<Vec<(String, i64)>> {
        let sql = "
            select s.cause_code, count(*) from shipments s join orders o using (order_id)
            where o.company = $1 and s.state = 'parked' and s.tracking_number is null and s.cause_code is not null
            group by s.cause_code order by count(*) desc, s.cause_code";
        Ok(on_db!(self, pool => sqlx::query_as(sql).bind(company).fetch_all(pool).await?))
    }

    /// Shipments of a legal entity that have no label and are not ended.
    pub async fn count_before_label(&self, company: &str) -> Result<i64> {
        let sql = "
            select count(*) from shipments s join orders o using (order_id)
            where o.company = $1 and s.tracking_number is null and s.state in ('received', 'ready', 'parked')";
        let row: (i64,) = on_db!(self, pool => sqlx::query_as(sql).bind(company).fetch_one(pool).await?);
        Ok(row.0)
    }
}
