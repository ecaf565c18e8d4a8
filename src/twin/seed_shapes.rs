//! Demo orders of other shapes than one parcel to one address at home: split, in several pieces,
//! abroad, on another account, by carrier service; and two that need a person.

use serde_json::{Value, json};

/// The orders, in the compact form of the control routes. Their numbers follow the tables'.
pub(super) fn orders() -> Vec<Value> {
    vec![
        // Two warehouses: two shipments.
        json!({"number": "SO-001033", "customer": "US-1014", "po": "MCA-20471", "lines": [
            {"item": "UCP208-24", "quantity": 4, "price": 57.8},
            {"item": "HOSE-R2-08", "quantity": 6, "price": 39.9, "warehouse": "13"},
        ]}),
        // Two addresses of one customer.
        json!({"number": "SO-001034", "customer": "US-1010", "po": "ECC-1211", "lines": [
            {"item": "SPR-60B20", "quantity": 5, "price": 31.4},
            {"item": "CHN-60-10", "quantity": 2, "price": 96, "address": {
                "name": "Erie Canal Conveyor - Plant 2", "street": "1455 E 185th St", "city": "Cleveland",
                "state": "OH", "zip": "44110"}},
        ]}),
        // Too heavy for one parcel; the pumps ship alone.
        json!({"number": "SO-001035", "customer": "US-1016", "po": "TCH-5530", "lines": [
            {"item": "MTR-145T", "quantity": 3, "price": 389},
            {"item": "PMP-CR3-8", "quantity": 2, "price": 1480},
            {"item": "GRB-BMQ721", "quantity": 2, "price": 544},
        ]}),
        json!({"number": "SO-001036", "customer": "CA-3001", "po": "MRM-0417", "terms": "DAP", "lines": [
            {"item": "22216-E1", "quantity": 4, "price": 288},
            {"item": "SEAL-T21-150", "quantity": 6, "price": 91.5},
        ]}),
        json!({"number": "SO-001037", "customer": "DE-5001", "po": "BE-2026-0815", "mode": "FEDEX-IP", "terms": "DAP",
        "lines": [
            {"item": "VFD-5HP", "quantity": 1, "price": 574},
            {"item": "CYL-NCQ2-50", "quantity": 8, "price": 82.9},
        ]}),
        // The recipient pays FedEx.
        json!({"number": "SO-001038", "customer": "US-1006", "po": "AS-77131", "terms": "COL", "carrier": "FEDEX",
            "carrier_account": "510087020", "lines": [{"item": "VLV-SS-075", "quantity": 12, "price": 42.5}]}),
        json!({"number": "SO-001039", "customer": "US-1013", "po": "HGR-930", "cause": "hazardous", "lines": [
            {"item": "LUB-AERO-12", "quantity": 12, "price": 14.2},
            {"item": "CHN-60-10", "quantity": 1, "price": 96},
        ]}),
        json!({"number": "SO-001040", "customer": "US-1011", "po": "CMR-6040", "cause": "po-box",
            "address": {"street": "PO Box 3127", "zip": "23514"},
            "lines": [{"item": "SEAL-T21-150", "quantity": 2, "price": 68.2}]}),
        // The carrier's service says more than the mode.
        json!({"number": "SO-001041", "customer": "US-1004", "po": "7700141", "mode": "FEDEX-2D", "carrier": "FEDEX",
            "carrier_service": "2DAM", "lines": [{"item": "VFD-5HP", "quantity": 1, "price": 612}]}),
    ]
}
