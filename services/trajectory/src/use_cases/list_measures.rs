//! The measures of a trajectory are listed.

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use region::InstrumentCode;

use super::Page;
use crate::domain::TrajectoryId;
use crate::error::{Error, Thing};
use crate::storage::measures::{self, MeasureView};
use crate::storage::trajectories;

/// Lists a page of measures, those written down last first: two statements.
#[derive(Debug, Clone)]
pub struct ListMeasures {
    /// Of which trajectory.
    pub trajectory: TrajectoryId,
    /// With which instrument; `None` is any.
    pub instrument: Option<InstrumentCode>,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

impl Command for ListMeasures {
    const NAME: &'static str = "list_measures";
    type Outcome = Page<MeasureView>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Page<MeasureView>, Error> {
        if !trajectories::is_in_reach(work.connection(), self.trajectory).await? {
            return Err(Error::NotFound(Thing::Trajectory));
        }
        let instrument = self.instrument.as_ref().map(InstrumentCode::as_str);
        let size = self.size + 1;
        let rows = measures::page(work.connection(), self.trajectory, instrument, self.after, size).await?;
        work.touches(self.trajectory.as_uuid());
        Ok(Page::cut(rows, self.size, |row| Cursor { at: row.taken_at, id: row.id.as_uuid() }))
    }
}
