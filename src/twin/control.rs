//! The `/_twin/` routes: what a test or a curious person may see and change.
//!
//! They are no part of either vendor, need no token, are never hit by a fault and are not counted.

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::clock::{self, SECOND_MS};
use super::compact;
use super::control_fedex;
use super::control_orders;
use super::course;
use super::entities::{self, EntitySet};
use super::exchange::{Call, Reply};
use super::life_cycle;
use super::state::World;
use super::table::Row;
use super::webhook;

const ROUTES: [(&str, &str); 19] = [
    ("GET /_twin/", "this list"),
    ("GET /_twin/shipments", "every shipment; ?order=SO-1 for one order, ?brief=true without requests"),
    ("GET /_twin/orders", "every order; ?number=SO-1 for one, ?brief=true without header, lines and documents"),
    ("GET /_twin/orders/{company}/{number}", "one order"),
    ("POST /_twin/orders", "create or replace an order, or an array of them, which answers with their numbers only"),
    ("PATCH /_twin/orders/{company}/{number}", "compact fields, D365 properties, lines by number, add_lines, action"),
    ("PATCH /_twin/customers/{company}/{account}", "D365 properties of CustomersV3"),
    ("PATCH /_twin/products/{company}/{item}", "D365 properties of ReleasedProductsV2"),
    ("GET /_twin/calls", "calls per operation and tokens handed out"),
    ("DELETE /_twin/calls", "start counting anew"),
    ("GET /_twin/faults", "the fault script with counts"),
    ("POST /_twin/faults", "arm a fault, or an array of them"),
    ("DELETE /_twin/faults", "disarm all, or ?id=1"),
    ("POST /_twin/webhook", "body and signature of a push for tracking_number"),
    (
        "POST /_twin/parcels",
        "the way of tracking_number: stands, hidden_s, estimate_s, commitment_s, stranger, \
         scans [{code, description, derived_code, reason, reason_text, in_s}]",
    ),
    ("GET /_twin/clock", "the twin's time and delays"),
    ("POST /_twin/clock", "advance_s, journey_s, reference_delay_s, track_delay_s, job_delay_s, release_every_s"),
    ("GET /_twin/fedex", "FedEx's switches, quotas, jobs and accounts"),
    (
        "POST /_twin/fedex",
        "virtual, rating, window_limit, daily_limit, track_limit, fail_jobs, job_failure {code, message}",
    ),
];

/// Answers a control route.
pub(super) fn answer(world: &mut World, call: &Call) -> Reply {
    world.release_due();
    let path = call.path.trim_start_matches("/_twin").trim_matches('/').to_owned();
    let mut parts = path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
    let noun = parts.next().unwrap_or_default();
    let rest: Vec<String> = parts.collect();
    let result = match (&call.method, noun.as_str(), rest.as_slice()) {
        (&Method::GET, "", []) => Ok(routes()),
        (&Method::GET, "shipments", []) => Ok(control_fedex::shipments(world, call)),
        (&Method::GET, "orders", []) => Ok(orders(world, call)),
        (&Method::GET, "orders", [company, number]) => order(world, company, number),
        (&Method::POST, "orders", []) => body(call).and_then(|body| place(world, &body)),
        (&Method::PATCH, "orders", [company, number]) => {
            body(call).and_then(|body| control_orders::change(world, company, number, &body))
        }
        (&Method::PATCH, "customers", [company, account]) => {
            body(call).and_then(|body| merge(world, entities::customers(), [company, account], &body))
        }
        (&Method::PATCH, "products", [company, item]) => {
            body(call).and_then(|body| merge(world, entities::products(), [company, item], &body))
        }
        (&Method::GET, "calls", []) => Ok(calls(world)),
        (&Method::DELETE, "calls", []) => {
            world.calls.clear();
            world.touch();
            Ok(calls(world))
        }
        (&Method::GET, "faults", []) => Ok(world.faults.views()),
        (&Method::POST, "faults", []) => body(call).and_then(|body| {
            world.touch();
            world.faults.arm(body)
        }),
        (&Method::DELETE, "faults", rest) => clear_faults(world, call, rest),
        (&Method::POST, "webhook", []) => body(call).and_then(|body| webhook::push(world, &body)),
        (&Method::POST, "parcels", []) => body(call).and_then(|body| course::set(world, &body)),
        (&Method::GET, "clock", []) => Ok(clock_view(world)),
        (&Method::POST, "clock", []) => body(call).and_then(|body| set_clock(world, &body)),
        (&Method::GET, "fedex", []) => Ok(control_fedex::view(world)),
        (&Method::POST, "fedex", []) => body(call).and_then(|body| control_fedex::set(world, &body)),
        _ => {
            return Reply::json(404, &json!({"error": "no such route", "routes": routes()}));
        }
    };
    match result {
        Ok(value) => Reply::json(200, &value),
        Err(message) => Reply::json(400, &json!({"error": message})),
    }
}

