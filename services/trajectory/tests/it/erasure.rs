//! An erased person: the key and every word are gone, numbers stay.

use proto::trajectory::v1::{ListContactsRequest, LogContactRequest};

use crate::house::{House, coach, contact, coordinator, reason};
use crate::measures::{measure, take};
use crate::story::Story;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_destroys_the_key_and_every_word_and_keeps_the_numbers() {
    let mut house = House::start_on("2024-03-10").await;
    let (story, id) = house.open_case("2024-03-04").await;
    let logged = house.log(coach(), contact(&id, "2024-03-06")).await.unwrap();
    take(&house, coach(), measure(&id, "release", &[("", 4)])).await.unwrap();
    assert_eq!(house.count("words where sealed is not null").await, 1);

    let erased = house.producer.next(story.person, &story.erased());
    house.tell(&[erased]).await;

    assert_eq!(house.count("words where sealed is not null").await, 0);
    assert_eq!(house.count("person_keys where wrapped is not null or destroyed_at is null").await, 0);
    assert_eq!(
        house.count("chassis.idempotency_keys where response is not null").await,
        0,
        "stored answers go too"
    );
    let request = ListContactsRequest { trajectory_id: id.clone(), ..ListContactsRequest::default() };
    let contacts = house.contacts(coach()).list_contacts(request).await.unwrap().into_inner().contacts;
    assert_eq!(
        (contacts[0].hidden, contacts[0].note.as_str(), contacts[0].minutes),
        (true, "", logged.minutes)
    );
    let read = house.get(coordinator(), &id).await.unwrap();
    assert!(read.trajectory.unwrap().erased);
    assert_eq!(read.latest_measures[0].values[0].value, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_written_about_an_erased_person_but_numbers() {
    let mut house = House::start_on("2024-03-10").await;
    let (story, id) = house.open_case("2024-03-04").await;
    let erased = house.producer.next(story.person, &story.erased());
    house.tell(&[erased]).await;

    let refused = house.log(coach(), contact(&id, "2024-03-06")).await.unwrap_err();
    let bare = LogContactRequest { note: String::new(), ..contact(&id, "2024-03-06") };
    let logged = house.log(coach(), bare).await.unwrap();

    assert_eq!(reason(&refused), "PERSON_ERASED");
    assert!(!logged.hidden && logged.note.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_match_that_comes_after_the_erasure_finds_no_key() {
    let mut house = House::start_on("2024-03-10").await;
    let story = Story::new(crate::house::COACH, crate::house::PROGRAMME, "2024-03-04");
    let erased = house.producer.next(story.person, &story.erased());
    house.tell(&[erased]).await;

    let id = house.open(&story).await;

    assert!(house.get(coach(), &id).await.unwrap().trajectory.unwrap().erased);
    assert_eq!(reason(&house.log(coach(), contact(&id, "2024-03-06")).await.unwrap_err()), "PERSON_ERASED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_backup_holds_cannot_be_opened_any_more() {
    let mut house = House::start_on("2024-03-10").await;
    let (story, id) = house.open_case("2024-03-04").await;
    house.log(coach(), contact(&id, "2024-03-06")).await.unwrap();
    sqlx::raw_sql("create table backup as select * from words")
        .execute(&house.running.database.admin)
        .await
        .unwrap();
    let erased = house.producer.next(story.person, &story.erased());
    house.tell(&[erased]).await;

    // The sealed words come back out of a backup of their table; the key does not.
    sqlx::raw_sql("update words set sealed = (select sealed from backup); drop table backup")
        .execute(&house.running.database.admin)
        .await
        .unwrap();

    let request = ListContactsRequest { trajectory_id: id, ..ListContactsRequest::default() };
    let contacts = house.contacts(coach()).list_contacts(request).await.unwrap().into_inner().contacts;
    assert_eq!((contacts[0].hidden, contacts[0].note.as_str()), (true, ""));
}
