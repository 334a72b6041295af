//! Every role, scope, programme and relation to a case, against an oracle that knows only the rules of the README.

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::detail;
use proto::trajectory::v1::{CloseTrajectoryRequest, ListTrajectoriesRequest, TrajectoryView};
use testkit::{mandate, worker};
use tonic::Status;
use uuid::Uuid;

use crate::house::{COACH, House, OTHER_COACH, PROGRAMME, contact, with_tag};
use crate::story::Story;

/// How a caller stands to the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    OnCase,
    WasOnCase,
    Colleague,
    Stranger,
}

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Read,
    Log,
    Close,
    ListProgramme,
}

const ROLES: [Role; 11] = [
    Role::Coordinator,
    Role::Coach,
    Role::SocialWorker,
    Role::BridgeFigure,
    Role::Student,
    Role::Volunteer,
    Role::FinanceOfficer,
    Role::BoardMember,
    Role::Administrator,
    Role::DataProtectionOfficer,
    Role::Auditor,
];
const SCOPES: [Scope; 4] = [Scope::OwnCases, Scope::Organisation, Scope::Programme, Scope::Region];
const PROGRAMMES: [Option<&str>; 3] = [Some(PROGRAMME), Some("elsewhere"), None];
const RELATIONS: [Relation; 4] =
    [Relation::OnCase, Relation::WasOnCase, Relation::Colleague, Relation::Stranger];
const ACTIONS: [Action; 4] = [Action::Read, Action::Log, Action::Close, Action::ListProgramme];

/// Whether a role accompanies or coordinates; the others have nothing to do with cases.
fn has_cases(role: Role) -> bool {
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

/// What the rules say, in words of the contract.
fn oracle(
    role: Role,
    scope: Scope,
    programme: Option<&str>,
    relation: Relation,
    action: Action,
) -> &'static str {
    if !has_cases(role) {
        return "NO_MANDATE";
    }
    let of_programme = programme.is_none_or(|code| code == PROGRAMME);
    let all_cases = of_programme && matches!(scope, Scope::Programme | Scope::Region);
    let of_organisation = of_programme && scope == Scope::Organisation && relation != Relation::Stranger;
    let on_case = relation == Relation::OnCase;
    let reads = on_case || all_cases || of_organisation;
    match action {
        Action::ListProgramme if all_cases => "OK",
        Action::ListProgramme => "PROGRAMME_NOT_FOUND",
        _ if !reads => "TRAJECTORY_NOT_FOUND",
        Action::Read => "OK",
        Action::Log if on_case => "OK",
        // With a version that nobody read: who may close learns that.
        Action::Close if on_case || all_cases => "STALE_ETAG",
        Action::Log | Action::Close => "NOT_ON_CASE",
    }
}

fn caller(role: Role, scope: Scope, programme: Option<&str>, relation: Relation) -> Caller {
    let id = match relation {
        Relation::OnCase => COACH,
        Relation::WasOnCase => OTHER_COACH,
        Relation::Colleague => 0xb0,
        Relation::Stranger => 0xb1,
    };
    let mut caller = worker(id, vec![mandate(role, scope, programme)]);
    if relation == Relation::Stranger {
        caller.organisation = Some(Uuid::from_u128(0x77));
    }
    caller
}

fn outcome<T>(result: Result<T, Status>) -> String {
    match result {
        Ok(_) => "OK".to_owned(),
        Err(status) => detail(&status).unwrap().reason,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_combination_is_answered_as_the_rules_say() {
    let mut house = House::start_on("2024-03-10").await;
    let before = Story::new(OTHER_COACH, PROGRAMME, "2024-03-01");
    let id = house.open(&before).await;
    let ended = house.producer.next(before.matched, &before.ended("2024-03-03"));
    let now = before.handed_to(COACH, "2024-03-04");
    let confirmed = house.producer.next(now.matched, &now.confirmed());
    house.tell(&[ended, confirmed]).await;
    let mut wrong = Vec::new();
    let mut tried = 0;

    for role in ROLES {
        for scope in SCOPES {
            for programme in PROGRAMMES {
                // A role without cases is refused before anybody asks how it stands to one.
                let relations = if has_cases(role) { &RELATIONS[..] } else { &[Relation::OnCase] };
                for relation in relations.iter().copied() {
                    for action in ACTIONS {
                        let caller = caller(role, scope, programme, relation);
                        let answered = match action {
                            Action::Read => outcome(house.get(caller, &id).await),
                            Action::Log => outcome(house.log(caller, contact(&id, "2024-03-06")).await),
                            Action::Close => {
                                let request = CloseTrajectoryRequest {
                                    trajectory_id: id.clone(),
                                    reason: "moved-away".to_owned(),
                                    ..CloseTrajectoryRequest::default()
                                };
                                outcome(
                                    house
                                        .trajectories(caller)
                                        .close_trajectory(with_tag(request, "v99"))
                                        .await,
                                )
                            }
                            Action::ListProgramme => {
                                let request = ListTrajectoriesRequest {
                                    view: TrajectoryView::Programme.into(),
                                    programme: PROGRAMME.to_owned(),
                                    ..ListTrajectoriesRequest::default()
                                };
                                outcome(house.trajectories(caller).list_trajectories(request).await)
                            }
                        };
                        tried += 1;
                        let expected = oracle(role, scope, programme, relation, action);
                        if answered != expected {
                            wrong.push(format!(
                                "{role:?} {scope:?} {programme:?} {relation:?} {action:?}: {answered}, not {expected}"
                            ));
                        }
                    }
                }
            }
        }
    }

    assert!(wrong.is_empty(), "{} of {tried}: {wrong:#?}", wrong.len());
    assert_eq!(tried, 4 * 3 * 4 * (6 * 4 + 5));
}
