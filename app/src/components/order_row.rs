//! Orders as a table: on the list page, and inside a cause group.

use super::copy_button::CopyButton;
use super::data_table::DataTable;
use super::status_badge::StatusBadge;
use super::time_ago::TimeAgo;
use crate::contract::OrderRow;
use leptos::prelude::*;

const COLUMNS: [&str; 7] = ["Order", "State", "Customer", "Ship to", "Service", "Tracking number", "Changed"];

/// A table of orders. Rows keep their elements while their content changes, so focus stays.
#[component]
pub fn OrderTable(
    /// What it lists.
    #[prop(into)]
    caption: String,
    /// The rows.
    #[prop(into)]
    rows: Signal<Vec<OrderRow>>,
) -> impl IntoView {
    let keyed = Memo::new(move |_| rows.with(|rows| keyed(rows)));
    let keys = Memo::new(move |_| keyed.with(|rows| rows.iter().map(|(key, _)| key.clone()).collect::<Vec<_>>()));
    view! {
        <DataTable caption columns=&COLUMNS class="orders">
            <For each=move || keys.get() key=Clone::clone let:key>
                {
                    let row = Memo::new(move |_| {
                        keyed
                            .with(|rows| {
                                rows.iter().find(|row| row.0 == key).map(|row| row.1.clone())
                            })
                    });
                    view! {
                        <tr role="row" data-testid="order-row">
                            {move || row.get().map(|row| view! { <OrderCells row/> })}
                        </tr>
                    }
                }
            </For>
        </DataTable>
    }
}

/// The cells of one order.
#[component]
fn OrderCells(row: OrderRow) -> impl IntoView {
    let place = place(&row).to_owned();
    let tracking = row.tracking_number.map(|number| {
        view! {
            <span class="mono">{number.clone()}</span>
            <CopyButton text=number what="tracking number"/>
        }
    });
    let href = order_href(&row.company, &row.number);
    view! {
        <th scope="row" role="rowheader" class="cell-order">
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
    }
}

/// Where it goes, without the name that the column before it shows already.
fn place(row: &OrderRow) -> &str {
    let rest = row.ship_to.strip_prefix(&row.customer).and_then(|rest| rest.strip_prefix(", "));
    rest.filter(|_| !row.customer.is_empty()).unwrap_or(&row.ship_to)
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

/// An order with several shipments has several rows: its second is `usmf/SO-1/1`.
fn keyed(rows: &[OrderRow]) -> Vec<(String, OrderRow)> {
    let mut keyed: Vec<(String, OrderRow)> = Vec::with_capacity(rows.len());
    for row in rows {
        let earlier = keyed.iter().filter(|(_, other)| is_same_order(other, row)).count();
        keyed.push((format!("{}/{}/{earlier}", row.company, row.number), row.clone()));
    }
    keyed
}

fn is_same_order(one: &OrderRow, other: &OrderRow) -> bool {
    one.company == other.company && one.number == other.number
}

#[cfg(test)]
mod tests {
    use super::{keyed, order_href};
    use crate::contract::OrderRow;

    #[test]
    fn an_address_survives_odd_order_numbers() {
        assert_eq!(order_href("usmf", "SO 1/2"), "/orders/usmf/SO%201%2F2");
    }

    #[test]
    fn two_shipments_of_an_order_have_two_keys() {
        let row = OrderRow { company: "usmf".into(), number: "1".into(), ..Default::default() };
        let keys: Vec<String> = keyed(&[row.clone(), row]).into_iter().map(|row| row.0).collect();
        assert_eq!(keys, ["usmf/1/0", "usmf/1/1"]);
    }
}
