//! From read models to the messages of the contract.

use jiff::civil::Date;
use proto::options::v1::Role as ProtoRole;
use proto::trajectory::v1::{
    CaseWorker, ClosingEvaluation, ClosingEvaluationOutcome, Contact, ContactOutcome as ProtoContactOutcome,
    Duty as ProtoDuty, DutyState as ProtoDutyState, Exit, ExitOutcome as ProtoExitOutcome,
    GetTrajectoryResponse, Goal, GoalState as ProtoGoalState, ListTrajectoriesResponse, ListVisitsResponse,
    Measure, MeasureValue, NextStep, NextStepState as ProtoNextStepState, PlanVisitsResponse,
    TimeClass as ProtoTimeClass, Trajectory, TrajectoryState as ProtoState, TrajectorySummary, Visit,
    VisitState as ProtoVisitState,
};
use region::programme::{ExitOutcome, Role};

use crate::domain::{
    ContactOutcome, Duty, DutyState, EvaluationOutcome, GoalState, NextStepState, TimeClass, TrajectoryId,
    TrajectoryState, VisitState,
};
use crate::events::published::to_timestamp;
use crate::storage::contacts::ContactView;
use crate::storage::goals::GoalView;
use crate::storage::lists::Summary;
use crate::storage::matches::CaseWorker as CaseWorkerView;
use crate::storage::measures::MeasureView;
use crate::storage::next_steps::NextStepView;
use crate::storage::views::{EvaluationView, ExitView};
use crate::storage::visits::VisitView;
use crate::storage::words::Shown;
use crate::use_cases::{FoundTrajectory, Visits};

