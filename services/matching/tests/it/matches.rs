//! Reading matches: a coordinator those of the programme, a worker the own ones.

use chassis::caller::{Caller, Role, Scope};
use proto::matching::v1::{ListMatchesRequest, Match};
use testkit::{mandate, worker};
use tonic::Status;

use crate::house::{House, PROGRAMME, coordinator, details, pairs, signed_in, stranger, told, violations};

fn request(ended: bool, page_size: i32, page_token: &str) -> ListMatchesRequest {
    ListMatchesRequest {
        programme: PROGRAMME.to_owned(),
        ended,
        page_size,
        page_token: page_token.to_owned(),
    }
}

async fn list(house: &House, caller: Caller, ended: bool) -> Result<Vec<Match>, Status> {
    Ok(house.matches(caller).list_matches(request(ended, 0, "")).await?.into_inner().matches)
}

fn ids(matches: &[Match]) -> Vec<&str> {
    matches.iter().map(|one| one.match_id.as_str()).collect()
}

#[tokio::test]
async fn a_coach_sees_the_own_matches_and_no_others() {
    let house = House::open().await;
    let (one, two) = (house.coach(details()).await, house.coach(details()).await);
    let first = house.matched(house.admitted().await, &one).await;
    let second = house.matched(house.admitted().await, &two).await;

    assert_eq!(
        ids(&list(&house, coordinator(), false).await.unwrap()),
        [second.match_id.as_str(), first.match_id.as_str()]
    );
    assert_eq!(ids(&list(&house, signed_in(&one), true).await.unwrap()), [first.match_id.as_str()]);
    assert_eq!(house.get_match(signed_in(&one), &first.match_id).await.unwrap().match_id, first.match_id);

    let nobody = chassis::id::IdGenerator.uuid().to_string();
    let mut answers = Vec::new();
    for (caller, id) in [
        (signed_in(&one), &second.match_id),
        (signed_in(&one), &nobody),
        (stranger(), &second.match_id),
        (coordinator(), &nobody),
    ] {
        let refused = house.get_match(caller, id).await.unwrap_err();
        answers.push((told(&refused), refused.message().to_owned()));
    }
    assert_eq!(answers[0].0.reason, "MATCH_NOT_FOUND");
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test]
async fn a_reason_is_for_coordinators() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let who = house.admitted().await;
    let proposal = house.propose(crate::house::needs(who)).await.unwrap();
    let request = proto::matching::v1::ConfirmMatchRequest {
        reason: "kanarie wilde het zelf zo".to_owned(),
        ..crate::house::confirmation(&proposal, &coach)
    };
    let begun = house.confirm(request).await.unwrap();
    assert_eq!(begun.reason, "kanarie wilde het zelf zo");

    let read = house.get_match(signed_in(&coach), &begun.match_id).await.unwrap();

    assert_eq!(read.reason, "");
    assert_eq!(read.worker_id, coach);
}

#[tokio::test]
async fn a_mandate_for_an_organisation_reaches_its_matches_and_one_elsewhere_does_not_widen_own_cases() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let begun = house.matched(house.admitted().await, &coach).await;
    let social =
        |programme| worker(0x50, vec![mandate(Role::SocialWorker, Scope::Organisation, Some(programme))]);
    let mut other_organisation = social(PROGRAMME);
    other_organisation.organisation = Some(uuid::Uuid::from_u128(0xee));
    let both = worker(
        0x51,
        vec![
            mandate(Role::Coach, Scope::OwnCases, Some(PROGRAMME)),
            mandate(Role::Coordinator, Scope::Programme, Some("elsewhere")),
        ],
    );

    assert_eq!(ids(&list(&house, social(PROGRAMME), false).await.unwrap()), [begun.match_id.as_str()]);
    for caller in [other_organisation, both] {
        assert_eq!(list(&house, caller.clone(), true).await.unwrap(), []);
        assert_eq!(
            told(&house.get_match(caller, &begun.match_id).await.unwrap_err()).reason,
            "MATCH_NOT_FOUND"
        );
    }
    let refused = list(&house, social("elsewhere"), false).await.unwrap_err();
    assert_eq!(told(&refused).reason, "PROGRAMME_NOT_FOUND");
}

#[tokio::test]
async fn pages_follow_each_other() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let mut begun = Vec::new();
    for _ in 0..3 {
        begun.push(house.matched(house.admitted().await, &coach).await.match_id);
    }
    begun.reverse();
    let mut client = house.matches(coordinator());

    let first = client.list_matches(request(false, 2, "")).await.unwrap().into_inner();
    let second = client.list_matches(request(false, 2, &first.next_page_token)).await.unwrap().into_inner();

    let mut seen = ids(&first.matches);
    seen.extend(ids(&second.matches));
    assert_eq!(seen, begun);
    assert_eq!(second.next_page_token, "");
    let foreign = client.list_matches(request(true, 300, &first.next_page_token)).await.unwrap_err();
    assert_eq!(violations(&foreign), pairs(&[("page_size", "PAGE_SIZE"), ("page_token", "PAGE_TOKEN")]));
}
