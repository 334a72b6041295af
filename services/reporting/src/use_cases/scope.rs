//! What every report asks: which programme, and which period.

use chassis::error::Violation;
use region::{Explained as _, ProgrammeCode};

use crate::error::Error;
use crate::projections::Period;

/// Reads a programme code, a first and a last day.
///
/// # Errors
/// Every field that is wrong.
pub(super) fn parse_scope(programme: &str, from: &str, to: &str) -> Result<(ProgrammeCode, Period), Error> {
    match (parse_programme(programme), Period::parse(from, to)) {
        (Ok(programme), Ok(period)) => Ok((programme, period)),
        (programme, period) => {
            let wrong_days = period.err().map(|error| error.0).unwrap_or_default();
            Err(Error::Invalid(programme.err().into_iter().chain(wrong_days).collect()))
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
