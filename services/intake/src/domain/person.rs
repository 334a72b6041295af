//! Persons as intake knows them.

chassis::define_id!(
    /// A human being, as one referral knows them.
    PersonId
);

/// Why a person is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureGround {
    /// The person asked for it.
    Request,
    /// The retention term of the programme ended.
    Retention,
    /// The data should never have been stored.
    Mistake,
}

impl ErasureGround {
    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Retention => "retention",
            Self::Mistake => "mistake",
        }
    }
}
