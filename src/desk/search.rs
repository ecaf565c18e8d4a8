//! One search for everything: by whatever a caller, a colleague or a vendor names, the order is
//! found, and its sentence is the answer.

use crate::audit::Outcome;
use crate::desk::{OperatorDesk, Role, caller, order_view, present};
use crate::fedex::error::cause_of;
use crate::order::OrderId;
use crate::order::cause::{CATALOGUE, Words};
use crate::order::parcel_state::ParcelState;
use crate::order::search::{Kind, Query};
use crate::order::{Shipment, ShipmentId};
use crate::store::Result as Stored;
use crate::store::audit::TrailRow;
use crate::store::orders::OrderRecord;
use crate::zone::Zone;
use app::contract::{Found, FoundGroup, FoundLink, FoundOrder, Problem};
use app::desk::FindDesk;
use async_trait::async_trait;

/// Orders shown: a page somebody reads while a caller waits. Who wants more goes to the list.
const SHOWN: usize = 20;
/// Calls shown of one vendor's id. A transaction has one, and its repeats.
const CALLS: i64 = 10;
/// Causes shown of one word.
const CAUSES: usize = 8;
/// Entries of the trail shown with an order; the trail has them all.
const ENTRIES: i64 = 8;
/// Longest query read; what follows is somebody's clipboard.
const QUERY_LIMIT: usize = 200;
/// Characters of a ULID: our ids, and the trace ids that stand in the log alone.
const ULID: usize = 26;

#[async_trait]
impl FindDesk for OperatorDesk {
    async fn search(&self, query: String) -> Result<Found, Problem> {
        self.allowed(Role::Viewer)?;
        let query: String = query.trim().chars().take(QUERY_LIMIT).collect();
        self.store(self.find(query).await)
    }

    async fn list_settings(&self) -> Result<app::contract::ListSettings, Problem> {
        self.settings_of_list().await
    }

    async fn save_view(&self, name: String, query: String, shared: bool) -> Result<(), Problem> {
        self.keep_view(&name, &query, shared).await
    }

    async fn remove_view(&self, view_id: String) -> Result<(), Problem> {
        self.drop_view(&view_id).await
    }

    async fn set_layout(&self, layout: app::contract::Layout) -> Result<(), Problem> {
        self.keep_layout(&layout).await
    }
}

/// Ids of orders: those that are exactly meant, then those that have all words.
#[derive(Default)]
struct Hits {
    exact: Vec<OrderId>,
    others: Vec<OrderId>,
}

impl Hits {
    /// The one order that can be meant, taken out.
    fn best(&mut self) -> Option<OrderId> {
        match (self.exact.len(), self.others.len()) {
            (1, _) => self.exact.pop(),
            (0, 1) => self.others.pop(),
            _ => None,
        }
    }
}

impl OperatorDesk {
    async fn find(&self, query: String) -> Stored<Found> {
        let db = &self.engine.store.db;
        let read = Query::read(&query).map(|query| query.for_one_who_sees_people(self.sees_people()));
        let calls = if query.is_empty() { Vec::new() } else { db.calls_with_id(&query, CALLS).await? };
        let mut hits = self.hits(&query, read.as_ref(), &calls).await?;
        let zone = self.engine.zone().await?;
        let best = match hits.best() {
            Some(id) => Some(self.best(&id, read.as_ref(), &zone).await?),
            None => None,
        };
        let mut ids = hits.exact;
        ids.extend(hits.others);
        let more = ids.len() > SHOWN;
        ids.truncate(SHOWN);
        let mut others = Vec::with_capacity(ids.len());
        for id in &ids {
            let told = self.told(id, &zone).await?;
            others.push(self.found(id, &told, read.as_ref()).await?);
        }
        let causes = self.causes(&query).await?;
        let nothing = best.is_none() && others.is_empty() && causes.is_empty() && calls.is_empty();
        Ok(Found {
            advice: if nothing { advice(&query).to_owned() } else { String::new() },
            calls: calls.iter().map(entry_link).collect(),
            now: present::moment(self.engine.clock.now_ms()),
            query,
            best,
            others,
            more,
            causes,
        })
    }

    async fn hits(&self, text: &str, query: Option<&Query>, calls: &[TrailRow]) -> Stored<Hits> {
        let db = &self.engine.store.db;
        let limit = i64::try_from(SHOWN + 2).unwrap_or(i64::MAX);
        let mut hits = Hits::default();
        // Ids are written in capitals; who types one may not.
        hits.exact.extend(db.order_of_id(&text.to_uppercase()).await?);
        for row in calls {
            if let Some((company, number)) = row.company.as_ref().zip(row.number.as_ref())
                && let Some(record) = db.order_by_number(company, number).await?
                && !hits.exact.contains(&record.order_id)
            {
                hits.exact.push(record.order_id);
            }
        }
        let Some(query) = query else { return Ok(hits) };
        for id in db.orders_exactly(query, limit).await? {
            if !hits.exact.contains(&id) {
                hits.exact.push(id);
            }
        }
        let others = db.orders_with(query, limit).await?;
        hits.others = others.into_iter().filter(|id| !hits.exact.contains(id)).collect();
        Ok(hits)
    }

