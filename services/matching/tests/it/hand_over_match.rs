//! Handing over: one match ends on the day before, and one with another worker follows it.

use proto::matching::events::v1::{MatchConfirmed, MatchEnd, MatchEnded};
use proto::matching::v1::{
    HandOverMatchRequest, HandOverMatchResponse, Match, MatchEnding, ProposeMatchRequest, WorkerDetails,
};
use tonic::Status;

use crate::house::{
    House, coordinator, details, needs, pairs, signed_in, stranger, told, violations, with_key, with_tag,
};

const WHY: &str = "kanarie gaat voor lange tijd weg";

fn handover(begun: &Match, worker: &str, first_day: &str) -> HandOverMatchRequest {
    HandOverMatchRequest {
        match_id: begun.match_id.clone(),
        worker_id: worker.to_owned(),
        first_day: first_day.to_owned(),
        reason: WHY.to_owned(),
        over_capacity: false,
    }
}

async fn hand_over(
    house: &House,
    begun: &Match,
    request: HandOverMatchRequest,
) -> Result<HandOverMatchResponse, Status> {
    Ok(house.matches(coordinator()).hand_over_match(with_tag(request, &begun.etag)).await?.into_inner())
}

#[tokio::test]
async fn another_worker_follows_on_the_next_day() {
    let house = House::open().await;
    let first = house.coach(details()).await;
    let second = house.coach(details()).await;
    let who = house.admitted().await;
    let begun = house.matched(who, &first).await;

    let done = hand_over(&house, &begun, handover(&begun, &second, "2024-05-06")).await.unwrap();

    let (ended, follows) = (done.ended.unwrap(), done.begun.unwrap());
    assert_eq!((ended.last_day.as_str(), ended.ending), ("2024-05-05", MatchEnding::HandedOver.into()));
    assert_eq!((follows.first_day.as_str(), follows.worker_id.as_str()), ("2024-05-06", second.as_str()));
    assert_eq!(
        (&follows.follows_match_id, &follows.episode_id, &follows.weight),
        (&ended.match_id, &ended.episode_id, &ended.weight)
    );
    assert_eq!((follows.reason.as_str(), follows.proposal_id.as_str()), (WHY, ""));
    let told: Vec<MatchEnded> = house.published().await;
    assert_eq!(
        (told.len(), told[0].why, told[0].last_day.as_str()),
        (1, MatchEnd::HandedOver.into(), "2024-05-05")
    );
    let told: Vec<MatchConfirmed> = house.published().await;
    assert_eq!(told[1].follows_match_id, ended.match_id);
    assert_eq!(house.tables_with_canary().await, Vec::<String>::new());
    // Both accompany until the day itself.
    assert!(house.get_match(signed_in(&first), &ended.match_id).await.is_ok());
    house.set_today("2024-05-06");
    assert_eq!(told_reason(house.get_match(signed_in(&first), &ended.match_id).await), "MATCH_NOT_FOUND");
    assert!(house.get_match(signed_in(&second), &follows.match_id).await.is_ok());
}

fn told_reason<T>(answer: Result<T, Status>) -> String {
    answer.err().map(|status| told(&status).reason).unwrap_or_default()
}

#[tokio::test]
async fn the_new_worker_needs_a_mandate_and_room() {
    let house = House::open().await;
    let first = house.coach(details()).await;
    let full = house.coach_of(details(), "0.05").await;
    let idle = house.registered(details()).await.worker_id;
    let who = house.admitted().await;
    let begun = house.matched(who, &first).await;
    let before = house.rows().await;

    for (request, expected) in [
        (handover(&begun, &idle, "2024-05-06"), pairs(&[("worker_id", "NO_MANDATE_ON_DAY")])),
        (handover(&begun, &first, "2024-05-06"), pairs(&[("worker_id", "SAME_WORKER")])),
        (handover(&begun, &full, "2024-04-14"), pairs(&[("first_day", "BEFORE_FIRST_DAY")])),
        (handover(&begun, &full, "2025-01-01"), pairs(&[("first_day", "TOO_FAR_AHEAD")])),
        (
            HandOverMatchRequest { reason: String::new(), ..handover(&begun, "kanarie", "") },
            pairs(&[("worker_id", "NOT_AN_ID"), ("first_day", "REQUIRED"), ("reason", "REQUIRED")]),
        ),
    ] {
        let refused = hand_over(&house, &begun, request).await.unwrap_err();
        assert_eq!(violations(&refused), expected);
    }
    let refused = hand_over(&house, &begun, handover(&begun, &full, "2024-05-06")).await;
    assert_eq!(told_reason(refused), "OVER_CAPACITY");
    assert_eq!(house.rows().await, before);

    let over = HandOverMatchRequest { over_capacity: true, ..handover(&begun, &full, "2024-05-06") };
    assert!(hand_over(&house, &begun, over).await.unwrap().begun.unwrap().over_capacity);
}

#[tokio::test]
async fn a_handover_needs_the_version_that_was_read_and_a_match_that_runs() {
    let house = House::open().await;
    let first = house.coach(details()).await;
    let second = house.coach(details()).await;
    let who = house.admitted().await;
    let begun = house.matched(who, &first).await;
    let done = hand_over(&house, &begun, handover(&begun, &second, "2024-05-06")).await.unwrap();
    let ended = done.ended.unwrap();

    let stale = hand_over(&house, &begun, handover(&begun, &second, "2024-05-06")).await;
    assert_eq!(told_reason(stale), "STALE_ETAG");
    let over = hand_over(&house, &ended, handover(&ended, &second, "2024-05-06")).await;
    assert_eq!(told_reason(over), "MATCH_ENDED");
    let missing =
        house.matches(coordinator()).hand_over_match(with_key(handover(&begun, &second, "2024-05-06"))).await;
    assert_eq!(told_reason(missing), "IF_MATCH_REQUIRED");
    let strange = house
        .matches(stranger())
        .hand_over_match(with_tag(handover(&ended, &second, "2024-05-06"), &ended.etag))
        .await;
    assert_eq!(told_reason(strange), "MATCH_NOT_FOUND");
    assert_eq!(house.count("matches").await, 2);
}

#[tokio::test]
async fn who_accompanied_before_goes_first_when_the_person_comes_back() {
    let house = House::open().await;
    let known = house.coach(details()).await;
    let expert = house.coach(WorkerDetails { expertise: vec!["work".to_owned()], ..details() }).await;
    let who = house.admitted().await;
    let begun = house.matched(who, &known).await;
    house
        .execute(&format!(
            "update matches set last_day = '2024-04-15', ending = 'trajectory_closed' where match_id = '{}'",
            begun.match_id
        ))
        .await;
    let again = crate::house::Participant { episode: chassis::id::IdGenerator.uuid(), ..who };
    let again =
        house.admitted_as(again, "waasland-esf", "2024-04-14T09:00:00Z", "2024-04-15T09:00:00Z").await;

    let request = ProposeMatchRequest {
        life_domains: vec!["work".to_owned(), "rights".to_owned()],
        first_day: "2024-04-16".to_owned(),
        ..needs(again)
    };
    let proposal = house.propose(request).await.unwrap();

    // Continuity is 25 of 25, half of the expertise 15 of 30.
    let order: Vec<&str> = proposal.proposed.iter().map(|one| one.worker_id.as_str()).collect();
    assert_eq!(order, [known.as_str(), expert.as_str()]);
}
