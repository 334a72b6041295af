//! Who acts in a programme, and how far a mandate may reach.

use serde::Serialize;

use crate::closed_set::{ClosedSet, closed_set};
use crate::partner::PartnerKind;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;

closed_set! {
    /// The roles of mandates: the same closed set as in the access rules of the contract.
    pub enum Role is "role" {
        /// Coordinates a programme: screens, admits, refuses, matches.
        Coordinator = "coordinator",
        /// Accompanies participants (*trajectbegeleider*).
        Coach = "coach",
        /// Social worker of a public centre for social welfare.
        SocialWorker = "social_worker",
        /// Bridge figure between school and family (*brugfiguur*).
        BridgeFigure = "bridge_figure",
        /// Student who visits a family.
        Student = "student",
        /// Volunteer.
        Volunteer = "volunteer",
        /// Keeps hours, budgets and claims.
        FinanceOfficer = "finance_officer",
        /// Sits on a board or council; sees figures, never cases.
        BoardMember = "board_member",
        /// Runs the region: settings, health, parked messages. No case content.
        Administrator = "administrator",
        /// Guards data protection: erases on request, reads the access log.
        DataProtectionOfficer = "data_protection_officer",
        /// Looks back over hours and claims, also years later; changes nothing.
        Auditor = "auditor",
    }
}

closed_set! {
    /// How far a mandate reaches; a wider one includes a narrower one.
    pub enum Scope is "scope" {
        /// Cases that the worker is on.
        OwnCases = "own_cases",
        /// Cases of the worker's organisation.
        Organisation = "organisation",
        /// Every case of the programme.
        Programme = "programme",
        /// Every case of the region.
        Region = "region",
    }
}

/// What a role is called in a programme, and how far its mandates may reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoleRule {
    /// Which role.
    pub role: Role,
    /// What the programme calls it.
    pub label: String,
    /// The widest scope that a mandate in this role may have.
    pub max_scope: Scope,
    /// The kinds of partner whose workers may have it; empty when all may.
    pub partner_kinds: Vec<PartnerKind>,
    /// Whether who has it accompanies participants and counts for capacity.
    pub accompanies: bool,
}

impl RoleRule {
    pub(crate) fn read_all(section: &mut Section<'_, '_>) -> Option<Vec<Self>> {
        let roles = section.tables("role", 1, Self::read)?;
        if !roles.iter().any(|role| role.role == Role::Coordinator) {
            section.complain(
                "role",
                MistakeKind::TooFew,
                "nobody can screen, admit or refuse: there is no coordinator",
                "add a `[[role]]` with `role = \"coordinator\"`",
            );
        }
        Some(roles)
    }

    fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let role: Option<Role> = section.word("role");
        if let Some(role) = role
            && !section.file.names.borrow_mut().declare(Namespace::Role, role.as_str())
        {
            section.complain(
                "role",
                MistakeKind::Duplicate,
                format!("the role `{role}` already stands above"),
                "merge the two",
            );
        }
        let label = section.text("label");
        let max_scope = section.word("max_scope");
        let partner_kinds = section.words("partner_kinds", 0);
        let accompanies = section.optional_boolean("accompanies");
        Some(Self {
            role: role?,
            label: label?,
            max_scope: max_scope?,
            partner_kinds: partner_kinds?,
            accompanies: accompanies?,
        })
    }
}
