//! Families that take part: what one event of intake says, parsed. No member is named.

use jiff::Timestamp;
use jiff::civil::Date;

use super::fact::ParticipationId;

/// Who belongs to a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyRecord {
    /// The participation.
    pub participation: ParticipationId,
    /// Code of the programme.
    pub programme: String,
    /// Everybody, who left included.
    pub members: Vec<FamilyMember>,
    /// When.
    pub at: Timestamp,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyMember {
    /// `parent`, `child` or `other`.
    pub relation: &'static str,
    /// Code of the school year; empty when there is none.
    pub school_year: String,
    /// Whether the programme is there for this school year first of all.
    pub in_focus: bool,
    /// Day on which they left.
    pub left_on: Option<Date>,
}
