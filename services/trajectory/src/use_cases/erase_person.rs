//! A person was erased: the key here is destroyed, and what it sealed is unreadable for ever. Numbers, codes and days stay.

use chassis::database::Work;
use jiff::Timestamp;

use crate::domain::PersonId;
use crate::error::Error;
use crate::storage::persons;

/// Erases. A person who was never known here is remembered as erased: a match may come later.
pub async fn erase_person(work: &mut Work, person: PersonId, at: Timestamp) -> Result<(), Error> {
    persons::erase(work.connection(), person, at).await?;
    work.erase_answers_about(person.as_uuid()).await?;
    Ok(())
}
