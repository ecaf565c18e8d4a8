//! The packages of a shipment with their labels, the papers of the whole, and printing them again.

use super::order_facts::PDF_ALONE;
use crate::api::orders::Reprint;
use crate::components::action_form::{Submit, path_of};
use crate::components::ask::Ask;
use crate::components::copy_button::CopyButton;
use crate::components::data_table::DataTable;
use crate::components::element_id::element_id;
use crate::components::field::Field;
use crate::components::icon::{Glyph, Icon};
use crate::components::status_badge::StatusBadge;
use crate::components::time_ago::TimeAgo;
use crate::contract::{DocumentView, PackageView, PrintView, ShipmentDetail};
use leptos::prelude::*;
use std::sync::Arc;

const COLUMNS: [&str; 5] = ["No.", "Tracking number", "Weight and box", "Contents", "Label"];

/// Packages and papers of one shipment; nothing before they are planned.
#[component]
pub fn Packages(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let ShipmentDetail { packages, papers, shipment_id, .. } = &*shipment;
    let title = match packages.len() {
        1 => "1 package".to_owned(),
        several => format!("{several} packages"),
    };
    let rows = packages
        .iter()
        .map(|package| view! { <PackageRow package=package.clone() shipment_id=shipment_id.clone()/> })
        .collect_view();
    let papers =
        (!papers.is_empty()).then(|| view! { <Papers papers=papers.clone() shipment_id=shipment_id.clone()/> });
    (!packages.is_empty()).then(|| {
        view! {
            <section class="card" data-testid="packages">
                <h2>{title}</h2>
                <DataTable caption="Packages" columns=&COLUMNS class="packages">
                    {rows}
                </DataTable>
                {papers}
            </section>
        }
    })
}

#[component]
fn PackageRow(package: PackageView, shipment_id: String) -> impl IntoView {
    let PackageView { sequence, tracking_number, weight, carton, contents, documents } = package;
    let id = element_id(&["package", &shipment_id, &sequence.to_string()]);
    let tracking = tracking_number.map(|number| {
        view! {
            <span class="mono">{number.clone()}</span>
            <CopyButton text=number what="tracking number"/>
        }
    });
    view! {
        <tr role="row" id=id data-testid="package">
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
            <td role="cell" class="cell-documents">
                <Documents documents shipment_id/>
            </td>
        </tr>
    }
    .into_any()
}

/// Papers of the whole shipment.
#[component]
fn Papers(papers: Vec<DocumentView>, shipment_id: String) -> impl IntoView {
    view! {
        <div class="papers" data-testid="papers">
            <h3>"Papers of the whole shipment"</h3>
            <Documents documents=papers shipment_id/>
        </div>
    }
    .into_any()
}

#[component]
fn Documents(documents: Vec<DocumentView>, shipment_id: String) -> impl IntoView {
    let rows = documents
        .into_iter()
        .map(|document| view! { <Document document shipment_id=shipment_id.clone()/> })
        .collect_view();
    view! { <ul class="documents">{rows}</ul> }.into_any()
}

/// One document: a link to its bytes, how printing it went, and printing it again.
#[component]
fn Document(document: DocumentView, shipment_id: String) -> impl IntoView {
    let DocumentView { title, href, image_type, bytes, sequence, document_no, prints } = document;
    let id = element_id(&["document", &shipment_id, &sequence.to_string(), &document_no.to_string()]);
    let prints = prints.into_iter().map(|print| view! { <Print print/> }).collect_view();
    let preview_id = element_id(&["preview", &id]);
    let preview =
        view! { <Preview id=preview_id href=href.clone() title=title.clone() image_type=image_type.clone()/> };
    view! {
        <li class="document-row" id=id>
            <div class="asks">
                <a class="button" href=href download="" data-testid="document">
                    <Icon glyph=Glyph::Download/>
                    {title}
                </a>
                <span class="muted small tabular">{format!("{image_type} · {} KiB", (bytes + 1_023) / 1_024)}</span>
                <ReprintAsk shipment_id sequence document_no/>
            </div>
            <ol class="prints">{prints}</ol>
            {preview}
        </li>
    }
    .into_any()
}

/// A frame that loads when it is seen: forty packages have forty labels.
fn lazy_frame(href: String, title: String) -> AnyView {
    leptos::html::iframe()
        .src(format!("{href}{PDF_ALONE}"))
        .title(title)
        .class("label-preview")
        .attr("loading", "lazy")
        .into_any()
}

/// The document where a browser can show it; loaded when it is unfolded.
#[component]
fn Preview(id: String, href: String, title: String, image_type: String) -> impl IntoView {
    let shown = match image_type.as_str() {
        "PNG" => view! { <img class="label-preview" src=href alt=title loading="lazy"/> }.into_any(),
        "PDF" => lazy_frame(href, title),
        _ => {
            return view! {
                <p class="muted small">
                    "A browser cannot show " {image_type} "; save it and send it to a label printer as it is."
                </p>
            }
            .into_any();
        }
    };
    view! {
        <details class="json" id=id data-testid="preview">
            <summary>"Show"<span class="sr-only">" it here"</span></summary>
            {shown}
        </details>
    }
    .into_any()
}

#[component]
fn Print(print: PrintView) -> impl IntoView {
    view! {
        <li id=element_id(&["print", &print.job_id]) data-testid="print">
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
fn ReprintAsk(shipment_id: String, sequence: i64, document_no: i64) -> impl IntoView {
    let within = format!("reprint-{shipment_id}-{sequence}-{document_no}");
    view! {
        <Ask label="Print again" glyph=Glyph::Printer testid="reprint" quiet=true>
            <p class="small">
                "Sends the same document to its printer once more. Only one copy may go onto the parcel."
            </p>
            <form method="post" action={path_of::<Reprint>()}>
                <input type="hidden" name="shipment_id" value=shipment_id/>
                <input type="hidden" name="sequence" value=sequence.to_string()/>
                <input type="hidden" name="document_no" value=document_no.to_string()/>
                <Field label="Reason" name="reason" within required=true placeholder="The label was smeared"/>
                <Submit
                    label="Print again"
                    busy_label="Queueing…"
                    glyph=Glyph::Printer
                    testid="reprint-confirm"
                />
            </form>
        </Ask>
    }
    .into_any()
}
