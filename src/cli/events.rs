//! `events`: the addresses that business events come to, and what came.

use super::inspect::desk;
use super::{Exit, Result};
use crate::clock;
use crate::engine::Engine;
use app::desk::EventDesk;
use clap::Subcommand;
use secrecy::ExposeSecret;

/// Subcommands of `events`.
#[derive(Subcommand)]
pub enum Events {
    /// Addresses: at most two are live, so that a new one can be set up before the old one is retired.
    #[command(subcommand)]
    Token(Token),
    /// The last events, newest first.
    List {
        /// JSON lines instead of text.
        #[arg(long)]
        json: bool,
    },
}

/// Subcommands of `events token`.
#[derive(Subcommand)]
pub enum Token {
    /// Makes an address and prints it, for the only time.
    Create,
    /// Retires an address.
    Retire {
        /// Its id, from `events token list`.
        id: String,
    },
    /// Lists addresses without their secret part.
    List,
}

impl Events {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let desk = desk(engine);
        match self {
            Self::Token(Token::Create) => say!("{}", desk.new_event_address().await?.expose_secret()),
            Self::Token(Token::Retire { id }) => {
                desk.retire_event_address(id.clone()).await?;
                say!("{id} retired.");
            }
            Self::Token(Token::List) => {
                for address in desk.events().await?.addresses {
                    let (made, by) = address.made;
                    let used =
                        address.last_used.map_or_else(|| "never used".to_owned(), |at| format!("used {}", at.text));
                    let state = address
                        .retired
                        .map_or_else(|| "live".to_owned(), |(at, by)| format!("retired {} by {by}", at.text));
                    say!("{}\tmade {} by {by}\t{used}\t{state}", address.token_id, made.text);
                }
            }
            Self::List { json } => list(engine, json).await?,
        }
        Ok(Exit::Done)
    }
}

/// Events listed at once.
const LISTED: i64 = 200;

async fn list(engine: &Engine, json: bool) -> std::result::Result<(), super::Failed> {
    for row in engine.store.db.business_events(None, LISTED).await? {
        let event = &row.event;
        if json {
            let line = serde_json::json!({
                "received": clock::rfc3339(row.received_ms), "event_id": event.event_id, "kind": event.kind,
                "control_number": event.control_number, "company": event.company, "order": event.order,
                "verdict": event.verdict.name(), "detail": event.detail,
            });
            say!("{line}");
        } else {
            say!(
                "{}\t{}\t{}\t{} {}\t{}",
                clock::text(row.received_ms),
                event.verdict.name(),
                event.kind,
                event.company.as_deref().unwrap_or_default(),
                event.order.as_deref().unwrap_or_default(),
                event.detail.as_deref().unwrap_or_default()
            );
        }
    }
    Ok(())
}
