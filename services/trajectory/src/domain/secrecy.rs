//! Who reads what somebody wrote.
//!
//! Words in a life domain of the class `normal` are read by whoever sees the trajectory. Words of a higher class are read
//! only by who is on the case today, in a role that reaches the class: a coach, social worker or bridge figure reaches
//! all four; a student or volunteer reaches `normal` and `sensitive`. A coordinator sees that there is something, in which
//! domain and in which state, and not what it says.

use region::programme::{Role, SecrecyClass};

/// The class of words without a domain: nobody knows what they are about.
pub const HIDDEN_UNLESS_ON_CASE: SecrecyClass = SecrecyClass::Sensitive;

/// The classes that a match in this role reaches; empty for a role that accompanies nobody.
pub const fn classes_of(role: Role) -> &'static [SecrecyClass] {
    match role {
        Role::Coach | Role::SocialWorker | Role::BridgeFigure => &[
            SecrecyClass::Normal,
            SecrecyClass::Sensitive,
            SecrecyClass::SpecialCategory,
            SecrecyClass::Criminal,
        ],
        Role::Student | Role::Volunteer => &[SecrecyClass::Normal, SecrecyClass::Sensitive],
        Role::Coordinator
        | Role::FinanceOfficer
        | Role::BoardMember
        | Role::Administrator
        | Role::DataProtectionOfficer
        | Role::Auditor => &[],
    }
}
