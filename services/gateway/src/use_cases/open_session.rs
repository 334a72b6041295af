//! Somebody proved at the identity provider who they are.

use chassis::database::{Command, DatabaseError, Work};
use uuid::Uuid;

use crate::storage::sessions::{Limits, NewSession};
use crate::storage::{mandates, sessions};

/// Opens a session for somebody the identity provider knows, with a new id.
#[derive(Debug)]
pub struct OpenSession {
    /// SHA-256 of the new cookie.
    pub hash: [u8; 32],
    /// SHA-256 of the session this browser had before.
    pub previous: Option<[u8; 32]>,
    /// `sub` of the ID token.
    pub subject: String,
    /// Which sessions count.
    pub limits: Limits,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// The session is open.
    Session,
    /// The region does not know this person; nothing was stored.
    Stranger,
}

impl Command for OpenSession {
    const NAME: &'static str = "open_session";
    type Outcome = Opened;
    type Error = DatabaseError;

    async fn execute(&self, work: &mut Work) -> Result<Opened, DatabaseError> {
        let today = work.clock().today();
        let choosable = mandates::choosable(work.connection(), &self.subject, today).await?;
        // Somebody with mandates in two organisations works for the one they joined first.
        let (worker, organisation) = match choosable.first() {
            Some(first) => (first.worker, first.organisation),
            None => match mandates::worker_of(work.connection(), &self.subject).await? {
                Some(known) => known,
                None => return Ok(Opened::Stranger),
            },
        };
        let chosen: Vec<Uuid> = choosable
            .into_iter()
            .filter(|mandate| mandate.worker == worker && mandate.organisation == organisation)
            .map(|mandate| mandate.mandate)
            .collect();
        let session = NewSession { hash: self.hash, worker, organisation, mandates: chosen };
        sessions::replace(
            work.connection(),
            &session,
            self.previous.as_ref().map(<[u8; 32]>::as_slice),
            &self.limits,
        )
        .await?;
        work.touches(worker);
        Ok(Opened::Session)
    }
}
