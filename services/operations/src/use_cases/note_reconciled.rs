//! Notes that the histories around a restored service agree again.

use chassis::database::{Command, Work};

use crate::error::Error;
use crate::storage::reconciled_epochs;

/// A service and the epoch in which its histories were seen to agree.
#[derive(Debug, Clone)]
pub struct NoteReconciled {
    /// Service.
    pub service: String,
    /// Epoch.
    pub epoch: i64,
}

impl Command for NoteReconciled {
    const NAME: &'static str = "note_reconciled";
    type Outcome = ();
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<(), Error> {
        let now = work.clock().now();
        reconciled_epochs::note(work.connection(), &self.service, self.epoch, now).await?;
        Ok(())
    }
}
