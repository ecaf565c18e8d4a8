//! Group commit: pushes that come together are made durable together, each before it is answered.
//!
//! A commit waits for the disk, whatever it holds. One task writes for everybody: while the disk
//! works, the next pushes gather, and go in as one transaction.

use crate::lifecycle::Lifecycle;
use crate::store::inbox::NewDelivery;
use crate::store::{Db, Result, StoreError};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Pushes that may wait for the disk; beyond it FedEx is asked to come again.
const WAITING: usize = 1_024;
/// Pushes in one transaction: enough that the disk's wait is shared, few enough to be answered soon.
const BATCH: usize = 256;

/// What became of a push that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is durable now.
    New,
    /// The same news was there already; counted.
    Again,
}

/// Why a push is not kept. FedEx comes again.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// Too many wait already.
    #[error("too many pushes wait for the database")]
    Full,
    /// The database failed.
    #[error("the push could not be stored")]
    Failed(#[source] Arc<StoreError>),
    /// The program ends.
    #[error("the program is stopping")]
    Stopping,
}

type Answer = std::result::Result<Kept, Arc<StoreError>>;

/// Where pushes are handed in. Cheap to clone; its task ends with the last clone, and holds nothing
/// then that somebody waits for.
#[derive(Clone)]
pub struct Intake {
    sender: mpsc::Sender<(NewDelivery, oneshot::Sender<Answer>)>,
}

impl Intake {
    /// Begins to write; `written` is told after each transaction.
    pub fn start(db: Db, written: impl Fn() + Send + Sync + 'static, lifecycle: &Lifecycle) -> Self {
        let (sender, mut receiver) = mpsc::channel::<(NewDelivery, oneshot::Sender<Answer>)>(WAITING);
        lifecycle.spawn("inbox", async move {
            let mut batch = Vec::with_capacity(BATCH);
            while receiver.recv_many(&mut batch, BATCH).await > 0 {
                let (deliveries, askers): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
                answer(&deliveries, askers, write(&db, &deliveries).await);
                written();
            }
        });
        Self { sender }
    }

    /// Keeps a push. When this returns well, it is durable.
    pub async fn keep(&self, delivery: NewDelivery) -> std::result::Result<Kept, NotKept> {
        let (asker, answered) = oneshot::channel();
        self.sender.try_send((delivery, asker)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotKept::Full,
            mpsc::error::TrySendError::Closed(_) => NotKept::Stopping,
        })?;
        match answered.await {
            Ok(Ok(kept)) => Ok(kept),
            Ok(Err(error)) => Err(NotKept::Failed(error)),
            Err(_) => Err(NotKept::Stopping),
        }
    }
}

async fn write(db: &Db, deliveries: &[NewDelivery]) -> Result<std::collections::HashSet<String>> {
    let mut tx = db.begin().await?;
    let new = tx.insert_deliveries(deliveries).await?;
    tx.commit().await?;
    Ok(new)
}

fn answer(
    deliveries: &[NewDelivery],
    askers: Vec<oneshot::Sender<Answer>>,
    written: Result<std::collections::HashSet<String>>,
) {
    let written = written.map_err(|error| {
        tracing::error!(error = %crate::transport::chain(&error), "pushes could not be stored; FedEx comes again");
        Arc::new(error)
    });
    for (delivery, asker) in deliveries.iter().zip(askers) {
        let kept = match &written {
            Ok(new) if new.contains(&delivery.delivery_id) => Ok(Kept::New),
            Ok(_) => Ok(Kept::Again),
            Err(error) => Err(error.clone()),
        };
        // Whoever asked may be gone; the push is kept all the same.
        drop(asker.send(kept));
    }
}
