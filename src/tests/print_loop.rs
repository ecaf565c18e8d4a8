//! The loop that prints never keeps the database to itself: whoever looks for work and whoever ends it
//! are driven together.

use crate::printing::{raw, save};
use crate::support::{TestApp, until};
use ml_connector::desk::Role;
use ml_connector::lifecycle::Lifecycle;
use ml_connector::print::job::JobState;
use ml_connector::store::prints::QueueFilter;
use ml_connector::work::print;
use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Longer than the loop rests between two looks.
const A_LOOK: Duration = Duration::from_millis(1_500);
/// Far more than a free database needs, and less than it waits for a connection before it gives up.
const HANGS: Duration = Duration::from_secs(5);

/// A raw printer that takes everything at once and says so when it is told.
fn printer_that_waits() -> (String, mpsc::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            stream.read_to_end(&mut Vec::new()).expect("read");
            if told.recv().is_err() {
                return;
            }
        }
    });
    (address, tell)
}

async fn until_only_job_is(app: &TestApp, state: JobState) {
    until(state.name(), HANGS, async || {
        let jobs = app.engine.store.db.print_jobs(&QueueFilter::default(), 10).await.expect("read");
        jobs.iter().map(|job| job.state).eq([state])
    })
    .await;
}

#[tokio::test]
async fn a_job_that_ends_while_the_loop_looks_for_work_does_not_stop_all_writing() {
    let app = TestApp::start().await;
    let (address, tell) = printer_that_waits();
    let printer = save(&app, raw("dock", &address)).await;
    app.desk(Role::Admin).test_print(&printer.printer_id).await.expect("queued");
    let lifecycle = Lifecycle::default();
    let (engine, stopping) = (app.engine.clone(), lifecycle.clone());
    lifecycle.spawn("print", async move { print::run(&engine, &stopping).await });
    until_only_job_is(&app, JobState::Sending).await;

    // Somebody writes; meanwhile the paper is there, and the loop looks for more: both stand in line.
    let writing = app.engine.store.begin().await.expect("the only writer");
    tell.send(()).expect("the printer is there");
    tokio::time::sleep(A_LOOK).await;
    drop(writing);
    let next = tokio::time::timeout(HANGS, app.engine.store.begin()).await.expect("nobody sits on the writer");
    drop(next.expect("the writer"));
    until_only_job_is(&app, JobState::Printed).await;
    lifecycle.stop();
}
