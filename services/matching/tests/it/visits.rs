//! A programme of visits: a student visits so many families, whatever the share of full time, in weeks of school.

use chassis::caller::{Caller, Role, Scope};
use proto::matching::v1::{
    ConfirmMatchRequest, ProposeMatchRequest, RegisterWorkerRequest, SetCapacityRequest, StarterGate,
    WorkerDetails,
};
use testkit::{mandate, worker};

use crate::house::{
    House, Participant, TODAY, coach_mandate, details, open_with_programme, pairs, told, violations, with_key,
};

const VISITS: &str = "huisbezoek";

fn anchor() -> Caller {
    worker(0xa0, vec![mandate(Role::Coordinator, Scope::Programme, Some(VISITS))])
}

/// Waasland with a second programme: the fixture of the crate `region`, with all rules that visits can have.
async fn opened() -> House {
    let fixture =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../region/tests/it/fixtures/programmes/huisbezoek.toml");
    let rules = "
[[matching.hard_rule]]
id = \"room\"
kind = \"capacity_left\"
explanation = \"De student heeft nog plaats.\"

[[matching.hard_rule]]
id = \"visits-fit\"
kind = \"visit_plan_fits\"
explanation = \"Alle bezoeken passen voor de vakantie.\"

[[matching.weight]]
term = \"travel\"";
    // The shares of its inflow belong to a partner that Waasland does not have.
    let shares = "[[inflow_share]]\npartner = \"huis\"\npercent = \"60\"\n";
    open_with_programme(fixture, &[(shares, ""), ("\n[[matching.weight]]\nterm = \"travel\"", rules)]).await
}

async fn student(house: &House, gates: &[StarterGate]) -> String {
    let details =
        WorkerDetails { starter_gate: gates.iter().map(|gate| (*gate).into()).collect(), ..details() };
    let request = RegisterWorkerRequest {
        worker_id: String::new(),
        programme: VISITS.to_owned(),
        details: Some(details),
    };
    let mut client = house.workers(anchor());
    let worker =
        client.register_worker(with_key(request)).await.unwrap().into_inner().worker.unwrap().worker_id;
    let mut mandate = coach_mandate(&worker);
    (mandate.role, mandate.programme) = (Role::Student.into(), VISITS.to_owned());
    client.grant_mandate(with_key(mandate)).await.unwrap();
    let capacity = SetCapacityRequest {
        worker_id: worker.clone(),
        programme: VISITS.to_owned(),
        full_time_share: String::new(),
        valid_from: "2024-01-01".to_owned(),
        valid_to: String::new(),
    };
    let set = client.set_capacity(with_key(capacity)).await.unwrap().into_inner().worker.unwrap();
    assert_eq!((set.capacities[0].cases_min.as_str(), set.capacities[0].cases_max.as_str()), ("1", "1"));
    worker
}

async fn family(house: &House) -> Participant {
    let ids = chassis::id::IdGenerator;
    let who = Participant { participation: ids.uuid(), episode: ids.uuid(), person: ids.uuid() };
    house.admitted_as(who, VISITS, "2024-03-01T09:00:00Z", "2024-04-01T09:00:00Z").await
}

fn visits(who: Participant, first_day: &str) -> ProposeMatchRequest {
    ProposeMatchRequest {
        participation_id: who.participation.to_string(),
        first_day: first_day.to_owned(),
        ..ProposeMatchRequest::default()
    }
}

#[tokio::test]
async fn a_student_who_passed_the_gate_visits_one_family_in_eight_school_weeks() {
    let house = opened().await;
    let ready = student(&house, &[StarterGate::StarterTraining, StarterGate::Extract]).await;
    let unready = student(&house, &[StarterGate::StarterTraining]).await;
    let (first, second) = (family(&house).await, family(&house).await);
    let mut client = house.matches(anchor());

    let made =
        client.propose_match(with_key(visits(first, TODAY))).await.unwrap().into_inner().proposal.unwrap();

    let proposed: Vec<&str> = made.proposed.iter().map(|one| one.worker_id.as_str()).collect();
    assert_eq!(proposed, [ready.as_str()]);
    let why = |rule: &str| made.proposed[0].rules.iter().find(|line| line.rule == rule).unwrap().why.clone();
    // Eight school weeks from Monday the 15th of April.
    assert_eq!(why("visits-fit"), "De laatste bezoekweek eindigt op 2024-06-07.");
    assert_eq!(made.excluded[0].worker_id, unready);
    assert_eq!(made.excluded[0].rules[0].why, "Nog niet in orde: uittreksel.");

    let request = ConfirmMatchRequest {
        proposal_id: made.proposal_id.clone(),
        worker_id: ready.clone(),
        first_day: TODAY.to_owned(),
        ..ConfirmMatchRequest::default()
    };
    let begun = client.confirm_match(with_key(request)).await.unwrap().into_inner().r#match.unwrap();
    assert_eq!((begun.role, begun.weight.as_str()), (Role::Student.into(), ""));

    // One family is all a student takes.
    let made =
        client.propose_match(with_key(visits(second, TODAY))).await.unwrap().into_inner().proposal.unwrap();
    assert!(made.proposed.is_empty());
    let request = ConfirmMatchRequest {
        proposal_id: made.proposal_id,
        worker_id: ready,
        first_day: TODAY.to_owned(),
        ..ConfirmMatchRequest::default()
    };
    let refused = client.confirm_match(with_key(request)).await.unwrap_err();
    assert_eq!(told(&refused).reason, "OVER_CAPACITY");
}

#[tokio::test]
async fn visits_that_do_not_fit_before_summer_are_not_proposed() {
    let house = opened().await;
    student(&house, &[StarterGate::StarterTraining, StarterGate::Extract]).await;
    let who = family(&house).await;
    let mut client = house.matches(anchor());

    let made = client
        .propose_match(with_key(visits(who, "2024-05-27")))
        .await
        .unwrap()
        .into_inner()
        .proposal
        .unwrap();

    assert!(made.proposed.is_empty());
    let line = made.excluded[0].rules.iter().find(|line| line.rule == "visits-fit").unwrap();
    assert_eq!((line.holds, line.why.as_str()), (false, "De bezoeken passen niet voor de Zomervakantie."));
    let refused = client
        .propose_match(with_key(ProposeMatchRequest { weight: "regular".to_owned(), ..visits(who, TODAY) }));
    assert_eq!(violations(&refused.await.unwrap_err()), pairs(&[("weight", "UNKNOWN_WEIGHT")]));
}
