//! Where a referral stands.

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
