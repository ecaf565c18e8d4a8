//! Parts of the flow that a person stopped. The row itself is the rule: claims look for it in the
//! same statement, so that all nodes obey at once.

use crate::store::{Db, Result, StoreError, Tx, on_db, on_tx};

/// A part of the flow that can be stopped by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Buying labels.
    Shipping,
    /// Writing to orders in Dynamics 365.
    WriteBack,
    /// Asking Dynamics 365 for orders.
    Pull,
}

impl Flow {
    /// All, in the order of the work.
    pub const ALL: [Self; 3] = [Self::Pull, Self::Shipping, Self::WriteBack];

    /// The stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shipping => "shipping",
            Self::WriteBack => "write_back",
            Self::Pull => "pull",
        }
    }

    /// The flow of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flow| flow.name() == name)
    }
}

/// A stopped part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Which.
    pub flow: Flow,
    /// Why.
    pub reason: String,
    /// Who stopped it.
    pub paused_by: String,
    /// Since when.
    pub paused_ms: i64,
}

impl Tx {
    /// Stops a part; `false` when it stands still already, whose reason then stays.
    pub async fn pause(&mut self, pause: &Pause) -> Result<bool> {
        let sql = "
            insert into pauses (flow, reason, paused_by, paused_ms) values ($1, $2, $3, $4) on conflict (flow) do nothing";
        let rows = on_tx!(self, conn => sqlx::query(sql)
            .bind(pause.flow.name())
            .bind(&pause.reason)
            .bind(&pause.paused_by)
            .bind(pause.paused_ms)
            .execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }

    /// Lets a part go on; `false` when it does already.
    pub async fn resume(&mut self, flow: Flow) -> Result<bool> {
        let sql = "delete from pauses where flow = $1";
        let rows = on_tx!(self, conn => sqlx::query(sql).bind(flow.name()).execute(conn).await?.rows_affected());
        Ok(rows == 1)
    }
}

impl Db {
    /// What stands still, the longest first.
    pub async fn pauses(&self) -> Result<Vec<Pause>> {
        let sql = "select flow, reason, paused_by, paused_ms from pauses order by paused_ms, flow";
        let rows: Vec<(String, String, String, i64)> = on_db!(self, pool => sqlx::query_as(sql).fetch_all(pool).await?);
        let pause = |(flow, reason, paused_by, paused_ms): (String, String, String, i64)| {
            let unknown = StoreError::Impossible { table: "pauses", id: flow.clone(), column: "flow" };
            Ok(Pause { flow: Flow::parse(&flow).ok_or(unknown)?, reason, paused_by, paused_ms })
        };
        rows.into_iter().map(pause).collect()
    }

    /// Whether a part stands still.
    pub async fn is_paused(&self, flow: Flow) -> Result<bool> {
        Ok(self.pauses().await?.iter().any(|pause| pause.flow == flow))
    }
}
