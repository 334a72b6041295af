//! A worker corrects a contact; the earlier values stay on file.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use super::{log_contact, step};
use crate::domain::{ContactId, Entry};
use crate::error::{Error, Thing, violation};
use crate::events::published;
use crate::storage::contacts::{self, ContactView};
use crate::storage::trajectories;

/// Replaces the values of a contact. By whoever is on the case today; also after the close, as long as that lasts.
#[derive(Debug, Clone)]
pub struct CorrectContact {
    /// The region.
    pub region: Arc<Region>,
    /// Which contact.
    pub contact: ContactId,
    /// Every value as it should have been.
    pub entry: Entry,
}

impl Command for CorrectContact {
    const NAME: &'static str = "correct_contact";
    type Outcome = ContactView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ContactView, Error> {
        let not_found = || Error::NotFound(Thing::Contact);
        let trajectory =
            contacts::trajectory_of(work.connection(), self.contact).await?.ok_or_else(not_found)?;
        let step = step::begin(work, trajectory, Thing::Contact).await?;
        let access = step.on_case()?;
        let mut found = contacts::find(work.connection(), self.contact).await?.ok_or_else(not_found)?;
        step::check_tag(work, found.contact.etag(), (found.changed_at, Some(found.changed_by)))?;
        found.contact.correct()?;
        // A contact of the one who was on the case before may lie before the caller's match.
        let first_day =
            if found.worker == step.change.by { access.first_day } else { step.trajectory.opened_on() };
        let last_day = step.trajectory.standing().closed_on;
        let mut wrong = Vec::new();
        if let Err(error) = self.entry.check_day(work.clock().today(), first_day, last_day) {
            wrong.push(violation("day", &error));
        }
        let programme = step::programme(&self.region, &step.trajectory)?;
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

        let (contact, change) = (&found.contact, step.change);
        contacts::update_corrected(work.connection(), contact, &self.entry, key.as_ref(), class, change)
            .await?;
        trajectories::refresh_last_reached(work.connection(), trajectory).await?;
        let event = published::contact_corrected(contact, &self.entry, change.at);
        work.publish(trajectory.as_uuid(), &event);
        log_contact::read(work, self.contact, key.as_ref()).await
    }
}
