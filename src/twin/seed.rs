//! What the world contains at the start: companies, warehouses, customers, items, demo orders.
//!
//! Everything is fixed, so two demos look the same. Master data is there in every scenario;
//! orders only in the demo.

use serde_json::json;

use super::entities::{self, EntitySet};
use super::state::World;
use super::table::{decimal, values};
use super::{Scenario, compact, control_orders, seed_carriers, seed_customers, seed_items, seed_orders, seed_shapes};

/// Company, name, street, city, state, postal code, phone, tax number. The first is the user's
/// default company.
const COMPANIES: [[&str; 8]; 3] = [
    ["dat", "Company accounts data", "", "", "", "", "", ""],
    ["usmf", "Twin Industrial Supply", "3875 Airways Blvd", "Memphis", "TN", "38116", "901-555-0100", "62-1234567"],
    ["usrt", "Twin Retail Parts", "4690 Longley Ln", "Reno", "NV", "89502", "775-555-0121", "88-7654321"],
];

/// Company, warehouse, name, street, city, state, postal code, country. Two addresses are empty, as
/// in real tenants: then the connector's own ship-from has to serve.
const WAREHOUSES: [[&str; 8]; 6] = [
    ["usmf", "24", "Memphis DC", "3875 Airways Blvd", "Memphis", "TN", "38116", "US"],
    ["usmf", "13", "Columbus DC", "2450 Rohr Rd", "Columbus", "OH", "43217", "US"],
    ["usmf", "51", "Toronto DC", "2600 Skymark Ave", "Mississauga", "ON", "L4W 5B2", "CA"],
    ["usmf", "71", "Counter stock", "", "", "", "", ""],
    ["usrt", "WEST", "Reno DC", "", "", "", "", ""],
    ["usrt", "24", "Memphis DC (shared)", "3875 Airways Blvd", "Memphis", "TN", "38116", "US"],
];

/// Fills a new world.
pub(super) fn plant(world: &mut World) {
    plant_companies(world);
    seed_carriers::plant(world);
    plant_customers(world);
    plant_items(world);
    if world.scenario == Scenario::Demo {
        for order in seed_orders::orders().into_iter().chain(seed_shapes::orders()) {
            control_orders::place(world, &order).expect("the demo orders are well formed");
        }
    }
}

/// A set that the seed fills.
pub(super) fn known(name: &str) -> &'static EntitySet {
    entities::set(name).expect("the catalogue holds every set the seed fills")
}

fn plant_companies(world: &mut World) {
    for [id, name, street, city, state, zip, phone, tax_number] in COMPANIES {
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
            ("VATNum", json!(tax_number)),
            ("LanguageId", json!("en-US")),
        ]);
        world.tables.put(known("LegalEntities"), company);
    }
    for [company, id, name, street, city, state, zip, country] in WAREHOUSES {
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
            ("PrimaryAddressCountryRegionId", json!(three_letters(country))),
        ]);
        world.tables.put(known("Warehouses"), warehouse);
    }
}

/// The three letters that F&O keeps for a country, nothing for none.
fn three_letters(country: &str) -> &'static str {
    compact::country(country).map_or("", |(_, three)| three)
}

