//! What the desk answers, as its reader gets it: moments by the clocks of the warehouse, and without
//! what is personal for whose role does not see it.
//!
//! It stands between the web layer and the operator's desk and implements the same port, so that a
//! new view does not compile before it has a line here; the macro rewrites every answer and every
//! refusal, with nothing to remember (`mask.rs` says what is personal, `zone.rs` how a moment is
//! written). What is stored stays as it is, and files do not pass the port: they tell the time in UTC,
//! and their routes ask for a role that sees people (`web/mod.rs`).

use crate::desk::mask::{Personal, hidden_in_text};
use crate::desk::{Operator, OperatorDesk, problem};
use crate::engine::Engine;
use crate::store::Result as Stored;
use crate::zone::Zone;
use app::contract::{
    AddressAdvice, ApprovalFilter, Approvals, Attention, BackTest, BatchView, CauseNoteForm, ChosenForm, Connecting,
    Connections, Correction, D365Access, D365Form, Day, Delivery, DryRun, Events, FedexAccess, FedexForm, FieldForm,
    Figures, Found, Frame, Inbox, InboxFilter, Ladder, Layout, ListSettings, OrderDetail, OrderFilter, OrderRow, Page,
    ParcelFilter, ParcelSheet, People, PickupForm, PrintFilter, PrinterForm, Printing, Problem, Pull, Quote,
    RecoverForm, Recovery, RepairForm, RepairSheet, Rules, RulesChange, RulesSaved, ServiceRow, ShipFromRow, Start,
    Suggestion, TestedWrite, TrailEntry, TrailFilter, Why, WriteBack,
};
use app::desk::{
    ApproveDesk, Commands, Desk, EventDesk, FindDesk, InboxDesk, ParcelDesk, PauseDesk, PeopleDesk, PrintDesk,
    PullDesk, RepairDesk, StartDesk, Views, WriteBackDesk,
};
use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Fields that hold what was sent or received, word for word.
const RECORDED: [&str; 4] = ["body", "request_body", "response_body", "document"];

/// The desk of a request: the only way the web layer gets one.
pub fn desk_of(engine: Engine, operator: Option<Operator>, setup_code_required: bool) -> Arc<dyn Desk> {
    let sees_people = operator.as_ref().is_none_or(|operator| operator.role.sees_people());
    Arc::new(ReaderDesk { desk: OperatorDesk::new(engine, operator, setup_code_required), sees_people })
}

/// See the module.
struct ReaderDesk {
    desk: OperatorDesk,
    sees_people: bool,
}

impl ReaderDesk {
    /// An answer or a refusal as its reader gets it.
    async fn rewritten<T: Serialize + DeserializeOwned>(&self, answer: Result<T, Problem>) -> Result<T, Problem> {
        let engine = &self.desk.engine;
        // An answer that is there is not refused for the clocks it would be told by.
        let zone = engine.zone().await.unwrap_or_default();
        if self.sees_people && zone.is_utc() {
            return answer;
        }
        let answer = answer.map_err(|refused| self.refusal(&zone, refused))?;
        // What cannot be masked is not shown.
        let mut value = serde_json::to_value(answer).map_err(|error| problem::broken(engine, &error))?;
        if !self.sees_people {
            value = without_people(engine, value).await.map_err(|error| problem::store(engine, &error))?;
        }
        localise(&zone, &mut value);
        serde_json::from_value(value).map_err(|error| problem::broken(engine, &error))
    }

    fn refusal(&self, zone: &Zone, refused: Problem) -> Problem {
        let written = |text: String| {
            let text = if self.sees_people { text } else { hidden_in_text(&text) };
            zone.localised(&text).unwrap_or(text)
        };
        Problem { message: written(refused.message), hint: written(refused.hint), ..refused }
    }
}

/// Writes every moment in the texts of a value by the clocks of a zone; recorded bodies stay as sent.
fn localise(zone: &Zone, value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(local) = zone.localised(text) {
                *text = local;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| localise(zone, item)),
        Value::Object(fields) => {
            let texts = fields.iter_mut().filter(|(name, _)| !RECORDED.contains(&name.as_str()));
            texts.for_each(|(_, value)| localise(zone, value));
        }
        _ => {}
    }
}

