//! One order as a person sees it: its lines, its shipments with packages and papers, its timeline.

use crate::desk::{caller, inbox, order_corrections, order_timeline, parcel_view, present, problem, write_back_views};
use crate::engine::Engine;
use crate::order::correction::corrected;
use crate::order::customs::{Commodity, Customs};
use crate::order::mode::Mode;
use crate::order::plan::{Payment, Plan};
use crate::order::rules::Payer;
use crate::order::state::State;
use crate::order::transition::{Event, Refusal, apply, is_before_label};
use crate::order::{Kind, Order, Shipment, Voiding};
use crate::print::job::Job;
use crate::store::StoreError;
use crate::store::audit::TrailRow;
use crate::store::documents::{DocumentRow, PieceRow};
use crate::store::invoices::FoundInvoice;
use crate::store::orders::OrderRecord;
use crate::store::prints::QueueFilter;
use app::contract::{
    Action, ActionKind, AttemptView, ChangeView, ChargeView, CustomsView, DocumentView, ExchangeView, InvoiceView,
    LabelView, LineView, OrderDetail, PackageView, PrintView, ShipmentDetail,
};

/// Entries read for one order's page; older ones stay in the trail.
const ORDER_TRAIL: i64 = 2_000;
/// Printings of one shipment's documents shown; the queue has them all.
const PRINTS_SHOWN: i64 = 1_000;
/// What FedEx calls a label among its documents; everything else is a paper.
const LABEL: &str = "LABEL";

/// Everything about an order.
pub async fn order_detail(engine: &Engine, record: &OrderRecord) -> Result<OrderDetail, StoreError> {
    let db = &engine.store.db;
    let trail = db.trail_of_order(&record.order_id.0, ORDER_TRAIL).await?;
    let shipments = db.shipments_of(&record.order_id).await?;
    let parcels = db.parcels_of_order(&record.order_id).await?;
    let mut details = Vec::new();
    let mut timeline = order_timeline::entries(&trail);
    for shipment in &shipments {
        let scans = db.scans_of(&shipment.shipment_id).await?;
        timeline.extend(scans.iter().map(order_timeline::scan_entry));
        let mut detail = shipment_detail(engine, record, shipment, &shipments, &trail).await?;
        detail.scans = scans.iter().map(present::scan).collect();
        let packages = parcels.iter().filter(|parcel| parcel.shipment_id == shipment.shipment_id);
        let count = i64::try_from(packages.clone().count()).unwrap_or(i64::MAX);
        let is_return = shipment.kind == Kind::Return;
        let now = engine.clock.now_ms();
        detail.parcels = packages.map(|one| parcel_view::parcel(one, count, is_return, now)).collect();
        details.push(detail);
    }
    timeline.sort_by_key(|entry| entry.at.ms);
    order_timeline::add_lengths(&mut timeline, &details);
    let order = &record.order;
    let account =
        if order.customer_account.is_empty() { String::new() } else { format!(" ({})", order.customer_account) };
    Ok(OrderDetail {
        company: record.key.company.clone(),
        number: record.key.number.clone(),
        customer: format!("{}{account}", order.customer_name),
        customer_reference: (!order.customer_reference.is_empty()).then(|| order.customer_reference.clone()),
        invoice_number: record.invoice_number.clone(),
        invoices: db.found_invoices(&record.order_id).await?.iter().map(invoice_view).collect(),
        headline: headline(&shipments),
        lines: lines(order),
        shipments: details,
        write_back: write_back_views::of_order(engine, &record.order_id).await?,
        timeline,
        d365_href: None,
        now: present::moment(engine.clock.now_ms()),
    })
}

fn invoice_view(invoice: &FoundInvoice) -> InvoiceView {
    // Noon of the day stands for the day.
    let day = invoice.dated.split('T').next().unwrap_or_default();
    InvoiceView {
        number: invoice.number.clone(),
        text: format!("{day}, {} {}", invoice.amount, invoice.currency),
        found: present::moment(invoice.found_ms),
    }
}

/// The newest shipment that counts; of several, how far they are.
pub(super) fn headline(shipments: &[Shipment]) -> String {
    let live: Vec<&Shipment> =
        shipments.iter().filter(|one| one.kind == Kind::Outbound && !one.state.frees_lines()).collect();
    match live[..] {
        [] => shipments.last().map(present::sentence).unwrap_or_default(),
        [only] => present::sentence(only),
        _ => {
            let labelled = live.iter().filter(|one| one.tracking_number.is_some()).count();
            let delivered = live.iter().filter(|one| matches!(one.state, State::Delivered | State::Closed)).count();
            let need = live.iter().filter(|one| one.state.needs_attention()).count();
            let you = if need == 0 {
                String::new()
            } else {
                format!(", {need} need{} you", if need == 1 { "s" } else { "" })
            };
            format!("{} shipments: {labelled} labelled, {delivered} delivered{you}.", live.len())
        }
    }
}

