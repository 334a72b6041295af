//! `proposals`: what was proposed, with everything that went in.

use chassis::vault::{PersonKey, Vault};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{open, persons, place};
use crate::domain::{Admission, EpisodeId, MatchId, Origin, ParticipationId, PersonId, ProposalId};
use crate::error::Error;

/// A canonical text with its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// Canonical JSON. Tells what somebody needs: sealed before it is stored, never logged.
    pub text: String,
    /// SHA-256 of it, 64 hexadecimal digits.
    pub sha256: String,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Kept").field("sha256", &self.sha256).finish_non_exhaustive()
    }
}

/// A proposal to store.
#[derive(Debug)]
pub struct NewProposal<'a> {
    /// Proposal.
    pub id: ProposalId,
    /// Who waits.
    pub admission: &'a Admission,
    /// By which programme file.
    pub origin: &'a Origin,
    /// First day that was looked for.
    pub first_day: Date,
    /// The input.
    pub input: &'a Kept,
    /// The answer.
    pub answer: &'a Kept,
    /// Last day on which somebody is expected to answer.
    pub answer_until: Date,
}

/// Stores a proposal, input and answer sealed under the person's key.
pub async fn insert(
    connection: &mut PgConnection,
    proposal: &NewProposal<'_>,
    key: &PersonKey,
    at: Timestamp,
    by: Uuid,
) -> Result<(), Error> {
    let id = proposal.id.as_uuid();
    sqlx::query!(
        "insert into proposals
            (proposal_id, episode_id, participation_id, person_id, programme, programme_version, programme_hash, first_day,
             input, input_sha256, answer, answer_sha256, answer_until, proposed_at, proposed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        id,
        proposal.admission.episode.as_uuid(),
        proposal.admission.participation.as_uuid(),
        proposal.admission.person.as_uuid(),
        proposal.origin.programme.as_str(),
        i32::try_from(proposal.origin.version).unwrap_or(i32::MAX),
        proposal.origin.hash.as_str(),
        proposal.first_day.to_sqlx() as _,
        key.seal(&place("proposals.input", id), &proposal.input.text),
        proposal.input.sha256,
        key.seal(&place("proposals.answer", id), &proposal.answer.text),
        proposal.answer.sha256,
        proposal.answer_until.to_sqlx() as _,
        at.to_sqlx() as _,
        by,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A proposal as it was stored.
#[derive(Debug, Clone)]
pub struct StoredProposal {
    /// Proposal.
    pub id: ProposalId,
    /// Episode.
    pub episode: EpisodeId,
    /// Participation.
    pub participation: ParticipationId,
    /// Person.
    pub person: PersonId,
    /// Programme.
    pub programme: String,
    /// Version of its file.
    pub programme_version: i32,
    /// First day that was looked for.
    pub first_day: Date,
    /// Input and answer; `None` once the person was erased.
    pub kept: Option<(Kept, Kept)>,
    /// Last day on which somebody is expected to answer.
    pub answer_until: Date,
    /// When it was made.
    pub proposed_at: Timestamp,
    /// The match that was confirmed on it.
    pub match_id: Option<MatchId>,
}

/// Reads a proposal; `None` when there is none in reach.
pub async fn find(
    connection: &mut PgConnection,
    vault: &Vault,
    id: ProposalId,
) -> Result<Option<StoredProposal>, Error> {
    let row = sqlx::query!(
        "select episode_id, participation_id, person_id, programme, programme_version, first_day, input, input_sha256, answer,
                answer_sha256, answer_until, proposed_at, match_id, region_key_id, wrapped
         from proposals
         join person_keys using (person_id)
         where proposal_id = $1",
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let person = PersonId::from_uuid(row.person_id);
    let key = persons::unwrap_key(vault, person, row.region_key_id, row.wrapped)?;
    let opened =
        |column: &str, sealed: Option<Vec<u8>>| open(key.as_ref(), column, id.as_uuid(), sealed.as_deref());
    let kept = |text: Option<String>, sha256: Option<String>| {
        text.zip(sha256).map(|(text, sha256)| Kept { text, sha256 })
    };
    let input = kept(opened("proposals.input", row.input)?, row.input_sha256);
    let answer = kept(opened("proposals.answer", row.answer)?, row.answer_sha256);
    Ok(Some(StoredProposal {
        id,
        episode: EpisodeId::from_uuid(row.episode_id),
        participation: ParticipationId::from_uuid(row.participation_id),
        person,
        programme: row.programme,
        programme_version: row.programme_version,
        first_day: row.first_day.to_jiff(),
        kept: input.zip(answer),
        answer_until: row.answer_until.to_jiff(),
        proposed_at: row.proposed_at.to_jiff(),
        match_id: row.match_id.map(MatchId::from_uuid),
    }))
}

/// Remembers the match that was confirmed on a proposal. Gives false when another was before.
pub async fn set_match(connection: &mut PgConnection, id: ProposalId, begun: MatchId) -> Result<bool, Error> {
    let updated = sqlx::query!(
        "update proposals set match_id = $2 where proposal_id = $1 and match_id is null",
        id.as_uuid(),
        begun.as_uuid(),
    )
    .execute(connection)
    .await?;
    Ok(updated.rows_affected() == 1)
}
