//! Labels reach paper, once: over raw sockets and IPP, through breaks, crashes and double clicks.

use crate::print_servers::{IppServer, Manner, Mood, PrintServer, RawPrinter, switched_off};
use crate::support::{Backend, TestApp, backends};
use ipp::model::StatusCode;
use ml_connector::audit::System;
use ml_connector::clock::MINUTE_MS;
use ml_connector::desk::Role;
use ml_connector::desk::printing::PrinterForm;
use ml_connector::engine::Engine;
use ml_connector::order::state::State;
use ml_connector::print::Printer;
use ml_connector::print::job::{DocumentKey, Job, JobState, Origin, STOP_AFTER};
use ml_connector::store::Db;
use ml_connector::store::documents::NewDocument;
use ml_connector::store::prints::QueueFilter;
use ml_connector::store::shipments::{LeaseAfter, Save};
use ml_connector::twin::TwinOptions;
use ml_connector::work::print;
use serde_json::json;
use std::time::Duration;

/// An app whose FedEx makes ZPL labels.
async fn app(backend: Backend) -> TestApp {
    let app = TestApp::start_on(backend, TwinOptions::loopback()).await;
    let mut fedex = app.twin.fedex_credentials();
    fedex["label"] = json!({"image_type": "ZPLII"});
    app.connect(System::Fedex, fedex).await;
    app
}

/// A raw printer for the labels of the default warehouse.
pub fn raw(name: &str, address: &str) -> PrinterForm {
    PrinterForm {
        printer_id: None,
        name: name.into(),
        kind: "raw".into(),
        address: address.into(),
        takes: "ZPLII".into(),
        enabled: true,
        labels: vec!["default".into()],
        papers: Vec::new(),
    }
}

pub async fn save(app: &TestApp, form: PrinterForm) -> Printer {
    app.desk(Role::Admin).save_printer(form).await.expect("a printer")
}

/// Buys the label of an order.
async fn buy(app: &TestApp, number: &str) {
    app.order(number).await;
    app.pull().await;
    app.drive().await;
    assert!(app.shipment(number).await.tracking_number.is_some(), "{number} has no label");
}

async fn tick(app: &TestApp) -> usize {
    print::tick(&app.engine).await.expect("stored")
}

/// Prints for a long time: everything that could print a second time by itself does it here.
async fn print_for_hours(app: &TestApp) {
    for _ in 0..60 {
        tick(app).await;
        app.clock.advance_ms(3 * MINUTE_MS);
    }
}

async fn jobs(app: &TestApp) -> Vec<Job> {
    let mut jobs = app.engine.store.db.print_jobs(&QueueFilter::default(), 100).await.expect("read");
    jobs.reverse();
    jobs
}

async fn only_job(app: &TestApp) -> Job {
    let mut jobs = jobs(app).await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    jobs.remove(0)
}

fn code(job: &Job) -> &str {
    job.cause.as_ref().map_or("", |cause| cause.code.as_str())
}

async fn label(app: &TestApp, number: &str) -> (DocumentKey, Vec<u8>) {
    let shipment_id = app.shipment(number).await.shipment_id;
    let (_, bytes) = app.engine.store.db.document(&shipment_id, 1, 1).await.expect("read").expect("a label");
    (DocumentKey { shipment_id, sequence: 1, document_no: 1 }, bytes)
}