    async fn told(&self, id: &OrderId, zone: &Zone) -> Stored<Told> {
        let db = &self.engine.store.db;
        let record = db.order(id).await?;
        let shipments = db.shipments_of(id).await?;
        let parcels = db.parcels_of_order(id).await?;
        let mut scans = Vec::new();
        for shipment in shipments.iter().filter(|one| one.tracking_number.is_some()) {
            scans.extend(db.scans_of(&shipment.shipment_id).await?);
        }
        let sentence = caller::sentence(caller::Known {
            number: &record.key.number,
            customer: &record.order.customer_name,
            shipments: &shipments,
            parcels: &parcels,
            scans: &scans,
            now_ms: self.engine.clock.now_ms(),
            zone,
        });
        Ok(Told { record, shipments, parcels, sentence })
    }

    async fn found(&self, id: &OrderId, told: &Told, query: Option<&Query>) -> Stored<FoundOrder> {
        let kinds = match query {
            Some(query) => self.engine.store.db.found_by(id, query).await?,
            None => Vec::new(),
        };
        // The number is in the sentence already.
        let found_by = kinds.into_iter().filter(|kind| *kind != Kind::Number).map(word).collect();
        let newest = told.shipments.iter().rfind(|one| !one.state.frees_lines()).or(told.shipments.last());
        let open = told.parcels.iter().filter(|parcel| !parcel.tracking_number.is_empty());
        let to_track = open.min_by_key(|parcel| parcel.ended.is_some());
        Ok(FoundOrder {
            company: told.record.key.company.clone(),
            number: told.record.key.number.clone(),
            sentence: told.sentence.clone(),
            status: newest.map(|one| present::state(one.state)).unwrap_or_default(),
            found_by,
            tracking_url: to_track.map(|parcel| present::tracking_url(&parcel.tracking_number)),
            related: Vec::new(),
        })
    }

    async fn best(&self, id: &OrderId, query: Option<&Query>, zone: &Zone) -> Stored<FoundOrder> {
        let told = self.told(id, zone).await?;
        let mut found = self.found(id, &told, query).await?;
        let db = &self.engine.store.db;
        let href = order_view::order_href(&told.record);
        let mut attempts = Vec::new();
        for shipment in &told.shipments {
            attempts.extend(db.attempts_of(&shipment.shipment_id).await?.into_iter().map(|row| FoundLink {
                label: format!("{} #{}", present::step_title(&row.step), row.number),
                href: format!("{href}?attempt={0}#attempt-{0}", row.attempt_id),
                detail: row.sentence.unwrap_or_default(),
            }));
        }
        let invoices = db.found_invoices(id).await?.into_iter().map(|invoice| (invoice.number, invoice.dated));
        let on_label = told.record.invoice_number.clone().map(|number| (number, "on the label".to_owned()));
        let invoice = |(label, detail)| FoundLink { label, detail, href: String::new() };
        // That a call was begun says nothing to a caller: how it ended does.
        let trail = db.trail_of_order(&id.0, 2 * ENTRIES).await?;
        let ends = trail.iter().rev().filter(|row| row.outcome != Outcome::Begun.name());
        let ends = ends.take(usize::try_from(ENTRIES).unwrap_or(0)).map(entry_link);
        let group = |title: &str, links: Vec<FoundLink>| FoundGroup { title: title.to_owned(), links };
        let waiting = told.shipments.iter().filter_map(|one| one.cause.as_ref()).map(|cause| cause_link(cause.words()));
        found.related = vec![
            group("Causes", waiting.collect()),
            group("Parcels", told.parcels.iter().map(|parcel| parcel_link(parcel, &told.shipments)).collect()),
            group("Shipments", told.shipments.iter().map(|one| shipment_link(one, &href)).collect()),
            group("Invoices", on_label.into_iter().chain(invoices).map(invoice).collect()),
            group("Attempts", attempts),
            group("Last in the trail", ends.collect()),
        ];
        found.related.retain(|group| !group.links.is_empty());
        Ok(found)
    }

