//! Every route about a case, a worker or figures (those about money and hours stand beside), each with a question that is good in every other way. Edits come
//! on a version that nobody read, so that who may edit learns that and nothing changes.

use chassis::caller::{Role, Scope};
use reqwest::Method;
use serde_json::{Value, json};
use tests::life::PROGRAMME;
use tests::web::Ask;

use super::finance;
use super::oracle::{Mandate, Relation, Rule, expected, has_cases};
use super::stage::Stage;

/// Nobody's id.
pub(super) const NOBODY: &str = "0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b";
/// A programme that is nowhere.
const NOWHERE: &str = "nowhere";

/// One question.
#[derive(Debug)]
pub struct Action {
    pub rpc: &'static str,
    pub rule: Rule,
    /// What it is about, and what is nobody's in its place.
    pub id: String,
    pub nobody: &'static str,
    /// An id that stands in the answer for those whom a second rule lets through, and for nobody else: rows of a list.
    pub shows: Option<(Rule, String)>,
    method: Method,
    path: &'static str,
    body: Value,
}

impl Action {
    /// The question about this id.
    pub fn ask(&self, id: &str) -> Ask {
        let path = self.path.replace("{id}", id);
        if self.method == Method::GET {
            return Ask::get(&path);
        }
        let ask = Ask::post(&path, &Value::Null).method(self.method.clone());
        ask.body(self.body.to_string().replace("{id}", id)).on("v99")
    }

    /// What tells it from the others.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether it is asked. Outside cases and hours nobody stands in a relation, and without them neither. What the widest mandate of
    /// a role does not give is asked with that one and with the narrowest. Three of the roles with cases are asked in their own
    /// programme only.
    pub fn concerns(&self, relation: Relation, mandate: &Mandate) -> bool {
        let office = matches!(
            self.rule,
            Rule::Coordinates
                | Rule::KeepsWorkers
                | Rule::KeepsBudgets
                | Rule::SeesTotals
                | Rule::SeesFigures
                | Rule::ReadsClaims
                | Rule::ReadsPot
                | Rule::SeesClaims
                | Rule::Erases
                | Rule::Operates
        );
        let with_hours = matches!(mandate.role, Role::FinanceOfficer | Role::Auditor);
        if relation != Relation::OnCase && (office || !has_cases(mandate.role) && !with_hours) {
            return false;
        }
        let (own, all) = (mandate.programme == Some(PROGRAMME), mandate.programme.is_none());
        let widest = Mandate { scope: Scope::Region, programme: None, ..*mandate };
        if expected(self.rule, &widest, relation) == "NO_MANDATE" {
            return mandate.scope == Scope::Region && all || mandate.scope == Scope::OwnCases && own;
        }
        let all_programmes = matches!(mandate.role, Role::Coordinator | Role::Coach | Role::SocialWorker);
        own || office || with_hours || all_programmes
    }
}

/// Routes that need what this stage has not, and are asked in the tests of their services.
pub fn not_here(path: &str) -> bool {
    [
        // A programme without visits has none, one of persons no families.
        "trajectory.v1.VisitService",
        "intake.v1.FamilyService",
        // Exports are made by a job that is not run here.
        "finance.v1.ExportService",
    ]
    .iter()
    .any(|service| path.contains(service))
}

/// All of them.
pub fn actions(stage: &Stage) -> Vec<Action> {
    let mut all = intake(stage);
    all.extend(matching(stage));
    all.extend(finance::actions(stage));
    all.extend(running(stage));
    all.extend(closed(stage));
    all
}

/// A question: a GET without a body, a POST with one.
pub(super) fn action(
    rpc: &'static str,
    rule: Rule,
    id: &str,
    path: &'static str,
    body: Option<Value>,
) -> Action {
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let nobody = if id == PROGRAMME { NOWHERE } else { NOBODY };
    Action { rpc, rule, id: id.to_owned(), nobody, shows: None, method, path, body: body.unwrap_or_default() }
}

