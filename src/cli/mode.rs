//! `mode`: how far the orders of a legal entity go by themselves, without a browser.

use super::inspect::desk;
use super::{Exit, Result};
use crate::desk::modes;
use crate::engine::Engine;
use crate::store::StoreError;
use app::contract::ApprovalFilter;
use app::desk::ApproveDesk;
use clap::Args;

/// Arguments of `mode`.
#[derive(Args)]
pub struct ModeArguments {
    /// Legal entity; without one, all and their modes are listed.
    #[arg(requires = "mode")]
    company: Option<String>,
    /// shadow, approve or automatic.
    #[arg(requires = "reason")]
    mode: Option<String>,
    /// Why; it goes on the record.
    #[arg(long)]
    reason: Option<String>,
}

impl ModeArguments {
    /// Runs it.
    pub async fn run(self, engine: &Engine) -> Result {
        let desk = desk(engine);
        if let (Some(company), Some(mode), Some(reason)) = (self.company, self.mode, self.reason) {
            say!("{}", desk.switch_mode(company, mode, reason).await?);
            return Ok(Exit::Done);
        }
        let page = desk.approvals(ApprovalFilter::default()).await?;
        for company in &page.companies {
            say!("{}\t{}\t{}", company.company, company.mode.code, company.meaning);
        }
        say!("{}", page.headline);
        Ok(Exit::Done)
    }
}

/// Says beside a list of orders which legal entities do not go by themselves; not among the data.
pub async fn tell_held(engine: &Engine) -> std::result::Result<(), StoreError> {
    for (company, mode) in modes::held(&engine.rules().await?) {
        eprintln!("{}", modes::meaning(&company, mode));
    }
    Ok(())
}