fn lines(order: &Order) -> Vec<LineView> {
    let view = |line: &crate::order::Line| LineView {
        item: line.item.clone(),
        description: line.description.clone(),
        quantity: format!("{} {}", line.quantity.normalize(), line.unit).trim().to_owned(),
        left_out: line.left_out().map(str::to_owned),
    };
    order.lines.iter().map(view).collect()
}

async fn shipment_detail(
    engine: &Engine,
    record: &OrderRecord,
    shipment: &Shipment,
    all: &[Shipment],
    trail: &[TrailRow],
) -> Result<ShipmentDetail, StoreError> {
    let db = &engine.store.db;
    let plan = shipment.plan.as_ref();
    let corrected = corrected(&record.order.ship_to, &shipment.correction);
    let pieces = db.pieces_of(&shipment.shipment_id).await?;
    let documents = db.documents_of(&shipment.shipment_id).await?;
    let mut prints = db
        .print_jobs(
            &QueueFilter { shipment_id: Some(shipment.shipment_id.clone()), ..QueueFilter::default() },
            PRINTS_SHOWN,
        )
        .await?;
    prints.reverse();
    let view = |document: &DocumentRow| DocumentView {
        prints: prints.iter().filter(|print| is_of(print, document)).map(print_view).collect(),
        ..document_view(record, shipment, document)
    };
    Ok(ShipmentDetail {
        shipment_id: shipment.shipment_id.0.clone(),
        title: title(shipment, all),
        kind: shipment.kind.name().to_owned(),
        warehouse: plan.map(|plan| plan.warehouse.clone()).unwrap_or_default(),
        version: shipment.version,
        status: present::state(shipment.state),
        carrier: shipment.milestone.map(present::milestone),
        sentence: present::sentence(shipment),
        cause: shipment.cause.as_ref().map(present::cause),
        next_run: shipment.next_run_ms.map(present::moment),
        ship_to: plan.map_or_else(|| present::address(&corrected, None), |plan| present::consignee(&plan.recipient)),
        ship_from: plan.map(|plan| present::consignee(&plan.shipper)),
        service: plan.map(service),
        weight: plan.map(|plan| format!("{} lb", plan.weight().normalize())),
        reference: shipment.reference.clone(),
        tracking_number: shipment.tracking_number.clone(),
        tracking_url: shipment.tracking_number.as_deref().map(present::tracking_url),
        packages: packages(plan, &pieces, &documents, view),
        papers: documents.iter().filter(|document| document.content_type != LABEL).map(view).collect(),
        payment: plan.and_then(payment),
        customs: plan.and_then(|plan| plan.customs.as_ref()).map(customs),
        changes: shipment
            .changes
            .iter()
            .map(|change| ChangeView { what: change.what.clone(), was: change.was.clone(), now: change.now.clone() })
            .collect(),
        label: label(record, shipment, &documents),
        charge: shipment.charge.as_ref().map(|charge| ChargeView {
            amount: charge.amount.to_string(),
            currency: charge.currency.clone(),
            rate_type: rate_words(&charge.rate_type),
        }),
        actions: actions(engine, shipment, all, db.mode_of(&shipment.order_id).await?),
        correction: (shipment.state == State::Parked && is_before_label(shipment))
            .then(|| present::correction(&record.order, shipment)),
        corrected: order_corrections::of_shipment(engine, record, shipment, trail).await?,
        pace: order_timeline::pace(record.seen_ms, shipment, &prints, trail),
        attempts: attempts(engine, shipment, trail).await?,
        parcels: Vec::new(),
        scans: Vec::new(),
        proofs: inbox::proofs(engine, &shipment.shipment_id, &order_href(record)).await?,
    })
}

/// Which of several it is; nothing for the only one.
fn title(shipment: &Shipment, all: &[Shipment]) -> String {
    let last_no = all.iter().map(|one| one.group_no).max().unwrap_or(1);
    match shipment.kind {
        Kind::Return => format!("Return of shipment {}", shipment.group_no),
        Kind::Outbound if all.len() == 1 => String::new(),
        Kind::Outbound => format!("Shipment {} of {last_no}", shipment.group_no),
    }
}

/// FedEx's `rateType` in words, with its name.
fn rate_words(name: &str) -> String {
    let words = match name {
        _ if name.starts_with("PAYOR_ACCOUNT") || name == "ACCOUNT" => "rate of the account that pays",
        _ if name.starts_with("PAYOR_LIST") || name == "LIST" => "list rate",
        _ => return name.to_owned(),
    };
    format!("{words} ({name})")
}

