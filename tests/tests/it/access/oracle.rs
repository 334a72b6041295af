//! The rules in words of the contract, written down from the READMEs of the services, not read from the descriptors.

use chassis::caller::{Role, Scope};
use tests::life::PROGRAMME;

/// A mandate of the matrix.
#[derive(Debug, Clone, Copy)]
pub struct Mandate {
    pub role: Role,
    pub scope: Scope,
    pub programme: Option<&'static str>,
}

/// How somebody stands to the case that runs; the other case is closed, and was that of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Accompanies, today.
    OnCase,
    /// Did, until the handover.
    WasOnCase,
    /// Of the organisation of who accompanies.
    Colleague,
    /// Of another organisation.
    Stranger,
}

/// A rule of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A coordinator of the programme: referrals, proposals, matches, capacity.
    Coordinates,
    /// A coordinator or administrator of the programme: workers and their mandates.
    KeepsWorkers,
    /// A finance officer of the programme.
    KeepsBudgets,
    /// The same, or a board member: totals.
    SeesTotals,
    /// Coordinator, board member or finance officer of the programme.
    SeesFigures,
    /// Finance officer or auditor of the programme: rates and costs of claims, and the ledger.
    ReadsClaims,
    /// These, coordinator or board member of the programme: totals of claims.
    SeesClaims,
    /// Finance officer, auditor or coordinator of the programme: what was decided and spent of a pot.
    ReadsPot,
    /// A finance officer of the organisation or of the programme: staff, their hours, their wages.
    KeepsStaff,
    /// The same, where nobody is named: what comes of it is the organisation's.
    KeepsOrganisation,
    /// Finance officer, coordinator or auditor of the organisation or of the programme.
    ReadsHours,
    /// The same, a list.
    ListsHours,
    /// The person whose hours they are.
    OwnHours,
    /// A list of the caller's own, whatever it holds.
    ListsOwnHours,
    /// The data protection officer of the region.
    Erases,
    /// The administrator of the region.
    Operates,
    /// Reads the case that runs.
    Reads,
    /// Works on it: only who accompanies today.
    Works,
    /// Closes it, or says that a duty was done: who accompanies, and the coordinator.
    Ends,
    /// Reads the closed case: nobody accompanies any more.
    ReadsClosed,
    /// Works on the closed case.
    WorksOnClosed,
    /// Corrects it as a coordinator may.
    EndsClosed,
    /// Reads the match that runs.
    ReadsMatch,
    /// Reads the match that was handed over.
    ReadsFormerMatch,
    /// Lists the own cases, whatever they are.
    ListsOwn,
    /// Lists the cases of the programme.
    ListsProgramme,
    /// Lists the matches in reach.
    ListsMatches,
}

/// Who accompanies or coordinates; the others have nothing to do with cases.
pub fn has_cases(role: Role) -> bool {
    matches!(
        role,
        Role::Coordinator
            | Role::Coach
            | Role::SocialWorker
            | Role::BridgeFigure
            | Role::Student
            | Role::Volunteer
    )
}

/// What the rules say about hours and wages. The one whose they are is the one who accompanies; the sheets are in the programme.
fn hours(rule: Rule, mandate: &Mandate, relation: Relation) -> Option<&'static str> {
    let of_programme = mandate.programme.is_none_or(|code| code == PROGRAMME);
    let keeps: &[Role] = &[Role::FinanceOfficer];
    let reads: &[Role] = &[Role::FinanceOfficer, Role::Coordinator, Role::Auditor];
    let of_organisation = match mandate.scope {
        Scope::Organisation => matches!(relation, Relation::OnCase | Relation::Colleague),
        _ => true,
    };
    let (has_mandate, is_theirs) = match rule {
        Rule::KeepsStaff => (keeps.contains(&mandate.role), of_organisation),
        Rule::KeepsOrganisation => (keeps.contains(&mandate.role), true),
        Rule::ReadsHours => (reads.contains(&mandate.role), of_organisation),
        Rule::ListsHours => (reads.contains(&mandate.role), true),
        // Everybody who works writes hours, whatever else they may: a wider mandate opens nobody else's.
        Rule::OwnHours | Rule::ListsOwnHours => {
            let works = has_cases(mandate.role) || mandate.role == Role::FinanceOfficer;
            (works, rule == Rule::ListsOwnHours || relation == Relation::OnCase)
        }
        _ => return None,
    };
    let is_own = matches!(rule, Rule::OwnHours | Rule::ListsOwnHours);
    Some(match () {
        () if !has_mandate || !is_own && mandate.scope == Scope::OwnCases => "NO_MANDATE",
        () if of_programme && is_theirs => "reached",
        () => "404",
    })
}

/// What must come out: `reached`, `404`, or the reason of a refusal.
pub fn expected(rule: Rule, mandate: &Mandate, relation: Relation) -> &'static str {
    if let Some(outcome) = hours(rule, mandate, relation) {
        return outcome;
    }
    let of_programme = mandate.programme.is_none_or(|code| code == PROGRAMME);
    let wide = matches!(mandate.scope, Scope::Programme | Scope::Region);
    let office = |roles: &[Role]| match () {
        () if !roles.contains(&mandate.role) || !wide => "NO_MANDATE",
        () if !of_programme => "404",
        () => "reached",
    };
    match rule {
        Rule::Coordinates => return office(&[Role::Coordinator]),
        Rule::KeepsWorkers => return office(&[Role::Coordinator, Role::Administrator]),
        Rule::KeepsBudgets => return office(&[Role::FinanceOfficer]),
        Rule::SeesTotals => return office(&[Role::FinanceOfficer, Role::BoardMember]),
        Rule::SeesFigures => return office(&[Role::Coordinator, Role::BoardMember, Role::FinanceOfficer]),
        Rule::ReadsClaims => return office(&[Role::FinanceOfficer, Role::Auditor]),
        Rule::ReadsPot => return office(&[Role::FinanceOfficer, Role::Auditor, Role::Coordinator]),
        Rule::SeesClaims => {
            return office(&[Role::FinanceOfficer, Role::Coordinator, Role::BoardMember, Role::Auditor]);
        }
        Rule::Erases | Rule::Operates => {
            let wanted = if rule == Rule::Erases { Role::DataProtectionOfficer } else { Role::Administrator };
            return match () {
                () if mandate.role != wanted || mandate.scope != Scope::Region => "NO_MANDATE",
                // A person belongs to programmes, the health of the region to none.
                () if rule == Rule::Erases && !of_programme => "404",
                () => "reached",
            };
        }
        _ => {}
    }
    if !has_cases(mandate.role) {
        return "NO_MANDATE";
    }
    let all_cases = of_programme && wide;
    let organisation = of_programme && mandate.scope == Scope::Organisation;
    let on_case = relation == Relation::OnCase;
    let reads =
        on_case || all_cases || organisation && matches!(relation, Relation::OnCase | Relation::Colleague);
    let if_reached = |reached: bool| if reached { "reached" } else { "404" };
    match rule {
        Rule::Reads | Rule::ReadsMatch => if_reached(reads),
        Rule::Works | Rule::Ends if !reads => "404",
        Rule::Works if on_case => "reached",
        Rule::Ends if on_case || all_cases => "reached",
        Rule::ReadsClosed | Rule::EndsClosed | Rule::ReadsFormerMatch | Rule::ListsProgramme => {
            if_reached(all_cases)
        }
        Rule::WorksOnClosed if !all_cases => "404",
        Rule::ListsOwn => "reached",
        Rule::ListsMatches => if_reached(of_programme),
        _ => "NOT_ON_CASE",
    }
}