fn routes() -> Value {
    let route = |(route, does): &(&str, &str)| {
        let mut shown = json!({"route": route, "does": does});
        if ["POST /_twin/orders", "PATCH /_twin/orders/{company}/{number}"].contains(route) {
            shown["accepts"] = compact::accepted();
        }
        shown
    };
    ROUTES.iter().map(route).collect()
}

fn body(call: &Call) -> Result<Value, String> {
    serde_json::from_slice(&call.body).map_err(|error| format!("the body is not JSON: {error}"))
}

fn orders(world: &World, call: &Call) -> Value {
    let set = entities::headers();
    let company = call.option("company");
    let brief = call.option("brief").as_deref() == Some("true");
    let rows: Vec<&Row> = match call.option("number") {
        Some(number) => world.tables.having(set, "SalesOrderNumber", &number).collect(),
        None => world.tables.rows(set).collect(),
    };
    rows.into_iter()
        .filter(|row| company.as_ref().is_none_or(|wanted| wanted == row.text("dataAreaId")))
        .map(|row| {
            if brief {
                return Value::Object(life_cycle::brief(row));
            }
            life_cycle::view(world, row.text("dataAreaId"), row.text("SalesOrderNumber"))
        })
        .collect()
}

fn order(world: &World, company: &str, number: &str) -> Result<Value, String> {
    match life_cycle::view(world, company, number) {
        Value::Null => Err(format!("no order {number} in company {company}")),
        view => Ok(view),
    }
}

fn place(world: &mut World, wanted: &Value) -> Result<Value, String> {
    match wanted {
        Value::Array(several) => control_orders::place_all(world, several),
        one => control_orders::place(world, one),
    }
}

fn merge(
    world: &mut World,
    set: &'static EntitySet,
    [company, id]: [&str; 2],
    wanted: &Value,
) -> Result<Value, String> {
    let changes = control_orders::overrides(set, wanted)?;
    if !world.tables.merge(set, &[company, id], changes) {
        return Err(format!("no {id} in {} of company {company}", set.name));
    }
    world.touch();
    let row = world.tables.row(set, &[company, id]);
    Ok(row.map_or(Value::Null, |row| Value::Object(row.stored().clone())))
}

fn calls(world: &World) -> Value {
    let mints = |system: &str| {
        let name = format!("{system}.token_mints");
        world.calls.get(&name).copied().unwrap_or_default()
    };
    json!({
        "counts": world.calls,
        "token_mints": {"d365": mints("d365"), "fedex": mints("fedex")},
    })
}

fn clear_faults(world: &mut World, call: &Call, rest: &[String]) -> Result<Value, String> {
    let id = rest.first().cloned().or_else(|| call.option("id"));
    let id = match id {
        Some(id) => Some(id.parse().map_err(|_| format!("{id} is not the id of a fault"))?),
        None => None,
    };
    world.touch();
    Ok(json!({"cleared": world.faults.clear(id)}))
}

fn clock_view(world: &World) -> Value {
    json!({
        "now": clock::utc(world.now_ms()),
        "offset_s": world.offset_ms / SECOND_MS,
        "journey_s": world.journey_ms / SECOND_MS,
        "reference_delay_s": world.reference_delay_ms / SECOND_MS,
        "track_delay_s": world.track_delay_ms / SECOND_MS,
        "job_delay_s": world.switches.job_delay_ms / SECOND_MS,
        "release_every_s": world.release.every_ms.map(|every| every / SECOND_MS),
        "waiting": world.release.waiting.len(),
    })
}

/// Largest step of the clock: a century, so that sums of instants stay far from their limits.
const STEP_LIMIT_S: f64 = 3_155_760_000.0;

fn set_clock(world: &mut World, wanted: &Value) -> Result<Value, String> {
    let fields = wanted.as_object().ok_or("the clock takes a JSON object")?;
    for (name, value) in fields {
        let ms = value
            .as_f64()
            .filter(|seconds| (0.0..=STEP_LIMIT_S).contains(seconds))
            .map(milliseconds)
            .ok_or_else(|| format!("{name} is a number of seconds"))?;
        match name.as_str() {
            "advance_s" => world.offset_ms += ms,
            // Parcels on their way keep the schedule they were given with their label.
            "journey_s" => world.journey_ms = ms,
            "reference_delay_s" => world.reference_delay_ms = ms,
            "track_delay_s" => world.track_delay_ms = ms,
            "job_delay_s" => world.switches.job_delay_ms = ms,
            "release_every_s" => {
                world.release.every_ms = (ms > 0).then_some(ms);
                world.release.next_ms = world.now_ms() + ms;
            }
            _ => return Err(format!("the clock has no {name}")),
        }
    }
    world.touch();
    Ok(clock_view(world))
}

#[expect(clippy::cast_possible_truncation, reason = "the caller limits the seconds to a century")]
fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1_000.0).round() as i64
}
