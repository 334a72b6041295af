//! Events of invented cases after admission: workers, matches, trajectories, budgets.

use chassis::id::IdGenerator;
use jiff::Timestamp;
use proto::common::v1::Money;
use proto::finance::events::v1::{BudgetApproved, SourceTotal};
use proto::intake::events::v1::EpisodeEnded;
use proto::matching::events::v1::{
    MatchConfirmed, MatchEnd, MatchEnded, ProposalDeclined, WorkerCapacityChanged,
};
use proto::options::v1::Role;
use proto::trajectory::events::v1::{
    ContactCorrected, ContactLogged, ContactOutcome, DutyChanged, DutyState, ExitOutcome, MeasureTaken,
    TimeClass, TrajectoryClosed, TrajectoryOpened,
};
use uuid::Uuid;

use crate::story::{PROGRAMME, Story, at, wire};

/// An id of its own.
pub fn fresh() -> Uuid {
    IdGenerator.uuid()
}

/// An invented case: the episode of a story, its match and its trajectory.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub story: Story,
    pub match_id: Uuid,
    pub trajectory: Uuid,
    pub worker: Uuid,
}

/// What a contact was like.
#[derive(Debug, Clone, Copy)]
pub struct Contact {
    pub reached: bool,
    pub with: bool,
    pub minutes: u32,
}

impl Contact {
    fn outcome(self) -> i32 {
        (if self.reached { ContactOutcome::Reached } else { ContactOutcome::Tried }) as i32
    }

    fn class(self) -> i32 {
        (if self.with { TimeClass::WithParticipant } else { TimeClass::AroundParticipant }) as i32
    }
}

/// Noon of a day, about when most things are written down.
pub fn noon(day: &str) -> Timestamp {
    at(&format!("{day}T11:00:00Z"))
}

/// A capacity of a worker.
pub fn capacity(worker: Uuid, cases: (&str, &str), from: &str, to: &str) -> WorkerCapacityChanged {
    WorkerCapacityChanged {
        worker_id: worker.to_string(),
        organisation_id: fresh().to_string(),
        programme: PROGRAMME.to_owned(),
        full_time_share: "1".to_owned(),
        cases_min: cases.0.to_owned(),
        cases_max: cases.1.to_owned(),
        valid_from: from.to_owned(),
        valid_to: to.to_owned(),
        changed_at: wire(at("2024-01-01T08:00:00Z")),
    }
}

/// A declined proposal.
pub fn declined(proposal: Uuid, when: Timestamp) -> ProposalDeclined {
    ProposalDeclined {
        proposal_id: proposal.to_string(),
        participation_id: fresh().to_string(),
        worker_id: fresh().to_string(),
        programme: PROGRAMME.to_owned(),
        declined_at: wire(when),
    }
}

/// An approved budget.
pub fn approved(budget: Uuid, year: u32, cents: i64) -> BudgetApproved {
    let source = |word: &str, cents| SourceTotal { source: word.to_owned(), amount: Some(Money { cents }) };
    BudgetApproved {
        budget_id: budget.to_string(),
        programme: PROGRAMME.to_owned(),
        programme_version: "1".to_owned(),
        year,
        staff_cost: Some(Money { cents: cents - 40 }),
        flat_rate: Some(Money { cents: 40 }),
        total: Some(Money { cents }),
        sources: vec![source("local", 15), source("esf", cents - 15)],
        approved_at: wire(at("2024-01-15T08:00:00Z")),
    }
}

impl Case {
    pub fn new() -> Self {
        Self { story: Story::new(), match_id: fresh(), trajectory: fresh(), worker: fresh() }
    }

