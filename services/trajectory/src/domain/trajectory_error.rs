//! What a trajectory does not allow.

use jiff::civil::Date;
use region::Explained;
use thiserror::Error;

/// A step that a trajectory does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TrajectoryError {
    /// It was closed before.
    #[error("the trajectory was closed")]
    Closed,
    /// The programme asks for a closing evaluation, and none was held or refused.
    #[error("the closing evaluation was neither held nor refused")]
    EvaluationOpen,
    /// A closing evaluation was recorded before.
    #[error("the closing evaluation was recorded before")]
    EvaluationRecorded,
    /// The last day lies after today.
    #[error("the last day lies after today")]
    ClosesInFuture,
    /// The last day lies before something that was written down.
    #[error("the last day lies before {latest}, on which something was written down")]
    ClosesTooEarly {
        /// The latest day on which something happened.
        latest: Date,
    },
    /// The reason asks for a handover, and nobody is named who takes over.
    #[error("this reason asks for a handover, and nobody is named who takes over")]
    ReceiverMissing,
    /// The reason asks for a handover, and nobody confirmed it.
    #[error("this reason asks for a handover, and no day of its confirmation is given")]
    ConfirmationMissing,
    /// Who takes over confirmed it after today.
    #[error("the confirmation lies after today")]
    ConfirmedInFuture,
    /// The reason has no handover, and one is given.
    #[error("this reason has no handover")]
    HandoverNotNeeded,
}

impl TrajectoryError {
    /// The field of a close that is wrong; `None` when the state of the trajectory is.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Closed | Self::EvaluationOpen | Self::EvaluationRecorded => None,
            Self::ClosesInFuture | Self::ClosesTooEarly { .. } => Some("closed_on"),
            Self::ReceiverMissing | Self::HandoverNotNeeded => Some("handover_to"),
            Self::ConfirmationMissing | Self::ConfirmedInFuture => Some("handover_confirmed_on"),
        }
    }
}

impl Explained for TrajectoryError {
    fn remedy(&self) -> String {
        match self {
            Self::Closed => "nothing is left to do in it; who comes back gets a new episode".to_owned(),
            Self::EvaluationOpen => {
                "record the closing evaluation as held, or as refused by the family, and close then"
                    .to_owned()
            }
            Self::EvaluationRecorded => "read the trajectory; the first record stands".to_owned(),
            Self::ClosesInFuture => "give a day up to today".to_owned(),
            Self::ClosesTooEarly { latest } => format!("give {latest} or a later day"),
            Self::ReceiverMissing => "write which service takes over".to_owned(),
            Self::ConfirmationMissing => {
                "give the day on which they confirmed that they take over".to_owned()
            }
            Self::ConfirmedInFuture => "wait until they confirmed it, and give that day".to_owned(),
            Self::HandoverNotNeeded => {
                "leave the handover empty, or choose a reason with a handover".to_owned()
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Closed => "TRAJECTORY_CLOSED",
            Self::EvaluationOpen => "CLOSING_EVALUATION_OPEN",
            Self::EvaluationRecorded => "CLOSING_EVALUATION_RECORDED",
            Self::ClosesInFuture | Self::ConfirmedInFuture => "IN_FUTURE",
            Self::ClosesTooEarly { .. } => "TOO_EARLY",
            Self::ReceiverMissing | Self::ConfirmationMissing => "HANDOVER_MISSING",
            Self::HandoverNotNeeded => "HANDOVER_NOT_NEEDED",
        }
    }
}
