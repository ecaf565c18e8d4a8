//! A plan for tests.

use crate::order::consignee::Consignee;
use crate::order::customs::{Commodity, Customs};
use crate::order::group::Basis;
use crate::order::packing::Package;
use crate::order::parcel::{ImageType, Service, Weight};
use crate::order::plan::{Payment, Plan};
use crate::order::rules::Payer;
use rust_decimal::Decimal;

fn consignee(name: &str) -> Consignee {
    Consignee {
        name: name.into(),
        street: vec!["1450 Commerce St".into(), "Suite 2".into()],
        city: "Dallas".into(),
        region: Some("TX".into()),
        postal_code: Some("75201".into()),
        country: "US".into(),
        phone: "2145550100".into(),
    }
}

/// By Ground to a company, in packages of these pounds.
pub fn plan(weights: &[&str]) -> Plan {
    let package = |weight: &&str| Package {
        weight: Weight::parse(weight).expect("a weight"),
        dimensions: None,
        carton: None,
        contents: Vec::new(),
    };
    Plan {
        warehouse: "24".into(),
        account_number: None,
        shipper: consignee("Contoso Parts"),
        recipient: consignee("Norwood Pump Co"),
        residential: false,
        service: Service::new("FEDEX_GROUND"),
        payment: Payment::default(),
        packages: weights.iter().map(package).collect(),
        customs: None,
        order_number: "001261".into(),
        invoice_number: Some("INV-7".into()),
        image_type: ImageType::Zplii,
        stock: "STOCK_4X6".into(),
        returning: None,
        basis: Basis::default(),
    }
}

/// Three pumps and 2.5 m of hose, duties paid by us.
pub fn customs() -> Customs {
    let goods = |item: &str, quantity: &str, price: i64, value: i64| Commodity {
        description: format!("{item} of steel"),
        part_number: item.into(),
        hs_code: Some("841370".into()),
        origin: "US".into(),
        quantity: quantity.parse().expect("a quantity"),
        unit_price: Decimal::from(price),
        value: Decimal::from(value),
        weight: Weight::parse("2").expect("a weight"),
    };
    Customs {
        purpose: "SOLD".into(),
        terms_of_sale: Some("DDP".into()),
        duties: Payer::Sender,
        currency: "USD".into(),
        commodities: vec![goods("Pump", "3", 20, 60), goods("Hose", "2.5", 10, 25)],
        shipper_tax_id: Some("12-3456789".into()),
        recipient_tax_id: None,
    }
}
