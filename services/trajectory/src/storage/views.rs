//! One trajectory with its next step, exit and evaluation, in one statement.

use chassis::vault::{PersonKey, Vault};
use jiff::Timestamp;
use jiff::civil::Date;
use region::ClosedSet as _;
use region::programme::ExitOutcome;
use sqlx::PgConnection;
use uuid::Uuid;

use super::next_steps::NextStepView;
use super::words::{Kind, Shown};
use super::{Change, from_int, persons};
use crate::domain::{
    EpisodeId, Etag, EvaluationOutcome, NextStepId, NextStepState, ParticipationId, PersonId, TrajectoryId,
    TrajectoryState,
};
use crate::error::Error;

/// A trajectory as its reader sees it.
#[derive(Debug)]
pub struct TrajectoryView {
    /// Trajectory.
    pub id: TrajectoryId,
    /// Participation.
    pub participation: ParticipationId,
    /// Episode.
    pub episode: EpisodeId,
    /// Who takes part.
    pub person: PersonId,
    /// Programme.
    pub programme: String,
    /// Version of the programme file it runs under.
    pub programme_version: u32,
    /// State.
    pub state: TrajectoryState,
    /// First day.
    pub opened_on: Date,
    /// The planned step.
    pub next_step: Option<NextStepView>,
    /// How it ended.
    pub exit: Option<ExitView>,
    /// The closing evaluation.
    pub evaluation: Option<EvaluationView>,
    /// Current tag.
    pub etag: Etag,
    /// The key of the person; `None` once destroyed.
    pub key: Option<PersonKey>,
}

/// How a trajectory ended.
#[derive(Debug, Clone)]
pub struct ExitView {
    /// Why.
    pub reason: String,
    /// What it counts as.
    pub outcome: ExitOutcome,
    /// Last day.
    pub closed_on: Date,
    /// Who takes over.
    pub handover_to: Shown,
    /// When they confirmed it.
    pub confirmed_on: Option<Date>,
}

/// A closing evaluation.
#[derive(Debug, Clone)]
pub struct EvaluationView {
    /// How it went.
    pub outcome: EvaluationOutcome,
    /// Its day.
    pub day: Date,
    /// What was said.
    pub note: Shown,
    /// When it was written down.
    pub at: Timestamp,
    /// Who wrote it down.
    pub by: Uuid,
}

/// Reads a trajectory; `None` when there is none in reach.
pub async fn trajectory(
    connection: &mut PgConnection,
    vault: &Vault,
    id: TrajectoryId,
) -> Result<Option<TrajectoryView>, Error> {
    // A left join makes columns nullable that the macro takes for not null, hence the question marks.
    let row = sqlx::query!(
        r#"select t.participation_id, t.episode_id, t.person_id, t.programme, t.programme_version, t.state, t.opened_on, t.closed_on,
                  t.exit_reason, t.exit_outcome, t.handover_confirmed_on, t.version, k.region_key_id, k.wrapped,
                  s.next_step_id as "next_step_id?", s.day as "step_day?", s.planned_by as "planned_by?", s.version as "step_version?",
                  s.changed_at as "step_changed_at?", s.changed_by as "step_changed_by?", step_words.sealed as "step_sealed?",
                  e.outcome as "evaluation_outcome?", e.day as "evaluation_day?", e.has_note as "has_note?",
                  e.recorded_at as "recorded_at?", e.recorded_by as "recorded_by?",
                  evaluation_words.sealed as "evaluation_sealed?", handover_words.sealed as "handover_sealed?"
           from trajectories as t
           join person_keys as k on k.person_id = t.person_id
           left join next_steps as s on s.trajectory_id = t.trajectory_id and s.state = 'planned'
           left join words as step_words
               on step_words.record_id = s.next_step_id and step_words.kind = 'next_step' and step_words.version = 1
           left join closing_evaluations as e on e.trajectory_id = t.trajectory_id
           left join words as evaluation_words
               on evaluation_words.record_id = t.trajectory_id and evaluation_words.kind = 'evaluation' and evaluation_words.version = 1
           left join words as handover_words
               on handover_words.record_id = t.trajectory_id and handover_words.kind = 'handover' and handover_words.version = 1
           where t.trajectory_id = $1"#,
        id.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let wrong = |what: &str| Error::inconsistent("trajectories", format!("{id} has another {what}"));
    let key = persons::unwrap_key(vault, row.person_id, row.region_key_id, row.wrapped)?;
    let open = |kind: Kind, record: Uuid, there: bool, sealed: Option<Vec<u8>>| {
        Shown::open(key.as_ref(), (kind, record, there.then_some(1)), sealed.as_deref())
    };
    let next_step = match (
        row.next_step_id,
        row.step_day,
        row.planned_by,
        row.step_version,
        row.step_changed_at.zip(row.step_changed_by),
    ) {
        (Some(step), Some(day), Some(planned_by), Some(version), Some((at, by))) => Some(NextStepView {
            id: NextStepId::from_uuid(step),
            trajectory: id,
            words: open(Kind::NextStep, step, true, row.step_sealed)?,
            day: day.to_jiff(),
            state: NextStepState::Planned,
            planned_by,
            changed: Change { at: at.to_jiff(), by },
            version,
        }),
        _ => None,
    };
    let exit = match (row.exit_reason, row.exit_outcome, row.closed_on) {
        (Some(reason), Some(outcome), Some(closed_on)) => Some(ExitView {
            reason,
            outcome: ExitOutcome::from_word(&outcome).ok_or_else(|| wrong("outcome"))?,
            closed_on: closed_on.to_jiff(),
            handover_to: open(
                Kind::Handover,
                id.as_uuid(),
                row.handover_confirmed_on.is_some(),
                row.handover_sealed,
            )?,
            confirmed_on: row.handover_confirmed_on.map(jiff_sqlx::Date::to_jiff),
        }),
        _ => None,
    };
    let evaluation = match (
        row.evaluation_outcome,
        row.evaluation_day,
        row.has_note,
        row.recorded_at.zip(row.recorded_by),
    ) {
        (Some(outcome), Some(day), Some(has_note), Some((at, by))) => Some(EvaluationView {
            outcome: EvaluationOutcome::from_word(&outcome).ok_or_else(|| wrong("evaluation"))?,
            day: day.to_jiff(),
            note: open(Kind::Evaluation, id.as_uuid(), has_note, row.evaluation_sealed)?,
            at: at.to_jiff(),
            by,
        }),
        _ => None,
    };
    Ok(Some(TrajectoryView {
        id,
        participation: ParticipationId::from_uuid(row.participation_id),
        episode: EpisodeId::from_uuid(row.episode_id),
        person: PersonId::from_uuid(row.person_id),
        programme: row.programme,
        programme_version: from_int(row.programme_version),
        state: TrajectoryState::from_word(&row.state).ok_or_else(|| wrong("state"))?,
        opened_on: row.opened_on.to_jiff(),
        next_step,
        exit,
        evaluation,
        etag: Etag::of(row.version),
        key,
    }))
}
