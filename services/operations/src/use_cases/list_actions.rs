//! What was asked of operations.

use chassis::database::{Command, Work};
use chassis::page::Cursor;

use crate::domain::Action;
use crate::error::Error;
use crate::storage::actions;

/// A page of actions, newest first.
#[derive(Debug, Clone)]
pub struct ListActions {
    /// After this place.
    pub after: Cursor,
    /// Rows at most.
    pub size: i64,
}

/// The page.
#[derive(Debug)]
pub struct ActionsPage {
    /// Newest first.
    pub actions: Vec<Action>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
}

impl Command for ListActions {
    const NAME: &'static str = "list_actions";
    type Outcome = ActionsPage;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<ActionsPage, Error> {
        // One more than asked for tells whether there is a next page.
        let mut found = actions::page(work.connection(), self.after, self.size.saturating_add(1)).await?;
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = found.len() > size;
        found.truncate(size);
        let next = found.last().filter(|_| more).map(|last| Cursor { at: last.asked_at, id: last.action_id });
        Ok(ActionsPage { actions: found, next })
    }
}
