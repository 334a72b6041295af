//! Counts what ran, was done and ended in a programme in a period.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::{ProgrammeCode, Region};

use super::scope::parse_scope;
use crate::error::Error;
use crate::projections::{Period, TrajectoryFigures};
use crate::storage::{TrajectorySelection, read_budgets, read_trajectory_figures};

/// Which figures.
#[derive(Debug)]
pub(crate) struct GetTrajectoryFigures {
    region: Arc<Region>,
    programme: ProgrammeCode,
    period: Period,
}

impl GetTrajectoryFigures {
    /// Reads a request: programme code, first and last day.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub(crate) fn parse(region: Arc<Region>, programme: &str, from: &str, to: &str) -> Result<Self, Error> {
        let (programme, period) = parse_scope(programme, from, to)?;
        Ok(Self { region, programme, period })
    }
}

impl Command for GetTrajectoryFigures {
    const NAME: &'static str = "get_trajectory_figures";
    type Outcome = TrajectoryFigures;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<TrajectoryFigures, Error> {
        let code = self.programme.as_str();
        // Limits and targets of the last day; before the first file began, those of the newest there is.
        let programme = self
            .region
            .programme_at(&self.programme, self.period.last())
            .or_else(|| self.region.programme(&self.programme));
        // Unknown and out of reach have the same answer: nobody learns what other programmes there are.
        let programme =
            programme.filter(|_| work.grant().programmes.contains(code)).ok_or(Error::ProgrammeNotFound)?;
        let zone = work.clock().zone().clone();
        let (start, end) = self.period.bounds(&zone).map_err(|error| Error::Calendar(error.to_string()))?;
        let (from, to) = (self.period.first(), self.period.last());
        let selection = TrajectorySelection {
            programme: code,
            start,
            end,
            from,
            to,
            zone: zone.iana_name().ok_or_else(|| Error::Calendar("it has no name".to_owned()))?,
        };
        let counts = read_trajectory_figures(work.connection(), &selection).await?;
        let (first_year, last_year) = (from.year().into(), to.year().into());
        let budgets = read_budgets(work.connection(), code, first_year, last_year).await?;
        Ok(TrajectoryFigures::beside(programme, counts, budgets))
    }
}
