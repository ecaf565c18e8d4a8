//! What the world contains at the start: companies, warehouses, customers, items, demo orders.
//!
//! Everything is fixed, so two demos look the same. Master data is there in every scenario;
//! orders only in the demo.

use serde_json::json;

use super::entities::{self, EntitySet};
use super::state::World;
use super::table::{decimal, values};
use super::{Scenario, control_orders, seed_customers, seed_items, seed_orders};

/// Company, name, street, city, state, postal code, phone. The first is the user's default company.
const COMPANIES: [[&str; 7]; 3] = [
    ["dat", "Company accounts data", "", "", "", "", ""],
    ["usmf", "Twin Industrial Supply", "3875 Airways Blvd", "Memphis", "TN", "38116", "901-555-0100"],
    ["usrt", "Twin Retail Parts", "4690 Longley Ln", "Reno", "NV", "89502", "775-555-0121"],
];

/// Company, warehouse, name, street, city, state, postal code. One address is empty, as in real
/// tenants: then the connector's own ship-from has to serve.
const WAREHOUSES: [[&str; 7]; 4] = [
    ["usmf", "24", "Memphis DC", "3875 Airways Blvd", "Memphis", "TN", "38116"],
    ["usmf", "13", "Columbus DC", "2450 Rohr Rd", "Columbus", "OH", "43217"],
    ["usrt", "WEST", "Reno DC", "", "", "", ""],
    ["usrt", "24", "Memphis DC (shared)", "3875 Airways Blvd", "Memphis", "TN", "38116"],
];

/// Delivery modes and what they mean. `FEDEX-SAT` is in use and mapped to no service.
const MODES: [[&str; 2]; 7] = [
    ["FEDEX-GRD", "FedEx Ground"],
    ["FEDEX-HOME", "FedEx Home Delivery"],
    ["FEDEX-2D", "FedEx 2Day"],
    ["FEDEX-ON", "FedEx Priority Overnight"],
    ["FEDEX-SAT", "FedEx Saturday delivery"],
    ["TRUCK", "LTL freight"],
    ["PICKUP", "Customer pickup"],
];

/// Fills a new world.
pub(super) fn plant(world: &mut World) {
    plant_companies(world);
    plant_customers(world);
    plant_items(world);
    if world.scenario == Scenario::Demo {
        for order in seed_orders::orders() {
            control_orders::place(world, &order).expect("the demo orders are well formed");
        }
    }
}

fn known(name: &str) -> &'static EntitySet {
    entities::set(name).expect("the catalogue holds every set the seed fills")
}

fn plant_companies(world: &mut World) {
    for [id, name, street, city, state, zip, phone] in COMPANIES {
        let company = values([
            ("LegalEntityId", json!(id)),
            ("Name", json!(name)),
            ("AddressStreet", json!(street)),
            ("AddressCity", json!(city)),
            ("AddressState", json!(state)),
            ("AddressZipCode", json!(zip)),
            ("AddressCountryRegionId", json!("USA")),
            ("AddressCountryRegionISOCode", json!("US")),
            ("PrimaryContactPhone", json!(phone)),
            ("LanguageId", json!("en-US")),
        ]);
        world.tables.put(known("LegalEntities"), company);
    }
    for [company, id, name, street, city, state, zip] in WAREHOUSES {
        let assigned = if street.is_empty() { "No" } else { "Yes" };
        let warehouse = values([
            ("dataAreaId", json!(company)),
            ("WarehouseId", json!(id)),
            ("WarehouseName", json!(name)),
            ("OperationalSiteId", json!("1")),
            ("IsPrimaryAddressAssigned", json!(assigned)),
            ("PrimaryAddressStreet", json!(street)),
            ("PrimaryAddressCity", json!(city)),
            ("PrimaryAddressStateId", json!(state)),
            ("PrimaryAddressZipCode", json!(zip)),
            ("PrimaryAddressCountryRegionId", json!(if street.is_empty() { "" } else { "USA" })),
        ]);
        world.tables.put(known("Warehouses"), warehouse);
    }
    for company in ["usmf", "usrt"] {
        for [code, description] in MODES {
            let mode = values([
                ("dataAreaId", json!(company)),
                ("ModeCode", json!(code)),
                ("ModeDescription", json!(description)),
            ]);
            world.tables.put(known("DeliveryModesV2"), mode);
        }
    }
}

