//! `matches` as they are read: one with its reasons, and pages.

use chassis::page::Cursor;
use chassis::vault::Vault;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use region::programme::Role;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{open, persons, read};
use crate::domain::{
    Ending, EpisodeId, Etag, MatchId, OrganisationId, ParticipationId, PersonId, ProposalId, WorkerId,
};
use crate::error::Error;

/// A match as it is read.
#[derive(Clone)]
pub struct MatchView {
    /// Match.
    pub id: MatchId,
    /// Participation.
    pub participation: ParticipationId,
    /// Episode.
    pub episode: EpisodeId,
    /// Person.
    pub person: PersonId,
    /// Worker.
    pub worker: WorkerId,
    /// Organisation the worker acts for.
    pub organisation: OrganisationId,
    /// In which role.
    pub role: Role,
    /// Programme.
    pub programme: String,
    /// Version of its file.
    pub programme_version: i32,
    /// Code of the case weight.
    pub weight_code: String,
    /// First day.
    pub first_day: Date,
    /// Last day.
    pub last_day: Option<Date>,
    /// Whether it took the worker over capacity.
    pub over_capacity: bool,
    /// Whether another than the first was chosen.
    pub overridden: bool,
    /// Why; `None` when nothing was written, it is out of reach, in lists, and once erased.
    pub reason: Option<String>,
    /// Proposal it was confirmed on.
    pub proposal: Option<ProposalId>,
    /// Match it took over from.
    pub follows: Option<MatchId>,
    /// When it was confirmed.
    pub confirmed_at: Timestamp,
    /// Who confirmed it.
    pub confirmed_by: Uuid,
    /// Why it ended.
    pub ending: Option<Ending>,
    /// Why it was stopped, in words.
    pub end_reason: Option<String>,
    /// Current tag.
    pub etag: Etag,
}

impl std::fmt::Debug for MatchView {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MatchView").field("id", &self.id).finish_non_exhaustive()
    }
}

struct ViewRow {
    match_id: Uuid,
    participation_id: Uuid,
    episode_id: Uuid,
    person_id: Uuid,
    worker_id: Uuid,
    organisation_id: Uuid,
    role: String,
    programme: String,
    programme_version: i32,
    weight_code: String,
    first_day: jiff_sqlx::Date,
    last_day: Option<jiff_sqlx::Date>,
    over_capacity: bool,
    overridden: bool,
    proposal_id: Option<Uuid>,
    follows_match_id: Option<Uuid>,
    confirmed_at: jiff_sqlx::Timestamp,
    confirmed_by: Uuid,
    ending: Option<String>,
    version: i64,
}

impl TryFrom<ViewRow> for MatchView {
    type Error = Error;

    fn try_from(row: ViewRow) -> Result<Self, Error> {
        let id = row.match_id;
        let to_ending = |word: String| {
            Ending::from_word(&word)
                .ok_or_else(|| Error::inconsistent("matches", format!("{id} has another ending")))
        };
        Ok(Self {
            id: MatchId::from_uuid(id),
            participation: ParticipationId::from_uuid(row.participation_id),
            episode: EpisodeId::from_uuid(row.episode_id),
            person: PersonId::from_uuid(row.person_id),
            worker: WorkerId::from_uuid(row.worker_id),
            organisation: OrganisationId::from_uuid(row.organisation_id),
            role: read::parse("matches", "role", id, &row.role)?,
            programme: row.programme,
            programme_version: row.programme_version,
            weight_code: row.weight_code,
            first_day: row.first_day.to_jiff(),
            last_day: row.last_day.map(jiff_sqlx::Date::to_jiff),
            over_capacity: row.over_capacity,
            overridden: row.overridden,
            reason: None,
            proposal: row.proposal_id.map(ProposalId::from_uuid),
            follows: row.follows_match_id.map(MatchId::from_uuid),
            confirmed_at: row.confirmed_at.to_jiff(),
            confirmed_by: row.confirmed_by,
            ending: row.ending.map(to_ending).transpose()?,
            end_reason: None,
            etag: Etag::of(row.version),
        })
    }
}

/// Reads a match, with its reasons when the caller reaches the person's key; `None` when there is none in reach.
pub async fn find(
    connection: &mut PgConnection,
    vault: &Vault,
    id: MatchId,
) -> Result<Option<MatchView>, Error> {
    let row = sqlx::query!(
        "select match_id, participation_id, episode_id, person_id, worker_id, organisation_id, role, programme, programme_version,
                weight_code, first_day, last_day, over_capacity, overridden, proposal_id, follows_match_id, confirmed_at,
                confirmed_by, ending, version, reason, end_reason
         from matches
         where match_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (reason, end_reason) = (row.reason, row.end_reason);
    let mut view = MatchView::try_from(ViewRow {
        match_id: row.match_id,
        participation_id: row.participation_id,
        episode_id: row.episode_id,
        person_id: row.person_id,
        worker_id: row.worker_id,
        organisation_id: row.organisation_id,
        role: row.role,
        programme: row.programme,
        programme_version: row.programme_version,
        weight_code: row.weight_code,
        first_day: row.first_day,
        last_day: row.last_day,
        over_capacity: row.over_capacity,
        overridden: row.overridden,
        proposal_id: row.proposal_id,
        follows_match_id: row.follows_match_id,
        confirmed_at: row.confirmed_at,
        confirmed_by: row.confirmed_by,
        ending: row.ending,
        version: row.version,
    })?;
    if reason.is_some() || end_reason.is_some() {
        let key = persons::key(connection, vault, view.person).await?;
        view.reason = open(key.as_ref(), "matches.reason", id.as_uuid(), reason.as_deref())?;
        view.end_reason = open(key.as_ref(), "matches.end_reason", id.as_uuid(), end_reason.as_deref())?;
    }
    Ok(Some(view))
}

/// The matches of a programme that are in reach, confirmed last first, after a cursor. One statement.
pub async fn page(
    connection: &mut PgConnection,
    programme: &str,
    ended: bool,
    today: Date,
    after: Cursor,
    limit: i64,
) -> Result<Vec<MatchView>, Error> {
    let rows = sqlx::query_as!(
        ViewRow,
        "select match_id, participation_id, episode_id, person_id, worker_id, organisation_id, role, programme, programme_version,
                weight_code, first_day, last_day, over_capacity, overridden, proposal_id, follows_match_id, confirmed_at,
                confirmed_by, ending, version
         from matches
         where programme = $1 and ($2 or last_day is null or last_day >= $3) and (confirmed_at, match_id) < ($4, $5)
         order by confirmed_at desc, match_id desc
         limit $6",
        programme,
        ended,
        today.to_sqlx() as _,
        after.at.to_sqlx() as _,
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}
