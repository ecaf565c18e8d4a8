//! Tells open pages that something changed, by server-sent events. A page then asks for itself
//! again; what changed is not said, so nothing can be told to who may not see it.
//!
//! Every change of state leaves an entry in the trail, whichever node made it, so the trail's end
//! is what is watched: one small question a beat and node, and only while somebody listens.

use crate::clock::SECOND_MS;
use crate::engine::Engine;
use crate::lifecycle::Lifecycle;
use crate::web::Web;
use crate::web::session::Signed;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often the trail's end is looked at: a pushed scan is to be on the page within two seconds,
/// and the page needs some of that for asking.
const BEAT: Duration = Duration::from_millis(400);
/// A line with nothing to say says so, before a proxy in between gives it up.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A line ends by itself after this long, so that a signed-out browser does not listen for ever;
/// the browser opens the next one at once.
const LONGEST: Duration = Duration::from_millis(10 * 60 * SECOND_MS.unsigned_abs());

/// The trail's end, as every open page of this node watches it.
#[derive(Clone)]
pub struct Beat {
    end: watch::Sender<i64>,
    stop: CancellationToken,
}

impl Beat {
    /// Starts to watch; ends with the program.
    pub fn start(engine: &Engine, lifecycle: &Lifecycle) -> Self {
        let beat = Self { end: watch::Sender::new(0), stop: CancellationToken::new() };
        let (engine, stopping, watching) = (engine.clone(), lifecycle.clone(), beat.clone());
        lifecycle.spawn("live pages", async move {
            tokio::select! {
                () = stopping.stopping() => {}
                () = watching.watch(&engine) => {}
            }
            watching.stop.cancel();
        });
        beat
    }

    async fn watch(&self, engine: &Engine) {
        loop {
            tokio::time::sleep(BEAT).await;
            if self.end.receiver_count() == 0 {
                continue;
            }
            match engine.store.db.audit_end().await {
                Ok(end) => {
                    self.end.send_if_modified(|known| std::mem::replace(known, end) != end);
                }
                // Pages ask by themselves meanwhile, and say that they are not refreshed.
                Err(error) => tracing::debug!(%error, "the end of the trail could not be read"),
            }
        }
    }
}

/// GET /live: an event whenever something changed. For who is signed out, 204: the one answer after
/// which a browser neither asks again nor complains
/// (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
pub async fn listen(State(web): State<Web>, operator: Signed) -> Response {
    if operator.0.is_none() {
        return StatusCode::NO_CONTENT.into_response();
    }
    let ended = web.beat.stop.clone();
    let changes = futures::stream::unfold(web.beat.end.subscribe(), async |mut end| {
        end.changed().await.ok()?;
        let sequence = *end.borrow_and_update();
        Some((Ok::<_, Infallible>(Event::default().data(sequence.to_string())), end))
    });
    // Ends with the program, whose graceful stop waits for open answers.
    let until = async move {
        tokio::select! {
            () = ended.cancelled() => {}
            () = tokio::time::sleep(LONGEST) => {}
        }
    };
    Sse::new(changes.take_until(until)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}
