//! What orders are found by. Every look-up here is a range of an index: it takes as long in a million
//! orders as in a hundred, see `tests/search.rs`.

use crate::order::search::{KINDS_OF_ORDER, Kind, PERSONAL, Query, Term, Word, terms_of_order, terms_of_shipment};
use crate::order::{Order, OrderId, ShipmentId};
use crate::store::audit::TrailRow;
use crate::store::{Conditions, Db, Param, Result, Store, Tx, bind_all, on_db, on_tx};
use std::collections::BTreeSet;

/// Sorts after every letter: the end of the range of all words with one beginning.
const AFTER_ALL: char = '\u{10ffff}';
/// Orders from before the search that get their terms in one transaction: a second's work.
const CHUNK: i64 = 200;

impl Tx {
    /// Sets what Dynamics 365 says of an order, in place of what it said before.
    pub async fn set_terms_of_order(&mut self, id: &OrderId, order: &Order) -> Result<()> {
        let kinds = KINDS_OF_ORDER.map(|kind| format!("'{}'", kind.name())).join(", ");
        let sql = format!("select kind, term from search_terms where order_id = $1 and kind in ({kinds})");
        let known: Vec<(String, String)> =
            on_tx!(self, conn => sqlx::query_as(&sql).bind(&id.0).fetch_all(conn).await?);
        let terms = terms_of_order(order);
        for (kind, text) in known {
            if terms.iter().any(|term| term.kind.name() == kind && term.text == text) {
                continue;
            }
            let sql = "delete from search_terms where order_id = $1 and kind = $2 and term = $3";
            on_tx!(self, conn => sqlx::query(sql).bind(&id.0).bind(kind).bind(text)
                .execute(conn).await?.rows_affected());
        }
        self.add_terms(id, terms).await
    }

    /// Adds to what an order is found by.
    pub async fn add_terms(&mut self, id: &OrderId, terms: impl IntoIterator<Item = Term>) -> Result<()> {
        let sql = "insert into search_terms (order_id, kind, term, backwards) values ($1, $2, $3, $4)
                   on conflict do nothing";
        for term in terms {
            on_tx!(self, conn => sqlx::query(sql)
                .bind(&id.0).bind(term.kind.name()).bind(&term.text).bind(term.backwards())
                .execute(conn).await?.rows_affected());
        }
        Ok(())
    }

    /// Adds the number of a parcel, if FedEx has named it.
    pub async fn add_tracking_term(&mut self, shipment: &ShipmentId, tracking_number: &str) -> Result<()> {
        let Some(term) = Term::number(Kind::Tracking, tracking_number) else { return Ok(()) };
        let sql = "select order_id from shipments where shipment_id = $1";
        let order: Option<(String,)> =
            on_tx!(self, conn => sqlx::query_as(sql).bind(&shipment.0).fetch_optional(conn).await?);
        match order {
            Some((order,)) => self.add_terms(&OrderId(order), [term]).await,
            None => Ok(()),
        }
    }

    /// Notes the ids by which a vendor finds a call in its logs.
    pub async fn add_call_ids(&mut self, sequence: i64, vendor_ids: &BTreeSet<String>) -> Result<()> {
        let sql = "insert into call_ids (vendor_id, sequence) values ($1, $2)";
        for id in vendor_ids {
            on_tx!(self, conn => sqlx::query(sql).bind(id).bind(sequence).execute(conn).await?.rows_affected());
        }
        Ok(())
    }
}

impl Conditions {
    /// Adds that an order has all words of a query.
    pub(super) fn and_found(&mut self, column: &str, query: &Query) {
        for word in &query.words {
            let found = self.found(query, word);
            self.parts.push(format!("{column} in ({found})"));
        }
    }

    /// The orders with a word.
    fn found(&mut self, query: &Query, word: &Word) -> String {
        let ranges = self.ranges(query, word);
        let found = ranges.iter().map(|range| format!("select t.order_id from search_terms t where {range}"));
        found.collect::<Vec<_>>().join(" union ")
    }

