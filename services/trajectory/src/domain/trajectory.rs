//! What happens in one episode.

use jiff::civil::Date;
use region::programme::{ExitOutcome, ExitReason};
use region::{ExitReasonCode, ProgrammeCode};

use super::text::Receiver;
use super::{EpisodeId, Etag, ParticipationId, PersonId, TrajectoryError, TrajectoryId};

/// Where a trajectory stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TrajectoryState {
    /// It runs.
    Open,
    /// It was closed with a reason.
    Closed,
}

impl TrajectoryState {
    /// Every state.
    pub const ALL: [Self; 2] = [Self::Open, Self::Closed];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// What a trajectory begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Whose participation.
    pub participation: ParticipationId,
    /// In which episode.
    pub episode: EpisodeId,
    /// Who takes part.
    pub person: PersonId,
    /// In which programme.
    pub programme: ProgrammeCode,
    /// Under which version of the programme file; it keeps it to its last day.
    pub programme_version: u32,
    /// First day: that of the first match.
    pub opened_on: Date,
}

/// How a trajectory stands, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// State.
    pub state: TrajectoryState,
    /// Last day, once closed.
    pub closed_on: Option<Date>,
    /// Whether the person was erased.
    pub erased: bool,
    /// Whether a closing evaluation was held or refused.
    pub evaluated: bool,
    /// Version.
    pub version: i64,
}

/// A handover to another service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// Who takes over.
    pub to: Receiver,
    /// When they confirmed it.
    pub confirmed_on: Date,
}

/// How a trajectory ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// Why.
    pub reason: ExitReasonCode,
    /// What it counts as.
    pub outcome: ExitOutcome,
    /// Last day.
    pub closed_on: Date,
    /// The handover, when the reason asks for one.
    pub handover: Option<Handover>,
}

/// What happens in one episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trajectory {
    id: TrajectoryId,
    opening: Opening,
    standing: Standing,
}

impl Trajectory {
    /// Begins with the first match of an episode.
    pub const fn open(id: TrajectoryId, opening: Opening, erased: bool) -> Self {
        let standing =
            Standing { state: TrajectoryState::Open, closed_on: None, erased, evaluated: false, version: 1 };
        Self { id, opening, standing }
    }

    /// A trajectory as it stands.
    pub const fn new(id: TrajectoryId, opening: Opening, standing: Standing) -> Self {
        Self { id, opening, standing }
    }

    /// Refuses what only a running trajectory allows.
    pub fn check_open(&self) -> Result<(), TrajectoryError> {
        match self.standing.state {
            TrajectoryState::Open => Ok(()),
            TrajectoryState::Closed => Err(TrajectoryError::Closed),
        }
    }

    /// Who accompanies changed.
    pub fn hand_over(&mut self) {
        self.standing.version += 1;
    }

    /// The closing evaluation was held or refused.
    pub fn evaluate(&mut self) -> Result<(), TrajectoryError> {
        self.check_open()?;
        if self.standing.evaluated {
            return Err(TrajectoryError::EvaluationRecorded);
        }
        self.standing.evaluated = true;
        self.standing.version += 1;
        Ok(())
    }

    /// Ends it. Gives every field that is wrong; a state that is wrong comes alone.
    ///
    /// `latest` is the latest day on which something happened in it; `evaluation_required` says the programme.
    pub fn close(
        &mut self,
        reason: &ExitReason,
        closed_on: Date,
        handover: (Option<Receiver>, Option<Date>),
        today: Date,
        latest: Option<Date>,
        evaluation_required: bool,
    ) -> Result<Exit, Vec<TrajectoryError>> {
        self.check_open().map_err(|error| vec![error])?;
        if evaluation_required && !self.standing.evaluated {
            return Err(vec![TrajectoryError::EvaluationOpen]);
        }
        let mut wrong = Vec::new();
        let latest = latest.map_or(self.opening.opened_on, |latest| latest.max(self.opening.opened_on));
        if today < closed_on {
            wrong.push(TrajectoryError::ClosesInFuture);
        } else if closed_on < latest {
            wrong.push(TrajectoryError::ClosesTooEarly { latest });
        }
        let handover = check_handover(reason.handover, handover, today, &mut wrong);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        self.standing.state = TrajectoryState::Closed;
        self.standing.closed_on = Some(closed_on);
        self.standing.version += 1;
        Ok(Exit { reason: reason.code.clone(), outcome: reason.outcome, closed_on, handover })
    }

    /// Trajectory.
    pub const fn id(&self) -> TrajectoryId {
        self.id
    }

    /// What it began with.
    pub const fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Who takes part.
    pub const fn person(&self) -> PersonId {
        self.opening.person
    }

