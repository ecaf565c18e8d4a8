//! The packages of a shipment with their labels, the papers of the whole, and printing them again.

use super::order_actions::when_done;
use crate::api::orders::Reprint;
use crate::components::action_form::{Submit, problem_after};
use crate::components::ask::Ask;
use crate::components::copy_button::CopyButton;
use crate::components::data_table::DataTable;
use crate::components::field::Field;
use crate::components::icon::{Glyph, Icon};
use crate::components::live::Live;
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{DocumentView, OrderDetail, PackageView, PrintView, ShipmentDetail};
use leptos::form::ActionForm;
use leptos::prelude::*;

const COLUMNS: [&str; 5] = ["No.", "Tracking number", "Weight and box", "Contents", "Label"];

/// Packages and papers of one shipment.
#[component]
pub fn Packages(
    /// The shipment.
    shipment: Memo<ShipmentDetail>,
    /// The page's data, to refresh after a reprint.
    live: Live<OrderDetail>,
) -> impl IntoView {
    let packages = Memo::new(move |_| shipment.with(|shipment| shipment.packages.clone()));
    let papers = Memo::new(move |_| shipment.with(|shipment| shipment.papers.clone()));
    let none = Memo::new(move |_| packages.with(Vec::is_empty));
    let sequences = move || packages.with(|all| all.iter().map(|one| one.sequence).collect::<Vec<_>>());
    let id = shipment.with_untracked(|shipment| shipment.shipment_id.clone());
    let shipment_id = StoredValue::new(id);
    let title = move || match packages.with(Vec::len) {
        1 => "1 package".to_owned(),
        several => format!("{several} packages"),
    };
    move || {
        (!none.get()).then(|| {
            view! {
                <section class="card" data-testid="packages">
                    <h2>{title}</h2>
                    <DataTable caption="Packages" columns=&COLUMNS class="packages">
                        <For each=sequences key=|sequence| *sequence let:sequence>
                            {
                                let package = Memo::new(move |_| {
                                    packages
                                        .with(|all| {
                                            all.iter().find(|one| one.sequence == sequence).cloned()
                                        })
                                        .unwrap_or_default()
                                });
                                view! { <PackageRow package shipment_id live/> }
                            }
                        </For>
                    </DataTable>
                    {move || {
                        (!papers.with(Vec::is_empty)).then(|| view! { <Papers papers shipment_id live/> })
                    }}
                </section>
            }
        })
    }
}

#[component]
fn PackageRow(package: Memo<PackageView>, shipment_id: StoredValue<String>, live: Live<OrderDetail>) -> impl IntoView {
    let documents = Memo::new(move |_| package.with(|package| package.documents.clone()));
    let facts = Memo::new(move |_| package.with(|package| PackageView { documents: Vec::new(), ..package.clone() }));
    let cells = move || {
        let PackageView { sequence, tracking_number, weight, carton, contents, .. } = facts.get();
        let tracking = tracking_number.map(|number| {
            view! {
                <span class="mono">{number.clone()}</span>
                <CopyButton text=number what="tracking number"/>
            }
        });
        view! {
            <th scope="row" role="rowheader" class="cell-sequence tabular">
                <span class="sr-only">"Package "</span>
                {sequence}
            </th>
            <td role="cell" class="cell-tracking">{tracking}</td>
            <td role="cell" class="cell-weight">
                <span>{weight}</span>
                <span class="muted small">{carton}</span>
            </td>
            <td role="cell" class="cell-contents">
                <ul>{contents.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul>
            </td>
        }
    };
    view! {
        <tr role="row" data-testid="package">
            {cells} <td role="cell" class="cell-documents">
                <Documents documents shipment_id live/>
            </td>
        </tr>
    }
    .into_any()
}

/// Papers of the whole shipment.
#[component]
fn Papers(papers: Memo<Vec<DocumentView>>, shipment_id: StoredValue<String>, live: Live<OrderDetail>) -> impl IntoView {
    view! {
        <div class="papers" data-testid="papers">
            <h3>"Papers of the whole shipment"</h3>
            <Documents documents=papers shipment_id live/>
        </div>
    }
    .into_any()
}

#[component]
fn Documents(
    documents: Memo<Vec<DocumentView>>,
    shipment_id: StoredValue<String>,
    live: Live<OrderDetail>,
) -> impl IntoView {
    let keys = move || documents.with(|all| all.iter().map(|one| (one.sequence, one.document_no)).collect::<Vec<_>>());
    view! {
        <ul class="documents">
            <For each=keys key=|key| *key let:key>
                {
                    let document = Memo::new(move |_| {
                        documents
                            .with(|all| {
                                all.iter().find(|one| (one.sequence, one.document_no) == key).cloned()
                            })
                            .unwrap_or_default()
                    });
                    view! { <Document document shipment_id live/> }
                }
            </For>
        </ul>
    }
    .into_any()
}

/// One document: a link to its bytes, how printing it went, and printing it again.
#[component]
fn Document(document: Memo<DocumentView>, shipment_id: StoredValue<String>, live: Live<OrderDetail>) -> impl IntoView {
    let prints = Memo::new(move |_| document.with(|document| document.prints.clone()));
    let link = move || {
        let DocumentView { title, href, image_type, bytes, .. } = document.get();
        view! {
            <a class="button" href=href download="" data-testid="document">
                <Icon glyph=Glyph::Download/>
                {title}
            </a>
            <span class="muted small tabular">{format!("{image_type} · {} KiB", (bytes + 1_023) / 1_024)}</span>
        }
    };
    let rows = move || prints.get().into_iter().map(|print| view! { <Print print/> }).collect_view();
    view! {
        <li class="document-row">
            <div class="asks">
                {link} <ReprintAsk document shipment_id live/>
            </div>
            <ol class="prints">{rows}</ol>
        </li>
    }
    .into_any()
}

#[component]
fn Print(print: PrintView) -> impl IntoView {
    view! {
        <li data-testid="print">
            <StatusBadge status=print.status quiet=true/>
            <span class="muted small">
                {print.printer}
                " · "
                <TimeAgo at=print.at/>
                {print.by.map(|by| format!(" · for {by}"))}
            </span>
        </li>
    }
    .into_any()
}

/// Prints the stored bytes once more: the same label, not a new one.
#[component]
fn ReprintAsk(
    document: Memo<DocumentView>,
    shipment_id: StoredValue<String>,
    live: Live<OrderDetail>,
) -> impl IntoView {
    let action = ServerAction::<Reprint>::new();
    when_done(action.value(), live, "It is in the print queue.");
    let (sequence, document_no) = document.with_untracked(|document| (document.sequence, document.document_no));
    let shipment = shipment_id.get_value();
    let within = format!("reprint-{shipment}-{sequence}-{document_no}");
    view! {
        <Ask label="Print again" glyph=Glyph::Printer testid="reprint" quiet=true>
            <p class="small">
                "Sends the same document to its printer once more. Only one copy may go onto the parcel."
            </p>
            <ActionForm action=action>
                <input type="hidden" name="shipment_id" value=shipment/>
                <input type="hidden" name="sequence" value=sequence.to_string()/>
                <input type="hidden" name="document_no" value=document_no.to_string()/>
                <Field label="Reason" name="reason" within required=true placeholder="The label was smeared"/>
                <Submit
                    label="Print again"
                    busy_label="Queueing…"
                    glyph=Glyph::Printer
                    pending=action.pending()
                    problem=problem_after(action)
                    testid="reprint-confirm"
                />
            </ActionForm>
        </Ask>
    }
    .into_any()
}
