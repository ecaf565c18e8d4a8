//! The credentials of both twins, in the JSON form that operators paste.
//!
//! `FEDEX-SAT` is a delivery mode that orders use and that no FedEx service is mapped to: the
//! mistake every mapping screen has to survive.

use serde_json::{Value, json};

use super::{entra, fedex};

/// The token that signs pushes; 26 to 100 characters with both cases and a digit, as FedEx asks.
pub(super) const WEBHOOK_TOKEN: &str = "TwinWebhookToken2026ForSigning42";

/// Credentials for the D365 twin.
pub(super) fn d365(url: &str) -> Value {
    json!({
        "name": "D365 twin",
        "authority": url,
        "tenant_id": entra::TENANT,
        "base_url": url,
        "scope": null,
        "client_id": entra::CLIENT_ID,
        "client_secret": entra::CLIENT_SECRET,
        "legal_entities": ["usmf", "usrt"],
        "token_version": "v2",
        // A rehearsal makes a day's calls in a minute; a real environment keeps the defaults.
        "limits": {"per_second": 1_000, "concurrent": 32, "writes": 16},
        "orders": {
            "entity_set": "SalesOrderHeadersV2",
            "processing_statuses": ["Confirmed"],
            "delivery_modes": ["FEDEX-GRD", "FEDEX-HOME", "FEDEX-2D", "FEDEX-ON", "FEDEX-SAT", "FEDEX-IP"],
        },
        "write_back": [{
            "kind": "patch",
            "entity_set": "SalesOrderHeadersV2",
            "key": "dataAreaId='{company}',SalesOrderNumber='{order}'",
            "condition": "always",
            "fields": {
                "tracking_number": {"property": "FdxTrackingNumber", "max_length": 30},
                "status": {"property": "FdxStatus"},
                "delivered_at": {"property": "FdxDeliveredAt"},
                "charge_amount": {"property": "FdxCharge"},
                "charge_currency": {"property": "FdxChargeCurrency"},
            },
        }],
    })
}

/// Credentials for the FedEx twin.
pub(super) fn fedex(url: &str) -> Value {
    let own = |service: &str| json!({"service": service, "packaging": "YOUR_PACKAGING"});
    let memphis = json!({
        "company": "Twin Industrial Supply", "phone": "9015550100",
        "street": ["3875 Airways Blvd", "Dock 12"],
        "city": "Memphis", "region": "TN", "postal_code": "38116", "country": "US",
    });
    json!({
        "environment": "custom",
        "base_url": url,
        "api_key": fedex::API_KEY,
        "secret_key": fedex::SECRET_KEY,
        "account_number": fedex::ACCOUNT,
        "track_api_key": null,
        "track_secret_key": null,
        "webhook_tokens": [WEBHOOK_TOKEN],
        "services": {
            "FEDEX-GRD": own("FEDEX_GROUND"),
            "FEDEX-HOME": own("GROUND_HOME_DELIVERY"),
            "FEDEX-2D": own("FEDEX_2_DAY"),
            "FEDEX-ON": own("PRIORITY_OVERNIGHT"),
            "FEDEX-IP": own("FEDEX_INTERNATIONAL_PRIORITY"),
        },
        "ship_from": {
            "default": memphis,
            "24": memphis,
            "13": {
                "company": "Twin Industrial Supply Columbus", "phone": "6145550113",
                "street": ["2450 Rohr Rd"],
                "city": "Columbus", "region": "OH", "postal_code": "43217", "country": "US",
            },
            "WEST": {
                "company": "Twin Retail Parts - Reno DC", "phone": "7755550121",
                "street": ["4690 Longley Ln", "Bldg B"],
                "city": "Reno", "region": "NV", "postal_code": "89502", "country": "US",
            },
        },
        "label": {"image_type": "PDF", "stock": "PAPER_4X6"},
        "default_weight_lb": null,
    })
}
