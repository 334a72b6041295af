//! A person is erased: the key is destroyed, and what it sealed is unreadable for ever, in backups as well.

use chassis::database::{Command, Work};
use jiff::Timestamp;

use crate::domain::{ErasureGround, PersonId};
use crate::error::Error;
use crate::events::published;
use crate::storage::{erasures, families, person_joins, persons};

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
        let mut erased_at = None;
        // Whoever is known to be the same human being goes too.
        for person in person_joins::all_of(work.connection(), self.person).await? {
            let at = erase_with_family(work, person, self.ground).await?;
            if person == self.person {
                erased_at = Some(at);
            }
        }
        erased_at.ok_or(Error::PersonNotFound)
    }
}

/// Erases a person inside an open unit of work, and everybody who was recorded for the family of that person: they are known only
/// because of the referral, and what they are in the family tells who the erased person was.
pub(super) async fn erase_with_family(
    work: &mut Work,
    person: PersonId,
    ground: ErasureGround,
) -> Result<Timestamp, Error> {
    // Nobody is added meanwhile.
    families::lock(work.connection(), &[person]).await?;
    for member in families::persons_of(work.connection(), person).await? {
        erase(work, member, ground).await?;
    }
    erase(work, person, ground).await
}

/// Erases inside an open unit of work, and gives when the person was erased first.
pub(super) async fn erase(
    work: &mut Work,
    person: PersonId,
    ground: ErasureGround,
) -> Result<Timestamp, Error> {
    let (now, by) = (work.now(), work.caller().worker);
    let destroyed = persons::lock(work.connection(), person).await?.ok_or(Error::PersonNotFound)?;
    work.touches(person.as_uuid());
    let known = erasures::find(work.connection(), person).await?;
    let at = known.unwrap_or(now);
    if destroyed.is_none() {
        persons::erase(work.connection(), person, at, by).await?;
        work.erase_answers_about(person.as_uuid()).await?;
    }
    if known.is_none() {
        erasures::insert(work.connection(), person, ground, at, by).await?;
        work.publish(person.as_uuid(), &published::person_erased(person, at));
    }
    Ok(at)
}