fn plant_customers(world: &mut World) {
    for customer in &seed_customers::CUSTOMERS {
        let contact_id = customer.contact.map_or("", |[id, ..]| id);
        let row = values([
            ("dataAreaId", json!(customer.company)),
            ("CustomerAccount", json!(customer.account)),
            ("OrganizationName", json!(customer.name)),
            ("PartyType", json!("Organization")),
            ("SalesCurrencyCode", json!("USD")),
            ("LanguageId", json!("en-US")),
            ("ContactPersonId", json!(contact_id)),
            ("PrimaryContactPhone", json!(customer.phone)),
            ("PrimaryContactEmail", json!(customer.email)),
            ("DeliveryAddressStreet", json!(customer.street)),
            ("DeliveryAddressCity", json!(customer.city)),
            ("DeliveryAddressState", json!(customer.state)),
            ("DeliveryAddressZipCode", json!(customer.zip)),
            ("DeliveryAddressCountryRegionId", json!("USA")),
            ("DeliveryAddressCountryRegionISOCode", json!("US")),
        ]);
        world.tables.put(entities::customers(), row);
        if let Some([id, name, phone]) = customer.contact {
            let (first, last) = name.split_once(' ').unwrap_or(("", name));
            let person = values([
                ("dataAreaId", json!(customer.company)),
                ("ContactPersonId", json!(id)),
                ("ContactPersonName", json!(name)),
                ("FirstName", json!(first)),
                ("LastName", json!(last)),
                ("PrimaryPhoneNumber", json!(phone)),
                ("PrimaryEmailAddress", json!(customer.email)),
            ]);
            world.tables.put(known("ContactPersons"), person);
        }
    }
}

fn plant_items(world: &mut World) {
    for company in ["usmf", "usrt"] {
        for item in &seed_items::ITEMS {
            let row = values([
                ("dataAreaId", json!(company)),
                ("ItemNumber", json!(item.number)),
                ("ProductNumber", json!(item.number.trim())),
                ("ProductName", json!(item.name)),
                ("SearchName", json!(item.name)),
                ("ProductType", json!(if item.service { "Service" } else { "Item" })),
                ("InventoryUnitSymbol", json!("ea")),
                ("SalesUnitSymbol", json!("ea")),
                ("NetProductWeight", decimal(item.net_kg)),
                ("TareProductWeight", decimal(item.tare_kg)),
                ("IntrastatCommodityCode", json!(item.tariff)),
                ("OriginCountryRegionId", json!("USA")),
            ]);
            world.tables.put(entities::products(), row);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::state::{Place, Shared};
    use super::super::{TwinOptions, life_cycle, postal};
    use super::*;

    fn demo<T>(look: impl FnOnce(&mut World) -> T) -> T {
        let mut options = TwinOptions::loopback();
        options.scenario = Scenario::Demo;
        Shared::open(&options, Place::default()).unwrap().change(look)
    }

    fn orders() -> Vec<Value> {
        demo(|world| {
            let keys: Vec<(String, String)> = world
                .tables
                .rows(entities::headers())
                .map(|row| (row.text("dataAreaId").into(), row.text("SalesOrderNumber").into()))
                .collect();
            keys.iter().map(|(company, number)| life_cycle::view(world, company, number)).collect()
        })
    }

    #[test]
    fn the_demo_has_enough_orders_in_both_companies() {
        let orders = orders();
        assert!(orders.len() >= 44, "{}", orders.len());
        let eligible = orders
            .iter()
            .filter(|order| {
                order["SalesOrderProcessingStatus"] == "Confirmed"
                    && order["IsSalesProcessingStopped"] == "No"
                    && order["DeliveryModeCode"].as_str().unwrap().starts_with("FEDEX")
            })
            .count();
        assert_eq!(eligible, 34);
        assert!(orders.iter().filter(|order| order["company"] == "usrt").count() >= 10);
        assert!(demo(|world| world.release.waiting.len()) >= 8);
    }

    #[test]
    fn every_failure_is_named_and_all_other_addresses_are_good() {
        let orders = orders();
        for cause in [
            "street-too-long",
            "phone-missing",
            "zip-state-mismatch",
            "mode-unmapped",
            "weight-missing",
            "fedex-refuses-weight",
        ] {
            assert!(orders.iter().any(|order| order["cause"] == cause), "{cause}");
        }
        for order in &orders {
            let header = &order["header"];
            let text = |name: &str| header[name].as_str().unwrap_or_default();
            let fits = text("DeliveryAddressStreet").lines().all(|line| line.len() <= 35);
            let postal = postal::check("US", text("DeliveryAddressStateId"), text("DeliveryAddressZipCode"));
            assert_eq!(fits, order["cause"] != "street-too-long", "{order}");
            assert_eq!(postal.is_ok(), order["cause"] != "zip-state-mismatch", "{order}");
        }
    }

    #[test]
    fn the_oddities_of_real_data_are_there() {
        let orders = orders();
        let invoiced = orders.iter().filter(|order| !order["invoices"].as_array().unwrap().is_empty());
        assert!(invoiced.count() >= 2);
        let text = Value::Array(orders).to_string();
        for oddity in ["O'Malley", "\" V-BELT-A42\"", "SVC-CAL", "\"SalesOrderLineStatus\":\"Canceled\""] {
            assert!(text.contains(oddity), "{oddity}");
        }
    }
}
