//! Counts the referrals of a programme that were received in a period.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::{Explained as _, ProgrammeCode, Region};

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
        match (parse_programme(programme), Period::parse(from, to)) {
            (Ok(programme), Ok(period)) => Ok(Self { region, programme, period }),
            (programme, period) => {
                let wrong_days = period.err().map(|error| error.0).unwrap_or_default();
                Err(Error::Invalid(programme.err().into_iter().chain(wrong_days).collect()))
            }
        }
    }
}

fn parse_programme(text: &str) -> Result<ProgrammeCode, Violation> {
    if text.is_empty() {
        let remedy = "name the code of a programme, for example waasland-esf";
        return Err(Violation::new("programme", "REQUIRED", "is missing", remedy));
    }
    text.parse().map_err(|error: region::CodeError| {
        Violation::new("programme", "MALFORMED", "cannot be a programme code", error.remedy())
    })
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
