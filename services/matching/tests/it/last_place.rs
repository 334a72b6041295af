//! The last place is given once, however many ask for it at the same moment.

use std::collections::BTreeMap;

use futures::future::join_all;
use tonic::Status;

use crate::house::{House, confirmation, details, needs, told};

const AT_ONCE: usize = 50;

/// How often each reason was told; an empty one for who was served.
fn reasons<T>(answers: &[Result<T, Status>]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for answer in answers {
        let reason = answer.as_ref().err().map(|status| told(status).reason).unwrap_or_default();
        *counted.entry(reason).or_default() += 1;
    }
    counted
}

fn expected(reasons: &[(&str, usize)]) -> BTreeMap<String, usize> {
    reasons.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_ask_for_the_last_place_of_a_worker_and_one_gets_it() {
    let house = House::open_with("database.acquire_timeout_ms = 20000").await;
    // 0.1 of 18 is 1.8: room for one.
    let coach = house.coach_of(details(), "0.1").await;
    let mut proposals = Vec::new();
    for _ in 0..AT_ONCE {
        let who = house.admitted().await;
        proposals.push(house.propose(needs(who)).await.unwrap());
    }

    let asked = proposals.iter().map(|proposal| house.confirm(confirmation(proposal, &coach)));
    let answers = join_all(asked).await;

    assert_eq!(reasons(&answers), expected(&[("", 1), ("OVER_CAPACITY", AT_ONCE - 1)]));
    assert_eq!(house.count("matches").await, 1);
    assert_eq!(house.count("chassis.outbox where event_type = 'matching.match_confirmed.v1'").await, 1);
    assert_eq!(house.count("waiting where matched_at is null").await, 49);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_ask_for_the_last_place_of_the_programme_and_one_gets_it() {
    let house = House::open_with("database.acquire_timeout_ms = 20000").await;
    let mut coaches = Vec::new();
    for _ in 0..4 {
        coaches.push(house.coach(details()).await);
    }
    let mut proposals = Vec::new();
    for _ in 0..AT_ONCE {
        let who = house.admitted().await;
        proposals.push(house.propose(needs(who)).await.unwrap());
    }
    // Forty-nine run already, with workers of another kind of time: at most fifty may.
    let filler = house.registered(details()).await.worker_id;
    for _ in 0..49 {
        let who = house.admitted().await;
        house
            .execute(&format!(
                "insert into matches (match_id, participation_id, episode_id, person_id, worker_id, organisation_id, role, programme,
                                      programme_version, programme_hash, weight_code, weight, first_day, over_capacity, overridden,
                                      confirmed_at, confirmed_by, version, changed_at)
                 select gen_random_uuid(), '{}', '{}', '{}', '{filler}', gen_random_uuid(), 'coach', 'waasland-esf', 1, hash, 'regular', 1,
                        '2024-02-01', false, false, now(), gen_random_uuid(), 1, now()
                 from file_versions where kind = 'programme'",
                who.participation, who.episode, who.person
            ))
            .await;
    }

    // Four workers with room for eighteen each: only the programme stands in the way.
    let asked = proposals.iter().enumerate().map(|(number, proposal)| {
        let mut request = confirmation(proposal, &coaches[number % coaches.len()]);
        request.reason = "kanarie: verdeeld over wie er is".to_owned();
        house.confirm(request)
    });
    let answers = join_all(asked).await;

    assert_eq!(reasons(&answers), expected(&[("", 1), ("RUNNING_MAX_REACHED", AT_ONCE - 1)]));
    assert_eq!(house.count("matches").await, 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_confirmations_of_one_episode_make_one_match() {
    let house = House::open_with("database.acquire_timeout_ms = 20000").await;
    let coach = house.coach(details()).await;
    let who = house.admitted().await;
    let mut proposals = Vec::new();
    for _ in 0..10 {
        proposals.push(house.propose(needs(who)).await.unwrap());
    }

    let answers =
        join_all(proposals.iter().map(|proposal| house.confirm(confirmation(proposal, &coach)))).await;

    assert_eq!(reasons(&answers), expected(&[("", 1), ("EPISODE_MATCHED", 9)]));
    assert_eq!(house.count("matches").await, 1);
}