    /// Its programme.
    pub const fn programme(&self) -> &ProgrammeCode {
        &self.opening.programme
    }

    /// First day.
    pub const fn opened_on(&self) -> Date {
        self.opening.opened_on
    }

    /// How it stands.
    pub const fn standing(&self) -> Standing {
        self.standing
    }

    /// Its tag.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.standing.version)
    }
}

fn check_handover(
    needed: bool,
    given: (Option<Receiver>, Option<Date>),
    today: Date,
    wrong: &mut Vec<TrajectoryError>,
) -> Option<Handover> {
    match (needed, given) {
        (false, (None, None)) => None,
        (false, _) => {
            wrong.push(TrajectoryError::HandoverNotNeeded);
            None
        }
        (true, (to, confirmed_on)) => {
            if to.is_none() {
                wrong.push(TrajectoryError::ReceiverMissing);
            }
            match confirmed_on {
                None => wrong.push(TrajectoryError::ConfirmationMissing),
                Some(day) if today < day => wrong.push(TrajectoryError::ConfirmedInFuture),
                Some(_) => {}
            }
            Some(Handover { to: to?, confirmed_on: confirmed_on? })
        }
    }
}

#[cfg(test)]
mod tests {
    use chassis::id::IdGenerator;
    use jiff::civil::date;

    use super::*;

    const FIRST: Date = date(2024, 3, 1);
    const TODAY: Date = date(2024, 6, 30);

    fn trajectory() -> Trajectory {
        let ids = IdGenerator;
        let opening = Opening {
            participation: ParticipationId::generate(ids),
            episode: EpisodeId::generate(ids),
            person: PersonId::generate(ids),
            programme: "waasland-esf".parse().unwrap(),
            programme_version: 1,
            opened_on: FIRST,
        };
        Trajectory::open(TrajectoryId::generate(ids), opening, false)
    }

    fn reason(handover: bool) -> ExitReason {
        ExitReason {
            code: "regular-offer".parse().unwrap(),
            label: "terug".to_owned(),
            outcome: ExitOutcome::RegularOffer,
            circuit: None,
            handover,
        }
    }

    fn receiver() -> Receiver {
        Receiver::parse("Kanariehuis").unwrap()
    }

    #[test]
    fn a_close_ends_it_once() {
        let mut trajectory = trajectory();

        let exit = trajectory.close(&reason(false), TODAY, (None, None), TODAY, None, false).unwrap();

        assert_eq!((exit.outcome, exit.closed_on), (ExitOutcome::RegularOffer, TODAY));
        assert_eq!(trajectory.standing().closed_on, Some(TODAY));
        let again = trajectory.close(&reason(false), TODAY, (None, None), TODAY, None, false);
        assert_eq!(again, Err(vec![TrajectoryError::Closed]));
        assert_eq!(trajectory.standing().version, 2);
    }

    #[test]
    fn every_wrong_field_of_a_close_is_told_and_nothing_changed() {
        let mut trajectory = trajectory();
        let before = trajectory.clone();

        let wrong = trajectory.close(
            &reason(true),
            date(2024, 7, 1),
            (None, Some(date(2024, 7, 2))),
            TODAY,
            None,
            false,
        );

        assert_eq!(
            wrong,
            Err(vec![
                TrajectoryError::ClosesInFuture,
                TrajectoryError::ReceiverMissing,
                TrajectoryError::ConfirmedInFuture
            ])
        );
        let latest = date(2024, 5, 3);
        let wrong = trajectory.close(
            &reason(false),
            date(2024, 5, 2),
            (Some(receiver()), None),
            TODAY,
            Some(latest),
            false,
        );
        assert_eq!(
            wrong,
            Err(vec![TrajectoryError::ClosesTooEarly { latest }, TrajectoryError::HandoverNotNeeded])
        );
        let wrong = trajectory.close(&reason(false), date(2024, 2, 29), (None, None), TODAY, None, false);
        assert_eq!(wrong, Err(vec![TrajectoryError::ClosesTooEarly { latest: FIRST }]));
        assert_eq!(trajectory, before);
    }

    #[test]
    fn a_programme_may_ask_for_an_evaluation_first() {
        let mut trajectory = trajectory();

        let refused = trajectory.close(&reason(false), TODAY, (None, None), TODAY, None, true);
        assert_eq!(refused, Err(vec![TrajectoryError::EvaluationOpen]));
        assert_eq!(trajectory.evaluate(), Ok(()));
        assert_eq!(trajectory.evaluate(), Err(TrajectoryError::EvaluationRecorded));

        let given = (Some(receiver()), Some(TODAY));
        let exit = trajectory.close(&reason(true), TODAY, given, TODAY, None, true).unwrap();
        assert_eq!(exit.handover.unwrap().confirmed_on, TODAY);
    }
}
