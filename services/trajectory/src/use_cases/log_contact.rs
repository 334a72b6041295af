//! A worker writes a contact down.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::step;
use crate::domain::{Contact, ContactId, Entry, TrajectoryId};
use crate::error::{Error, Thing, violation};
use crate::events::published;
use crate::storage::contacts::{self, Author, ContactView};
use crate::storage::trajectories;

/// Logs a contact of the caller, who is on the case today.
#[derive(Debug, Clone)]
pub struct LogContact {
    /// The region.
    pub region: Arc<Region>,
    /// In which trajectory.
    pub trajectory: TrajectoryId,
    /// What is written down.
    pub entry: Entry,
}

impl Command for LogContact {
    const NAME: &'static str = "log_contact";
    type Outcome = ContactView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ContactView, Error> {
        let step = step::begin(work, self.trajectory, Thing::Trajectory).await?;
        let access = step.on_case()?;
        step.trajectory.check_open()?;
        let programme = step::programme(&self.region, &step.trajectory)?;
        let mut wrong = Vec::new();
        if let Err(error) = self.entry.check_day(work.clock().today(), access.first_day, None) {
            wrong.push(violation("day", &error));
        }
        let class = match step::class_of(programme, self.entry.domain.as_ref()) {
            Err(Error::Invalid(violations)) => {
                wrong.extend(violations);
                return Err(Error::Invalid(wrong));
            }
            other => other?,
        };
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        let key = step.key_for(work, self.entry.note.as_ref()).await?;

        let contact = Contact::new(ContactId::generate(work.ids()), self.trajectory, false, 1);
        let author = Author { worker: step.change.by, organisation: access.organisation };
        let at = step.change.at;
        let connection = work.connection();
        contacts::insert(connection, &contact, &self.entry, author, key.as_ref(), class, at).await?;
        trajectories::refresh_last_reached(connection, self.trajectory).await?;
        let event = published::contact_logged(&step.trajectory, &contact, &self.entry, author, at);
        work.publish(self.trajectory.as_uuid(), &event);
        read(work, contact.id(), key.as_ref()).await
    }
}

/// Reads a contact as the answer of a step.
pub(super) async fn read(
    work: &mut Work,
    id: ContactId,
    key: Option<&chassis::vault::PersonKey>,
) -> Result<ContactView, Error> {
    work.touches(id.as_uuid());
    contacts::view(work.connection(), id, key).await?.ok_or(Error::NotFound(Thing::Contact))
}