    /// Causes that are called so, by us or by FedEx, with how many shipments wait for each.
    async fn causes(&self, query: &str) -> Stored<Vec<FoundLink>> {
        let asked = query.to_lowercase();
        let of_fedex = cause_of(&query.to_uppercase());
        let is_meant = |words: &&Words| {
            of_fedex == Some(words.code)
                || asked.len() > 3 && (words.code.contains(&asked) || words.title.to_lowercase().contains(&asked))
        };
        let mut meant: Vec<&Words> = CATALOGUE.iter().filter(is_meant).collect();
        if meant.is_empty() {
            return Ok(Vec::new());
        }
        meant.sort_by_key(|words| (words.code != asked && of_fedex != Some(words.code), words.code));
        let groups = self.engine.store.db.failure_groups().await?;
        let count = |code: &str| groups.iter().filter(|one| one.key.code == code).map(|one| one.stopped).sum::<i64>();
        Ok(meant
            .into_iter()
            .take(CAUSES)
            .map(|words| {
                let shipments = match count(words.code) {
                    0 => "No shipment waits for it now".to_owned(),
                    1 => "1 shipment waits for it".to_owned(),
                    several => format!("{several} shipments wait for it"),
                };
                let link = cause_link(words);
                FoundLink { detail: format!("{} {} {shipments}.", words.sentence, words.next_step), ..link }
            })
            .collect())
    }
}

/// What is known of an order that was found.
struct Told {
    record: OrderRecord,
    shipments: Vec<Shipment>,
    parcels: Vec<ParcelState>,
    sentence: String,
}

fn word(kind: Kind) -> String {
    match kind {
        Kind::Number => "order number",
        Kind::Invoice => "invoice number",
        Kind::Reference => "the customer's reference",
        Kind::Account => "customer account",
        Kind::Name => "the customer's name",
        Kind::Consignee => "the consignee's name",
        Kind::Email => "e-mail address",
        Kind::Phone => "telephone number",
        Kind::Tracking => "tracking number",
        Kind::Purchase => "our reference",
    }
    .to_owned()
}

fn cause_link(words: &Words) -> FoundLink {
    FoundLink {
        label: words.title.to_owned(),
        detail: words.sentence.to_owned(),
        href: format!("/orders?cause={}", words.code),
    }
}

fn parcel_link(parcel: &ParcelState, shipments: &[Shipment]) -> FoundLink {
    let is_known = !parcel.tracking_number.is_empty();
    let of = |id: &ShipmentId| shipments.iter().find(|one| one.shipment_id == *id);
    let back = of(&parcel.shipment_id).is_some_and(|one| one.kind == crate::order::Kind::Return);
    FoundLink {
        label: if is_known { parcel.tracking_number.clone() } else { format!("Package {}", parcel.sequence) },
        detail: format!(
            "{}{}",
            if back { "On its way back: " } else { "" },
            crate::order::status_words::sentence(parcel)
        ),
        href: if is_known { present::tracking_url(&parcel.tracking_number) } else { String::new() },
    }
}

fn shipment_link(shipment: &Shipment, order: &str) -> FoundLink {
    FoundLink {
        label: present::state(shipment.state).label,
        detail: present::sentence(shipment),
        href: format!("{order}#shipment-{}", shipment.shipment_id),
    }
}

/// The trail from this entry on.
fn entry_link(row: &TrailRow) -> FoundLink {
    FoundLink {
        label: present::action_title(&row.action),
        detail: format!("{}, {}", crate::clock::text(row.at_ms), row.summary),
        href: format!("/trail?after={}#entry-{}", row.sequence + 1, row.sequence),
    }
}

fn advice(query: &str) -> &'static str {
    if query.len() == ULID && query.chars().all(|letter| letter.is_ascii_alphanumeric()) {
        return "This looks like a trace id of ml-connector. Those stand in the server's log and nowhere else.";
    }
    "Search knows order, invoice and tracking numbers, customers' references, names, accounts, e-mail addresses and \
     telephone numbers, FedEx's and Microsoft's ids of a call, and causes. An order that was never ready to ship is \
     not here: ask Dynamics 365 about it."
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> OrderId {
        OrderId(text.into())
    }

    #[test]
    fn one_order_is_meant_when_one_is_exact_or_alone() {
        let mut hits = Hits { exact: vec![id("a")], others: vec![id("b"), id("c")] };
        assert_eq!((hits.best(), hits.others.len()), (Some(id("a")), 2));
        assert_eq!(Hits { exact: vec![], others: vec![id("b")] }.best(), Some(id("b")));
        assert_eq!(Hits { exact: vec![id("a"), id("b")], others: vec![] }.best(), None);
        assert_eq!(Hits { exact: vec![], others: vec![id("a"), id("b")] }.best(), None);
    }

    #[test]
    fn a_trace_id_is_sent_to_the_log() {
        assert!(advice("01JDABCDEFGHJKMNPQRSTVWXYZ").contains("log"));
        assert!(advice("SO-1").contains("ask Dynamics 365"));
    }
}
