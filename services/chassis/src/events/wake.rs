//! Tells the relay that something was committed.

use std::sync::Arc;

use tokio::sync::Notify;

/// Wakes the relay of this process after a commit; the relay passes it on by NOTIFY when another process leads.
///
/// Not a NOTIFY inside the transaction: that takes a lock which all commits of the database would queue for.
#[derive(Debug, Clone, Default)]
pub struct Wake {
    notify: Arc<Notify>,
}

impl Wake {
    /// A wake that nobody waits for yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Something was committed. Many calls before the relay looks count as one.
    pub fn wake(&self) {
        self.notify.notify_one();
    }

    /// Waits for the next commit.
    pub(crate) async fn woken(&self) {
        self.notify.notified().await;
    }
}
