//! Errors as a person sees them. The cause goes to the log once, with the trace id the person got.

use crate::engine::Engine;
use crate::order::cause::Cause;
use crate::order::retry::Failure;
use crate::order::transition::Refusal;
use crate::store::StoreError;
use crate::transport::chain;
use crate::vault::VaultError;
use app::contract::Problem;

/// Something broke on our side.
pub fn broken(engine: &Engine, error: &(dyn std::error::Error + 'static)) -> Problem {
    let trace_id = engine.new_id();
    tracing::error!(trace.id = trace_id, error = %chain(error), "a page or command failed");
    Problem {
        trace_id: Some(trace_id),
        ..Problem::new(
            "connector.failed",
            "ml-connector could not do this.",
            "Try again; if it stays, look for the trace id in the log.",
        )
    }
}

/// The database failed, or somebody else was faster.
pub fn store(engine: &Engine, error: &StoreError) -> Problem {
    match error {
        StoreError::Conflict { .. } => stale(),
        other => broken(engine, other),
    }
}

/// A sealed value does not open.
pub fn vault(engine: &Engine, error: &VaultError) -> Problem {
    broken(engine, error)
}

/// The page is older than the shipment.
pub fn stale() -> Problem {
    Problem::new("desk.stale", "The shipment changed while you looked at it.", "Read the page again, then decide.")
}

/// The shipment is not there.
pub fn no_shipment() -> Problem {
    Problem::new("order.not-found", "There is no such shipment.", "Go back to the list and open it again.")
}

/// Nothing is bought or written in shadow, whoever asks.
pub fn in_shadow(company: &str) -> Problem {
    Problem::new(
        "mode.shadow",
        &format!("{company} is in shadow: nothing is bought, and nothing is written to Dynamics 365."),
        "An administrator switches it on the Approve page.",
    )
}

/// A rule said no.
pub fn refusal(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::LookUpFirst => Problem::new(
            "order.look-up-first",
            "The outcome of the purchase is unknown: a label may exist.",
            "Look it up first; a replay could buy a second label.",
        ),
        Refusal::NotNow(state) => Problem::new(
            "order.not-now",
            &format!("This is not possible while the shipment is {}.", state.name().replace('_', " ")),
            "Read the page again; it may have moved on.",
        ),
        Refusal::OtherPlan => Problem::new(
            "order.other-plan",
            "The shipment is planned otherwise than what was approved.",
            "Read the page again, then decide.",
        ),
        Refusal::OtherPurchase => {
            Problem::new("order.other-purchase", "The answer belongs to another purchase.", "Look it up again.")
        }
    }
}

/// A vendor said no, or nothing.
pub fn failure(failure: &Failure) -> Problem {
    cause(failure.cause())
}

/// The words of a cause.
pub fn cause(cause: &Cause) -> Problem {
    let words = cause.words();
    let message = match &cause.detail {
        Some(detail) => format!("{} ({detail})", words.sentence),
        None => words.sentence.to_owned(),
    };
    Problem::new(&cause.code, &message, words.next_step)
}
