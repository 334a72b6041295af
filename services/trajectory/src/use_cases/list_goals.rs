//! The goals of a trajectory are listed.

use chassis::database::{Command, Work};
use chassis::page::Cursor;

use super::Page;
use crate::domain::{GoalState, TrajectoryId};
use crate::error::{Error, Thing};
use crate::storage::goals::{self, GoalView};
use crate::storage::persons;

/// Lists a page of goals, newest first: two statements.
#[derive(Debug, Clone, Copy)]
pub struct ListGoals {
    /// Of which trajectory.
    pub trajectory: TrajectoryId,
    /// In which state; `None` is any.
    pub state: Option<GoalState>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListGoals {
    const NAME: &'static str = "list_goals";
    type Outcome = Page<GoalView>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<GoalView>, Error> {
        let vault = work.vault().clone();
        let (person, key) = persons::of_trajectory(work.connection(), &vault, self.trajectory)
            .await?
            .ok_or(Error::NotFound(Thing::Trajectory))?;
        let states = self.state.map_or_else(|| GoalState::ALL.to_vec(), |state| vec![state]);
        let (key, size) = (key.as_ref(), self.size + 1);
        let rows = goals::page(work.connection(), self.trajectory, &states, key, self.after, size).await?;
        work.touches(self.trajectory.as_uuid());
        work.touches(person.as_uuid());
        Ok(Page::cut(rows, self.size, |row| Cursor { at: row.set_at, id: row.id.as_uuid() }))
    }
}
