//! Trajectories are listed.

use std::sync::Arc;

use chassis::caller::Scope;
use chassis::database::{Command, Work};
use chassis::page::Cursor;
use region::{ProgrammeCode, Region};

use super::Page;
use crate::domain::TrajectoryState;
use crate::error::{Error, Thing};
use crate::storage::lists::{self, Filter, Summary};

/// Whose trajectories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// Those that the caller accompanies today; of one programme or all.
    Mine(Option<ProgrammeCode>),
    /// Every one of a programme.
    Programme(ProgrammeCode),
}

/// Lists a page of trajectories, newest first, without a word: one statement.
#[derive(Debug, Clone)]
pub struct ListTrajectories {
    /// The region.
    pub region: Arc<Region>,
    /// Whose.
    pub view: View,
    /// In which state; `None` is any.
    pub state: Option<TrajectoryState>,
    /// Only those with a duty that is due or missed.
    pub overdue: bool,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListTrajectories {
    const NAME: &'static str = "list_trajectories";
    type Outcome = Page<Summary>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<Summary>, Error> {
        let not_found = || Error::NotFound(Thing::Programme);
        let (worker, programme) = match &self.view {
            View::Mine(programme) => (Some(work.caller().worker.ok_or_else(not_found)?), programme.as_ref()),
            View::Programme(programme) => {
                let grant = work.grant();
                let is_in_reach = matches!(grant.scope, Scope::Programme | Scope::Region)
                    && grant.programmes.contains(programme.as_str())
                    && self.region.programme(programme).is_some();
                if !is_in_reach {
                    return Err(not_found());
                }
                (None, Some(programme))
            }
        };
        let filter = Filter {
            worker,
            programme: programme.map(|code| code.as_str().to_owned()),
            state: self.state,
            overdue: self.overdue,
            today: work.clock().today(),
        };
        let rows = lists::page(work.connection(), &filter, self.after, self.size + 1).await?;
        let cursor = |row: &Summary| Cursor { at: row.opened_at, id: row.id.as_uuid() };
        let page = Page::cut(rows, self.size, cursor);
        for row in &page.rows {
            work.touches(row.id.as_uuid());
        }
        Ok(page)
    }
}
