//! Counts the referrals of a programme that were received in a period.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::{ProgrammeCode, Region};

use super::scope::parse_scope;
use crate::error::Error;
use crate::projections::{IntakeFigures, Period};
use crate::storage::{Selection, read_intake_figures};

/// Which figures.
#[derive(Debug)]
pub(crate) struct GetIntakeFigures {
    region: Arc<Region>,
    programme: ProgrammeCode,
    period: Period,
}

impl GetIntakeFigures {
    /// Reads a request: programme code, first and last day.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub(crate) fn parse(region: Arc<Region>, programme: &str, from: &str, to: &str) -> Result<Self, Error> {
        let (programme, period) = parse_scope(programme, from, to)?;
        Ok(Self { region, programme, period })
    }
}

impl Command for GetIntakeFigures {
    const NAME: &'static str = "get_intake_figures";
    type Outcome = IntakeFigures;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<IntakeFigures, Error> {
        let programme = self.programme.as_str();
        // Unknown and out of reach have the same answer: nobody learns what other programmes there are.
        if self.region.programme(&self.programme).is_none() || !work.grant().programmes.contains(programme) {
            return Err(Error::ProgrammeNotFound);
        }
        let zone = work.clock().zone().clone();
        let (start, end) = self.period.bounds(&zone).map_err(|error| Error::Calendar(error.to_string()))?;
        let selection = Selection {
            programme,
            start,
            end,
            today: work.clock().today(),
            zone: zone.iana_name().ok_or_else(|| Error::Calendar("it has no name".to_owned()))?,
        };
        read_intake_figures(work.connection(), &selection).await
    }
}