/// A value without what is personal about the orders it names, and in its fields and texts.
pub async fn without_people(engine: &Engine, value: Value) -> Stored<Value> {
    let mut named = BTreeSet::new();
    orders_in(&value, &mut named);
    let db = &engine.store.db;
    let mut personal = Personal::default();
    for (company, number) in &named {
        let Some(record) = db.order_by_number(company, number).await? else { continue };
        personal.add_order(&record.order, &db.shipments_of(&record.order_id).await?);
        for parcel in db.parcels_of_order(&record.order_id).await? {
            parcel.signed_by.iter().for_each(|name| personal.add(name));
        }
    }
    Ok(personal.hidden_in(value))
}

/// Which orders a value is about: `company` beside `number`, or a pair under `order` or `orders`.
fn orders_in(value: &Value, named: &mut BTreeSet<(String, String)>) {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let pair = |value: &Value| text(value.get(0)).zip(text(value.get(1)));
    match value {
        Value::Object(fields) => {
            named.extend(text(fields.get("company")).zip(text(fields.get("number"))));
            named.extend(fields.get("order").and_then(pair));
            let orders = fields.get("orders").and_then(Value::as_array);
            named.extend(orders.into_iter().flatten().filter_map(pair));
            fields.values().for_each(|value| orders_in(value, named));
        }
        Value::Array(items) => items.iter().for_each(|item| orders_in(item, named)),
        _ => {}
    }
}

