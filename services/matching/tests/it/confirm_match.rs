//! Confirming: the first of a proposal, another with a reason, over capacity with one.

use proto::matching::events::v1::{MatchConfirmed, ProposalDeclined};
use proto::matching::v1::{ConfirmMatchRequest, ProposeMatchRequest, WorkerDetails};

use crate::house::{
    COORDINATOR, House, PROGRAMME, TODAY, coach_mandate, confirmation, coordinator, details, needs, pairs,
    stranger, told, violations, with_key, with_this_key,
};

const WHY: &str = "kanarie kent de buurt het best";

fn expert() -> WorkerDetails {
    WorkerDetails { expertise: vec!["work".to_owned()], ..details() }
}

#[tokio::test]
async fn the_first_of_a_proposal_is_confirmed_and_the_others_hear_of_it() {
    let house = House::open().await;
    let coach = house.coach(expert()).await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();

    let begun = house.confirm(confirmation(&proposal, &coach)).await.unwrap();

    assert_eq!(
        (begun.worker_id.as_str(), begun.first_day.as_str(), begun.last_day.as_str()),
        (coach.as_str(), TODAY, "")
    );
    assert_eq!((begun.over_capacity, begun.overridden, begun.reason.as_str()), (false, false, ""));
    assert_eq!(begun.confirmed_by, uuid::Uuid::from_u128(COORDINATOR).to_string());
    assert_eq!(house.get_match(coordinator(), &begun.match_id).await.unwrap(), begun);
    let told: Vec<MatchConfirmed> = house.published().await;
    assert_eq!(told.len(), 1);
    let told = &told[0];
    assert_eq!(
        (&told.match_id, &told.participation_id, &told.episode_id, &told.person_id),
        (&begun.match_id, &who.participation.to_string(), &who.episode.to_string(), &who.person.to_string())
    );
    assert_eq!(
        (told.programme.as_str(), told.weight.as_str(), told.role),
        (PROGRAMME, "regular", begun.role)
    );
    assert_eq!(house.published::<ProposalDeclined>().await, []);
}

#[tokio::test]
async fn a_repeat_of_a_confirmation_gives_the_first_answer() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    let mut client = house.matches(coordinator());
    let request = confirmation(&proposal, &coach);

    let first = client.confirm_match(with_this_key(request.clone(), "key-1")).await.unwrap().into_inner();
    let again = client.confirm_match(with_this_key(request.clone(), "key-1")).await.unwrap().into_inner();
    let other = client.confirm_match(with_key(request)).await.unwrap_err();

    assert_eq!(first, again);
    assert_eq!(told(&other).reason, "PROPOSAL_USED");
    assert_eq!(house.count("matches").await, 1);
}

#[tokio::test]
async fn another_than_the_first_needs_a_reason_that_stays_inside() {
    let house = House::open().await;
    let first = house.coach(expert()).await;
    let second = house.coach(details()).await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    let before = house.rows().await;

    let refused = house.confirm(confirmation(&proposal, &second)).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("reason", "REASON_MISSING")]));
    let short = ConfirmMatchRequest { reason: "kort".to_owned(), ..confirmation(&proposal, &second) };
    assert_eq!(violations(&house.confirm(short).await.unwrap_err()), pairs(&[("reason", "TOO_SHORT")]));
    assert_eq!(house.rows().await, before);

    let with_reason = ConfirmMatchRequest { reason: WHY.to_owned(), ..confirmation(&proposal, &second) };
    let begun = house.confirm(with_reason).await.unwrap();

    assert_eq!((begun.overridden, begun.reason.as_str()), (true, WHY));
    let declined: Vec<ProposalDeclined> = house.published().await;
    assert_eq!((declined.len(), declined[0].worker_id.as_str()), (1, first.as_str()));
    assert!(house.published::<MatchConfirmed>().await[0].overridden);
    assert_eq!(house.tables_with_canary().await, Vec::<String>::new());
}

#[tokio::test]
async fn over_capacity_needs_that_somebody_says_so_and_why() {
    let house = House::open().await;
    // 0.05 of 18 is 0.9: less than one case.
    let coach = house.coach_of(details(), "0.05").await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    assert!(proposal.proposed.is_empty());
    let before = house.rows().await;

    let refused = told(&house.confirm(confirmation(&proposal, &coach)).await.unwrap_err());
    assert_eq!((refused.kind.as_str(), refused.reason.as_str()), ("FAILED_PRECONDITION", "OVER_CAPACITY"));
    assert_eq!(
        (refused.metadata["cases_used"].as_str(), refused.metadata["cases_max"].as_str()),
        ("0", "0.9")
    );
    let said = ConfirmMatchRequest { over_capacity: true, ..confirmation(&proposal, &coach) };
    assert_eq!(
        violations(&house.confirm(said.clone()).await.unwrap_err()),
        pairs(&[("reason", "REASON_MISSING")])
    );
    // A reason alone is not enough: nobody goes over by accident.
    let reason = ConfirmMatchRequest { reason: WHY.to_owned(), ..confirmation(&proposal, &coach) };
    assert_eq!(told(&house.confirm(reason).await.unwrap_err()).reason, "OVER_CAPACITY");
    assert_eq!(house.rows().await, before);

    let begun = house.confirm(ConfirmMatchRequest { reason: WHY.to_owned(), ..said }).await.unwrap();
    assert_eq!((begun.over_capacity, begun.overridden), (true, false));
    assert!(house.published::<MatchConfirmed>().await[0].over_capacity);
}

