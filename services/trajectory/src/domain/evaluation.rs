//! The closing evaluation with the family.

use jiff::civil::Date;

use super::text::Note;

/// How a closing evaluation went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvaluationOutcome {
    /// It was held.
    Held,
    /// The family did not want it.
    Refused,
}

impl EvaluationOutcome {
    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Refused => "refused",
        }
    }

    /// The outcome with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Held, Self::Refused].into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// A closing evaluation that was held or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingEvaluation {
    /// How it went.
    pub outcome: EvaluationOutcome,
    /// Its day.
    pub day: Date,
    /// What was said.
    pub note: Option<Note>,
}