fn day(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn number(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

/// The words, and whether some are hidden.
fn shown(words: Shown) -> (String, bool) {
    match words {
        Shown::Nothing => (String::new(), false),
        Shown::Hidden => (String::new(), true),
        Shown::Words(words) => (words, false),
    }
}

fn state(state: TrajectoryState) -> i32 {
    match state {
        TrajectoryState::Open => ProtoState::Open,
        TrajectoryState::Closed => ProtoState::Closed,
    }
    .into()
}

fn role(role: Role) -> i32 {
    match role {
        Role::Coordinator => ProtoRole::Coordinator,
        Role::Coach => ProtoRole::Coach,
        Role::SocialWorker => ProtoRole::SocialWorker,
        Role::BridgeFigure => ProtoRole::BridgeFigure,
        Role::Student => ProtoRole::Student,
        Role::Volunteer => ProtoRole::Volunteer,
        Role::FinanceOfficer => ProtoRole::FinanceOfficer,
        Role::BoardMember => ProtoRole::BoardMember,
        Role::Administrator => ProtoRole::Administrator,
        Role::DataProtectionOfficer => ProtoRole::DataProtectionOfficer,
        Role::Auditor => ProtoRole::Auditor,
    }
    .into()
}

/// One trajectory.
pub(super) fn trajectory(found: FoundTrajectory) -> Trajectory {
    let FoundTrajectory { trajectory, workers, evaluation_required, .. } = found;
    Trajectory {
        trajectory_id: trajectory.id.to_string(),
        participation_id: trajectory.participation.to_string(),
        episode_id: trajectory.episode.to_string(),
        person_id: trajectory.person.to_string(),
        programme: trajectory.programme,
        programme_version: trajectory.programme_version.to_string(),
        state: state(trajectory.state),
        opened_on: trajectory.opened_on.to_string(),
        workers: workers.iter().map(case_worker).collect(),
        next_step: trajectory.next_step.map(next_step),
        exit: trajectory.exit.map(exit),
        closing_evaluation: trajectory.evaluation.map(evaluation),
        closing_evaluation_required: evaluation_required,
        erased: trajectory.key.is_none(),
        etag: trajectory.etag.to_string(),
    }
}

/// One trajectory with what its page shows.
pub(super) fn trajectory_page(mut found: FoundTrajectory) -> GetTrajectoryResponse {
    let (goals, measures) = (std::mem::take(&mut found.goals), std::mem::take(&mut found.measures));
    let (duties, id) = (std::mem::take(&mut found.duties), found.trajectory.id);
    GetTrajectoryResponse {
        trajectory: Some(trajectory(found)),
        open_goals: goals.into_iter().map(goal).collect(),
        latest_measures: measures.into_iter().map(measure).collect(),
        open_duties: duties.iter().map(|found| duty(id, found)).collect(),
    }
}

fn case_worker(worker: &CaseWorkerView) -> CaseWorker {
    CaseWorker {
        worker_id: worker.worker.to_string(),
        organisation_id: worker.organisation.to_string(),
        role: role(worker.role),
        first_day: worker.first_day.to_string(),
        last_day: day(worker.last_day),
    }
}

fn exit(view: ExitView) -> Exit {
    let outcome = match view.outcome {
        ExitOutcome::WithWork => ProtoExitOutcome::WithWork,
        ExitOutcome::StepBelowWork => ProtoExitOutcome::StepBelowWork,
        ExitOutcome::RegularOffer => ProtoExitOutcome::RegularOffer,
        ExitOutcome::WithoutWork => ProtoExitOutcome::WithoutWork,
    };
    let (handover_to, hidden) = shown(view.handover_to);
    Exit {
        reason: view.reason,
        outcome: outcome.into(),
        closed_on: view.closed_on.to_string(),
        handover_to,
        handover_confirmed_on: day(view.confirmed_on),
        hidden,
    }
}

fn evaluation(view: EvaluationView) -> ClosingEvaluation {
    let outcome = match view.outcome {
        EvaluationOutcome::Held => ClosingEvaluationOutcome::Held,
        EvaluationOutcome::Refused => ClosingEvaluationOutcome::Refused,
    };
    let (note, hidden) = shown(view.note);
    ClosingEvaluation {
        outcome: outcome.into(),
        day: view.day.to_string(),
        note,
        hidden,
        recorded_at: Some(to_timestamp(view.at)),
        recorded_by: view.by.to_string(),
    }
}

/// A page of the list.
pub(super) fn trajectories(rows: Vec<Summary>, next_page_token: String) -> ListTrajectoriesResponse {
    let summary = |row: Summary| TrajectorySummary {
        trajectory_id: row.id.to_string(),
        participation_id: row.participation.to_string(),
        person_id: row.person.to_string(),
        programme: row.programme,
        state: state(row.state),
        opened_on: row.opened_on.to_string(),
        closed_on: day(row.closed_on),
        worker_id: row.worker.map(|worker| worker.to_string()).unwrap_or_default(),
        duties_overdue: number(row.overdue),
        last_contact_on: day(row.last_reached_on),
        etag: row.etag.to_string(),
    };
    ListTrajectoriesResponse { trajectories: rows.into_iter().map(summary).collect(), next_page_token }
}

/// One contact.
pub(super) fn contact(view: ContactView) -> Contact {
    let outcome = match view.outcome {
        ContactOutcome::Reached => ProtoContactOutcome::Reached,
        ContactOutcome::Tried => ProtoContactOutcome::Tried,
    };
    let time_class = match view.time_class {
        TimeClass::WithParticipant => ProtoTimeClass::WithParticipant,
        TimeClass::AroundParticipant => ProtoTimeClass::AroundParticipant,
    };
    let (note, hidden) = shown(view.note);
    Contact {
        contact_id: view.id.to_string(),
        trajectory_id: view.trajectory.to_string(),
        worker_id: view.worker.to_string(),
        organisation_id: view.organisation.to_string(),
        day: view.day.to_string(),
        outcome: outcome.into(),
        time_class: time_class.into(),
        minutes: view.minutes,
        domain: view.domain.unwrap_or_default(),
        note,
        hidden,
        struck_out: view.struck_out,
        corrections: number(view.corrections),
        logged_at: Some(to_timestamp(view.logged_at)),
        etag: view.etag.to_string(),
    }
}

/// One goal.
pub(super) fn goal(view: GoalView) -> Goal {
    let state = match view.state {
        GoalState::Open => ProtoGoalState::Open,
        GoalState::Reached => ProtoGoalState::Reached,
        GoalState::Dropped => ProtoGoalState::Dropped,
    };
    let (words, hidden) = shown(view.words);
    Goal {
        goal_id: view.id.to_string(),
        trajectory_id: view.trajectory.to_string(),
        domain: view.domain,
        words,
        hidden,
        state: state.into(),
        set_on: view.set_on.to_string(),
        closed_on: day(view.closed_on),
        set_by: view.set_by.to_string(),
        etag: view.etag.to_string(),
    }
}

/// One step.
pub(super) fn next_step(view: NextStepView) -> NextStep {
    let state = match view.state {
        NextStepState::Planned => ProtoNextStepState::Planned,
        NextStepState::Completed => ProtoNextStepState::Completed,
        NextStepState::Replaced => ProtoNextStepState::Replaced,
    };
    let etag = view.etag().to_string();
    let (words, hidden) = shown(view.words);
    NextStep {
        next_step_id: view.id.to_string(),
        trajectory_id: view.trajectory.to_string(),
        words,
        hidden,
        day: view.day.to_string(),
        state: state.into(),
        planned_by: view.planned_by.to_string(),
        etag,
    }
}

/// One measure.
pub(super) fn measure(view: MeasureView) -> Measure {
    Measure {
        measure_id: view.id.to_string(),
        trajectory_id: view.trajectory.to_string(),
        instrument: view.instrument,
        item_version: view.item_version,
        day: view.day.to_string(),
        values: view
            .values
            .into_iter()
            .map(|value| MeasureValue { item: value.item, value: value.value })
            .collect(),
        hidden_values: number(view.hidden),
        taken_at: Some(to_timestamp(view.taken_at)),
        taken_by: view.taken_by.to_string(),
    }
}

/// One duty.
pub(super) fn duty(trajectory: TrajectoryId, found: &Duty) -> ProtoDuty {
    let state = match found.state() {
        DutyState::Planned => ProtoDutyState::Planned,
        DutyState::Announced => ProtoDutyState::Announced,
        DutyState::Due => ProtoDutyState::Due,
        DutyState::Kept => ProtoDutyState::Kept,
        DutyState::Missed => ProtoDutyState::Missed,
        DutyState::KeptLate => ProtoDutyState::KeptLate,
        DutyState::Lapsed => ProtoDutyState::Lapsed,
    };
    ProtoDuty {
        duty_id: found.id.to_string(),
        trajectory_id: trajectory.to_string(),
        duty: found.code.to_string(),
        occurrence: number(found.occurrence),
        announced_on: found.term.announced_on.to_string(),
        due_on: found.term.due_on.to_string(),
        grace_until: found.term.grace_until.to_string(),
        state: state.into(),
        kept_on: day(found.kept_on()),
        instruments: found.instruments.iter().map(ToString::to_string).collect(),
    }
}

/// One visit.
pub(super) fn visit(view: VisitView) -> Visit {
    let VisitView { visit, caught_up_by, .. } = view;
    let state = match visit.state() {
        VisitState::Planned => ProtoVisitState::Planned,
        VisitState::Held => ProtoVisitState::Held,
        VisitState::Missed => ProtoVisitState::Missed,
        VisitState::Cancelled => ProtoVisitState::Cancelled,
    };
    Visit {
        visit_id: visit.id.to_string(),
        trajectory_id: visit.trajectory.to_string(),
        number: number(visit.number),
        week: number(visit.week),
        day: visit.day().to_string(),
        state: state.into(),
        catches_up: visit.catches_up.map(|id| id.to_string()).unwrap_or_default(),
        caught_up_by: caught_up_by.map(|id| id.to_string()).unwrap_or_default(),
        etag: visit.etag().to_string(),
    }
}

/// The plan that was made.
pub(super) fn visit_plan(found: Visits) -> PlanVisitsResponse {
    PlanVisitsResponse {
        first_day: day(found.visits.first().map(|view| view.visit.day())),
        ends_on: day(found.plan.map(|plan| plan.ends_on)),
        visits: found.visits.into_iter().map(visit).collect(),
    }
}

/// The visits with their plan.
pub(super) fn visits(found: Visits) -> ListVisitsResponse {
    ListVisitsResponse {
        held: number(found.held()),
        to_catch_up: number(found.to_catch_up()),
        ends_on: day(found.plan.map(|plan| plan.ends_on)),
        visits: found.visits.into_iter().map(visit).collect(),
    }
}