fn plant_customers(world: &mut World) {
    for customer in &seed_customers::CUSTOMERS {
        let contact_id = customer.contact.map_or("", |[id, ..]| id);
        let row = values([
            ("dataAreaId", json!(customer.company)),
            ("CustomerAccount", json!(customer.account)),
            ("OrganizationName", json!(customer.name)),
            ("PartyType", json!("Organization")),
            ("SalesCurrencyCode", json!(customer.currency)),
            ("TaxExemptNumber", json!(customer.tax_number)),
            ("LanguageId", json!("en-US")),
            ("ContactPersonId", json!(contact_id)),
            ("PrimaryContactPhone", json!(customer.phone)),
            ("PrimaryContactEmail", json!(customer.email)),
            ("DeliveryAddressStreet", json!(customer.street)),
            ("DeliveryAddressCity", json!(customer.city)),
            ("DeliveryAddressState", json!(customer.state)),
            ("DeliveryAddressZipCode", json!(customer.zip)),
            ("DeliveryAddressCountryRegionId", json!(three_letters(customer.country))),
            ("DeliveryAddressCountryRegionISOCode", json!(customer.country)),
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
                ("OriginCountryRegionId", json!(item.origin)),
                ("GrossProductHeight", decimal(item.size_cm[0])),
                ("GrossProductWidth", decimal(item.size_cm[1])),
                ("GrossDepth", decimal(item.size_cm[2])),
                ("IsHazardousMaterial", compact::yes_no(item.hazardous)),
                ("IsShipAloneEnabled", compact::yes_no(item.ship_alone)),
            ]);
            world.tables.put(entities::products(), row);
        }
    }
    let conversion = |from: &str, to: &str, factor: f64| {
        values([
            ("FromUnitSymbol", json!(from)),
            ("ToUnitSymbol", json!(to)),
            ("Factor", decimal(factor)),
            ("Numerator", json!(1)),
            ("Denominator", json!(1)),
        ])
    };
    for (from, to, factor) in seed_items::UNITS {
        world.tables.put(known("UnitOfMeasureConversions"), conversion(from, to, factor));
    }
    for (item, from, to, factor) in seed_items::ITEM_UNITS {
        let mut row = conversion(from, to, factor);
        row.insert("ProductNumber".into(), json!(item));
        world.tables.put(entities::product_units(), row);
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
        assert_eq!(eligible, 43);
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
            "hazardous",
            "po-box",
        ] {
            assert!(orders.iter().any(|order| order["cause"] == cause), "{cause}");
        }
        for order in &orders {
            let header = &order["header"];
            let text = |name: &str| header[name].as_str().unwrap_or_default();
            let fits = text("DeliveryAddressStreet").lines().all(|line| line.len() <= 35);
            let country = text("DeliveryAddressCountryRegionISOCode");
            let postal = postal::check(country, text("DeliveryAddressStateId"), text("DeliveryAddressZipCode"));
            assert_eq!(fits, order["cause"] != "street-too-long", "{order}");
            assert_eq!(postal.is_ok(), order["cause"] != "zip-state-mismatch", "{order}");
        }
    }

    #[test]
    fn orders_of_every_shape_are_there() {
        let orders = orders();
        let has = |shape: &dyn Fn(&Value) -> bool| orders.iter().any(shape);
        let several = |order: &Value, property: &str| {
            let lines = order["lines"].as_array().unwrap();
            lines.iter().any(|line| line[property] != lines[0][property])
        };
        assert!(has(&|order| several(order, "ShippingWarehouseId")));
        assert!(has(&|order| several(order, "DeliveryAddressStreet")));
        assert!(has(&|order| order["header"]["ShippingCarrierCustomerAccountNumber"].is_string()));
        assert!(has(&|order| order["header"]["ShippingCarrierServiceId"].is_string()));
        for country in ["CA", "DE"] {
            assert!(has(&|order| order["header"]["DeliveryAddressCountryRegionISOCode"] == country), "{country}");
        }
        // What goes into one parcel of Ground is at most 68 kg.
        assert!(has(&|order| order["confirmations"][0]["TotalNetWeight"].as_f64().is_some_and(|net| net > 140.0)
            && order["cause"] == ""));
    }

    #[test]
    fn services_of_carriers_lead_to_fedex_but_one() {
        demo(|world| {
            let unnamed: Vec<&str> = world
                .tables
                .rows(known("ShippingCarrierServices"))
                .filter(|row| {
                    row.text("dataAreaId") == "usmf" && row.text("ExternalShippingCarrierServiceId").is_empty()
                })
                .map(|row| row.text("DeliveryModeCode"))
                .collect();
            assert_eq!(unnamed, ["FEDEX-SAT"]);
            for row in world.tables.rows(known("ShippingCarrierServices")) {
                let company = row.text("dataAreaId");
                let carrier = world.tables.row(known("ShippingCarriers"), &[company, row.text("ShippingCarrierId")]);
                let mode = world.tables.row(known("DeliveryModesV2"), &[company, row.text("DeliveryModeCode")]);
                assert!(carrier.is_some() && mode.is_some(), "{}", row.text("ServiceId"));
            }
        });
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
