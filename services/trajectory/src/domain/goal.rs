//! Goals of the participant, and the next step.

use thiserror::Error;

use super::{Etag, GoalId, TrajectoryId};

/// Where a goal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GoalState {
    /// It is worked on.
    Open,
    /// It was reached.
    Reached,
    /// It is no goal any more.
    Dropped,
}

impl GoalState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Open, Self::Reached, Self::Dropped];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Reached => "reached",
            Self::Dropped => "dropped",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Where a planned step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextStepState {
    /// It is to be taken.
    Planned,
    /// It was taken.
    Completed,
    /// Another was planned in its place.
    Replaced,
}

impl NextStepState {
    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Completed => "completed",
            Self::Replaced => "replaced",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Planned, Self::Completed, Self::Replaced].into_iter().find(|state| state.as_str() == word)
    }
}

/// A goal was reached or dropped before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the goal was {} before", .0.as_str())]
pub struct GoalClosed(pub GoalState);

/// A goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    id: GoalId,
    trajectory: TrajectoryId,
    state: GoalState,
    version: i64,
}

impl Goal {
    /// A goal as it stands.
    pub const fn new(id: GoalId, trajectory: TrajectoryId, state: GoalState, version: i64) -> Self {
        Self { id, trajectory, state, version }
    }

    /// It was reached, or dropped.
    pub fn close(&mut self, end: GoalState) -> Result<(), GoalClosed> {
        match self.state {
            GoalState::Open => {
                self.state = end;
                self.version += 1;
                Ok(())
            }
            GoalState::Reached | GoalState::Dropped => Err(GoalClosed(self.state)),
        }
    }

    /// Goal.
    pub const fn id(&self) -> GoalId {
        self.id
    }

    /// The trajectory it belongs to.
    pub const fn trajectory(&self) -> TrajectoryId {
        self.trajectory
    }

    /// Its state.
    pub const fn state(&self) -> GoalState {
        self.state
    }

    /// Its version.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// Its tag.
    pub const fn etag(&self) -> Etag {
        Etag::of(self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_ends_once() {
        let mut goal = Goal::new(
            GoalId::from_uuid(uuid::Uuid::nil()),
            TrajectoryId::from_uuid(uuid::Uuid::nil()),
            GoalState::Open,
            1,
        );

        assert_eq!(goal.close(GoalState::Reached), Ok(()));
        assert_eq!(goal.close(GoalState::Dropped), Err(GoalClosed(GoalState::Reached)));
        assert_eq!((goal.state(), goal.version()), (GoalState::Reached, 2));
    }
}
