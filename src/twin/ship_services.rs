//! FedEx services and packagings: names, carriers, and what fits into what.

use serde_json::Value;

/// What the twin knows about a service.
pub(super) struct Service {
    pub code: &'static str,
    /// Name as the answer prints it.
    pub name: &'static str,
    /// Short name on a label.
    pub mark: &'static str,
    pub carrier: &'static str,
    /// Days from shipping to delivery, as promised.
    pub days: i64,
    international: bool,
}

const fn service(
    code: &'static str,
    name: &'static str,
    mark: &'static str,
    carrier: &'static str,
    days: i64,
) -> Service {
    Service { code, name, mark, carrier, days, international: false }
}

const fn abroad(code: &'static str, name: &'static str, mark: &'static str, days: i64) -> Service {
    Service { code, name, mark, carrier: "FDXE", days, international: true }
}

const SERVICES: [Service; 14] = [
    service("FEDEX_GROUND", "FedEx Ground\u{ae}", "Ground", "FDXG", 3),
    service("GROUND_HOME_DELIVERY", "FedEx Home Delivery\u{ae}", "Home Delivery", "FDXG", 3),
    service("SMART_POST", "FedEx Ground\u{ae} Economy", "Ground Economy", "FXSP", 5),
    service("FEDEX_EXPRESS_SAVER", "FedEx Express Saver\u{ae}", "Express Saver", "FDXE", 3),
    service("FEDEX_2_DAY", "FedEx 2Day\u{ae}", "2Day", "FDXE", 2),
    service("FEDEX_2_DAY_AM", "FedEx 2Day\u{ae} AM", "2Day AM", "FDXE", 2),
    service("STANDARD_OVERNIGHT", "FedEx Standard Overnight\u{ae}", "Standard Overnight", "FDXE", 1),
    service("PRIORITY_OVERNIGHT", "FedEx Priority Overnight\u{ae}", "Priority Overnight", "FDXE", 1),
    service("FIRST_OVERNIGHT", "FedEx First Overnight\u{ae}", "First Overnight", "FDXE", 1),
    abroad("FEDEX_INTERNATIONAL_PRIORITY", "FedEx International Priority\u{ae}", "Intl Priority", 3),
    abroad(
        "FEDEX_INTERNATIONAL_PRIORITY_EXPRESS",
        "FedEx International Priority\u{ae} Express",
        "Intl Prio Express",
        2,
    ),
    abroad("INTERNATIONAL_ECONOMY", "FedEx International Economy\u{ae}", "Intl Economy", 5),
    abroad("INTERNATIONAL_FIRST", "FedEx International First\u{ae}", "Intl First", 2),
    abroad("FEDEX_INTERNATIONAL_CONNECT_PLUS", "FedEx International Connect Plus\u{ae}", "Intl Connect Plus", 4),
];

/// Finds a service by its code.
pub(super) fn find(code: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.code == code)
}

/// Tells whether FedEx sells such a service.
pub(super) fn is_known(code: &str) -> bool {
    find(code).is_some()
}

/// Tells whether a service crosses borders.
pub(super) fn is_international(code: &str) -> bool {
    find(code).is_some_and(|service| service.international)
}

/// Tells whether a service belongs to Ground.
pub(super) fn is_ground(code: &str) -> bool {
    find(code).is_some_and(|service| service.carrier != "FDXE")
}

/// Tells whether a service belongs to Express.
pub(super) fn is_express(code: &str) -> bool {
    find(code).is_some_and(|service| service.carrier == "FDXE")
}

/// Tells whether the shipments of a service are closed at the end of the day: Ground, not Economy.
pub(super) fn is_closed_daily(code: &str) -> bool {
    find(code).is_some_and(|service| service.carrier == "FDXG")
}

/// Tells whether a service is delivered on a Saturday at all, when asked for.
pub(super) fn has_saturday(code: &str) -> bool {
    matches!(
        code,
        "PRIORITY_OVERNIGHT"
            | "FIRST_OVERNIGHT"
            | "FEDEX_2_DAY"
            | "FEDEX_INTERNATIONAL_PRIORITY"
            | "FEDEX_INTERNATIONAL_PRIORITY_EXPRESS"
            | "INTERNATIONAL_FIRST"
    )
}

/// The heaviest package of One Rate in pounds: US Express in FedEx's own packaging.
pub(super) fn one_rate_limit(service: &str, packaging: &str) -> Option<f64> {
    if !is_express(service) || is_international(service) {
        return None;
    }
    match packaging {
        "FEDEX_ENVELOPE" => Some(10.0),
        "FEDEX_PAK"
        | "FEDEX_SMALL_BOX"
        | "FEDEX_MEDIUM_BOX"
        | "FEDEX_LARGE_BOX"
        | "FEDEX_EXTRA_LARGE_BOX"
        | "FEDEX_TUBE" => Some(50.0),
        _ => None,
    }
}

/// All services that could carry a shipment within a country or across a border.
pub(super) fn offered(abroad: bool) -> impl Iterator<Item = &'static Service> {
    SERVICES.iter().filter(move |service| service.international == abroad)
}

/// The heaviest package in pounds, or `None` where service and packaging do not combine.
pub(super) fn packaging_limit(service: &str, packaging: &str) -> Option<f64> {
    if packaging == "YOUR_PACKAGING" {
        return Some(match service {
            "SMART_POST" => 70.0,
            // Home Delivery wants less than 150 lb, Ground and Express at most that.
            "GROUND_HOME_DELIVERY" => 149.99,
            _ => 150.0,
        });
    }
    if !is_express(service) {
        return None;
    }
    match packaging {
        "FEDEX_ENVELOPE" => Some(1.1),
        "FEDEX_PAK"
        | "FEDEX_BOX"
        | "FEDEX_SMALL_BOX"
        | "FEDEX_MEDIUM_BOX"
        | "FEDEX_LARGE_BOX"
        | "FEDEX_EXTRA_LARGE_BOX"
        | "FEDEX_TUBE" => Some(20.0),
        "FEDEX_10KG_BOX" if is_international(service) => Some(22.1),
        "FEDEX_25KG_BOX" if is_international(service) => Some(55.2),
        _ => None,
    }
}

/// Tells whether a package is small enough: length 108 or 119 inches, length and girth 165.
pub(super) fn size_fits(dimensions: &Value, ground: bool) -> bool {
    let mut sides: Vec<f64> = ["length", "width", "height"]
        .iter()
        .filter_map(|side| dimensions[side].as_f64())
        .map(|side| if dimensions["units"] == "CM" { side / 2.54 } else { side })
        .collect();
    if sides.len() < 3 {
        return true;
    }
    sides.sort_by(f64::total_cmp);
    let longest = if ground { 108.0 } else { 119.0 };
    sides[2] <= longest && sides[2] + 2.0 * (sides[0] + sides[1]) <= 165.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_follow_service_and_packaging() {
        assert_eq!(packaging_limit("FEDEX_GROUND", "YOUR_PACKAGING"), Some(150.0));
        assert_eq!(packaging_limit("FEDEX_GROUND", "FEDEX_BOX"), None);
        assert_eq!(packaging_limit("FEDEX_2_DAY", "FEDEX_ENVELOPE"), Some(1.1));
        let long = json!({"length": 120, "width": 5, "height": 5, "units": "IN"});
        assert!(!size_fits(&long, false));
        let thick = json!({"length": 60, "width": 40, "height": 40, "units": "IN"});
        assert!(!size_fits(&thick, true));
        assert!(size_fits(&Value::Null, true));
    }
}
