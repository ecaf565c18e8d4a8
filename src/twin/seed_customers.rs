//! Customers of the demo distributor. Phones are written the many ways people write them.
//!
//! Customers abroad have a tax number and their own currency; their names keep to the letters that
//! a label can print.

/// A customer.
pub(super) struct Customer {
    pub company: &'static str,
    pub account: &'static str,
    pub name: &'static str,
    pub phone: &'static str,
    /// Contact person: id, name, phone.
    pub contact: Option<[&'static str; 3]>,
    pub street: &'static str,
    pub city: &'static str,
    pub state: &'static str,
    pub zip: &'static str,
    /// Country, two letters.
    pub country: &'static str,
    pub currency: &'static str,
    /// VAT or tax number, which customs ask for.
    pub tax_number: &'static str,
    pub email: &'static str,
}

type Place = [&'static str; 4];

const fn customer(
    company: &'static str,
    [account, name, phone, email]: [&'static str; 4],
    contact: Option<[&'static str; 3]>,
    [street, city, state, zip]: Place,
) -> Customer {
    Customer {
        company,
        account,
        name,
        phone,
        contact,
        street,
        city,
        state,
        zip,
        country: "US",
        currency: "USD",
        tax_number: "",
        email,
    }
}

const fn abroad(
    [country, currency, tax_number]: [&'static str; 3],
    names: [&'static str; 4],
    contact: Option<[&'static str; 3]>,
    place: Place,
) -> Customer {
    Customer { country, currency, tax_number, ..customer("usmf", names, contact, place) }
}

/// Every customer. `US-1012` and `RT-2008` have no phone anywhere.
pub(super) const CUSTOMERS: [Customer; 28] = [
    customer(
        "usmf",
        ["US-1001", "Lakeside Bottling Co", "(312) 555-0143", "receiving@lakesidebottling.example"],
        Some(["CP-101", "Dana Whitfield", "312-555-0144"]),
        ["2200 S Blue Island Ave", "Chicago", "IL", "60608"],
    ),
    customer(
        "usmf",
        ["US-1002", "O'Malley Pump & Valve", "+1 617 555 0118", "parts@omalleypump.example"],
        None,
        ["88 Dorchester Ave\nSuite 4", "Boston", "MA", "02127"],
    ),
    customer(
        "usmf",
        ["US-1003", "Great Plains Grain Terminal", "402.555.0177", "maint@gpgrain.example"],
        Some(["CP-103", "Walt Jorgensen", "402-555-0178"]),
        ["4610 N 16th St", "Omaha", "NE", "68110"],
    ),
    customer(
        "usmf",
        ["US-1004", "Peachtree Packaging LLC", "4045550162", "dock@peachtreepkg.example"],
        None,
        ["1375 Marietta Blvd NW", "Atlanta", "GA", "30318"],
    ),
    customer(
        "usmf",
        ["US-1005", "Gulf Coast Compressor Service", "713-555-0190", "shop@gulfcompressor.example"],
        Some(["CP-105", "Renee Thibodeaux", "713-555-0191"]),
        ["9001 Wallisville Rd\nBldg C", "Houston", "TX", "77029"],
    ),
    customer(
        "usmf",
        ["US-1006", "Allegheny Steel Finishing", "(412) 555-0126", "stores@alleghenysteel.example"],
        None,
        ["4801 Harrison St", "Pittsburgh", "PA", "15201"],
    ),
    customer(
        "usmf",
        ["US-1007", "Northwoods Paper Mill", "", "mro@northwoodspaper.example"],
        Some(["CP-107", "Ingrid Halvorsen", "920-555-0133"]),
        ["1200 Lawrence St", "Appleton", "WI", "54911"],
    ),
    customer(
        "usmf",
        ["US-1008", "Bluegrass Distilling Works", "502-555-0155", "facilities@bluegrassdw.example"],
        None,
        ["1801 W Main St", "Louisville", "KY", "40203"],
    ),
    customer(
        "usmf",
        ["US-1009", "Palmetto Textile Machinery", "8645550149", "parts@palmettotextile.example"],
        None,
        ["310 Hampton Ave", "Greenville", "SC", "29601"],
    ),
    customer(
        "usmf",
        ["US-1010", "Erie Canal Conveyor", "+1 (716) 555-0109", "orders@eriecanal.example"],
        Some(["CP-110", "Marcus Bell", "716-555-0108"]),
        ["77 Exchange St", "Buffalo", "NY", "14204"],
    ),
    customer(
        "usmf",
        ["US-1011", "Chesapeake Marine Repair", "757-555-0181", "yard@chesapeakemarine.example"],
        None,
        ["600 W Main St", "Norfolk", "VA", "23510"],
    ),
    customer(
        "usmf",
        ["US-1012", "Ozark Sawmill Supply", "", "info@ozarksawmill.example"],
        None,
        ["1500 E Mt Vernon Blvd", "Springfield", "MO", "65802"],
    ),
    customer(
        "usmf",
        ["US-1013", "Hoosier Gear Repair", "317-555-0167", "bench@hoosiergear.example"],
        None,
        ["2525 N Shadeland Ave", "Indianapolis", "IN", "46219"],
    ),
    customer(
        "usmf",
        ["US-1014", "Motor City Automation", "(313) 555-0138", "dock2@motorcityauto.example"],
        Some(["CP-114", "Priya Raman", "313-555-0139"]),
        ["7310 Woodward Ave\nFloor 2", "Detroit", "MI", "48202"],
    ),
    customer(
        "usmf",
        ["US-1015", "Delta Catfish Processors", "662-555-0114", "plant@deltacatfish.example"],
        None,
        ["101 Industrial Dr", "Indianola", "MS", "38751"],
    ),
    customer(
        "usmf",
        ["US-1016", "Twin Cities Hydraulics", "612-555-0171", "counter@tchydraulics.example"],
        None,
        ["2901 E Hennepin Ave", "Minneapolis", "MN", "55413"],
    ),
    customer(
        "usrt",
        ["RT-2001", "Sierra Ag Equipment", "(559) 555-0147", "parts@sierraag.example"],
        None,
        ["3255 S East Ave", "Fresno", "CA", "93725"],
    ),
    customer(
        "usrt",
        ["RT-2002", "Cascade Millwright Supply", "503-555-0129", "will@cascademillwright.example"],
        Some(["CP-202", "Will Nakamura", "503-555-0128"]),
        ["2330 NW 31st Ave", "Portland", "OR", "97210"],
    ),
    customer(
        "usrt",
        ["RT-2003", "Sonoran Mining Services", "6025550185", "warehouse@sonoranmining.example"],
        None,
        ["2002 W Lower Buckeye Rd", "Phoenix", "AZ", "85009"],
    ),
    customer(
        "usrt",
        ["RT-2004", "Puget Sound Boat Works", "+12065550112", "shop@pugetboat.example"],
        None,
        ["4000 14th Ave W\nPier 90", "Seattle", "WA", "98119"],
    ),
    customer(
        "usrt",
        ["RT-2005", "Wasatch Brewing Equipment", "801-555-0136", "ops@wasatchbrew.example"],
        None,
        ["1763 S 300 W", "Salt Lake City", "UT", "84115"],
    ),
    customer(
        "usrt",
        ["RT-2006", "Front Range Robotics", "303-555-0151", "receiving@frontrangerobo.example"],
        Some(["CP-206", "Elena Marquez", "303-555-0152"]),
        ["4800 Race St", "Denver", "CO", "80216"],
    ),
    customer(
        "usrt",
        ["RT-2007", "Golden Gate Elevator Parts", "415.555.0194", "parts@ggelevator.example"],
        None,
        ["1550 Evans Ave", "San Francisco", "CA", "94124"],
    ),
    customer(
        "usrt",
        ["RT-2008", "High Desert Solar Pumps", "", "hello@hdsolarpumps.example"],
        None,
        ["501 2nd St NW", "Albuquerque", "NM", "87102"],
    ),
    abroad(
        ["CA", "CAD", "123456789RT0001"],
        ["CA-3001", "Maple Ridge Millwrights Ltd", "+1 416-555-0119", "receiving@mapleridgemw.example"],
        Some(["CP-301", "Sophie Tremblay", "416-555-0120"]),
        ["777 Bay St\nUnit 210", "Toronto", "ON", "M5G 2C8"],
    ),
    abroad(
        ["MX", "USD", "ABN010101AB1"],
        ["MX-4001", "Aceros y Bombas del Norte SA de CV", "+52 81 5555 0142", "compras@abnorte.example"],
        None,
        ["Av Eugenio Garza Sada 2501", "Monterrey", "NL", "64849"],
    ),
    abroad(
        ["DE", "EUR", "DE136695976"],
        ["DE-5001", "Schwaben Antriebstechnik GmbH", "+49 711 5550123", "wareneingang@schwaben-at.example"],
        Some(["CP-501", "Jonas Keller", "+49 711 5550124"]),
        ["Neckarstr. 121", "Stuttgart", "", "70190"],
    ),
    abroad(
        ["NL", "EUR", "NL004495445B01"],
        ["NL-6001", "Rotterdam Scheepswerktuigen BV", "+31 10 555 0188", "magazijn@rswerktuigen.example"],
        None,
        ["Wilhelminakade 909", "Rotterdam", "", "3072 AP"],
    ),
];
