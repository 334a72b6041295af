//! A person is erased: the key is destroyed, and what it sealed is unreadable for ever, in backups as well.

use chassis::database::{Command, Work};
use jiff::Timestamp;

use crate::domain::{ErasureGround, PersonId};
use crate::error::Error;
use crate::events::published;
use crate::storage::{erasures, persons};

/// Erases. A repeat, also under another idempotency key, answers the first time.
#[derive(Debug, Clone, Copy)]
pub struct ErasePerson {
    /// Whom.
    pub person: PersonId,
    /// Why.
    pub ground: ErasureGround,
}

impl Command for ErasePerson {
    const NAME: &'static str = "erase_person";
    type Outcome = Timestamp;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Timestamp, Error> {
        let (now, by) = (work.now(), work.caller().worker);
        let destroyed = persons::lock(work.connection(), self.person).await?.ok_or(Error::PersonNotFound)?;
        work.touches(self.person.as_uuid());
        let known = erasures::find(work.connection(), self.person).await?;
        let at = known.unwrap_or(now);
        if destroyed.is_none() {
            persons::erase(work.connection(), self.person, at, by).await?;
            work.erase_answers_about(self.person.as_uuid()).await?;
        }
        if known.is_none() {
            erasures::insert(work.connection(), self.person, self.ground, at, by).await?;
            work.publish(self.person.as_uuid(), &published::person_erased(self.person, at));
        }
        Ok(at)
    }
}
