//! The control routes of the FedEx side: its switches, and the shipments it has on record.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::{self, SECOND_MS};
use super::exchange::Call;
use super::fedex::ACCOUNTS;
use super::job::Failure;
use super::rate::amount;
use super::shipment::{Shipment, list};
use super::state::World;
use super::track;

/// How a test wants FedEx to behave.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Switches {
    /// Answers as the sandbox does: every create has the same number, every answer its mark.
    pub canned: bool,
    /// Ships without charges, as FedEx does when its rating is down.
    pub unrated: bool,
    /// How long an asynchronous job takes.
    pub job_delay_ms: i64,
    /// How many of the next jobs fail at their end.
    pub fail_jobs: u64,
    /// What a failing job answers.
    pub job_failure: Failure,
}

/// A job takes long enough to be asked for more than once, and no longer.
const JOB_DELAY_MS: i64 = 2 * SECOND_MS;

impl Default for Switches {
    fn default() -> Self {
        Self {
            canned: false,
            unrated: false,
            job_delay_ms: JOB_DELAY_MS,
            fail_jobs: 0,
            job_failure: Failure::default(),
        }
    }
}

/// Shows the switches and counts.
pub(super) fn view(world: &World) -> Value {
    let now_ms = world.now_ms();
    json!({
        "virtual": world.switches.canned,
        "rating": !world.switches.unrated,
        "window_limit": world.quota.window_limit,
        "daily_limit": world.quota.daily_limit,
        "track_limit": world.quota.track_limit,
        "transactions_today": world.quota.today(now_ms),
        "fail_jobs": world.switches.fail_jobs,
        "job_failure": world.switches.job_failure,
        "jobs": world.jobs.counts(now_ms),
        "shipments": world.shipments.len(),
        "accounts": ACCOUNTS,
    })
}

/// Sets some of the switches.
pub(super) fn set(world: &mut World, wanted: &Value) -> Result<Value, String> {
    let fields = wanted.as_object().ok_or("the switches are a JSON object")?;
    for (name, value) in fields {
        let yes = || value.as_bool().ok_or_else(|| format!("{name} is true or false"));
        let count = || value.as_u64().ok_or_else(|| format!("{name} is a whole number, 0 for none"));
        match name.as_str() {
            "virtual" => world.switches.canned = yes()?,
            "rating" => world.switches.unrated = !yes()?,
            "window_limit" => world.quota.window_limit = count()?,
            "daily_limit" => world.quota.daily_limit = count()?,
            "track_limit" => world.quota.track_limit = count()?,
            "fail_jobs" => world.switches.fail_jobs = count()?,
            "job_failure" => {
                world.switches.job_failure =
                    serde_json::from_value(value.clone()).map_err(|error| format!("job_failure: {error}"))?;
            }
            _ => return Err(format!("FedEx has no switch {name}")),
        }
    }
    world.touch();
    Ok(view(world))
}

/// Shows the shipments: all, or those of `?order=`; `?brief=true` leaves the requests out.
pub(super) fn shipments(world: &World, call: &Call) -> Value {
    let now_ms = world.now_ms();
    let brief = call.option("brief").as_deref() == Some("true");
    let show = |shipment: Shipment| {
        let mut shown = shipment_view(&shipment, now_ms);
        if !brief {
            shown["request"] = shipment.request;
        }
        shown
    };
    match call.option("order") {
        Some(order) => world
            .shipments
            .by_reference(&order)
            .filter(|shipment| order_number(shipment) == Some(order.as_str()))
            .map(show)
            .collect(),
        None => world.shipments.all().map(show).collect(),
    }
}

fn order_number(shipment: &Shipment) -> Option<&str> {
    shipment.reference("P_O_NUMBER").or_else(|| shipment.reference("CUSTOMER_REFERENCE"))
}

fn shipment_view(shipment: &Shipment, now_ms: i64) -> Value {
    let numbers: Vec<&str> = shipment.pieces.iter().map(|piece| piece.tracking_number.as_str()).collect();
    let mut references: Vec<Value> = Vec::new();
    for (kind, value) in shipment.references() {
        let reference = json!({"type": kind, "value": value});
        if !references.contains(&reference) {
            references.push(reference);
        }
    }
    let cancelled = shipment.is_cancelled();
    let weight: u64 = shipment.pieces.iter().map(|piece| piece.weight_clb).sum();
    let party = &shipment.wanted()["recipients"][0];
    json!({
        "tracking_number": shipment.master(),
        "tracking_numbers": numbers,
        "pieces": pieces_view(shipment),
        "order_number": order_number(shipment),
        "references": references,
        "consignee": {
            "person": party["contact"]["personName"],
            "company": party["contact"]["companyName"],
            "phone": party["contact"]["phoneNumber"],
            "street": list(&party["address"]["streetLines"]),
            "city": party["address"]["city"],
            "state": party["address"]["stateOrProvinceCode"],
            "postal_code": party["address"]["postalCode"],
            "country": party["address"]["countryCode"],
        },
        "account": shipment.account,
        "paid_by": shipment.wanted()["shippingChargesPayment"]["paymentType"],
        "service": shipment.service,
        "special_services": list(&shipment.wanted()["shipmentSpecialServices"]["specialServiceTypes"]),
        "is_return": shipment.is_return(),
        "customs": shipment.wanted()["customsClearanceDetail"],
        "job": shipment.job,
        // A job's shipment counts as live from its acceptance, though nobody can find it yet.
        "pending": shipment.created_ms > now_ms,
        "closed": shipment.closed_ms.is_some(),
        "weight_lb": amount(weight),
        "charge": {"amount": amount(shipment.charge.net()), "currency": "USD"},
        "live": !cancelled,
        "cancelled": cancelled,
        "status": track::status(shipment, 0, now_ms),
        "created_at": clock::utc(shipment.created_ms),
        "ship_date": shipment.ship_date,
    })
}

fn pieces_view(shipment: &Shipment) -> Value {
    (1..)
        .zip(&shipment.pieces)
        .map(|(sequence, piece): (u32, _)| {
            json!({
                "sequence": sequence,
                "tracking_number": piece.tracking_number,
                "weight_lb": amount(piece.weight_clb),
                "live": piece.cancelled_ms.is_none(),
                "cancelled": piece.cancelled_ms.is_some(),
            })
        })
        .collect()
}
