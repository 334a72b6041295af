//! Somebody signs out.

use chassis::database::{Command, DatabaseError, Work};

use crate::storage::sessions;

/// Ends a session; one that does not exist is ended already.
#[derive(Debug)]
pub struct CloseSession {
    /// SHA-256 of the cookie.
    pub hash: [u8; 32],
}

impl Command for CloseSession {
    const NAME: &'static str = "close_session";
    type Outcome = ();
    type Error = DatabaseError;

    async fn execute(&self, work: &mut Work) -> Result<(), DatabaseError> {
        if let Some(worker) = sessions::end(work.connection(), &self.hash).await? {
            work.touches(worker);
        }
        Ok(())
    }
}
