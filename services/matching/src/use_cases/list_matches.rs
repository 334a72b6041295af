//! Matches are listed.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::page::Cursor;
use region::{ProgrammeCode, Region};

use crate::error::{Error, Record};
use crate::storage::match_views::{self, MatchView};

/// Lists a page of the matches in reach, confirmed last first: one statement.
#[derive(Debug, Clone)]
pub struct ListMatches {
    /// The region.
    pub region: Arc<Region>,
    /// In which programme.
    pub programme: ProgrammeCode,
    /// Also those that ended before today.
    pub ended: bool,
    /// After which row.
    pub after: Cursor,
    /// How many rows at most.
    pub size: i64,
}

/// A page.
#[derive(Debug, Clone)]
pub struct MatchPage {
    /// The rows, without reasons.
    pub matches: Vec<MatchView>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Cursor>,
}

impl Command for ListMatches {
    const NAME: &'static str = "list_matches";
    type Outcome = MatchPage;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<MatchPage, Error> {
        let code = self.programme.as_str();
        // Own cases can be in any programme of a mandate; one without a mandate is as one that is not there.
        let mandates = &work.caller().mandates;
        let has_mandate =
            mandates.iter().any(|mandate| mandate.programme.as_deref().is_none_or(|own| own == code));
        if !has_mandate || self.region.programme(&self.programme).is_none() {
            return Err(Error::NotFound(Record::Programme));
        }
        let today = work.clock().today();
        let mut rows =
            match_views::page(work.connection(), code, self.ended, today, self.after, self.size + 1).await?;
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_last = rows.len() <= size;
        rows.truncate(size);
        for row in &rows {
            work.touches(row.id.as_uuid());
        }
        let cursor = |row: &MatchView| Cursor { at: row.confirmed_at, id: row.id.as_uuid() };
        let next = if is_last { None } else { rows.last().map(cursor) };
        Ok(MatchPage { matches: rows, next })
    }
}
