//! Orders as a table: on the list page, and inside a cause group.

use super::copy_button::CopyButton;
use super::data_table::DataTable;
use super::element_id::element_id;
use super::order_ticks::Tick;
use super::status_badge::StatusBadge;
use super::time_ago::TimeAgo;
use crate::contract::{Layout, OrderRow};
use leptos::prelude::*;

const COLUMNS: [&str; 7] = ["Order", "State", "Customer", "Ship to", "Service", "Tracking number", "Changed"];

/// A table of orders.
#[component]
pub fn OrderTable(
    /// What it lists.
    #[prop(into)]
    caption: String,
    /// The rows.
    rows: Vec<OrderRow>,
    /// Makes the ids of its rows unique where an order stands on the page twice.
    #[prop(optional, into)]
    within: String,
    /// Which columns are left out, and how close rows stand.
    #[prop(optional)]
    layout: Layout,
    /// Those that stand can be ticked.
    #[prop(optional)]
    ticks: bool,
) -> impl IntoView {
    let class = table_class(&layout, ticks);
    let rows = keyed(&within, rows)
        .into_iter()
        .enumerate()
        .map(|(index, (id, row))| view! { <OneOrder id row tick=ticks.then_some(index)/> })
        .collect_view();
    view! {
        <DataTable caption columns=&COLUMNS class>
            {rows}
        </DataTable>
    }
}

/// The style sheet leaves columns out, for all rows at once.
fn table_class(layout: &Layout, ticks: bool) -> String {
    let known = Layout::COLUMNS.iter().filter(|(name, _)| layout.hidden.iter().any(|hidden| hidden == name));
    let hidden = known.map(|(name, _)| format!("no-{name}"));
    let compact = layout.compact.then(|| "compact".to_owned());
    let ticks = ticks.then(|| "with-ticks".to_owned());
    std::iter::once("orders".to_owned()).chain(ticks).chain(hidden).chain(compact).collect::<Vec<_>>().join(" ")
}

/// One order.
#[component]
fn OneOrder(id: String, row: OrderRow, tick: Option<usize>) -> impl IntoView {
    let place = place(&row.customer, &row.ship_to).to_owned();
    let tracking = row.tracking_number.map(|number| {
        view! {
            <span class="mono">{number.clone()}</span>
            <CopyButton text=number what="tracking number"/>
        }
    });
    let href = order_href(&row.company, &row.number);
    let (number, shown) = (row.number.clone(), row.stands.or(row.prints));
    let tick = tick.map(|index| view! { <Tick index number shown/> });
    view! {
        <tr role="row" id=id data-row="" data-testid="order-row">
            <th scope="row" role="rowheader" class="cell-order">
                {tick}
                <a class="row-link" href=href>
                    <span class="mono">{row.number}</span>
                </a>
                <span class="muted small">{row.company}</span>
            </th>
            <td role="cell" class="cell-state">
                <StatusBadge status=row.status/>
                {row.carrier.map(|status| view! { <StatusBadge status quiet=true/> })}
                {row.cause.map(|cause| view! { <span class="cell-cause">{cause}</span> })}
            </td>
            <td role="cell" class="cell-customer">{row.customer}</td>
            <td role="cell" class="cell-ship-to" title=row.ship_to>{place}</td>
            <td role="cell" class="cell-service">{row.service}</td>
            <td role="cell" class="cell-tracking">{tracking}</td>
            <td role="cell" class="cell-age tabular">
                <TimeAgo at=row.changed/>
            </td>
        </tr>
    }
}

/// Where it goes, without the name that the column before it shows already.
pub fn place<'a>(customer: &str, ship_to: &'a str) -> &'a str {
    let rest = ship_to.strip_prefix(customer).and_then(|rest| rest.strip_prefix(", "));
    rest.filter(|_| !customer.is_empty()).unwrap_or(ship_to)
}

/// The page of an order.
pub fn order_href(company: &str, number: &str) -> String {
    format!("/orders/{}/{}", path_segment(company), path_segment(number))
}

fn path_segment(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].map(hex_digit));
        }
        out
    })
}

fn hex_digit(value: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(value & 15)])
}

/// An order with several shipments has several rows, each with an id of its own.
fn keyed(within: &str, rows: Vec<OrderRow>) -> Vec<(String, OrderRow)> {
    let name = if within.is_empty() { "order".to_owned() } else { format!("{within}-order") };
    let mut keyed: Vec<(String, OrderRow)> = Vec::with_capacity(rows.len());
    for row in rows {
        let earlier = keyed.iter().filter(|(_, other)| is_same_order(other, &row)).count();
        keyed.push((element_id(&[&name, &row.company, &row.number, &earlier.to_string()]), row));
    }
    keyed
}

fn is_same_order(one: &OrderRow, other: &OrderRow) -> bool {
    one.company == other.company && one.number == other.number
}

#[cfg(test)]
mod tests {
    use super::{keyed, order_href, table_class};
    use crate::contract::{Layout, OrderRow};

    #[test]
    fn only_known_columns_are_left_out() {
        assert_eq!(table_class(&Layout::default(), false), "orders");
        let layout = Layout { hidden: vec!["service".into(), "x y".into()], compact: true };
        assert_eq!(table_class(&layout, true), "orders with-ticks no-service compact");
    }

    #[test]
    fn an_address_survives_odd_order_numbers() {
        assert_eq!(order_href("usmf", "SO 1/2"), "/orders/usmf/SO%201%2F2");
    }

    #[test]
    fn two_shipments_of_an_order_have_two_keys() {
        let row = OrderRow { company: "usmf".into(), number: "1".into(), ..Default::default() };
        let keys: Vec<String> = keyed("", vec![row.clone(), row]).into_iter().map(|row| row.0).collect();
        assert_eq!(keys, ["order-usmf-1-0", "order-usmf-1-1"]);
    }
}
