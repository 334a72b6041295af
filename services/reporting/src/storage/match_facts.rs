//! Tables `match_facts` and `declined_proposals`.

use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::projections::{Confirmation, Decline, MatchEnding, MatchId};

/// Inserts a match; one that is there stays as it is.
pub(crate) async fn insert_match(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    confirmation: &Confirmation,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into match_facts
            (generation, match_id, match_sequence, episode_id, programme, first_day, weight, over_capacity, overridden,
             follows_match_id, confirmed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict on constraint match_facts_pkey do nothing",
        generation,
        confirmation.match_id.as_uuid(),
        sequence,
        confirmation.episode.as_uuid(),
        confirmation.programme,
        confirmation.first_day.to_sqlx() as _,
        confirmation.weight,
        confirmation.over_capacity,
        confirmation.overridden,
        confirmation.follows.map(MatchId::as_uuid),
        confirmation.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Records the end of a match that has not ended.
pub(crate) async fn record_match_end(
    connection: &mut PgConnection,
    generation: i64,
    sequence: i64,
    ending: &MatchEnding,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update match_facts
         set match_sequence = $3, last_day = $4, ended_why = $5, ended_at = $6
         where generation = $1
           and match_id = $2
           and match_sequence < $3
           and ended_at is null",
        generation,
        ending.match_id.as_uuid(),
        sequence,
        ending.last_day.to_sqlx() as _,
        ending.why.as_str(),
        ending.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Reads the sequence of the newest event in a match.
pub(crate) async fn find_match(
    connection: &mut PgConnection,
    generation: i64,
    match_id: MatchId,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        "select match_sequence from match_facts where generation = $1 and match_id = $2",
        generation,
        match_id.as_uuid(),
    )
    .fetch_optional(connection)
    .await
}

/// Inserts a declined proposal; one that is there stays as it is.
pub(crate) async fn insert_decline(
    connection: &mut PgConnection,
    generation: i64,
    decline: &Decline,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into declined_proposals (generation, proposal_id, programme, declined_at)
         values ($1, $2, $3, $4)
         on conflict on constraint declined_proposals_pkey do nothing",
        generation,
        decline.proposal.as_uuid(),
        decline.programme,
        decline.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Removes what was built from some matches and proposals.
pub(crate) async fn forget_matches(
    connection: &mut PgConnection,
    generation: i64,
    aggregates: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "with declined as (
            delete from declined_proposals where generation = $1 and proposal_id = any($2)
         )
         delete from match_facts where generation = $1 and match_id = any($2)",
        generation,
        aggregates,
    )
    .execute(connection)
    .await?;
    Ok(())
}
