//! Where a referral stands, and in which version.

use std::fmt;

/// Where a referral stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferralState {
    /// Received, nobody screened it.
    Submitted,
    /// Screened, not decided.
    Screened,
    /// Admitted: a participation exists.
    Admitted,
    /// Refused.
    Refused,
    /// Withdrawn before a decision.
    Withdrawn,
}

impl ReferralState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Submitted, Self::Screened, Self::Admitted, Self::Refused, Self::Withdrawn];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Screened => "screened",
            Self::Admitted => "admitted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// The version of a referral as callers carry it: opaque, equal exactly when nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag(i64);

impl Etag {
    /// The tag of a version.
    pub const fn of(version: i64) -> Self {
        Self(version)
    }

    /// Whether the caller read this version. A caller who names none did not.
    pub fn is(self, if_match: Option<&str>) -> bool {
        if_match.is_some_and(|tag| tag == self.to_string())
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "v{}", self.0)
    }
}
