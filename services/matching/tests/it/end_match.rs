//! Stopping a match: the place is free, and the participant waits again.

use proto::matching::events::v1::{MatchEnd, MatchEnded};
use proto::matching::v1::{ConfirmMatchRequest, EndMatchRequest, ListWaitingRequest, Match, MatchEnding};
use tonic::Status;

use crate::house::{
    House, PROGRAMME, TODAY, confirmation, coordinator, details, needs, pairs, stranger, told, violations,
    with_key, with_tag,
};

const WHY: &str = "het klikte niet, zegt kanarie";

fn ending(begun: &Match, last_day: &str) -> EndMatchRequest {
    EndMatchRequest {
        match_id: begun.match_id.clone(),
        last_day: last_day.to_owned(),
        reason: WHY.to_owned(),
    }
}

async fn end(house: &House, begun: &Match, request: EndMatchRequest) -> Result<Match, Status> {
    let ended = house.matches(coordinator()).end_match(with_tag(request, &begun.etag)).await?;
    Ok(ended.into_inner().r#match.unwrap())
}

#[tokio::test]
async fn a_stopped_match_frees_its_place_and_the_participant_waits_again() {
    let house = House::open().await;
    let coach = house.coach_of(details(), "0.1").await;
    let who = house.admitted().await;
    let begun = house.matched(who, &coach).await;

    let ended = end(&house, &begun, ending(&begun, TODAY)).await.unwrap();

    assert_eq!(
        (ended.last_day.as_str(), ended.ending, ended.end_reason.as_str()),
        (TODAY, MatchEnding::Stopped.into(), WHY)
    );
    let told: Vec<MatchEnded> = house.published().await;
    assert_eq!((told.len(), told[0].why), (1, MatchEnd::Stopped.into()));
    let request = ListWaitingRequest { programme: PROGRAMME.to_owned(), ..ListWaitingRequest::default() };
    assert_eq!(
        house.matches(coordinator()).list_waiting(request).await.unwrap().into_inner().waiting.len(),
        1
    );
    assert_eq!(house.tables_with_canary().await, Vec::<String>::new());

    // The day itself is taken; the next one is free.
    let proposal = house.propose(needs(who)).await.unwrap();
    let overlapping = house.confirm(ConfirmMatchRequest {
        over_capacity: true,
        reason: WHY.to_owned(),
        ..confirmation(&proposal, &coach)
    });
    assert_eq!(violations(&overlapping.await.unwrap_err()), pairs(&[("first_day", "OVERLAPS_MATCH")]));
    let next = house.confirm(ConfirmMatchRequest {
        first_day: "2024-04-16".to_owned(),
        ..confirmation(&proposal, &coach)
    });
    assert!(!next.await.unwrap().over_capacity);
}

#[tokio::test]
async fn an_end_that_cannot_be_is_refused() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let who = house.admitted().await;
    let begun = house.matched(who, &coach).await;
    let before = house.rows().await;

    for (request, expected) in [
        (ending(&begun, "2024-04-13"), pairs(&[("last_day", "BEFORE_FIRST_DAY")])),
        (
            ending(&begun, "2024-03-01"),
            pairs(&[("last_day", "TOO_FAR_BACK"), ("last_day", "BEFORE_FIRST_DAY")]),
        ),
        (ending(&begun, "2025-04-13"), pairs(&[("last_day", "TOO_FAR_AHEAD")])),
        (
            EndMatchRequest { reason: "  ".to_owned(), ..ending(&begun, "nooit") },
            pairs(&[("last_day", "NOT_A_DAY"), ("reason", "REQUIRED")]),
        ),
    ] {
        let refused = end(&house, &begun, request).await.unwrap_err();
        assert_eq!(violations(&refused), expected);
    }
    let missing = house.matches(coordinator()).end_match(with_key(ending(&begun, TODAY))).await.unwrap_err();
    assert_eq!(told(&missing).reason, "IF_MATCH_REQUIRED");
    let strange =
        house.matches(stranger()).end_match(with_tag(ending(&begun, TODAY), &begun.etag)).await.unwrap_err();
    assert_eq!(told(&strange).reason, "MATCH_NOT_FOUND");
    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn a_match_that_never_began_ends_on_the_day_before_its_first() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let who = house.admitted().await;
    let begun = house.matched(who, &coach).await;

    let ended = end(&house, &begun, ending(&begun, "2024-04-14")).await.unwrap();
    let again = end(&house, &ended, ending(&ended, "2024-04-14")).await.unwrap_err();

    assert_eq!(told(&again).reason, "MATCH_ENDED");
    // The whole day is free again.
    house.matched(who, &coach).await;
}
