//! `inbox`: what FedEx pushed, and the way it comes on, without a browser.

use super::inspect::{desk, print_ladder};
use super::{Exit, Failed, Result};
use crate::engine::Engine;
use app::contract::{DeliveryRow, InboxFilter, Ladder};
use app::desk::InboxDesk;
use clap::{Args, Subcommand};

/// Arguments of `inbox`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Inbox {
    /// One verdict only, for example quarantined or refused.
    #[arg(long)]
    verdict: Option<String>,
    /// JSON lines instead of text.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<InboxCommand>,
}

/// Subcommands of `inbox`.
#[derive(Subcommand)]
pub enum InboxCommand {
    /// Shows one push with its body.
    Show {
        /// Its id.
        delivery: String,
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Has one push read again by the running server.
    Replay {
        /// Its id.
        delivery: String,
    },
    /// Sends a signed test through the public address of the running server.
    SelfTest {
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Holds the callback address against FedEx's rules: 0 all green, 1 something red.
    CheckUrl {
        /// JSON instead of text.
        #[arg(long)]
        json: bool,
    },
}

impl Inbox {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let desk = desk(engine);
        match self.command {
            None => list(&desk, self.verdict, self.json).await,
            Some(InboxCommand::Show { delivery, json }) => show(&desk, delivery, json).await,
            Some(InboxCommand::Replay { delivery }) => {
                desk.replay_delivery(delivery.clone()).await?;
                say!("{delivery} waits to be read again; `ml-connector inbox show {delivery}` tells.");
                Ok(Exit::Done)
            }
            Some(InboxCommand::SelfTest { json }) => Ok(told("Test of the way", &desk.test_webhook().await?, json)),
            Some(InboxCommand::CheckUrl { json }) => Ok(told("Callback address", &desk.check_callback().await?, json)),
        }
    }
}

fn told(title: &str, ladder: &Ladder, json: bool) -> Exit {
    if json {
        say!("{}", serde_json::to_string(ladder).unwrap_or_default());
    } else {
        print_ladder(title, ladder);
    }
    if ladder.passed { Exit::Done } else { Exit::No }
}

async fn list(desk: &impl InboxDesk, verdict: Option<String>, json: bool) -> Result {
    let mut filter = InboxFilter { verdict, after: None };
    loop {
        let page = desk.inbox(filter.clone()).await.map_err(|problem| Failed::usage(problem.to_string()))?;
        for row in &page.rows {
            if json {
                say!("{}", serde_json::to_string(row).unwrap_or_default());
            } else {
                print_row(row);
            }
        }
        if page.next.is_none() {
            return Ok(Exit::Done);
        }
        filter.after = page.next;
    }
}

fn print_row(row: &DeliveryRow) {
    let DeliveryRow { delivery_id, received, verdict, reason, event, parcels, repeats, .. } = row;
    say!(
        "{delivery_id}\t{}\t{}\t{}\t{event}\t{reason}\t{repeats} repeats",
        received.text,
        verdict.code,
        parcels.join(" ")
    );
}

async fn show(desk: &impl InboxDesk, id: String, json: bool) -> Result {
    let delivery = desk.delivery(id).await?;
    if json {
        say!("{}", serde_json::to_string(&delivery).unwrap_or_default());
        return Ok(Exit::Done);
    }
    print_row(&delivery.row);
    say!("signed by {}", delivery.signer);
    for (name, value) in &delivery.headers {
        say!("{name}: {value}");
    }
    say!("{}", app::components::json_view::indented(&delivery.body));
    Ok(Exit::Done)
}
