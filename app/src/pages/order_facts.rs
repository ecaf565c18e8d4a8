//! The facts of an order: label, parcel, addresses, charge, lines, scans.

use crate::components::copy_button::CopyButton;
use crate::components::element_id::element_id;
use crate::components::icon::{Glyph, Icon};
use crate::components::status_badge::{tone_glyph, tone_name};
use crate::contract::{
    AddressView, CustomsView, InvoiceView, LabelView, LineView, OrderDetail, ScanView, ShipmentDetail,
};
use leptos::prelude::*;
use std::sync::Arc;

/// Label and facts of one shipment.
#[component]
pub fn ShipmentFacts(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
    /// The order, where its own facts stand here too.
    #[prop(optional)]
    order: Option<Arc<OrderDetail>>,
) -> impl IntoView {
    // Of several shipments the labels stand with their packages; one that was lost is told of.
    let whole = order.is_some();
    let label = shipment.label.clone().filter(|label| whole || label.reprint_needed);
    let customs = shipment.customs.clone();
    let (ship_to, ship_from) = (shipment.ship_to.clone(), shipment.ship_from.clone());
    view! {
        {label.map(|label| view! { <LabelCard label/> })}
        <section class="card">
            <h2>"Facts"</h2>
            <dl class="facts">
                <ParcelFacts shipment/>
                {order.map(|order| view! { <OrderFacts order/> })}
                <Address name="Ship to" address=Some(ship_to)/>
                <Address name="Ship from" address=ship_from/>
            </dl>
        </section>
        {customs.map(|customs| view! { <Customs customs/> })}
    }
    .into_any()
}

/// What stands on the order once.
#[component]
pub fn OrderFacts(
    /// The order.
    order: Arc<OrderDetail>,
) -> impl IntoView {
    view! {
        <Fact name="Customer" value=Some(order.customer.clone())/>
        <Fact name="Their reference" value=order.customer_reference.clone() mono=true/>
        <Fact name="Invoice" value=order.invoice_number.clone() mono=true/>
        <LaterInvoices invoices=order.invoices.clone()/>
    }
}

/// Invoices found after the label was bought.
#[component]
fn LaterInvoices(invoices: Vec<InvoiceView>) -> impl IntoView {
    let any = !invoices.is_empty();
    let rows = invoices
        .into_iter()
        .map(|invoice| {
            let id = element_id(&["invoice", &invoice.number]);
            view! {
                <p id=id>
                    <span class="mono">{invoice.number}</span>
                    <span class="muted small">{format!(" {}", invoice.text)}</span>
                </p>
            }
        })
        .collect_view();
    any.then(|| {
        view! {
            <div data-testid="later-invoices">
                <dt>"Invoiced later"</dt>
                <dd>
                    {rows}
                    <p class="muted small">
                        "Found after the label was bought: FedEx has the label without it and cannot be told. The charges \
                         export names it."
                    </p>
                </dd>
            </div>
        }
    })
}

/// The customs declaration.
#[component]
fn Customs(customs: CustomsView) -> impl IntoView {
    let commodities = customs.commodities.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    view! {
        <section class="card" data-testid="customs">
            <h2>"Customs"</h2>
            <p>{customs.summary}</p>
            <p class="tabular">{customs.total}</p>
            <details class="more">
                <summary>"Declared goods"</summary>
                <ul class="commodities">{commodities}</ul>
            </details>
        </section>
    }
    .into_any()
}

/// What FedEx knows of the parcel.
#[component]
fn ParcelFacts(shipment: Arc<ShipmentDetail>) -> impl IntoView {
    let tracking = shipment.tracking_number.clone().map(|number| {
        let link = shipment.tracking_url.clone().map(|url| {
            view! {
                <a
                    class="button icon-only quiet"
                    href=url
                    target="_blank"
                    rel="noreferrer"
                    title="FedEx tracking page"
                >
                    <Icon glyph=Glyph::External/>
                    <span class="sr-only">"Open FedEx's tracking page in a new tab"</span>
                </a>
            }
        });
        view! {
            <div>
                <dt>"Tracking number"</dt>
                <dd class="with-buttons">
                    <span class="mono" data-testid="tracking-number">{number.clone()}</span>
                    <CopyButton text=number what="tracking number"/>
                    {link}
                </dd>
            </div>
        }
    });
    let charge = shipment.charge.clone().map(|charge| {
        view! {
            <div>
                <dt>"Rated charge"</dt>
                <dd data-testid="charge">
                    <span class="tabular">{format!("{} {}", charge.amount, charge.currency)}</span>
                    " "
                    <span class="muted small">{charge.rate_type}</span>
                </dd>
            </div>
        }
    });
    view! {
        {tracking}
        <Fact name="Service" value=shipment.service.clone()/>
        <Fact name="Weight" value=shipment.weight.clone()/>
        {charge}
        <Fact name="Paid by" value=shipment.payment.clone()/>
        <Fact name="Warehouse" value=Some(shipment.warehouse.clone()).filter(|name| !name.is_empty()) mono=true/>
        <Fact name="Our reference" value=shipment.reference.clone() mono=true/>
    }
}

