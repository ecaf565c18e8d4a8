//! The only error a browser ever sees.

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

/// An error as a person sees it: what happened, and what to do next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable dotted code, for search and support: `auth.secret-rejected`.
    pub code: String,
    /// One plain sentence.
    pub message: String,
    /// The next step, in a sentence.
    pub hint: String,
    /// Finds the cause in the server's log.
    pub trace_id: Option<String>,
}

impl Problem {
    /// A problem without a trace: nothing was logged for it.
    pub fn new(code: &str, message: &str, hint: &str) -> Self {
        Self { code: code.into(), message: message.into(), hint: hint.into(), trace_id: None }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.message, self.hint)
    }
}

impl std::error::Error for Problem {}

impl FromServerFnError for Problem {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::new(
                "desk.unreachable",
                "The server did not answer.",
                "Check that ml-connector is running, then try again.",
            ),
            _ => Self::new(
                "desk.call-failed",
                "The page and the server did not understand each other.",
                "Reload the page; it may be older than the server.",
            ),
        }
    }
}
