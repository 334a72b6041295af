//! Who belongs to a family that takes part. Each member is a person of their own; all children count.

use jiff::civil::Date;
use region::programme::Family;
use region::{PartialDate, SchoolYearCode};

use super::folding::fold;
use super::text::OrganisationName;
use super::{PersonId, ReferralState};

/// What somebody is in a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FamilyRelation {
    /// A parent, or who takes that place.
    Parent,
    /// A child, whatever the age.
    Child,
    /// Somebody else who lives with the family.
    Other,
}

impl FamilyRelation {
    /// Every relation.
    pub const ALL: [Self; 3] = [Self::Parent, Self::Child, Self::Other];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parent => "parent",
            Self::Child => "child",
            Self::Other => "other",
        }
    }

    /// The relation with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.as_str() == word)
    }
}

/// Why a member is taken out of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalReason {
    /// No longer belongs to it: was reached, and counts.
    Left,
    /// Never belonged to it, or stood in it twice: is erased, and counts nowhere.
    Mistake,
}

/// What is recorded of a member beside the name.
#[derive(Clone)]
pub struct MemberDetails {
    /// What they are in the family.
    pub relation: FamilyRelation,
    /// Birth date as far as known.
    pub birth: Option<PartialDate>,
    /// School, of a child.
    pub school: Option<OrganisationName>,
    /// School year, of a child.
    pub school_year: Option<SchoolYearCode>,
}

impl std::fmt::Debug for MemberDetails {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MemberDetails").field("relation", &self.relation).finish_non_exhaustive()
    }
}

/// A member as others are told about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedMember {
    /// Who.
    pub person: PersonId,
    /// What they are in the family.
    pub relation: FamilyRelation,
    /// Code of the school year.
    pub school_year: Option<String>,
    /// Day on which they left.
    pub left_on: Option<Date>,
}

/// A step that a family does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FamilyError {
    /// The subject of the programme is no family.
    #[error("the programme is not for families")]
    NotAFamily,
    /// The referral was refused or withdrawn.
    #[error("the referral was {}", .0.as_str())]
    Closed(ReferralState),
    /// The case ended.
    #[error("the case of the family ended")]
    Ended,
    /// As many members as the programme takes.
    #[error("the family has {most} members, and the programme takes no more")]
    Full {
        /// Most members.
        most: u32,
    },
    /// The member left the family before.
    #[error("the member left the family before")]
    Left,
}

/// Checks that a member may be added: the referral waits or its case runs, and there is room.
///
/// # Errors
/// What is in the way.
pub const fn check_addition(
    family: &Family,
    state: ReferralState,
    runs: bool,
    members: usize,
) -> Result<(), FamilyError> {
    match state {
        ReferralState::Refused | ReferralState::Withdrawn => return Err(FamilyError::Closed(state)),
        ReferralState::Admitted if !runs => return Err(FamilyError::Ended),
        ReferralState::Submitted | ReferralState::Screened | ReferralState::Admitted => {}
    }
    if members >= family.most_members as usize {
        return Err(FamilyError::Full { most: family.most_members });
    }
    Ok(())
}

/// Checks that a member may be corrected or taken out: also after the case ended, but not of a referral that led to nothing,
/// whose data wait to be forgotten.
///
/// # Errors
/// What is in the way.
pub const fn check_change(state: ReferralState) -> Result<(), FamilyError> {
    match state {
        ReferralState::Refused | ReferralState::Withdrawn => Err(FamilyError::Closed(state)),
        ReferralState::Submitted | ReferralState::Screened | ReferralState::Admitted => Ok(()),
    }
}

/// Whether two members may be one human being: the same name but for spelling, and birth dates that do not contradict.
pub fn look_alike(one: (&str, Option<PartialDate>), other: (&str, Option<PartialDate>)) -> bool {
    let name = fold(one.0);
    let contradict = one
        .1
        .zip(other.1)
        .is_some_and(|(one, other)| one.latest() < other.earliest() || other.latest() < one.earliest());
    !name.is_empty() && name == fold(other.0) && !contradict
}

#[cfg(test)]
mod tests {
    use super::*;

    fn born(text: &str) -> Option<PartialDate> {
        text.parse().ok()
    }

    #[test]
    fn a_family_takes_members_while_it_waits_and_while_its_case_runs() {
        let family = Family { most_members: 3, school_years: Vec::new() };
        let check = |state, runs| check_addition(&family, state, runs, 2);

        assert_eq!(check(ReferralState::Submitted, false), Ok(()));
        assert_eq!(check(ReferralState::Screened, false), Ok(()));
        assert_eq!(check(ReferralState::Admitted, true), Ok(()));
        assert_eq!(check(ReferralState::Admitted, false), Err(FamilyError::Ended));
        for state in [ReferralState::Refused, ReferralState::Withdrawn] {
            assert_eq!(check(state, true), Err(FamilyError::Closed(state)));
            assert_eq!(check_change(state), Err(FamilyError::Closed(state)));
        }
        assert_eq!(
            check_addition(&family, ReferralState::Screened, false, 3),
            Err(FamilyError::Full { most: 3 })
        );
        assert_eq!(check_change(ReferralState::Admitted), Ok(()));
    }

    #[test]
    fn the_same_name_is_the_same_child_unless_the_birth_dates_contradict() {
        assert!(look_alike(("Kanarie Léa", born("2018-06")), ("kanarie-lea", born("2018-06-14"))));
        assert!(look_alike(("Kanarie Lea", None), ("Kanarie Lea", born("2018"))));
        assert!(!look_alike(("Kanarie Lea", born("2017")), ("Kanarie Lea", born("2018-06-14"))));
        assert!(!look_alike(("Kanarie Lea", None), ("Kanarie Leo", None)));
        assert!(!look_alike(("?", None), ("!", None)));
    }
}
