//! One match is read.

use chassis::database::{Command, Work};

use crate::domain::MatchId;
use crate::error::{Error, Record};
use crate::storage::match_views::{self, MatchView};

/// Reads one match. Which are in reach is decided by the policies of the database: those of the programme for who coordinates it,
/// the own ones that run today or later for who accompanies.
#[derive(Debug, Clone, Copy)]
pub struct GetMatch {
    /// Which.
    pub case: MatchId,
}

impl Command for GetMatch {
    const NAME: &'static str = "get_match";
    type Outcome = MatchView;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<MatchView, Error> {
        read(work, self.case).await
    }
}

/// Reads a match inside an open unit of work; also what every step answers with.
pub(super) async fn read(work: &mut Work, id: MatchId) -> Result<MatchView, Error> {
    let vault = work.vault().clone();
    let found =
        match_views::find(work.connection(), &vault, id).await?.ok_or(Error::NotFound(Record::Match))?;
    work.touches(id.as_uuid());
    work.touches(found.participation.as_uuid());
    Ok(found)
}