/// About a referral or a person, figures, and the health of the region.
fn intake(stage: &Stage) -> Vec<Action> {
    use Rule::{Coordinates, Erases, Operates, SeesFigures};
    let asked = || Some(json!({"reason": "nagekeken"}));
    let referral = &stage.referral;
    let screening = json!({"answers": tests::scenario::answers()});
    vec![
        action("ListReferrals", Coordinates, PROGRAMME, "/api/v1/referrals?programme={id}", None),
        action("GetReferral", Coordinates, referral, "/api/v1/referrals/{id}", None),
        action("ScreenReferral", Coordinates, referral, "/api/v1/referrals/{id}:screen", Some(screening)),
        action("AdmitReferral", Coordinates, referral, "/api/v1/referrals/{id}:admit", Some(json!({}))),
        action(
            "RefuseReferral",
            Coordinates,
            referral,
            "/api/v1/referrals/{id}:refuse",
            Some(json!({"reason": "no-request"})),
        ),
        action(
            "WithdrawReferral",
            Coordinates,
            referral,
            "/api/v1/referrals/{id}:withdraw",
            Some(json!({"reason": "moved-away"})),
        ),
        action(
            "ErasePerson",
            Erases,
            &stage.person,
            "/api/v1/persons/{id}:erase",
            Some(json!({"ground": "ERASURE_GROUND_REQUEST"})),
        ),
        action(
            "GetIntakeFigures",
            SeesFigures,
            PROGRAMME,
            "/api/v1/reports/intake?programme={id}&from=2026-01-01&to=2026-12-31",
            None,
        ),
        action(
            "GetTrajectoryFigures",
            SeesFigures,
            PROGRAMME,
            "/api/v1/reports/trajectories?programme={id}&from=2026-01-01&to=2026-12-31",
            None,
        ),
        action("GetRegionHealth", Operates, "", "/api/v1/operations/health", None),
        action("ListFindings", Operates, "", "/api/v1/operations/findings", None),
        // No Kubernetes here: who may is told so.
        action("RunExport", Operates, "", "/api/v1/operations/exports/nightly:run", asked()),
        action("SuspendExport", Operates, "", "/api/v1/operations/exports/nightly:suspend", asked()),
        action("ResumeExport", Operates, "", "/api/v1/operations/exports/nightly:resume", asked()),
        action(
            "RedriveParkedEvents",
            Operates,
            "",
            "/api/v1/operations/services/reporting:redrive",
            Some(json!({"all": true, "reason": "nagekeken"})),
        ),
        action("ListExportSchedules", Operates, "", "/api/v1/operations/exports", None),
        action("ListActions", Operates, "", "/api/v1/operations/actions", None),
    ]
}

/// About somebody who waits, a match as its coordinator sees it, and a worker.
fn matching(stage: &Stage) -> Vec<Action> {
    use Rule::{Coordinates, KeepsWorkers};
    let (match_id, worker) = (&stage.running_match, &stage.worker);
    let details =
        json!({"name": "Kanarie-Peeters", "organisationId": stage.organisation, "languages": ["nl"]});
    let registered = json!({"workerId": worker, "programme": "{id}", "details": details});
    let reason = "Kanarie: dat is zo afgesproken.";
    let handed = json!({"workerId": worker, "firstDay": stage.today, "reason": reason});
    let capacity = json!({"programme": PROGRAMME, "fullTimeShare": "1", "validFrom": "2024-03-01"});
    let granted = json!({"role": "ROLE_COACH", "programme": PROGRAMME, "scope": "SCOPE_OWN_CASES", "validFrom": "2024-03-01"});
    let needs = json!({"languages": ["nl"], "weight": "regular"});
    let updated = Some(json!({"details": details}));
    vec![
        action("ListWaiting", Coordinates, PROGRAMME, "/api/v1/waiting?programme={id}", None),
        action(
            "ProposeMatch",
            Coordinates,
            &stage.waiting,
            "/api/v1/participations/{id}:propose",
            Some(needs),
        ),
        action("GetProposal", Coordinates, &stage.case.proposal, "/api/v1/proposals/{id}", None),
        action("ReplayProposal", Coordinates, &stage.case.proposal, "/api/v1/proposals/{id}:replay", None),
        action(
            "ConfirmMatch",
            Coordinates,
            &stage.case.proposal,
            "/api/v1/proposals/{id}:confirm",
            Some(json!({"workerId": stage.case.coach.worker, "firstDay": stage.today, "reason": reason})),
        ),
        action("HandOverMatch", Coordinates, match_id, "/api/v1/matches/{id}:handOver", Some(handed)),
        action(
            "EndMatch",
            Coordinates,
            match_id,
            "/api/v1/matches/{id}:end",
            Some(json!({"lastDay": stage.today, "reason": reason})),
        ),
        action("SetCapacity", Coordinates, worker, "/api/v1/workers/{id}:setCapacity", Some(capacity)),
        action("GetWorker", KeepsWorkers, worker, "/api/v1/workers/{id}", None),
        action("ListWorkers", KeepsWorkers, PROGRAMME, "/api/v1/workers?programme={id}", None),
        action("GrantMandate", KeepsWorkers, worker, "/api/v1/workers/{id}:grantMandate", Some(granted)),
        action(
            "EndMandate",
            KeepsWorkers,
            &stage.mandate,
            "/api/v1/mandates/{id}:end",
            Some(json!({"lastDay": "2029-01-01"})),
        ),
        Action {
            method: Method::PUT,
            ..action("UpdateWorker", KeepsWorkers, worker, "/api/v1/workers/{id}", updated)
        },
        action("RegisterWorker", KeepsWorkers, PROGRAMME, "/api/v1/workers", Some(registered)),
    ]
}