    pub fn confirmed(&self, when: Timestamp, first_day: &str) -> MatchConfirmed {
        MatchConfirmed {
            match_id: self.match_id.to_string(),
            participation_id: self.story.participation.to_string(),
            episode_id: self.story.episode.to_string(),
            person_id: self.story.person.to_string(),
            worker_id: self.worker.to_string(),
            organisation_id: fresh().to_string(),
            role: Role::Coach as i32,
            programme: PROGRAMME.to_owned(),
            programme_version: "1".to_owned(),
            first_day: first_day.to_owned(),
            weight: "regular".to_owned(),
            over_capacity: false,
            overridden: false,
            confirmed_at: wire(when),
            follows_match_id: String::new(),
        }
    }

    pub fn match_ended(&self, last_day: &str, why: MatchEnd) -> MatchEnded {
        MatchEnded {
            match_id: self.match_id.to_string(),
            participation_id: self.story.participation.to_string(),
            episode_id: self.story.episode.to_string(),
            worker_id: self.worker.to_string(),
            last_day: last_day.to_owned(),
            why: why as i32,
            ended_at: wire(noon(last_day)),
        }
    }

    pub fn opened(&self, day: &str) -> TrajectoryOpened {
        TrajectoryOpened {
            trajectory_id: self.trajectory.to_string(),
            participation_id: self.story.participation.to_string(),
            episode_id: self.story.episode.to_string(),
            programme: PROGRAMME.to_owned(),
            programme_version: "1".to_owned(),
            opened_on: day.to_owned(),
            opened_at: wire(noon(day)),
        }
    }

    pub fn logged(&self, contact: Uuid, day: &str, how: Contact) -> ContactLogged {
        ContactLogged {
            contact_id: contact.to_string(),
            trajectory_id: self.trajectory.to_string(),
            participation_id: self.story.participation.to_string(),
            worker_id: self.worker.to_string(),
            organisation_id: fresh().to_string(),
            programme: PROGRAMME.to_owned(),
            day: day.to_owned(),
            outcome: how.outcome(),
            time_class: how.class(),
            minutes: how.minutes,
            logged_at: wire(noon(day)),
        }
    }

    pub fn corrected(&self, contact: Uuid, day: &str, how: Contact, struck_out: bool) -> ContactCorrected {
        ContactCorrected {
            contact_id: contact.to_string(),
            trajectory_id: self.trajectory.to_string(),
            day: day.to_owned(),
            outcome: how.outcome(),
            time_class: how.class(),
            minutes: how.minutes,
            struck_out,
            corrected_at: wire(noon(day) + jiff::SignedDuration::from_hours(1)),
        }
    }

    pub fn measured(&self, instrument: &str, day: &str) -> MeasureTaken {
        MeasureTaken {
            measure_id: fresh().to_string(),
            trajectory_id: self.trajectory.to_string(),
            instrument: instrument.to_owned(),
            item_version: 1,
            day: day.to_owned(),
            taken_at: wire(noon(day)),
        }
    }

    pub fn duty(&self, duty: Uuid, code: &str, due_on: &str, state: DutyState) -> DutyChanged {
        DutyChanged {
            trajectory_id: self.trajectory.to_string(),
            duty_id: duty.to_string(),
            duty: code.to_owned(),
            due_on: due_on.to_owned(),
            state: state as i32,
            changed_at: wire(noon(due_on)),
        }
    }

    pub fn closed(&self, day: &str, reason: &str, outcome: ExitOutcome) -> TrajectoryClosed {
        TrajectoryClosed {
            trajectory_id: self.trajectory.to_string(),
            participation_id: self.story.participation.to_string(),
            episode_id: self.story.episode.to_string(),
            programme: PROGRAMME.to_owned(),
            exit_reason: reason.to_owned(),
            outcome: outcome as i32,
            closed_on: day.to_owned(),
            closed_at: wire(noon(day)),
        }
    }

    pub fn episode_ended(&self, day: &str) -> EpisodeEnded {
        EpisodeEnded {
            participation_id: self.story.participation.to_string(),
            episode_id: self.story.episode.to_string(),
            ended_on: day.to_owned(),
            ended_at: wire(noon(day)),
        }
    }
}