    /// Adds that the order `o` has a word too.
    fn and_has(&mut self, query: &Query, word: &Word) {
        let has = self.ranges(query, word).join(" or ");
        self.parts.push(format!("exists (select 1 from search_terms t where t.order_id = o.order_id and ({has}))"));
    }

    /// The terms `t` that are a word, at its beginning or, of a number, at its end: one range of an index each.
    fn ranges(&mut self, query: &Query, word: &Word) -> Vec<String> {
        let ends = word.end.as_ref().map(|end| ("t.backwards", end));
        let read = [("t.term", &word.beginning)].into_iter().chain(ends);
        read.map(|(column, text)| {
            self.params.push(Param::Text(text.clone()));
            self.params.push(Param::Text(format!("{text}{AFTER_ALL}")));
            let last = self.params.len();
            format!("{column} >= ${} and {column} < ${last}{}", last - 1, but_people(query))
        })
        .collect()
    }
}

/// Leaves out what is about people, for who does not see it. Kinds are our own: no value to bind.
fn but_people(query: &Query) -> String {
    if !query.without_people {
        return String::new();
    }
    let kinds = PERSONAL.map(|kind| format!("'{}'", kind.name())).join(", ");
    format!(" and t.kind not in ({kinds})")
}

/// Orders that have one of these texts, exactly: the newest first, as their ids begin with the time.
fn exactly(query: &Query, limit: i64) -> (String, Vec<Param>) {
    let places: Vec<String> = (1..=query.whole.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "select distinct t.order_id from search_terms t where t.term in ({}){} order by t.order_id desc limit {limit}",
        places.join(", "),
        but_people(query)
    );
    (sql, query.whole.iter().cloned().map(Param::Text).collect())
}

/// Orders that have all words of a query. The first is looked for; the others are held against
/// what it found, order by order.
fn with_all(query: &Query, limit: i64) -> (String, Vec<Param>) {
    let mut conditions = Conditions::default();
    let mut words = query.words.iter();
    let first = words.next().map(|word| conditions.found(query, word)).unwrap_or_default();
    words.for_each(|word| conditions.and_has(query, word));
    let more = conditions.sql();
    let sql = format!("select distinct o.order_id from ({first}) o {more} order by o.order_id desc limit {limit}");
    (sql, conditions.params)
}

