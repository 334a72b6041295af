//! An erased person keeps counting and is named no more.

use crate::house::House;
use crate::story::{Story, at};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_keeps_counting_without_an_id() {
    let mut house = House::start_on("2024-04-20").await;
    let story = Story::new();
    let submitted = house.producer.next(story.referral, &story.submitted(at("2024-03-10T09:00:00Z")));
    house.tell(&[submitted]).await;
    let before = house.figures("2024-03-01", "2024-03-31").await;
    assert_eq!(house.count("referral_facts where person_id is not null").await, 1);

    let erased = house.producer.next(story.person, &story.erased(at("2024-03-20T09:00:00Z")));
    house.tell(&[erased]).await;

    assert_eq!(house.figures("2024-03-01", "2024-03-31").await, before);
    assert_eq!(house.count("referral_facts where person_id is null").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_referral_that_arrives_after_the_erasure_names_nobody() {
    let mut house = House::start_on("2024-04-20").await;
    let story = Story::new();
    let submitted = house.producer.next(story.referral, &story.submitted(at("2024-03-10T09:00:00Z")));
    let erased = house.producer.next(story.person, &story.erased(at("2024-03-20T09:00:00Z")));

    house.tell(&[erased]).await;
    house.tell(&[submitted]).await;

    assert_eq!(house.figures("2024-03-01", "2024-03-31").await.referrals, 1);
    assert_eq!(house.count("referral_facts where person_id is null").await, 1);
}
