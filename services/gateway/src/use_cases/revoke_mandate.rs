//! Takes a mandate away; it stops counting with the next request.

use chassis::database::{Command, DatabaseError, Work};
use uuid::Uuid;

use crate::storage::mandates;

/// Revokes a mandate. The first reason and time stay when it is revoked again.
#[derive(Debug)]
pub struct RevokeMandate {
    /// Which.
    pub mandate: Uuid,
    /// Why; no personal data.
    pub reason: String,
}

impl Command for RevokeMandate {
    const NAME: &'static str = "revoke_mandate";
    /// Whether there is such a mandate.
    type Outcome = bool;
    type Error = DatabaseError;

    async fn execute(&self, work: &mut Work) -> Result<bool, DatabaseError> {
        let now = work.clock().now();
        let worker = mandates::revoke(work.connection(), self.mandate, &self.reason, now).await?;
        work.touches(self.mandate);
        if let Some(worker) = worker {
            work.touches(worker);
        }
        Ok(worker.is_some())
    }
}
