//! The contacts of a trajectory are listed.

use chassis::database::{Command, Work};
use chassis::page::Cursor;

use super::Page;
use crate::domain::TrajectoryId;
use crate::error::{Error, Thing};
use crate::storage::contacts::{self, ContactView};
use crate::storage::persons;

/// Lists a page of contacts, those written down last first: two statements.
#[derive(Debug, Clone, Copy)]
pub struct ListContacts {
    /// Of which trajectory.
    pub trajectory: TrajectoryId,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListContacts {
    const NAME: &'static str = "list_contacts";
    type Outcome = Page<ContactView>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<ContactView>, Error> {
        let vault = work.vault().clone();
        let (person, key) = persons::of_trajectory(work.connection(), &vault, self.trajectory)
            .await?
            .ok_or(Error::NotFound(Thing::Trajectory))?;
        let size = self.size + 1;
        let rows = contacts::page(work.connection(), self.trajectory, key.as_ref(), self.after, size).await?;
        work.touches(self.trajectory.as_uuid());
        work.touches(person.as_uuid());
        Ok(Page::cut(rows, self.size, |row| Cursor { at: row.logged_at, id: row.id.as_uuid() }))
    }
}
