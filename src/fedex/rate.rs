//! What a shipment would cost: POST /rate/v1/rates/quotes, with our own and the list prices.
//!
//! Without a service in the request FedEx quotes all that could carry the shipment. Some names differ
//! from the Ship API's: `recipient` is one, and `shipDateStamp` has another capital. Saturday is not
//! asked for, because most services would then not be quoted at all.

use crate::audit::System;
use crate::fedex::error::{Purpose, Said, refusal, unreadable};
use crate::fedex::ship_customs::{Goods, goods};
use crate::fedex::ship_packages::{LineItem, quoted_items};
use crate::fedex::wire::{AccountNumber, Address};
use crate::fedex::{READ_TIMEOUT, lenient, post_json};
use crate::order::Charge;
use crate::order::cause::Cause;
use crate::order::plan::Plan;
use crate::order::retry::Failure;
use crate::transport::Call;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use url::Url;

const PATH: &str = "/rate/v1/rates/quotes";

/// The call.
pub const CALL: Call =
    Call { system: System::Fedex, operation: "fedex.quote", timeout: READ_TIMEOUT, confidential: false };

/// What one service would cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// FedEx `serviceType`.
    pub service: String,
    /// Its name in FedEx's words.
    pub name: String,
    /// Our price.
    pub account: Option<Charge>,
    /// The list price.
    pub list: Option<Charge>,
    /// How long it takes, in words.
    pub transit_days: Option<String>,
    /// When it would arrive, in FedEx's local time: `2026-11-24T20:00:00`.
    pub delivery: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    account_number: AccountNumber<'a>,
    rate_request_control_parameters: Control,
    requested_shipment: RequestedShipment<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Control {
    return_transit_times: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestedShipment<'a> {
    shipper: Party<'a>,
    recipient: Party<'a>,
    ship_date_stamp: &'a str,
    pickup_type: &'static str,
    packaging_type: &'a str,
    rate_request_type: [&'static str; 2],
    total_package_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    shipment_special_services: Option<SpecialServices>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customs_clearance_detail: Option<Clearance<'a>>,
    requested_package_line_items: Vec<LineItem<'a>>,
}

#[derive(Serialize)]
struct Party<'a> {
    address: Address<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpecialServices {
    special_service_types: [&'static str; 1],
}

#[derive(Serialize)]
struct Clearance<'a> {
    commodities: Vec<Goods<'a>>,
}

/// The request. `ship_date` is `YYYY-MM-DD`.
pub fn request(base: &Url, account: &str, plan: &Plan, ship_date: &str) -> http::Request<Vec<u8>> {
    let body = Request {
        account_number: AccountNumber { value: account },
        rate_request_control_parameters: Control { return_transit_times: true },
        requested_shipment: RequestedShipment {
            shipper: Party { address: Address::new(&plan.shipper, false) },
            recipient: Party { address: Address::new(&plan.recipient, plan.residential) },
            ship_date_stamp: ship_date,
            pickup_type: "USE_SCHEDULED_PICKUP",
            packaging_type: &plan.service.packaging,
            rate_request_type: ["ACCOUNT", "LIST"],
            total_package_count: plan.packages.len(),
            shipment_special_services: plan
                .service
                .one_rate
                .then_some(SpecialServices { special_service_types: ["FEDEX_ONE_RATE"] }),
            customs_clearance_detail: plan.customs.as_ref().map(|customs| Clearance { commodities: goods(customs) }),
            requested_package_line_items: quoted_items(plan),
        },
    };
    post_json(base, PATH, &body)
}

/// The quotes, in FedEx's order.
pub fn parse(body: &[u8]) -> Result<Vec<Quoted>, Failure> {
    if let Some(failure) = refusal(body, Purpose::Read) {
        return Err(failure);
    }
    let answer: Rated = serde_json::from_slice(body).map_err(|_| unreadable(Purpose::Read, body))?;
    let output = answer.output.ok_or_else(|| unreadable(Purpose::Read, body))?;
    if output.rate_reply_details.is_empty() {
        let said: Vec<String> = output.alerts.iter().map(Said::text).collect();
        return Err(Failure::Permanent(Cause::new("fedex.combination-refused").detail(said.join("; "))));
    }
    Ok(output.rate_reply_details.into_iter().map(quoted).collect())
}

fn quoted(detail: RateReplyDetail) -> Quoted {
    let rate = |kind: &str| detail.rated_shipment_details.iter().find(|rate| rate.rate_type.contains(kind))?.charge();
    let commit = &detail.commit;
    let in_words = |code: &str| code.replace('_', " ").to_lowercase();
    let transit_days = [
        commit.transit_days.description.clone(),
        in_words(&commit.transit_days.minimum_transit_time),
        in_words(&commit.days_in_transit),
        in_words(&detail.operational_detail.transit_time),
    ];
    let delivery = [
        &commit.date_detail.day_format,
        &detail.operational_detail.delivery_date,
        &detail.operational_detail.commit_date,
    ];
    Quoted {
        account: rate("ACCOUNT"),
        list: rate("LIST"),
        transit_days: transit_days.into_iter().find(|text| !text.is_empty() && text != "unknown"),
        delivery: delivery.into_iter().find(|text| !text.is_empty()).cloned(),
        name: if detail.service_name.is_empty() { detail.service_type.clone() } else { detail.service_name },
        service: detail.service_type,
    }
}

#[derive(Deserialize)]
struct Rated {
    #[serde(default, deserialize_with = "lenient::or_empty")]
    output: Option<Output>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Output {
    #[serde(deserialize_with = "lenient::list")]
    rate_reply_details: Vec<RateReplyDetail>,
    #[serde(deserialize_with = "lenient::list")]
    alerts: Vec<Said>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RateReplyDetail {
    #[serde(deserialize_with = "lenient::text")]
    service_type: String,
    #[serde(deserialize_with = "lenient::text")]
    service_name: String,
    #[serde(deserialize_with = "lenient::list")]
    rated_shipment_details: Vec<RatedShipment>,
    #[serde(deserialize_with = "lenient::or_empty")]
    commit: Commit,
    #[serde(deserialize_with = "lenient::or_empty")]
    operational_detail: OperationalDetail,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RatedShipment {
    #[serde(deserialize_with = "lenient::text")]
    rate_type: String,
    #[serde(deserialize_with = "lenient::amount")]
    total_net_charge: Option<Decimal>,
    #[serde(deserialize_with = "lenient::text")]
    currency: String,
    #[serde(deserialize_with = "lenient::or_empty")]
    shipment_rate_detail: ShipmentRate,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ShipmentRate {
    #[serde(deserialize_with = "lenient::text")]
    currency: String,
}

impl RatedShipment {
    /// The whole price; an amount without a currency is none.
    fn charge(&self) -> Option<Charge> {
        let currencies = [&self.currency, &self.shipment_rate_detail.currency];
        let currency = currencies.into_iter().find(|currency| !currency.is_empty())?.clone();
        Some(Charge { amount: self.total_net_charge?, currency, rate_type: self.rate_type.clone() })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Commit {
    #[serde(deserialize_with = "lenient::or_empty")]
    date_detail: DateDetail,
    #[serde(deserialize_with = "lenient::or_empty")]
    transit_days: TransitDays,
    #[serde(deserialize_with = "lenient::text")]
    days_in_transit: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DateDetail {
    #[serde(deserialize_with = "lenient::text")]
    day_format: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TransitDays {
    #[serde(deserialize_with = "lenient::text")]
    description: String,
    #[serde(deserialize_with = "lenient::text")]
    minimum_transit_time: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OperationalDetail {
    #[serde(deserialize_with = "lenient::text")]
    transit_time: String,
    #[serde(deserialize_with = "lenient::text")]
    delivery_date: String,
    #[serde(deserialize_with = "lenient::text")]
    commit_date: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fedex::sample::{customs, plan};
    use serde_json::{Value, json};

    fn sent(plan: &Plan) -> Value {
        let base = Url::parse("https://apis.fedex.com").unwrap();
        serde_json::from_slice(request(&base, "740561073", plan, "2026-11-20").body()).unwrap()
    }

    #[test]
    fn the_request_asks_for_both_prices_of_every_service() {
        let mut home = plan(&["13.2"]);
        home.residential = true;
        let address = json!({"streetLines": ["1450 Commerce St", "Suite 2"], "city": "Dallas",
            "stateOrProvinceCode": "TX", "postalCode": "75201", "countryCode": "US"});
        let mut residence = address.clone();
        residence["residential"] = json!(true);
        let expected = json!({"accountNumber": {"value": "740561073"},
            "rateRequestControlParameters": {"returnTransitTimes": true},
            "requestedShipment": {"shipper": {"address": address}, "recipient": {"address": residence},
                "shipDateStamp": "2026-11-20", "pickupType": "USE_SCHEDULED_PICKUP",
                "packagingType": "YOUR_PACKAGING", "rateRequestType": ["ACCOUNT", "LIST"], "totalPackageCount": 1,
                "requestedPackageLineItems": [{"groupPackageCount": 1, "weight": {"units": "LB", "value": 13.2}}]}});
        assert_eq!(sent(&home), expected);
    }

    #[test]
    fn goods_that_leave_the_country_are_quoted_with_their_value() {
        let mut abroad = Plan { customs: Some(customs()), ..plan(&["5"]) };
        abroad.service.one_rate = true;
        let wanted = &sent(&abroad)["requestedShipment"];
        let commodities = wanted["customsClearanceDetail"]["commodities"].as_array().unwrap();
        assert_eq!((commodities.len(), &commodities[0]["customsValue"]["amount"]), (2, &json!(60)));
        assert_eq!(wanted["shipmentSpecialServices"]["specialServiceTypes"], json!(["FEDEX_ONE_RATE"]));
    }

    #[test]
    fn our_price_and_the_list_price_are_told_apart_whatever_comes_first() {
        let body = br#"{"output":{"rateReplyDetails":[
            {"serviceType":"FEDEX_GROUND","serviceName":"FedEx Ground",
             "ratedShipmentDetails":[{"rateType":"LIST","totalNetCharge":31.50,"currency":"USD"},
                {"rateType":"ACCOUNT","totalNetCharge":22.10,"shipmentRateDetail":{"currency":"USD"}}],
             "commit":{"dateDetail":{"dayFormat":"2026-11-24T20:00:00"},
                "transitDays":{"minimumTransitTime":"THREE_DAYS","description":"3 Business Days"}}},
            {"serviceType":"PRIORITY_OVERNIGHT","ratedShipmentDetails":"none","operationalDetail":{"transitTime":"ONE_DAY"}}]}}"#;
        let quotes = parse(body).unwrap();
        let price = |charge: &Option<Charge>| charge.as_ref().map(|charge| charge.amount.to_string());
        assert_eq!((price(&quotes[0].account), price(&quotes[0].list)), (Some("22.10".into()), Some("31.50".into())));
        assert_eq!(quotes[0].transit_days.as_deref(), Some("3 Business Days"));
        assert_eq!(quotes[0].delivery.as_deref(), Some("2026-11-24T20:00:00"));
        assert_eq!((quotes[1].name.as_str(), quotes[1].account.as_ref()), ("PRIORITY_OVERNIGHT", None));
        assert_eq!(quotes[1].transit_days.as_deref(), Some("one day"));
    }

    #[test]
    fn no_service_at_all_is_a_refusal_and_no_sense_is_asked_again() {
        let none = br#"{"output":{"rateReplyDetails":[],"alerts":[{"code":"X","message":"None."}]}}"#;
        assert!(matches!(parse(none), Err(Failure::Permanent(cause)) if cause.code == "fedex.combination-refused"));
        for body in ["{}", "<html>", r#"{"output":"soon"}"#] {
            assert!(matches!(parse(body.as_bytes()), Err(Failure::Transient(_))), "{body}");
        }
    }
}
