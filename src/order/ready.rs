//! What makes an order ready to ship, said once: the filter of a page, the look at one order and
//! the answer to "why was it not shipped?" all come from here.

use crate::order::Order;

/// Processing statuses of orders whose header says "Delivered" instead of "Backorder".
const DELIVERED_STATUSES: [&str; 2] = ["Delivered", "DeliveredPartiallyInvoiced"];

/// What an order must be. Texts compare without case, as Dynamics 365 does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// Legal entities.
    pub companies: Vec<String>,
    /// `SalesOrderStatus` members.
    pub sales_statuses: Vec<String>,
    /// `SalesOrderProcessingStatus` members.
    pub processing_statuses: Vec<String>,
    /// Delivery modes that mean FedEx; none is no condition.
    pub delivery_modes: Vec<String>,
}

/// One of the conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Its legal entity is configured.
    Company,
    /// It is open.
    Status,
    /// It is as far as we wait for.
    Processing,
    /// It is not on hold.
    Released,
    /// Its delivery mode means FedEx.
    DeliveryMode,
}

/// A condition and how the order stands to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Which.
    pub condition: Condition,
    /// It holds.
    pub holds: bool,
    /// What was seen.
    pub evidence: String,
}

impl Ready {
    /// The rule of a connection.
    pub fn new(companies: &[String], processing_statuses: &[String], delivery_modes: &[String]) -> Self {
        let mut sales_statuses = vec!["Backorder".to_owned()];
        if processing_statuses.iter().any(|status| DELIVERED_STATUSES.contains(&status.as_str())) {
            sales_statuses.push("Delivered".to_owned());
        }
        Self {
            companies: companies.to_vec(),
            sales_statuses,
            processing_statuses: processing_statuses.to_vec(),
            delivery_modes: delivery_modes.to_vec(),
        }
    }

    /// This legal entity is configured.
    pub fn has_company(&self, company: &str) -> bool {
        is_one_of(company, &self.companies)
    }

    /// This delivery mode means FedEx.
    pub fn has_mode(&self, mode: &str) -> bool {
        self.delivery_modes.is_empty() || is_one_of(mode, &self.delivery_modes)
    }

    /// Every condition, in the order a person asks them.
    pub fn check(&self, order: &Order) -> Vec<Checked> {
        let checked = |condition, holds, evidence: String| Checked { condition, holds, evidence };
        let one_of = |value: &str, wanted: &[String], holds: bool| {
            let value = if value.is_empty() { "empty" } else { value };
            if holds { value.to_owned() } else { format!("{value}; we wait for {}", wanted.join(" or ")) }
        };
        let company = self.has_company(&order.company);
        let status = is_one_of(&order.sales_status, &self.sales_statuses);
        let processing = is_one_of(&order.processing_status, &self.processing_statuses);
        let mode = self.has_mode(&order.delivery_mode);
        let stopped = if order.stopped { "processing is stopped on the order" } else { "processing is not stopped" };
        vec![
            checked(Condition::Company, company, one_of(&order.company, &self.companies, company)),
            checked(Condition::Status, status, one_of(&order.sales_status, &self.sales_statuses, status)),
            checked(
                Condition::Processing,
                processing,
                one_of(&order.processing_status, &self.processing_statuses, processing),
            ),
            checked(Condition::Released, !order.stopped, stopped.to_owned()),
            checked(Condition::DeliveryMode, mode, one_of(&order.delivery_mode, &self.delivery_modes, mode)),
        ]
    }

    /// The first condition that does not hold; none: it is ready.
    pub fn unmet(&self, order: &Order) -> Option<Checked> {
        self.check(order).into_iter().find(|checked| !checked.holds)
    }
}

impl Condition {
    /// Why an order is not ready, in the words of its first unmet condition.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Company => "its legal entity is not configured",
            Self::Status => "it is not an open order",
            Self::Processing => "its processing status is not one we ship at",
            Self::Released => "it is stopped in Dynamics 365",
            Self::DeliveryMode => "its delivery mode does not mean FedEx",
        }
    }
}

fn is_one_of(value: &str, wanted: &[String]) -> bool {
    wanted.iter().any(|one| one.eq_ignore_ascii_case(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> Ready {
        Ready::new(&["usmf".into()], &["Confirmed".into()], &["FEDEX-GRD".into()])
    }

    fn order() -> Order {
        Order {
            company: "USMF".into(),
            sales_status: "Backorder".into(),
            processing_status: "Confirmed".into(),
            delivery_mode: "fedex-grd".into(),
            ..Order::default()
        }
    }

    #[test]
    fn a_ready_order_meets_every_condition_and_the_first_unmet_one_is_named() {
        assert_eq!(rule().unmet(&order()), None);
        let unmet = |order: Order| rule().unmet(&order).map(|checked| (checked.condition, checked.evidence));
        assert_eq!(
            unmet(Order { processing_status: "Active".into(), stopped: true, ..order() }),
            Some((Condition::Processing, "Active; we wait for Confirmed".into()))
        );
        assert_eq!(unmet(Order { stopped: true, ..order() }).unwrap().0, Condition::Released);
        assert_eq!(unmet(Order { company: "dat".into(), ..order() }).unwrap().0, Condition::Company);
        assert_eq!(unmet(Order { delivery_mode: String::new(), ..order() }).unwrap().0, Condition::DeliveryMode);
        assert_eq!(unmet(Order { sales_status: "Invoiced".into(), ..order() }).unwrap().0, Condition::Status);
    }

    #[test]
    fn who_ships_after_the_packing_slip_takes_delivered_orders() {
        let rule = Ready::new(&["usmf".into()], &["Delivered".into()], &[]);
        let delivered = Order {
            sales_status: "Delivered".into(),
            processing_status: "Delivered".into(),
            delivery_mode: "ANY".into(),
            ..order()
        };
        assert_eq!(rule.unmet(&delivered), None);
    }
}