impl Db {
    /// Orders that are, have or belong to exactly what was typed; the newest first.
    pub async fn orders_exactly(&self, query: &Query, limit: i64) -> Result<Vec<OrderId>> {
        let (sql, params) = exactly(query, limit);
        let rows: Vec<(String,)> =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &params).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(id,)| OrderId(id)).collect())
    }

    /// Orders that have all words of what was typed; the newest first.
    pub async fn orders_with(&self, query: &Query, limit: i64) -> Result<Vec<OrderId>> {
        let (sql, params) = with_all(query, limit);
        let rows: Vec<(String,)> =
            on_db!(self, pool => bind_all!(sqlx::query_as(&sql), &params).fetch_all(pool).await?);
        Ok(rows.into_iter().map(|(id,)| OrderId(id)).collect())
    }

    /// How the database goes about these two, in its own words: for the test that holds it to its indexes.
    pub async fn explain_search(&self, query: &Query, limit: i64) -> Result<Vec<String>> {
        let mut said = Vec::new();
        for (sql, params) in [exactly(query, limit), with_all(query, limit)] {
            match self {
                Self::Sqlite { readers, .. } => {
                    let sql = format!("explain query plan {sql}");
                    let rows: Vec<(i64, i64, i64, String)> =
                        bind_all!(sqlx::query_as(&sql), &params).fetch_all(readers).await?;
                    said.extend(rows.into_iter().map(|row| row.3));
                }
                Self::Postgres(pool) => {
                    let sql = format!("explain {sql}");
                    let rows: Vec<(String,)> = bind_all!(sqlx::query_as(&sql), &params).fetch_all(pool).await?;
                    said.extend(rows.into_iter().map(|row| row.0));
                }
            }
        }
        Ok(said)
    }

    /// By what an order was found: the kinds of its terms that begin or end like a word of the query.
    pub async fn found_by(&self, id: &OrderId, query: &Query) -> Result<Vec<Kind>> {
        let sql = "select kind, term from search_terms where order_id = $1";
        let rows: Vec<(String, String)> = on_db!(self, pool => sqlx::query_as(sql).bind(&id.0).fetch_all(pool).await?);
        let is_meant = |kind: Kind, text: &str| {
            if query.without_people && PERSONAL.contains(&kind) {
                return false;
            }
            query.whole.iter().any(|whole| text == whole)
                || query.words.iter().any(|word| {
                    text.starts_with(&word.beginning)
                        || !kind.is_name() && word.end.is_some() && text.ends_with(&word.beginning)
                })
        };
        let kinds: BTreeSet<Kind> =
            rows.iter().filter_map(|(kind, text)| Kind::parse(kind).filter(|kind| is_meant(*kind, text))).collect();
        Ok(kinds.into_iter().collect())
    }

    /// The order of an attempt, a shipment, or a purchase by its reference, named by its whole id.
    pub async fn order_of_id(&self, id: &str) -> Result<Option<OrderId>> {
        let sql = "
            select order_id from shipments where shipment_id = $1
            union select s.order_id from attempts a join shipments s on s.shipment_id = a.shipment_id
                where a.attempt_id = $1
            union select s.order_id from attempts a join shipments s on s.shipment_id = a.shipment_id
                where a.reference = $1 and a.step = 'ship'";
        let row: Option<(String,)> = on_db!(self, pool => sqlx::query_as(sql).bind(id).fetch_optional(pool).await?);
        Ok(row.map(|(id,)| OrderId(id)))
    }

    /// The calls that a vendor knows under an id.
    pub async fn calls_with_id(&self, vendor_id: &str, limit: i64) -> Result<Vec<TrailRow>> {
        let sql = format!(
            "select {} where a.sequence in (select sequence from call_ids where vendor_id = $1)
             order by a.sequence desc limit $2",
            super::audit::TRAIL
        );
        Ok(on_db!(self, pool => sqlx::query_as(&sql).bind(vendor_id).bind(limit).fetch_all(pool).await?))
    }
}

impl Store {
    /// Gives orders from before the search their terms. Answers how many there were.
    pub async fn index_older_orders(&self) -> Result<usize> {
        let mut indexed = 0;
        loop {
            let sql = "
                select order_id from orders o
                where not exists (select 1 from search_terms t where t.order_id = o.order_id) limit $1";
            let ids: Vec<(String,)> = on_db!(&self.db, pool => sqlx::query_as(sql).bind(CHUNK).fetch_all(pool).await?);
            if ids.is_empty() {
                return Ok(indexed);
            }
            indexed += ids.len();
            let mut tx = self.begin().await?;
            for (id,) in ids {
                self.index(&mut tx, &OrderId(id)).await?;
            }
            tx.commit().await?;
        }
    }

    async fn index(&self, tx: &mut Tx, id: &OrderId) -> Result<()> {
        let record = self.db.order(id).await?;
        tx.set_terms_of_order(id, &record.order).await?;
        let invoices = self.db.found_invoices(id).await?.into_iter().map(|invoice| invoice.number);
        let invoices = record.invoice_number.into_iter().chain(invoices);
        tx.add_terms(id, invoices.filter_map(|number| Term::number(Kind::Invoice, &number))).await?;
        for shipment in self.db.shipments_of(id).await? {
            tx.add_terms(id, terms_of_shipment(&shipment)).await?;
        }
        let parcels = self.db.parcels_of_order(id).await?;
        tx.add_terms(id, parcels.iter().filter_map(|one| Term::number(Kind::Tracking, &one.tracking_number))).await
    }
}