/// About the case that runs.
fn running(stage: &Stage) -> Vec<Action> {
    use Rule::{Ends, ListsMatches, ListsOwn, ListsProgramme, Reads, ReadsFormerMatch, ReadsMatch, Works};
    let case = &stage.case.trajectory;
    let contact = json!({"day": stage.today, "outcome": "CONTACT_OUTCOME_TRIED", "timeClass": "TIME_CLASS_AROUND_PARTICIPANT", "minutes": 1});
    let release = json!({"instrument": "release", "values": [{"item": "", "value": 5}]});
    let step = json!({"day": stage.today, "words": "Kanarie: bellen"});
    vec![
        action("GetTrajectory", Reads, case, "/api/v1/trajectories/{id}", None),
        action("ListContacts", Reads, case, "/api/v1/trajectories/{id}/contacts", None),
        action("ListDuties", Reads, case, "/api/v1/trajectories/{id}/duties", None),
        action("ListGoals", Reads, case, "/api/v1/trajectories/{id}/goals", None),
        action("ListMeasures", Reads, case, "/api/v1/trajectories/{id}/measures", None),
        action("LogContact", Works, case, "/api/v1/trajectories/{id}/contacts", Some(contact.clone())),
        action("CorrectContact", Works, &stage.contact, "/api/v1/contacts/{id}:correct", Some(contact)),
        action("StrikeOutContact", Works, &stage.contact, "/api/v1/contacts/{id}:strikeOut", Some(json!({}))),
        action(
            "SetGoal",
            Works,
            case,
            "/api/v1/trajectories/{id}/goals",
            Some(json!({"domain": "work", "words": "Kanarie: werken"})),
        ),
        action(
            "CloseGoal",
            Works,
            &stage.goal,
            "/api/v1/goals/{id}:close",
            Some(json!({"state": "GOAL_STATE_REACHED"})),
        ),
        action("CompleteNextStep", Works, &stage.step, "/api/v1/next-steps/{id}:complete", Some(json!({}))),
        action("PlanNextStep", Works, case, "/api/v1/trajectories/{id}/next-steps", Some(step)),
        action("TakeMeasure", Works, case, "/api/v1/trajectories/{id}/measures", Some(release)),
        action("KeepDuty", Ends, &stage.duty, "/api/v1/duties/{id}:keep", Some(json!({}))),
        action(
            "CloseTrajectory",
            Ends,
            case,
            "/api/v1/trajectories/{id}:close",
            Some(json!({"reason": "moved-away"})),
        ),
        action(
            "RecordClosingEvaluation",
            Ends,
            case,
            "/api/v1/trajectories/{id}:evaluate",
            Some(json!({"outcome": "CLOSING_EVALUATION_OUTCOME_HELD", "note": "Kanarie: goed"})),
        ),
        action("GetMatch", ReadsMatch, &stage.running_match, "/api/v1/matches/{id}", None),
        action("GetMatch", ReadsFormerMatch, &stage.case.match_id, "/api/v1/matches/{id}", None),
        action(
            "ListTrajectories",
            ListsOwn,
            PROGRAMME,
            "/api/v1/trajectories?view=TRAJECTORY_VIEW_MINE",
            None,
        ),
        action(
            "ListTrajectories",
            ListsProgramme,
            PROGRAMME,
            "/api/v1/trajectories?view=TRAJECTORY_VIEW_PROGRAMME&programme={id}",
            None,
        ),
        action("ListMatches", ListsMatches, PROGRAMME, "/api/v1/matches?programme={id}", None),
    ]
}

/// About the case that was closed: who had it is on it no more.
fn closed(stage: &Stage) -> Vec<Action> {
    use Rule::{EndsClosed, ReadsClosed, ReadsFormerMatch, WorksOnClosed};
    let case = &stage.closed.trajectory;
    let contact = json!({"day": stage.yesterday, "outcome": "CONTACT_OUTCOME_TRIED", "timeClass": "TIME_CLASS_AROUND_PARTICIPANT", "minutes": 1});
    vec![
        action("GetTrajectory", ReadsClosed, case, "/api/v1/trajectories/{id}", None),
        action("ListContacts", ReadsClosed, case, "/api/v1/trajectories/{id}/contacts", None),
        action(
            "CorrectContact",
            WorksOnClosed,
            &stage.closed_contact,
            "/api/v1/contacts/{id}:correct",
            Some(contact),
        ),
        action(
            "CloseTrajectory",
            EndsClosed,
            case,
            "/api/v1/trajectories/{id}:close",
            Some(json!({"reason": "moved-away"})),
        ),
        action("GetMatch", ReadsFormerMatch, &stage.closed.match_id, "/api/v1/matches/{id}", None),
    ]
}