async fn actions(app: &TestApp) -> Vec<String> {
    let entries = app.engine.store.db.audit_after(0, 10_000).await.expect("read");
    entries.into_iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn a_bought_label_reaches_the_printer_once_and_byte_for_byte() {
    for backend in backends() {
        let mut app = app(backend).await;
        let printer = RawPrinter::start(Manner::Good);
        save(&app, raw("zebra", &printer.address)).await;
        buy(&app, "SO-1").await;
        let (_, bytes) = label(&app, "SO-1").await;
        assert!(bytes.starts_with(b"^XA"), "the twin makes ZPL");
        assert_eq!(only_job(&app).await.state, JobState::Queued);
        tick(&app).await;
        print_for_hours(&app).await;
        app.restart().await;
        print_for_hours(&app).await;
        assert_eq!(printer.sheets(), [bytes], "{backend:?}");
        let job = only_job(&app).await;
        assert_eq!((job.state, job.origin), (JobState::Printed, Origin::Automatic));
        let actions = actions(&app).await;
        for action in ["print.queued", "print.send", "print.printed"] {
            assert_eq!(actions.iter().filter(|known| *known == action).count(), 1, "{action}");
        }
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn without_a_printer_there_is_no_job_and_the_label_is_there_to_download() {
    let app = app(Backend::Sqlite).await;
    buy(&app, "SO-1").await;
    assert!(jobs(&app).await.is_empty());
    let (key, _) = label(&app, "SO-1").await;
    let refused = app.desk(Role::Operator).print_again(&key, "first print").await.expect_err("no printer");
    assert_eq!(refused.code, "print.no-printer");
    // A printer that comes later prints nothing by itself that was bought before.
    let printer = RawPrinter::start(Manner::Good);
    save(&app, raw("zebra", &printer.address)).await;
    print_for_hours(&app).await;
    assert!(printer.sheets().is_empty());
}

#[tokio::test]
async fn a_printer_that_is_off_gets_each_label_once_when_it_is_on_again() {
    for backend in backends() {
        let app = app(backend).await;
        let address = switched_off();
        save(&app, raw("zebra", &address.to_string())).await;
        buy(&app, "SO-1").await;
        for failures in 1..=5 {
            tick(&app).await;
            let job = only_job(&app).await;
            assert_eq!((job.state, job.failures, code(&job)), (JobState::Failed, failures, "print.unreachable"));
            assert_eq!(tick(&app).await, 0, "{backend:?}: it waits before it tries again");
            app.clock.advance_ms(MINUTE_MS);
        }
        let printer = RawPrinter::start_at(address, Manner::Good);
        print_for_hours(&app).await;
        assert_eq!(printer.sheets(), [label(&app, "SO-1").await.1], "{backend:?}");
        assert_eq!(only_job(&app).await.state, JobState::Printed);
    }
}

#[tokio::test]
async fn after_half_an_hour_of_failures_a_person_is_asked_and_can_send_it_again() {
    let app = app(Backend::Sqlite).await;
    let address = switched_off();
    save(&app, raw("zebra", &address.to_string())).await;
    buy(&app, "SO-1").await;
    for _ in 0..STOP_AFTER {
        assert_eq!(tick(&app).await, 1);
        app.clock.advance_ms(MINUTE_MS);
    }
    let job = only_job(&app).await;
    assert_eq!((job.state, code(&job)), (JobState::Stopped, "print.unreachable"));
    assert_eq!(tick(&app).await, 0);
    let printer = RawPrinter::start_at(address, Manner::Good);
    app.desk(Role::Operator).retry_print(&job.job_id, job.version, "").await.expect("queued");
    print_for_hours(&app).await;
    assert_eq!(printer.sheets().len(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_first_bytes_is_never_repeated_by_itself() {
    for backend in backends() {
        let app = app(backend).await;
        let broken = RawPrinter::start(Manner::Breaks(20));
        let printer = save(&app, raw("zebra", &broken.address)).await;
        buy(&app, "SO-1").await;
        print_for_hours(&app).await;
        assert_eq!(broken.sheets().len(), 1, "{backend:?}: tried once");
        let job = only_job(&app).await;
        assert_eq!((job.state, code(&job)), (JobState::Unknown, "print.no-confirmation"));

        let mended = RawPrinter::start(Manner::Good);
        let again = PrinterForm { printer_id: Some(printer.printer_id), ..raw("zebra", &mended.address) };
        save(&app, again).await;
        print_for_hours(&app).await;
        assert!(mended.sheets().is_empty(), "a mended printer alone is no reason to print again");
        let desk = app.desk(Role::Operator);
        let refused = desk.retry_print(&job.job_id, job.version, "  ").await.expect_err("a reason is needed");
        assert_eq!(refused.code, "print.reason-missing");
        desk.retry_print(&job.job_id, job.version, "the tray was empty").await.expect("queued");
        let stale = desk.retry_print(&job.job_id, job.version, "the tray was empty").await.expect_err("moved on");
        assert_eq!(stale.code, "desk.stale");
        print_for_hours(&app).await;
        assert_eq!(mended.sheets(), [label(&app, "SO-1").await.1]);
        assert_eq!(only_job(&app).await.asked_by.as_deref(), Some("kim"));
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_job_found_sending_after_a_crash_is_unknown_and_not_sent_again() {
    for backend in backends() {
        let mut app = app(backend).await;
        let printer = RawPrinter::start(Manner::Good);
        save(&app, raw("zebra", &printer.address)).await;
        buy(&app, "SO-1").await;
        // Claimed, and then the power goes.
        assert_eq!(print::claim(&app.engine).await.expect("claimed").len(), 1);
        assert_eq!(tick(&app).await, 0, "somebody is sending it");
        app.restart().await;
        let job = only_job(&app).await;
        assert_eq!((job.state, code(&job)), (JobState::Unknown, "print.no-confirmation"), "{backend:?}");
        print_for_hours(&app).await;
        assert!(printer.sheets().is_empty());
        app.desk(Role::Operator).cancel_print(&job.job_id, job.version, "came out").await.expect("cancelled");
        assert_eq!(only_job(&app).await.state, JobState::Cancelled);
    }
}

#[tokio::test]
async fn a_job_of_a_dead_node_is_unknown_when_its_lease_ends() {
    let app = app(Backend::Sqlite).await;
    let printer = RawPrinter::start(Manner::Good);
    save(&app, raw("zebra", &printer.address)).await;
    buy(&app, "SO-1").await;
    drop(print::claim(&app.engine).await.expect("claimed"));
    print_for_hours(&app).await;
    assert_eq!(only_job(&app).await.state, JobState::Unknown);
    assert!(printer.sheets().is_empty());
}

#[tokio::test]
async fn a_format_the_printer_does_not_take_is_stopped_where_somebody_sees_it() {
    for backend in backends() {
        let app = app(backend).await;
        let sink = RawPrinter::start(Manner::Good);
        let laser = PrinterForm { takes: "PDF".into(), ..raw("laser", &sink.address) };
        let printer = save(&app, laser.clone()).await;
        buy(&app, "SO-1").await;
        let job = only_job(&app).await;
        assert_eq!((job.state, code(&job)), (JobState::Stopped, "print.format-not-accepted"), "{backend:?}");
        let detail = job.cause.clone().and_then(|cause| cause.detail).expect("says which");
        assert!(detail.contains("ZPLII") && detail.contains("PDF"), "{detail}");
        // Asked for again without a mend, it is stopped again, and nothing is sent.
        let desk = app.desk(Role::Operator);
        desk.retry_print(&job.job_id, job.version, "").await.expect("queued");
        print_for_hours(&app).await;
        assert_eq!(only_job(&app).await.state, JobState::Stopped);
        assert!(sink.sheets().is_empty());
        let mended = PrinterForm { printer_id: Some(printer.printer_id), takes: "ZPLII".into(), ..laser };
        save(&app, mended).await;
        let job = only_job(&app).await;
        desk.retry_print(&job.job_id, job.version, "").await.expect("queued");
        print_for_hours(&app).await;
        assert_eq!(sink.sheets().len(), 1);
    }
}

/// Adds a document to the label of an order, and queues what has no job yet.
async fn add_document(app: &TestApp, number: &str, sequence: i64, content_type: &str, image_type: &str, bytes: &[u8]) {
    let shipment = app.shipment(number).await;
    let mut tx = app.engine.store.begin().await.expect("begun");
    let document = NewDocument { sequence, document_no: 9, content_type, image_type, copies: 1, bytes };
    tx.insert_document(&shipment.shipment_id, &document, 1).await.expect("stored");
    tx.commit().await.expect("committed");
}

async fn enqueue(app: &TestApp, number: &str) {
    let shipment = app.shipment(number).await;
    let mut tx = app.engine.store.begin().await.expect("begun");
    print::enqueue(&app.engine, &mut tx, &shipment, app.clock.now_ms()).await.expect("queued");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn pieces_come_out_in_their_order_even_after_failures_and_papers_elsewhere() {
    for backend in backends() {
        let app = app(backend).await;
        buy(&app, "SO-1").await;
        let mut labels = vec![label(&app, "SO-1").await.1];
        for piece in 2..=6 {
            let bytes = format!("^XA piece {piece} ^XZ").into_bytes();
            add_document(&app, "SO-1", piece, "LABEL", "ZPLII", &bytes).await;
            labels.push(bytes);
        }
        add_document(&app, "SO-1", 1, "COMMERCIAL_INVOICE", "PDF", b"%PDF invoice").await;
        let (address, office) = (switched_off(), RawPrinter::start(Manner::Good));
        save(&app, raw("zebra", &address.to_string())).await;
        let papers = PrinterForm { takes: "PDF".into(), labels: vec![], ..raw("office", &office.address) };
        save(&app, PrinterForm { papers: vec!["default".into()], ..papers }).await;
        // Twice: a document has one automatic job, ever.
        enqueue(&app, "SO-1").await;
        enqueue(&app, "SO-1").await;
        assert_eq!(jobs(&app).await.len(), 7, "{backend:?}");
        tick(&app).await;
        tick(&app).await;
        assert_eq!(office.sheets(), [b"%PDF invoice"], "a printer that is off holds up no other");
        let waiting = jobs(&app).await.into_iter().filter(|job| job.state == JobState::Queued).count();
        assert_eq!(waiting, 5, "the first piece holds up the others");
        let zebra = RawPrinter::start_at(address, Manner::Good);
        print_for_hours(&app).await;
        assert_eq!(zebra.sheets(), labels, "{backend:?}");
        // The whole shipment again, also in its order.
        let shipment_id = app.shipment("SO-1").await.shipment_id;
        let again = app.desk(Role::Operator).print_shipment_again(&shipment_id, "the boxes got wet").await;
        assert_eq!(again.expect("queued").len(), 7);
        print_for_hours(&app).await;
        assert_eq!(zebra.sheets(), [labels.clone(), labels].concat(), "{backend:?}");
        assert_eq!(office.sheets().len(), 2);
    }
}

#[tokio::test]
async fn two_nodes_at_once_print_each_piece_once_and_in_order() {
    for backend in backends() {
        let app = app(backend).await;
        buy(&app, "SO-1").await;
        let mut labels = vec![label(&app, "SO-1").await.1];
        for piece in 2..=8 {
            let bytes = format!("^XA piece {piece} ^XZ").into_bytes();
            add_document(&app, "SO-1", piece, "LABEL", "ZPLII", &bytes).await;
            labels.push(bytes);
        }
        let printer = RawPrinter::start(Manner::Good);
        save(&app, raw("zebra", &printer.address)).await;
        enqueue(&app, "SO-1").await;
        let other = Engine::start(app.config().clone(), app.clock.clone()).await.expect("a second node");
        for _ in 0..labels.len() {
            let (one, two) = tokio::join!(print::tick(&app.engine), print::tick(&other));
            assert!(one.expect("stored") + two.expect("stored") > 0, "{backend:?}");
        }
        print_for_hours(&app).await;
        assert_eq!(printer.sheets(), labels, "{backend:?}");
        app.assert_clean().await;
    }
}

#[tokio::test]
async fn a_print_server_is_asked_until_the_label_is_out() {
    for backend in backends() {
        for server in PrintServer::all() {
            let app = app(backend).await;
            let before = server.output();
            save(&app, PrinterForm { kind: "ipp".into(), ..raw("cups", server.address()) }).await;
            buy(&app, "SO-1").await;
            tick(&app).await;
            let sent = only_job(&app).await;
            assert_eq!(sent.state, JobState::Sent, "{}: {:?}", server.name(), sent.cause);
            assert!(sent.remote_job.is_some());
            for _ in 0..100 {
                app.clock.advance_ms(MINUTE_MS);
                tick(&app).await;
                if only_job(&app).await.state != JobState::Sent {
                    break;
                }
                // CUPS runs on the wall clock.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            assert_eq!(only_job(&app).await.state, JobState::Printed, "{}", server.name());
            print_for_hours(&app).await;
            let printed = server.output().split_off(before.len());
            assert_eq!(printed, label(&app, "SO-1").await.1, "{} printed it once", server.name());
            assert_bytes_stay_out_of_the_trail(&app).await;
            app.assert_clean().await;
        }
    }
}

async fn assert_bytes_stay_out_of_the_trail(app: &TestApp) {
    let entries = app.engine.store.db.audit_after(0, 10_000).await.expect("read");
    let print: Vec<_> = entries.into_iter().filter(|entry| entry.action.starts_with("ipp.")).collect();
    assert!(print.len() >= 4, "each call has a begun and a completed entry");
    assert!(print.iter().all(|entry| entry.body.is_none()), "{print:?}");
}

#[tokio::test]
async fn what_an_ipp_printer_answers_decides_what_follows() {
    let moods = [
        (Mood::HangsUp, JobState::Unknown, "print.no-confirmation"),
        (Mood::Answers(StatusCode::ServerErrorInternalError), JobState::Unknown, "print.no-confirmation"),
        (Mood::Answers(StatusCode::ServerErrorBusy), JobState::Failed, "print.unreachable"),
        (Mood::Answers(StatusCode::ClientErrorNotAuthorized), JobState::Stopped, "print.refused"),
        (
            Mood::Answers(StatusCode::ClientErrorDocumentFormatNotSupported),
            JobState::Stopped,
            "print.format-not-accepted",
        ),
        (Mood::Aborts, JobState::Stopped, "print.refused"),
    ];
    for (mood, state, cause) in moods {
        let app = app(Backend::Sqlite).await;
        let server = IppServer::start(mood);
        save(&app, PrinterForm { kind: "ipp".into(), ..raw("cups", &server.address) }).await;
        buy(&app, "SO-1").await;
        tick(&app).await;
        app.clock.advance_ms(MINUTE_MS / 30);
        tick(&app).await;
        let job = only_job(&app).await;
        assert_eq!((job.state, code(&job)), (state, cause));
        if state != JobState::Failed {
            print_for_hours(&app).await;
            assert!(server.jobs().len() <= 1, "sent once");
        }
    }
}

#[tokio::test]
async fn zpl_goes_to_a_print_server_untouched_and_under_the_name_of_its_order() {
    let app = app(Backend::Sqlite).await;
    let server = IppServer::start(Mood::Prints);
    save(&app, PrinterForm { kind: "ipp".into(), ..raw("cups", &server.address) }).await;
    buy(&app, "SO-1").await;
    tick(&app).await;
    let job = server.jobs().remove(0);
    assert_eq!(job.format, "application/vnd.cups-raw");
    assert_eq!(job.name, "usmf SO-1, piece 1, LABEL");
}

#[tokio::test]
async fn two_clicks_are_one_reprint_and_a_reprint_has_a_reason_and_a_name() {
    for backend in backends() {
        let app = app(backend).await;
        let printer = RawPrinter::start(Manner::Good);
        save(&app, raw("zebra", &printer.address)).await;
        buy(&app, "SO-1").await;
        tick(&app).await;
        app.clock.advance_ms(1);
        let (key, bytes) = label(&app, "SO-1").await;
        let desk = app.desk(Role::Operator);
        assert_eq!(desk.print_again(&key, "").await.expect_err("no reason").code, "print.reason-missing");
        let viewer = app.desk(Role::Viewer).print_again(&key, "torn").await.expect_err("may only look");
        assert_eq!(viewer.code, "desk.not-allowed");
        let (first, second) = tokio::join!(desk.print_again(&key, "torn"), desk.print_again(&key, "torn"));
        assert!(first.is_ok() ^ second.is_ok(), "{backend:?}");
        let refused = first.err().or(second.err()).expect("one is refused");
        assert_eq!(refused.code, "print.already-waiting");
        print_for_hours(&app).await;
        assert_eq!(printer.sheets(), [bytes.clone(), bytes]);
        let reprint = jobs(&app).await.remove(1);
        assert_eq!((reprint.origin, reprint.reason.as_deref()), (Origin::Reprint, Some("torn")));
        assert!(actions(&app).await.contains(&"print.reprint".to_owned()));
    }
}

#[tokio::test]
async fn a_label_voided_before_it_was_printed_stays_off_the_paper() {
    let app = app(Backend::Sqlite).await;
    let address = switched_off();
    save(&app, raw("zebra", &address.to_string())).await;
    buy(&app, "SO-1").await;
    tick(&app).await;
    let before = app.shipment("SO-1").await;
    let after = ml_connector::order::Shipment { state: State::Voided, next_run_ms: None, ..before.clone() };
    let mut tx = app.engine.store.begin().await.expect("begun");
    let save = Save { now_ms: 1, lease: LeaseAfter::Freed, environment: None };
    tx.save_shipment(&before, &after, save).await.expect("voided");
    tx.commit().await.expect("committed");
    let printer = RawPrinter::start_at(address, Manner::Good);
    print_for_hours(&app).await;
    assert!(printer.sheets().is_empty());
    assert_eq!(only_job(&app).await.state, JobState::Cancelled);
    let key = DocumentKey { shipment_id: before.shipment_id, sequence: 1, document_no: 1 };
    let refused = app.desk(Role::Operator).print_again(&key, "torn").await.expect_err("void");
    assert_eq!(refused.code, "print.voided");
}

#[tokio::test]
async fn a_test_label_prints_and_a_disabled_printer_waits() {
    let app = app(Backend::Sqlite).await;
    let sink = RawPrinter::start(Manner::Good);
    let off = PrinterForm { enabled: false, ..raw("zebra", &sink.address) };
    let printer = save(&app, off.clone()).await;
    let desk = app.desk(Role::Operator);
    desk.test_print(&printer.printer_id).await.expect("queued");
    print_for_hours(&app).await;
    assert!(sink.sheets().is_empty());
    assert_eq!(desk.printers().await.expect("printers")[0].waiting, 1);
    save(&app, PrinterForm { printer_id: Some(printer.printer_id), enabled: true, ..off }).await;
    print_for_hours(&app).await;
    let sheets = sink.sheets();
    assert_eq!(sheets.len(), 1);
    assert!(sheets[0].starts_with(b"^XA") && String::from_utf8_lossy(&sheets[0]).contains("zebra"));
    assert_eq!(only_job(&app).await.origin, Origin::Test);
}

#[tokio::test]
async fn what_waits_for_a_removed_printer_is_stopped_and_printed_elsewhere_on_request() {
    for backend in backends() {
        let app = app(backend).await;
        let printer = save(&app, raw("zebra", &switched_off().to_string())).await;
        buy(&app, "SO-1").await;
        app.desk(Role::Admin).remove_printer(&printer.printer_id).await.expect("removed");
        let job = only_job(&app).await;
        assert_eq!((job.state, code(&job)), (JobState::Stopped, "print.printer-missing"), "{backend:?}");
        let desk = app.desk(Role::Operator);
        let refused = desk.retry_print(&job.job_id, job.version, "").await.expect_err("gone");
        assert_eq!(refused.code, "print.printer-missing");
        // Its name is free again.
        let sink = RawPrinter::start(Manner::Good);
        save(&app, raw("zebra", &sink.address)).await;
        desk.print_again(&label(&app, "SO-1").await.0, "the old printer is gone").await.expect("queued");
        print_for_hours(&app).await;
        assert_eq!(sink.sheets().len(), 1);
    }
}

#[tokio::test]
async fn a_printer_is_checked_before_it_is_saved() {
    let app = app(Backend::Sqlite).await;
    let desk = app.desk(Role::Admin);
    let good = raw("zebra", "10.0.8.20:9100");
    let wrong = [
        PrinterForm { name: " ".into(), ..good.clone() },
        PrinterForm { kind: "usb".into(), ..good.clone() },
        PrinterForm { takes: "EPL2".into(), ..good.clone() },
        PrinterForm { address: "10.0.8.20:99999".into(), ..good.clone() },
        PrinterForm { kind: "ipp".into(), address: "ipp://kim:hunter2@cups/printers/x".into(), ..good.clone() },
    ];
    for form in wrong {
        let problem = desk.save_printer(form).await.expect_err("wrong");
        assert_eq!(problem.code, "printer.invalid");
        assert!(!problem.to_string().contains("hunter2"));
    }
    let refused = app.desk(Role::Operator).save_printer(good.clone()).await.expect_err("no administrator");
    assert_eq!(refused.code, "desk.not-allowed");
    desk.save_printer(good.clone()).await.expect("saved");
    assert_eq!(desk.save_printer(good).await.expect_err("taken").code, "printer.name-taken");
}

#[tokio::test]
async fn the_database_itself_refuses_a_second_print() {
    for backend in backends() {
        let app = app(backend).await;
        let printer = RawPrinter::start(Manner::Good);
        save(&app, raw("zebra", &printer.address)).await;
        for number in ["SO-1", "SO-2"] {
            buy(&app, number).await;
        }
        tick(&app).await;
        let states: Vec<JobState> = jobs(&app).await.iter().map(|job| job.state).collect();
        assert_eq!(states, [JobState::Printed, JobState::Queued]);
        let copy = "insert into print_jobs select 'again', printer_id, shipment_id, sequence, document_no, content_type,
            image_type, copies, origin, asked_by, reason, state, version, cause_code, cause_detail, failures,
            next_run_ms, lease, lease_until_ms, sent_to, remote_job, created_ms, changed_ms from print_jobs where state = ";
        let forbidden = [
            "update print_jobs set state = 'queued', next_run_ms = 1 where state = 'printed'".to_owned(),
            format!("{copy} 'printed'"),
            format!("{copy} 'queued'").replace(" origin,", " 'test',"),
            "update print_jobs set state = 'unknown', next_run_ms = null where state = 'queued'".to_owned(),
            "update print_jobs set state = 'sending', next_run_ms = null where state = 'queued'".to_owned(),
            "update print_jobs set origin = 'reprint'".to_owned(),
            "update print_jobs set copies = 0".to_owned(),
            "update printers set address = 'ipp://kim:pw@host/x'".to_owned(),
        ];
        for sql in &forbidden {
            assert!(execute(&app.engine.store.db, sql).await.is_err(), "{backend:?} allowed: {sql}");
        }
    }
}

async fn execute(db: &Db, sql: &str) -> Result<(), sqlx::Error> {
    match db {
        Db::Sqlite { writer, .. } => sqlx::query(sql).execute(writer).await.map(|_| ()),
        Db::Postgres(pool) => sqlx::query(sql).execute(pool).await.map(|_| ()),
    }
}
