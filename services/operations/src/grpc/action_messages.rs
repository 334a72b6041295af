//! Between actions and the contract.

use chassis::error::Violation;
use proto::operations::v1 as api;
use uuid::Uuid;

use super::convert::to_timestamp;
use crate::domain::{
    Action, ActionKind, Asked, EndedAs, FieldError, MOST_PARKED, parse_period, parse_reason,
};
use crate::error::Error;

/// Longest name of a schedule or a service: that of a label in Kubernetes.
const LONGEST_NAME: usize = 63;

pub(super) fn to_action(action: &Action) -> api::Action {
    let kind = match action.asked.kind {
        ActionKind::RunExport => api::ActionKind::RunExport,
        ActionKind::SuspendExport => api::ActionKind::SuspendExport,
        ActionKind::ResumeExport => api::ActionKind::ResumeExport,
        ActionKind::RedriveParked => api::ActionKind::RedriveParked,
    };
    let base = api::Action {
        action_id: action.action_id.to_string(),
        kind: kind.into(),
        subject: action.asked.subject.clone(),
        period: action.asked.period.clone(),
        again: action.asked.again,
        reason: action.asked.reason.clone(),
        worker_id: action.worker.to_string(),
        asked_at: Some(to_timestamp(action.asked_at)),
        state: api::ActionState::Asked.into(),
        ..api::Action::default()
    };
    let Some(ended) = &action.ended else { return base };
    let state = match ended.how {
        EndedAs::Done => api::ActionState::Done,
        EndedAs::Refused => api::ActionState::Refused,
        EndedAs::Failed => api::ActionState::Failed,
    };
    api::Action {
        state: state.into(),
        error: ended.error.clone(),
        ended_at: Some(to_timestamp(ended.at)),
        job: ended.job.clone(),
        applied: ended.applied,
        parked_again: ended.parked_again,
        ..base
    }
}

pub(super) fn from_run(request: api::RunExportRequest) -> Result<Asked, Error> {
    let mut wrong = Vec::new();
    let subject = name(&mut wrong, "schedule", request.schedule);
    let period = take(&mut wrong, "period", parse_period(&request.period, request.again));
    let asked = asked(&mut wrong, ActionKind::RunExport, subject, &request.reason);
    finish(wrong, Asked { period, again: request.again, ..asked })
}

pub(super) fn from_schedule(kind: ActionKind, schedule: String, reason: &str) -> Result<Asked, Error> {
    let mut wrong = Vec::new();
    let subject = name(&mut wrong, "schedule", schedule);
    let asked = asked(&mut wrong, kind, subject, reason);
    finish(wrong, asked)
}

pub(super) fn from_redrive(request: api::RedriveParkedEventsRequest) -> Result<Asked, Error> {
    let mut wrong = Vec::new();
    let subject = name(&mut wrong, "service", request.service);
    if request.all != request.parked_ids.is_empty() {
        let message = "events are named although all are asked for, or none at all";
        wrong.push(Violation::new("parked_ids", "AMBIGUOUS", message, "name events, or set `all`"));
    }
    if request.parked_ids.len() > MOST_PARKED {
        let remedy = format!("name at most {MOST_PARKED}, or set `all`");
        wrong.push(Violation::new("parked_ids", "TOO_MANY", "too many events are named", remedy));
    }
    let mut parked_ids = Vec::new();
    for (at, text) in request.parked_ids.iter().take(MOST_PARKED).enumerate() {
        match Uuid::try_parse(text) {
            Ok(id) => parked_ids.push(id),
            Err(_) => wrong.push(Violation::new(
                format!("parked_ids[{at}]"),
                "NOT_AN_ID",
                "the text is not an id",
                "send the id of a parked event",
            )),
        }
    }
    let asked = asked(&mut wrong, ActionKind::RedriveParked, subject, &request.reason);
    finish(wrong, Asked { parked_ids, ..asked })
}

fn asked(wrong: &mut Vec<Violation>, kind: ActionKind, subject: String, reason: &str) -> Asked {
    let reason = take(wrong, "reason", parse_reason(reason));
    Asked { kind, subject, period: String::new(), again: false, parked_ids: Vec::new(), reason }
}

/// A name; whether somebody bears it is seen later.
fn name(wrong: &mut Vec<Violation>, field: &'static str, name: String) -> String {
    if name.is_empty() {
        wrong.push(Violation::new(
            field,
            "REQUIRED",
            "no name is given",
            "write the name as the list gives it",
        ));
    } else if name.chars().count() > LONGEST_NAME {
        wrong.push(Violation::new(
            field,
            "TOO_LONG",
            "the name is too long",
            "write the name as the list gives it",
        ));
    }
    name
}

fn take(wrong: &mut Vec<Violation>, field: &'static str, read: Result<String, FieldError>) -> String {
    read.unwrap_or_else(|error| {
        wrong.push(Violation::new(field, error.reason, error.message, error.remedy));
        String::new()
    })
}

fn finish(wrong: Vec<Violation>, asked: Asked) -> Result<Asked, Error> {
    if wrong.is_empty() { Ok(asked) } else { Err(Error::InvalidFields(wrong)) }
}