fn service(plan: &Plan) -> String {
    let service = &plan.service;
    let parts = [
        Some(format!("{} ({})", caller::service(&service.service), service.service)),
        service.signature.as_ref().map(|signature| format!("signature {signature}")),
        service.saturday.then(|| "Saturday".to_owned()),
        service.one_rate.then(|| "One Rate".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn packages(
    plan: Option<&Plan>,
    pieces: &[PieceRow],
    documents: &[DocumentRow],
    view: impl Fn(&DocumentRow) -> DocumentView,
) -> Vec<PackageView> {
    let planned = plan.map(|plan| &plan.packages[..]).unwrap_or_default();
    let count = planned.len().max(pieces.len());
    (0..count)
        .map(|index| {
            let sequence = i64::try_from(index + 1).unwrap_or(i64::MAX);
            let package = planned.get(index);
            let carton = package.and_then(|package| {
                let size =
                    package.dimensions.map(|sides| format!("{} × {} × {} in", sides.length, sides.width, sides.height));
                let parts: Vec<String> = package.carton.clone().into_iter().chain(size).collect();
                (!parts.is_empty()).then(|| parts.join(", "))
            });
            let contents = package.map(|package| &package.contents[..]).unwrap_or_default();
            let labels = documents.iter().filter(|row| row.sequence == sequence && row.content_type == LABEL);
            PackageView {
                sequence,
                tracking_number: pieces
                    .iter()
                    .find(|piece| piece.sequence == sequence)
                    .map(|piece| piece.tracking_number.clone()),
                weight: package.map(|package| format!("{} lb", package.weight.value().normalize())),
                carton,
                contents: contents
                    .iter()
                    .map(|content| format!("{} × {}", content.quantity.normalize(), content.item.trim()))
                    .collect(),
                documents: labels.map(&view).collect(),
            }
        })
        .collect()
}

fn document_view(record: &OrderRecord, shipment: &Shipment, document: &DocumentRow) -> DocumentView {
    DocumentView {
        title: present::document_title(&document.content_type),
        href: format!(
            "{}/shipments/{}/documents/{}/{}",
            order_href(record),
            shipment.shipment_id.0,
            document.sequence,
            document.document_no
        ),
        image_type: document.image_type.clone(),
        bytes: document.size,
        sequence: document.sequence,
        document_no: document.document_no,
        prints: Vec::new(),
    }
}

fn is_of(print: &Job, document: &DocumentRow) -> bool {
    let place = print.of.as_ref().map(|of| (of.key.sequence, of.key.document_no));
    place == Some((document.sequence, document.document_no))
}

fn print_view(print: &Job) -> PrintView {
    PrintView {
        job_id: print.job_id.clone(),
        status: present::print_state(print.state),
        printer: print.printer.name.clone(),
        at: present::moment(print.created_ms),
        by: print.asked_by.clone(),
    }
}

fn payment(plan: &Plan) -> Option<String> {
    let Payment { payer, account_number } = &plan.payment;
    let account = account_number.as_deref().unwrap_or_default();
    match (payer, &plan.account_number) {
        (Payer::Recipient, _) => Some(format!("The recipient's account {account}")),
        (Payer::ThirdParty, _) => Some(format!("A third party's account {account}")),
        (Payer::Sender, Some(own)) => Some(format!("Our account {own}")),
        (Payer::Sender, None) => None,
    }
}

fn customs(customs: &Customs) -> CustomsView {
    let terms = customs.terms_of_sale.as_ref().map(|terms| format!(", {terms}")).unwrap_or_default();
    let duties = customs.duties.name().replace('_', " ");
    let commodity = |goods: &Commodity| {
        let code = goods.hs_code.as_ref().map(|code| format!("HS {code}, ")).unwrap_or_default();
        format!(
            "{} × {} ({code}made in {}), {} {}",
            goods.quantity.normalize(),
            goods.description,
            goods.origin,
            goods.value,
            customs.currency
        )
    };
    CustomsView {
        summary: format!("{}{terms}; duties paid by the {duties}", customs.purpose.to_lowercase().replace('_', " ")),
        total: format!("{} {}", customs.total(), customs.currency),
        commodities: customs.commodities.iter().map(commodity).collect(),
    }
}

/// The page of an order.
pub(super) fn order_href(record: &OrderRecord) -> String {
    format!("/orders/{}/{}", percent_encode(&record.key.company), percent_encode(&record.key.number))
}

/// The master's label.
fn label(record: &OrderRecord, shipment: &Shipment, documents: &[DocumentRow]) -> Option<LabelView> {
    let href = format!("{}/label", order_href(record));
    match documents.first() {
        Some(document) => Some(LabelView {
            href: document_view(record, shipment, document).href,
            image_type: document.image_type.clone(),
            bytes: document.size,
            reprint_needed: shipment.reprint_needed,
        }),
        None if shipment.reprint_needed => Some(LabelView { href, reprint_needed: true, ..LabelView::default() }),
        None => None,
    }
}

fn percent_encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What is allowed is asked of the domain itself, so the page and the command cannot disagree.
fn actions(engine: &Engine, shipment: &Shipment, all: &[Shipment], mode: Mode) -> Vec<Action> {
    let now = engine.clock.now_ms();
    let ask = |event: Event, otherwise: &str| {
        apply(shipment, event, now).err().map(|refusal| match refusal {
            Refusal::NotNow(_) => otherwise.to_owned(),
            other => problem::refusal(&other).message,
        })
    };
    let replay = ask(Event::Replay, "Nothing stopped, so there is nothing to replay.");
    let correct = if replay.is_none() && is_before_label(shipment) {
        None
    } else {
        Some("Values can be corrected while the shipment is stopped before its label.".to_owned())
    };
    let look_up = ask(Event::LookUpNow, "Only a purchase without an answer is looked up.");
    let buy_again = ask(Event::DeclaredAbsent, "Only a purchase without an answer can be given up.");
    let no_label = "A label can be cancelled from its purchase until FedEx has the parcel.";
    let void = ask(Event::VoidAsked(Voiding::Only), no_label);
    let reship = match shipment.kind {
        Kind::Outbound => ask(Event::VoidAsked(Voiding::AndReship), no_label),
        Kind::Return => Some("A return label is cancelled and bought again by hand.".to_owned()),
    };
    let shadow = (mode == Mode::Shadow).then(|| "Its legal entity is in shadow: nothing is bought.".to_owned());
    let ended = shipment.state.frees_lines().then(|| "Nothing of this shipment goes out.".to_owned());
    let bought = shipment.tracking_number.is_some().then(|| "The label is bought already.".to_owned());
    vec![
        Action { kind: ActionKind::Replay, refused: replay },
        Action { kind: ActionKind::Correct, refused: correct },
        Action { kind: ActionKind::LookUp, refused: look_up },
        Action { kind: ActionKind::BuyAgain, refused: buy_again.or_else(|| shadow.clone()) },
        Action { kind: ActionKind::DryRun, refused: ended.clone().or_else(|| bought.clone()) },
        Action { kind: ActionKind::Quote, refused: ended.clone().or(bought) },
        Action { kind: ActionKind::CheckAddress, refused: ended },
        Action { kind: ActionKind::Void, refused: void },
        Action { kind: ActionKind::Reship, refused: reship.or_else(|| shadow.clone()) },
        Action { kind: ActionKind::ReturnLabel, refused: super::shipping::return_refused(shipment, all).or(shadow) },
    ]
}

async fn attempts(engine: &Engine, shipment: &Shipment, trail: &[TrailRow]) -> Result<Vec<AttemptView>, StoreError> {
    let rows = engine.store.db.attempts_of(&shipment.shipment_id).await?;
    Ok(rows
        .into_iter()
        .map(|row| AttemptView {
            exchanges: exchanges(trail, &row.attempt_id),
            step: present::step_title(&row.step),
            number: row.number,
            reference: row.reference,
            begun: present::moment(row.begun_ms),
            duration_ms: row.finished_ms.map(|finished_ms| finished_ms - row.begun_ms),
            outcome: present::attempt_outcome(row.outcome.as_deref()),
            sentence: row.sentence.unwrap_or_else(|| "The answer is awaited.".to_owned()),
            attempt_id: row.attempt_id,
        })
        .collect())
}

/// The calls of an attempt: each begun entry with the completed one that names it.
fn exchanges(trail: &[TrailRow], attempt_id: &str) -> Vec<ExchangeView> {
    let of_attempt = || trail.iter().filter(|row| row.attempt_id.as_deref() == Some(attempt_id));
    of_attempt()
        .filter(|row| row.outcome == "begun")
        .map(|begun| {
            let call_id = begun.sequence.to_string();
            let end = of_attempt().find(|row| row.call_id.as_deref() == Some(&call_id));
            ExchangeView {
                operation: begun.action.clone(),
                request_line: begun.summary.clone(),
                request_body: begun.body.clone(),
                status: end.and_then(|end| end.http_status),
                response_body: end.and_then(|end| end.body.clone()),
                duration_ms: end.and_then(|end| end.duration_ms),
            }
        })
        .collect()
}
