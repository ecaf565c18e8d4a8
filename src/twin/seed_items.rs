//! Items of the demo distributor, with weights in kilograms per inventory unit.

/// An item.
pub(super) struct Item {
    pub number: &'static str,
    pub name: &'static str,
    pub net_kg: f64,
    pub tare_kg: f64,
    pub tariff: &'static str,
    /// Country of origin, three letters.
    pub origin: &'static str,
    /// Gross height, width and depth in centimetres; zeros where nobody measured.
    pub size_cm: [f64; 3],
    pub service: bool,
    pub hazardous: bool,
    /// Goes into no parcel with anything else.
    pub ship_alone: bool,
}

const fn item(number: &'static str, name: &'static str, net_kg: f64, tare_kg: f64, tariff: &'static str) -> Item {
    Item {
        number,
        name,
        net_kg,
        tare_kg,
        tariff,
        origin: "USA",
        size_cm: [0.0; 3],
        service: false,
        hazardous: false,
        ship_alone: false,
    }
}

/// Everything that is sold. One number begins with a space, one item has no weight, two are
/// services, one is dangerous, one ships alone, and the gear unit is too heavy for a parcel.
pub(super) const ITEMS: [Item; 19] = [
    Item { origin: "JPN", ..item("6205-2RS", "Deep groove ball bearing 6205-2RS", 0.13, 0.02, "84821010") },
    Item { origin: "DEU", ..item("22216-E1", "Spherical roller bearing 22216", 2.1, 0.15, "84823080") },
    item("UCP208-24", "Pillow block bearing 1-1/2 in", 2.04, 0.2, "84832040"),
    item(" V-BELT-A42", "V-belt A42 classical", 0.16, 0.0, "40103120"),
    item("CHN-60-10", "Roller chain ANSI 60, 10 ft box", 4.55, 0.3, "73151100"),
    item("SPR-60B20", "Sprocket 60B20, 1 in bore", 1.77, 0.1, "84839050"),
    Item {
        origin: "MEX",
        size_cm: [22.0, 24.0, 34.0],
        ..item("MTR-145T", "Motor 2 HP 145T TEFC", 20.4, 1.3, "85015240")
    },
    Item { size_cm: [26.0, 20.0, 24.0], ..item("GRB-BMQ721", "Worm gear reducer 721", 13.6, 1.0, "84834050") },
    Item {
        origin: "DEU",
        size_cm: [70.0, 55.0, 60.0],
        ..item("GRB-XL-900", "Helical gear unit 900 series", 84.0, 2.2, "84834050")
    },
    item("CYL-NCQ2-50", "Compact air cylinder 50 mm bore", 0.86, 0.06, "84123100"),
    item("VLV-SS-075", "Ball valve stainless 3/4 in", 0.72, 0.05, "84818030"),
    Item {
        origin: "CAN",
        size_cm: [68.0, 28.0, 30.0],
        ship_alone: true,
        ..item("PMP-CR3-8", "Vertical multistage pump CR3-8", 27.5, 2.5, "84137020")
    },
    item("SEAL-T21-150", "Mechanical seal type 21, 1.5 in", 0.31, 0.05, "84842000"),
    item("HOSE-R2-08", "Hydraulic hose assembly 1/2 in x 48 in", 1.36, 0.02, "40092200"),
    item("FLT-HYD-10", "Hydraulic return filter element 10 micron", 0.0, 0.0, "84212950"),
    Item {
        origin: "CHN",
        size_cm: [30.0, 18.0, 22.0],
        ..item("VFD-5HP", "Variable frequency drive 5 HP 480 V", 3.9, 0.6, "85044040")
    },
    Item { service: true, ..item("SVC-CAL", "Calibration certificate", 0.0, 0.0, "") },
    Item { service: true, ..item("SVC-RUSH", "Rush handling fee", 0.0, 0.0, "") },
    Item { hazardous: true, ..item("LUB-AERO-12", "Chain lubricant aerosol, 12 oz can", 0.45, 0.02, "34031950") },
];

/// Units that convert for every item: from, to, how many.
pub(super) const UNITS: [(&str, &str, f64); 4] =
    [("dz", "ea", 12.0), ("pr", "ea", 2.0), ("kg", "lb", 2.204_62), ("ft", "m", 0.3048)];

/// Units of single items: item, from, to, how many.
pub(super) const ITEM_UNITS: [(&str, &str, &str, f64); 2] =
    [("6205-2RS", "box", "ea", 10.0), ("HOSE-R2-08", "ctn", "ea", 25.0)];
