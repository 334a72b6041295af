//! Who waits.

use proto::matching::v1::{ListWaitingRequest, WaitingParticipation};

use crate::house::{House, PROGRAMME, coordinator, details, pairs, signed_in, stranger, told, violations};

fn list(page_size: i32, page_token: &str) -> ListWaitingRequest {
    ListWaitingRequest { programme: PROGRAMME.to_owned(), page_size, page_token: page_token.to_owned() }
}

async fn all(house: &House) -> Vec<WaitingParticipation> {
    house.matches(coordinator()).list_waiting(list(0, "")).await.unwrap().into_inner().waiting
}

#[tokio::test]
async fn who_was_referred_first_stands_first_with_the_days_of_waiting() {
    let house = House::open().await;
    let late = house.admitted_on("2024-04-10T09:00:00Z", "2024-04-11T09:00:00Z").await;
    // Late in the evening of the first of March in Brussels, the 29th of February in no time zone of ours.
    let early = house.admitted_on("2024-03-01T22:30:00Z", "2024-04-12T09:00:00Z").await;

    let waiting = all(&house).await;

    let seen: Vec<(String, i32)> =
        waiting.iter().map(|one| (one.participation_id.clone(), one.waiting_days)).collect();
    assert_eq!(seen, [(early.participation.to_string(), 45), (late.participation.to_string(), 5)]);
    assert_eq!((waiting[0].municipality_nis.as_str(), waiting[0].re_entry), ("46025", false));
}

#[tokio::test]
async fn who_is_matched_waits_no_more() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let (first, second) = (house.admitted().await, house.admitted().await);

    house.matched(first, &coach).await;

    let waiting = all(&house).await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].episode_id, second.episode.to_string());
}

#[tokio::test]
async fn pages_follow_each_other_also_where_two_were_referred_at_one_moment() {
    let house = House::open().await;
    for _ in 0..5 {
        house.admitted().await;
    }
    let whole: Vec<String> = all(&house).await.into_iter().map(|one| one.episode_id).collect();
    let mut client = house.matches(coordinator());

    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let page = client.list_waiting(list(2, &token)).await.unwrap().into_inner();
        seen.extend(page.waiting.into_iter().map(|one| one.episode_id));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }

    assert_eq!((seen.len(), seen), (5, whole));
    let refused = client.list_waiting(list(-1, "kanarie")).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("page_size", "PAGE_SIZE"), ("page_token", "PAGE_TOKEN")]));
}

#[tokio::test]
async fn only_who_coordinates_sees_who_waits() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    house.admitted().await;

    let refused = house.matches(stranger()).list_waiting(list(0, "")).await.unwrap_err();
    assert_eq!(told(&refused).reason, "PROGRAMME_NOT_FOUND");
    let refused = house.matches(signed_in(&coach)).list_waiting(list(0, "")).await.unwrap_err();
    assert_eq!(told(&refused).reason, "NO_MANDATE");
}
