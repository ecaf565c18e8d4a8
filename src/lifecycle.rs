//! Starting, stopping, and the one process on an SQLite file.
//!
//! The first signal stops softly: no new step begins, steps in flight finish. The second stops at
//! once; what was in flight is then found again like after a power cut.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long steps in flight may finish after a stop: as long as the longest vendor call.
pub const SOFT_STOP: Duration = Duration::from_mins(2);

/// Tasks and the word to stop.
#[derive(Clone, Default)]
pub struct Lifecycle {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Lifecycle {
    /// Runs a task that ends by itself once [`Lifecycle::stopping`] resolves.
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let tracked = self.tasks.track_future(async move {
            task.await;
            tracing::debug!(task = name, "task ended");
        });
        tokio::spawn(tracked);
    }

    /// Does something to its end, also when whoever waits for it goes away meanwhile. A stop waits for it.
    #[expect(clippy::disallowed_methods, reason = "a task that is waited for, and that a stop waits for")]
    pub async fn to_its_end<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        match tokio::spawn(self.tasks.track_future(work)).await {
            Ok(done) => done,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // Only a runtime that is shut down ends a task before its end.
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// Resolves when the program should stop.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// The program should stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Says the word.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits for a signal, then for the tasks; a second signal or a long wait ends it.
    pub async fn run_until_signal(&self) {
        tokio::select! {
            () = signal() => tracing::info!("stopping; calls in flight may finish, a second signal stops at once"),
            () = self.stopping() => {}
        }
        self.stop.cancel();
        self.tasks.close();
        tokio::select! {
            () = self.tasks.wait() => {}
            () = signal() => tracing::warn!("stopped at once; calls in flight will be looked up at the next start"),
            () = tokio::time::sleep(SOFT_STOP) => tracing::warn!("calls in flight did not finish in time"),
        }
    }
}

/// Resolves when the system asks this process to end.
pub async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // Without signal handlers the system's default applies: the process simply ends.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Why the data directory cannot be ours.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process works on it.
    #[error("another ml-connector is at work on {0}; stop it, or use PostgreSQL for several nodes")]
    Taken(String),
    /// The file cannot be made or locked.
    #[error("the lock file {0} cannot be used; check that the data directory belongs to this user")]
    File(String, #[source] std::io::Error),
}

/// Holds a data directory for this process. While it is held, nobody else can be in the middle of
/// a call on the SQLite file, so leases of the last process can be ended at once.
pub struct DirectoryLock(#[expect(dead_code, reason = "held open; closing it lets go of the lock")] File);

impl DirectoryLock {
    /// Takes the lock, or says who is in the way. The system lets go of it when the process ends,
    /// however it ends.
    pub fn take(data_dir: &Path) -> Result<Self, LockError> {
        let path = data_dir.join("ml-connector.lock");
        let shown = path.display().to_string();
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| LockError::File(shown.clone(), error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(LockError::Taken(data_dir.display().to_string())),
            Err(TryLockError::Error(error)) => Err(LockError::File(shown, error)),
        }
    }
}