#[tokio::test]
async fn a_place_that_is_there_is_not_over_capacity_whatever_is_said() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    let said = ConfirmMatchRequest { over_capacity: true, ..confirmation(&proposal, &coach) };

    assert!(!house.confirm(said).await.unwrap().over_capacity);
}

#[tokio::test]
async fn a_hard_rule_is_set_aside_by_nobody() {
    let house = House::open().await;
    let near = house.coach(details()).await;
    let who = house.admitted().await;
    let request = ProposeMatchRequest { conflict_worker_ids: vec![near.clone()], ..needs(who) };
    let proposal = house.propose(request).await.unwrap();
    let asked =
        ConfirmMatchRequest { reason: WHY.to_owned(), over_capacity: true, ..confirmation(&proposal, &near) };

    let refused = told(&house.confirm(asked).await.unwrap_err());

    assert_eq!((refused.kind.as_str(), refused.reason.as_str()), ("FAILED_PRECONDITION", "WORKER_EXCLUDED"));
    assert_eq!(refused.metadata["rules"], "no_conflict_of_interest");
}

#[tokio::test]
async fn a_match_outside_the_dates_of_mandate_admission_and_programme_is_refused() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let leaving = house.registered(details()).await.worker_id;
    let mut mandate = coach_mandate(&leaving);
    mandate.valid_to = "2024-04-30".to_owned();
    house.grant(mandate).await.unwrap();
    house.set_capacity(crate::house::capacity(&leaving, "1")).await.unwrap();
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    let before = house.rows().await;
    let on = |worker: &str, day: &str| ConfirmMatchRequest {
        first_day: day.to_owned(),
        reason: WHY.to_owned(),
        ..confirmation(&proposal, worker)
    };

    for (request, expected) in [
        (
            on(&coach, "2024-03-14"),
            pairs(&[("first_day", "TOO_FAR_BACK"), ("first_day", "BEFORE_ADMISSION")]),
        ),
        (on(&coach, "2024-03-31"), pairs(&[("first_day", "BEFORE_ADMISSION")])),
        (on(&coach, "2024-07-17"), pairs(&[("first_day", "TOO_FAR_AHEAD")])),
        (
            on(&coach, "2030-01-01"),
            pairs(&[("first_day", "TOO_FAR_AHEAD"), ("first_day", "OUTSIDE_PROGRAMME")]),
        ),
        (on(&leaving, "2024-05-01"), pairs(&[("worker_id", "NO_MANDATE_ON_DAY")])),
        (
            on(&leaving, "2024-12-01"),
            pairs(&[("first_day", "TOO_FAR_AHEAD"), ("worker_id", "NO_MANDATE_ON_DAY")]),
        ),
        (on("kanarie", "overmorgen"), pairs(&[("worker_id", "NOT_AN_ID"), ("first_day", "NOT_A_DAY")])),
    ] {
        let refused = house.confirm(request).await.unwrap_err();
        assert_eq!(violations(&refused), expected);
    }
    assert_eq!(house.rows().await, before);
    assert!(house.confirm(on(&coach, "2024-07-16")).await.is_ok());
}

#[tokio::test]
async fn somebody_the_proposal_did_not_look_at_is_refused() {
    let house = House::open().await;
    house.coach(details()).await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    let later = house.coach(details()).await;
    let asked = ConfirmMatchRequest { reason: WHY.to_owned(), ..confirmation(&proposal, &later) };

    assert_eq!(violations(&house.confirm(asked).await.unwrap_err()), pairs(&[("worker_id", "NOT_PROPOSED")]));
    let nobody = ConfirmMatchRequest {
        reason: WHY.to_owned(),
        ..confirmation(&proposal, &chassis::id::IdGenerator.uuid().to_string())
    };
    assert_eq!(told(&house.confirm(nobody).await.unwrap_err()).reason, "WORKER_NOT_FOUND");
}

#[tokio::test]
async fn an_episode_has_one_match_at_a_time() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let who = house.admitted().await;
    let (first, second) =
        (house.propose(needs(who)).await.unwrap(), house.propose(needs(who)).await.unwrap());
    house.confirm(confirmation(&first, &coach)).await.unwrap();
    let before = house.rows().await;

    let refused = told(&house.confirm(confirmation(&second, &coach)).await.unwrap_err());

    assert_eq!((refused.kind.as_str(), refused.reason.as_str()), ("ALREADY_EXISTS", "EPISODE_MATCHED"));
    assert_eq!(told(&house.propose(needs(who)).await.unwrap_err()).reason, "PARTICIPATION_NOT_FOUND");
    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn a_proposal_that_is_not_yours_is_as_one_that_does_not_exist() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    let nobody = ConfirmMatchRequest {
        proposal_id: chassis::id::IdGenerator.uuid().to_string(),
        ..confirmation(&proposal, &coach)
    };

    let unknown = house.confirm(nobody).await.unwrap_err();
    let strange =
        house.matches(stranger()).confirm_match(with_key(confirmation(&proposal, &coach))).await.unwrap_err();

    assert_eq!((told(&unknown), unknown.message()), (told(&strange), strange.message()));
    assert_eq!(told(&unknown).reason, "PROPOSAL_NOT_FOUND");
    assert_eq!(house.count("matches").await, 0);
}
