//! What trajectory tells the others: ids, codes, days and numbers; never a word somebody wrote.

use jiff::Timestamp;
use jiff::civil::Date;
use proto::trajectory::events::v1::{
    ContactCorrected, ContactLogged, ContactOutcome as ProtoContactOutcome, DutyChanged,
    DutyState as ProtoDutyState, ExitOutcome as ProtoExitOutcome, MeasureTaken, TimeClass as ProtoTimeClass,
    TrajectoryClosed, TrajectoryOpened,
};
use region::programme::ExitOutcome;

use crate::domain::{
    Contact, ContactOutcome, Duty, DutyState, Entry, Exit, Measure, MeasureId, TimeClass, Trajectory,
};
use crate::storage::contacts::{Author, Found};

/// An instant of the contract.
pub fn to_timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

/// A trajectory began.
pub fn trajectory_opened(trajectory: &Trajectory, at: Timestamp) -> TrajectoryOpened {
    let opening = trajectory.opening();
    TrajectoryOpened {
        trajectory_id: trajectory.id().to_string(),
        participation_id: opening.participation.to_string(),
        episode_id: opening.episode.to_string(),
        programme: opening.programme.to_string(),
        programme_version: opening.programme_version.to_string(),
        opened_on: opening.opened_on.to_string(),
        opened_at: Some(to_timestamp(at)),
    }
}

fn to_outcome(outcome: ContactOutcome) -> i32 {
    match outcome {
        ContactOutcome::Reached => ProtoContactOutcome::Reached,
        ContactOutcome::Tried => ProtoContactOutcome::Tried,
    }
    .into()
}

fn to_time_class(class: TimeClass) -> i32 {
    match class {
        TimeClass::WithParticipant => ProtoTimeClass::WithParticipant,
        TimeClass::AroundParticipant => ProtoTimeClass::AroundParticipant,
    }
    .into()
}

/// A contact was logged.
pub fn contact_logged(
    trajectory: &Trajectory,
    contact: &Contact,
    entry: &Entry,
    author: Author,
    at: Timestamp,
) -> ContactLogged {
    ContactLogged {
        contact_id: contact.id().to_string(),
        trajectory_id: trajectory.id().to_string(),
        participation_id: trajectory.opening().participation.to_string(),
        worker_id: author.worker.to_string(),
        organisation_id: author.organisation.to_string(),
        programme: trajectory.programme().to_string(),
        day: entry.day.to_string(),
        outcome: to_outcome(entry.outcome),
        time_class: to_time_class(entry.time_class),
        minutes: u32::from(entry.minutes.get()),
        logged_at: Some(to_timestamp(at)),
    }
}

/// A contact has other values.
pub fn contact_corrected(contact: &Contact, entry: &Entry, at: Timestamp) -> ContactCorrected {
    ContactCorrected {
        contact_id: contact.id().to_string(),
        trajectory_id: contact.trajectory().to_string(),
        day: entry.day.to_string(),
        outcome: to_outcome(entry.outcome),
        time_class: to_time_class(entry.time_class),
        minutes: u32::from(entry.minutes.get()),
        struck_out: false,
        corrected_at: Some(to_timestamp(at)),
    }
}

/// A contact never took place; the values are those it had.
pub fn contact_struck_out(found: &Found, at: Timestamp) -> ContactCorrected {
    ContactCorrected {
        contact_id: found.contact.id().to_string(),
        trajectory_id: found.contact.trajectory().to_string(),
        day: found.day.to_string(),
        outcome: to_outcome(found.outcome),
        time_class: to_time_class(found.time_class),
        minutes: u32::try_from(found.minutes).unwrap_or_default(),
        struck_out: true,
        corrected_at: Some(to_timestamp(at)),
    }
}

/// A measure was taken; its numbers stay here.
pub fn measure_taken(
    trajectory: &Trajectory,
    id: MeasureId,
    measure: &Measure,
    at: Timestamp,
) -> MeasureTaken {
    MeasureTaken {
        measure_id: id.to_string(),
        trajectory_id: trajectory.id().to_string(),
        instrument: measure.instrument.to_string(),
        item_version: measure.item_version,
        day: measure.day.to_string(),
        taken_at: Some(to_timestamp(at)),
    }
}

/// A duty fell due, was kept or was missed; `None` for a state nobody else needs.
pub fn duty_changed(
    trajectory: &Trajectory,
    duty: &Duty,
    state: DutyState,
    at: Timestamp,
) -> Option<DutyChanged> {
    let state = match state {
        DutyState::Due => ProtoDutyState::Due,
        DutyState::Kept => ProtoDutyState::Kept,
        DutyState::Missed => ProtoDutyState::Missed,
        DutyState::KeptLate => ProtoDutyState::KeptLate,
        DutyState::Planned | DutyState::Announced | DutyState::Lapsed => return None,
    };
    Some(DutyChanged {
        trajectory_id: trajectory.id().to_string(),
        duty_id: duty.id.to_string(),
        duty: duty.code.to_string(),
        due_on: duty.term.due_on.to_string(),
        state: state.into(),
        changed_at: Some(to_timestamp(at)),
    })
}

/// A trajectory was closed.
pub fn trajectory_closed(trajectory: &Trajectory, exit: &Exit, at: Timestamp) -> TrajectoryClosed {
    let opening = trajectory.opening();
    let outcome = match exit.outcome {
        ExitOutcome::WithWork => ProtoExitOutcome::WithWork,
        ExitOutcome::StepBelowWork => ProtoExitOutcome::StepBelowWork,
        ExitOutcome::RegularOffer => ProtoExitOutcome::RegularOffer,
        ExitOutcome::WithoutWork => ProtoExitOutcome::WithoutWork,
    };
    let closed_on: Date = exit.closed_on;
    TrajectoryClosed {
        trajectory_id: trajectory.id().to_string(),
        participation_id: opening.participation.to_string(),
        episode_id: opening.episode.to_string(),
        programme: opening.programme.to_string(),
        exit_reason: exit.reason.to_string(),
        outcome: outcome.into(),
        closed_on: closed_on.to_string(),
        closed_at: Some(to_timestamp(at)),
    }
}