/// One fact; nothing when it is not known.
#[component]
fn Fact(name: &'static str, value: Option<String>, #[prop(optional)] mono: bool) -> impl IntoView {
    value.map(|value| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd class:mono=mono>{value}</dd>
            </div>
        }
    })
}

/// An address as it would stand on the label.
#[component]
fn Address(name: &'static str, address: Option<AddressView>) -> impl IntoView {
    address.map(|address| {
        let lines = address.lines.into_iter().map(|line| view! { <span>{line}</span> }).collect_view();
        view! {
            <div>
                <dt>{name}</dt>
                <dd>
                    <address>
                        {lines}
                        {address.phone.map(|phone| view! { <span class="muted">{phone}</span> })}
                    </address>
                </dd>
            </div>
        }
    })
}

/// Asks a browser's PDF viewer for the page alone, as wide as there is room, as Adobe's "PDF Open
/// Parameters" name it; who knows none of them shows all of its own.
pub const PDF_ALONE: &str = "#toolbar=0&navpanes=0&view=FitH";

/// The label: seen, opened, downloaded.
#[component]
fn LabelCard(label: LabelView) -> impl IntoView {
    let preview = match label.image_type.as_str() {
        _ if label.reprint_needed => view! {
            <p class="label-hint">
                "FedEx made this label, but its bytes were lost with the answer. Print it again from "
                "FedEx Ship Manager; do not ship a second time."
            </p>
        }
        .into_any(),
        "PDF" => view! {
            <object class="label-preview" data=format!("{}{PDF_ALONE}", label.href) type="application/pdf" aria-label="Shipping label">
                <p class="label-hint">"This browser shows no PDF here; download it."</p>
            </object>
        }
        .into_any(),
        "PNG" => view! { <img class="label-preview" src=label.href.clone() alt="Shipping label"/> }.into_any(),
        _ => view! {
            <p class="label-hint">"A browser cannot show ZPL. Save it and send it to a label printer as it is."</p>
        }
        .into_any(),
    };
    let download = (!label.reprint_needed).then(|| {
        view! {
            <div class="label-tools">
                <a class="button primary" href=label.href.clone() download="" data-testid="label-download">
                    <Icon glyph=Glyph::Download/>
                    "Download"
                </a>
                <a class="button" href=label.href.clone() target="_blank" rel="noopener">
                    <Icon glyph=Glyph::External/>
                    "Open"
                    <span class="sr-only">" the label in a new tab"</span>
                </a>
                <span class="muted small tabular">
                    {format!("{} · {} KiB", label.image_type, (label.bytes + 1_023) / 1_024)}
                </span>
            </div>
        }
    });
    view! {
        <section class="card label-card" data-testid="label">
            <h2>"Label"</h2>
            {preview}
            {download}
        </section>
    }
}

/// What is in the order.
#[component]
pub fn Lines(
    /// Its lines.
    lines: Vec<LineView>,
) -> impl IntoView {
    let rows = lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let id = element_id(&["line", &at.to_string(), &line.item]);
            let left_out = line.left_out.is_some();
            view! {
                <li id=id class:left-out=left_out>
                    <span class="line-quantity tabular">{line.quantity}</span>
                    <span class="line-text">
                        {line.description}
                        <span class="muted small mono">{line.item}</span>
                        {line.left_out.map(|why| view! { <span class="tag">{why}</span> })}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <h2>"Lines"</h2>
            <ul class="lines">{rows}</ul>
        </section>
    }
}

/// FedEx's scans of a shipment, newest first.
#[component]
pub fn Scans(
    /// The shipment.
    shipment: Arc<ShipmentDetail>,
) -> impl IntoView {
    let scans = &shipment.scans;
    let rows = scans
        .iter()
        .enumerate()
        .map(|(at, scan)| {
            // The packages of a shipment are scanned in the same moment.
            let alike = scans.iter().take(at).filter(|one| one.at.ms == scan.at.ms && one.code == scan.code).count();
            let (ms, alike) = (scan.at.ms.to_string(), alike.to_string());
            let id = element_id(&["scan", &shipment.shipment_id, &ms, &scan.code, &alike]);
            view! { <Scan id scan=scan.clone()/> }
        })
        .collect_view();
    view! { <ul class="scans">{rows}</ul> }
}

/// One scan.
#[component]
fn Scan(id: String, scan: ScanView) -> impl IntoView {
    view! {
        <li class="scan" id=id data-tone=tone_name(scan.tone) data-testid="scan">
            <Icon glyph=tone_glyph(scan.tone)/>
            <span class="scan-time mono" title=scan.at.text>{scan.local_time}</span>
            <span class="scan-text">
                {scan.description}
                {scan.exception.map(|text| view! { <span class="scan-exception">{text}</span> })}
            </span>
            <span class="scan-place muted">{scan.place}</span>
            <code class="muted">{scan.code}</code>
        </li>
    }
}
