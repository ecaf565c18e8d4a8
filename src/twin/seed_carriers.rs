//! Delivery modes, delivery terms, carriers and their services: the customer's own mapping of
//! modes to a carrier.

use serde_json::json;

use super::compact;
use super::seed::known;
use super::state::World;
use super::table::values;

/// Delivery modes and what they mean. `FEDEX-SAT` is in use and mapped to no service.
const MODES: [[&str; 2]; 10] = [
    ["FEDEX-GRD", "FedEx Ground"],
    ["FEDEX-HOME", "FedEx Home Delivery"],
    ["FEDEX-2D", "FedEx 2Day"],
    ["FEDEX-AM", "FedEx 2Day AM"],
    ["FEDEX-ON", "FedEx Priority Overnight"],
    ["FEDEX-SAT", "FedEx Saturday delivery"],
    ["FEDEX-IP", "FedEx International Priority"],
    ["FEDEX-IE", "FedEx International Economy"],
    ["TRUCK", "LTL freight"],
    ["PICKUP", "Customer pickup"],
];

/// Delivery terms: code, description, who pays the freight, cash on delivery.
const TERMS: [(&str, &str, &str, bool); 7] = [
    ("PP", "Prepaid", "Prepaid", false),
    ("PPA", "Prepaid and added to the invoice", "Prepaid", false),
    ("COL", "Freight collect, the recipient's account", "Collect", false),
    ("3RD", "Freight on a third party's account", "ThirdParty", false),
    ("COD", "Cash on delivery", "Prepaid", true),
    ("DAP", "Delivered at place", "Prepaid", false),
    ("DDP", "Delivered duty paid", "Prepaid", false),
];

/// Carriers: id, name, standard carrier alpha code, tracking address, active.
const CARRIERS: [(&str, &str, &str, &str, bool); 3] = [
    ("FEDEX", "FedEx", "FDEG", "https://www.fedex.com/fedextrack/?trknbr=%1", true),
    ("LTL", "Regional LTL freight", "RLTF", "", true),
    ("OLDEX", "Old Express (closed)", "OLDX", "", false),
];

/// Services: carrier, id, name, delivery mode, the carrier's own code.
const SERVICES: [[&str; 5]; 9] = [
    ["FEDEX", "GRD", "FedEx Ground", "FEDEX-GRD", "FEDEX_GROUND"],
    ["FEDEX", "HOME", "FedEx Home Delivery", "FEDEX-HOME", "GROUND_HOME_DELIVERY"],
    ["FEDEX", "2D", "FedEx 2Day", "FEDEX-2D", "FEDEX_2_DAY"],
    ["FEDEX", "2DAM", "FedEx 2Day AM", "FEDEX-AM", "FEDEX_2_DAY_AM"],
    ["FEDEX", "ON", "FedEx Priority Overnight", "FEDEX-ON", "PRIORITY_OVERNIGHT"],
    ["FEDEX", "SAT", "FedEx Saturday delivery", "FEDEX-SAT", ""],
    ["FEDEX", "IP", "FedEx International Priority", "FEDEX-IP", "FEDEX_INTERNATIONAL_PRIORITY"],
    ["FEDEX", "IE", "FedEx International Economy", "FEDEX-IE", "INTERNATIONAL_ECONOMY"],
    ["LTL", "STD", "LTL standard", "TRUCK", "LTL-STD"],
];

/// Fills the sets of both companies.
pub(super) fn plant(world: &mut World) {
    for company in ["usmf", "usrt"] {
        for [code, description] in MODES {
            let mode = values([
                ("dataAreaId", json!(company)),
                ("ModeCode", json!(code)),
                ("ModeDescription", json!(description)),
            ]);
            world.tables.put(known("DeliveryModesV2"), mode);
        }
        for (code, description, freight, cash) in TERMS {
            let terms = values([
                ("dataAreaId", json!(company)),
                ("TermsCode", json!(code)),
                ("TermsDescription", json!(description)),
                ("FreightChargeTerms", json!(freight)),
                ("IsCashOnDelivery", compact::yes_no(cash)),
            ]);
            world.tables.put(known("DeliveryTerms"), terms);
        }
        for (id, name, code, tracking, active) in CARRIERS {
            let carrier = values([
                ("dataAreaId", json!(company)),
                ("CarrierId", json!(id)),
                ("CarrierName", json!(name)),
                ("StandardCarrierAlphaCode", json!(code)),
                ("ShippingCarrierTrackingURL", json!(tracking)),
                ("IsShippingCarrierActive", compact::yes_no(active)),
            ]);
            world.tables.put(known("ShippingCarriers"), carrier);
        }
        for [carrier, id, name, mode, external] in SERVICES {
            let service = values([
                ("dataAreaId", json!(company)),
                ("ShippingCarrierId", json!(carrier)),
                ("ServiceId", json!(id)),
                ("ServiceName", json!(name)),
                ("DeliveryModeCode", json!(mode)),
                ("ExternalShippingCarrierServiceId", json!(external)),
            ]);
            world.tables.put(known("ShippingCarrierServices"), service);
        }
    }
}