/// One part of the port: every method asks the operator's desk, and rewrites.
macro_rules! for_reader {
    ($port:ident { $(fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl $port for ReaderDesk {
            $(async fn $name(&self $(, $argument: $type)*) -> Result<$answer, Problem> {
                self.rewritten($port::$name(&self.desk $(, $argument)*).await).await
            })*
        }
    };
}

for_reader!(Views {
    fn frame() -> Frame;
    fn attention() -> Attention;
    fn orders(filter: OrderFilter) -> Page<OrderRow>;
    fn order(company: String, number: String) -> OrderDetail;
    fn trail(filter: TrailFilter) -> Page<TrailEntry>;
    fn connections() -> Connections;
    fn rules() -> Rules;
    fn day() -> Day;
    fn figures(span: Option<String>) -> Figures;
});

for_reader!(Commands {
    fn replay(shipment_id: String, version: i64, reason: String) -> ();
    fn correct(shipment_id: String, version: i64, correction: Correction, reason: String) -> ();
    fn look_up(shipment_id: String, version: i64) -> ();
    fn buy_again(shipment_id: String, version: i64, reason: String) -> ();
    fn dry_run(shipment_id: String, correction: Option<Correction>) -> DryRun;
    fn quote(shipment_id: String) -> Quote;
    fn check_address(shipment_id: String) -> AddressAdvice;
    fn void(shipment_id: String, version: i64, reship: bool, reason: String) -> ();
    fn return_label(shipment_id: String, rma: String, reason: String) -> ();
    fn reprint(shipment_id: String, sequence: i64, document_no: i64, reason: String) -> ();
    fn save_service(version: i64, row: ServiceRow) -> RulesSaved;
    fn remove_service(version: i64, mode: String, other_carrier: bool) -> RulesSaved;
    fn save_ship_from(version: i64, row: ShipFromRow) -> RulesSaved;
    fn save_rules(version: i64, document: String) -> RulesSaved;
    fn suggest_services() -> Vec<Suggestion>;
    fn forget_correction(correction_id: String) -> ();
    fn close_day() -> String;
    fn pull_now() -> ();
    fn save_d365(form: D365Form) -> Ladder;
    fn save_fedex(form: FedexForm) -> Ladder;
    fn save_document(system: String, document: String) -> Ladder;
    fn save_anyway(system: String) -> Ladder;
    fn ping(system: String) -> Ladder;
});

for_reader!(PrintDesk {
    fn printing(filter: PrintFilter) -> Printing;
    fn save_printer(form: PrinterForm) -> ();
    fn remove_printer(printer_id: String) -> ();
    fn test_printer(printer_id: String) -> ();
    fn retry_print(job_id: String, version: i64, reason: String) -> ();
    fn print_chosen(form: ChosenForm) -> String;
    fn cancel_print(job_id: String, version: i64, reason: String) -> ();
});

for_reader!(InboxDesk {
    fn inbox(filter: InboxFilter) -> Inbox;
    fn delivery(delivery_id: String) -> Delivery;
    fn replay_delivery(delivery_id: String) -> ();
    fn test_webhook() -> Ladder;
    fn check_callback() -> Ladder;
    fn set_webhook_token(token: String) -> ();
    fn retire_webhook_token() -> ();
});

for_reader!(ParcelDesk {
    fn parcels(filter: ParcelFilter) -> ParcelSheet;
    fn acknowledge_parcel(shipment_id: String, sequence: i64, version: i64, note: String) -> ();
});

for_reader!(WriteBackDesk {
    fn write_back() -> WriteBack;
    fn add_target(preset: String) -> ();
    fn save_field(form: FieldForm) -> ();
    fn remove_field(target: String, value: String) -> ();
    fn discover_fields(entity_set: String) -> ();
    fn verify_targets() -> ();
    fn test_write(company: String, number: String) -> TestedWrite;
    fn write_again(company: String, number: String, reason: String) -> ();
    fn write_all_again(cause: String, reason: String) -> ();
    fn repair_since(days: u32, reason: String) -> ();
});

for_reader!(PullDesk {
    fn pull() -> Pull;
    fn why(company: Option<String>, number: String) -> Why;
    fn import(company: Option<String>, number: String) -> String;
    fn rewind(to: String) -> ();
    fn find_gaps() -> ();
});

for_reader!(EventDesk {
    fn events() -> Events;
    fn make_event_address() -> ();
    fn retire_event_address(token_id: String) -> ();
    fn list_events(listed: String) -> ();
});

for_reader!(StartDesk {
    fn start() -> Start;
    fn start_twins() -> ();
    fn remove_twins() -> ();
    fn paste(system: String, text: String) -> ();
    fn connecting_d365() -> Connecting<D365Access>;
    fn connecting_fedex() -> Connecting<FedexAccess>;
    fn connect_d365(form: D365Access) -> Ladder;
    fn connect_fedex(form: FedexAccess) -> Ladder;
    fn put_start_away() -> ();
});

for_reader!(RepairDesk {
    fn repair_sheet(key: String, ask: bool) -> RepairSheet;
    fn repair(form: RepairForm) -> String;
    fn try_repair(form: RepairForm) -> String;
    fn go_on(form: ChosenForm) -> String;
    fn batch(batch_id: String, after: i64) -> BatchView;
    fn start_batch(batch_id: String) -> ();
    fn discard_batch(batch_id: String) -> ();
    fn recovery(window: Option<(String, String)>) -> Recovery;
    fn recover(form: RecoverForm) -> String;
    fn note_cause(form: CauseNoteForm) -> ();
    fn save_pickup(form: PickupForm) -> ();
    fn remove_pickup(warehouse: String) -> ();
});

for_reader!(ApproveDesk {
    fn approvals(filter: ApprovalFilter) -> Approvals;
    fn approve(shipment_id: String, version: i64) -> ();
    fn approve_all(frozen: String, reason: String) -> String;
    fn decline(shipment_id: String, version: i64, reason: String) -> ();
    fn switch_mode(company: String, mode: String, reason: String) -> String;
    fn try_rules(version: i64, change: RulesChange, last: u32) -> BackTest;
});

for_reader!(FindDesk {
    fn search(query: String) -> Found;
    fn list_settings() -> ListSettings;
    fn save_view(name: String, query: String, shared: bool) -> ();
    fn remove_view(view_id: String) -> ();
    fn set_layout(layout: Layout) -> ();
});

for_reader!(PeopleDesk {
    fn people() -> People;
    fn add_person(name: String, role: String, password: String) -> ();
    fn set_role(operator_id: String, role: String) -> ();
    fn set_enabled(operator_id: String, enabled: bool) -> ();
    fn set_password(operator_id: String, password: String) -> ();
    fn change_own_password(old: String, new: String) -> ();
});

for_reader!(PauseDesk {
    fn pause(flow: String, reason: String) -> ();
    fn resume(flow: String) -> ();
});

impl Desk for ReaderDesk {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_orders_of_an_answer_are_found_however_they_are_named() {
        let mut named = BTreeSet::new();
        let answer = json!({"company": "usmf", "number": "1", "rows": [{"order": ["usmf", "2"]}, {"order": null}],
            "inner": {"orders": [["usrt", "3"]]}});
        orders_in(&answer, &mut named);
        let named: Vec<&str> = named.iter().map(|(_, number)| number.as_str()).collect();
        assert_eq!(named, ["1", "2", "3"]);
    }
}
