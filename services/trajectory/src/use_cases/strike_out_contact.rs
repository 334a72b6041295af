//! A worker strikes a contact out: it never took place.

use chassis::database::{Command, Work};

use super::{log_contact, step};
use crate::domain::ContactId;
use crate::error::{Error, Thing};
use crate::events::published;
use crate::storage::contacts::{self, ContactView};
use crate::storage::trajectories;

/// Strikes a contact out. It counts for nothing and stays on file.
#[derive(Debug, Clone, Copy)]
pub struct StrikeOutContact {
    /// Which contact.
    pub contact: ContactId,
}

impl Command for StrikeOutContact {
    const NAME: &'static str = "strike_out_contact";
    type Outcome = ContactView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ContactView, Error> {
        let not_found = || Error::NotFound(Thing::Contact);
        let trajectory =
            contacts::trajectory_of(work.connection(), self.contact).await?.ok_or_else(not_found)?;
        let step = step::begin(work, trajectory, Thing::Contact).await?;
        step.on_case()?;
        let mut found = contacts::find(work.connection(), self.contact).await?.ok_or_else(not_found)?;
        step::check_tag(work, found.contact.etag(), (found.changed_at, Some(found.changed_by)))?;
        found.contact.strike_out()?;

        contacts::update_struck_out(work.connection(), &found.contact, step.change).await?;
        trajectories::refresh_last_reached(work.connection(), trajectory).await?;
        work.publish(trajectory.as_uuid(), &published::contact_struck_out(&found, step.change.at));
        let key = step.key(work).await?;
        log_contact::read(work, self.contact, key.as_ref()).await
    }
}
