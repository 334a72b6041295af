//! `ErasePerson`, and what a start does after a restore.

use intake::Intake;
use proto::intake::v1::{BatchGetNamesRequest, ErasePersonRequest, ReferralState, ScreenReferralRequest};

use crate::house::{
    House, NATIONAL_NUMBER, coordinator, eligible, form, officer, told, violations, with_key, with_tag,
    with_this_key,
};

#[tokio::test]
async fn everything_personal_is_unreadable_and_the_rest_still_counts() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let numbered = ScreenReferralRequest {
        national_number: NATIONAL_NUMBER.to_owned(),
        birth_date: "2015".to_owned(),
        ..eligible(&referral)
    };
    let contradiction = house.screen(&referral, numbered.clone()).await;
    assert!(contradiction.is_err());
    let screened = house
        .screen(&referral, ScreenReferralRequest { birth_date: "1993".to_owned(), ..numbered })
        .await
        .unwrap();
    let refused = house.refuse(&screened, "no-capacity", "kanarie: het CAW").await.unwrap();

    let erased_at = house.erase(&referral.person_id).await.unwrap();

    let read = house.get(&referral.referral_id).await;
    assert!(read.erased && read.person.is_none() && read.referrer.is_none());
    assert_eq!((read.note.as_str(), read.decision.as_ref().unwrap().alternative.as_str()), ("", ""));
    assert_eq!(read.state(), ReferralState::Refused);
    assert_eq!((&read.reasons, &read.municipality_nis), (&refused.reasons, &refused.municipality_nis));
    assert_eq!(read.decision.unwrap().reason, "no-capacity");
    assert_ne!(read.etag, refused.etag);
    assert!(erased_at.seconds > 0);
    let remains = "select count(*) from person_keys, persons, referrals, screenings, decisions
        where wrapped is not null or name is not null or contact is not null or birth_date is not null
           or national_number is not null or referrer_name is not null or referrer_organisation is not null
           or referrer_contact is not null or note is not null or answers is not null or alternative is not null
           or motivation is not null";
    assert_eq!(house.count(remains).await, 0);
    assert_eq!(house.count("select count(*) from duplicate_keys").await, 0);
    assert_eq!(house.count("select count(*) from chassis.idempotency_keys where response is not null and subject_id is not null").await, 0);
    assert_eq!(house.tables_with_canary().await, Vec::<String>::new());
    let names = BatchGetNamesRequest { person_ids: vec![referral.person_id], purpose: "list".to_owned() };
    assert!(house.persons(coordinator()).batch_get_names(names).await.unwrap().into_inner().names[0].hidden);
}

#[tokio::test]
async fn what_a_backup_holds_cannot_be_opened_any_more() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    house.execute("create table backup as select name from persons").await;
    house.erase(&referral.person_id).await.unwrap();

    // The sealed name comes back out of a backup of its table; its key does not.
    house.execute("update persons set name = (select name from backup)").await;

    let read = house.get(&referral.referral_id).await;
    assert!(read.erased && read.person.is_none());
    house.execute("drop table backup").await;
}

#[tokio::test]
async fn a_repeat_answers_the_first_time_under_any_key() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;

    let first = house.erase(&referral.person_id).await.unwrap();
    let second = house.erase(&referral.person_id).await.unwrap();

    assert_eq!(first, second);
    assert_eq!(
        house.count("select count(*) from chassis.outbox where event_type = 'intake.person_erased.v1'").await,
        1
    );
    assert_eq!(house.count("select count(*) from erasures").await, 1);
}

#[tokio::test]
async fn a_repeat_of_a_forgotten_request_learns_that_its_answer_was_erased() {
    let house = House::open().await;
    let mut anybody = house.referrals(chassis::caller::Caller::anonymous());
    anybody.submit_referral(with_this_key(form(), "k")).await.unwrap();
    let person = house.text("select person_id::text from persons where $1 = ''", "").await;
    house.erase(&person).await.unwrap();

    let refused = anybody.submit_referral(with_this_key(form(), "k")).await.unwrap_err();

    assert_eq!(told(&refused).reason, "ANSWER_ERASED");
    assert_eq!(house.count("select count(*) from persons").await, 1);
}

#[tokio::test]
async fn an_erased_person_is_no_duplicate_and_cannot_be_decided_on_but_withdrawn() {
    let house = House::open().await;
    let screened = house.screened(form()).await;
    let other = house.submitted(form()).await;
    house.erase(&screened.person_id).await.unwrap();
    let erased = house.get(&screened.referral_id).await;

    for refused in [
        house.screen(&erased, eligible(&erased)).await,
        house.admit(&erased, "").await,
        house.refuse(&erased, "no-request", "").await,
    ] {
        assert_eq!(told(&refused.unwrap_err()).reason, "PERSON_ERASED");
    }
    assert!(house.withdraw(&erased, "referred-by-mistake").await.is_ok());
    assert!(house.get(&other.referral_id).await.possible_duplicates.is_empty());
}

#[tokio::test]
async fn whoever_is_not_there_cannot_be_erased() {
    let house = House::open().await;

    let refused = house.erase(&chassis::id::IdGenerator.uuid().to_string()).await.unwrap_err();

    assert_eq!((refused.code(), told(&refused).reason.as_str()), (tonic::Code::NotFound, "PERSON_NOT_FOUND"));
}

#[tokio::test]
async fn an_erasure_needs_an_id_a_ground_and_an_officer() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let request = ErasePersonRequest { person_id: "kanarie".to_owned(), ground: 0 };

    let refused = house.persons(officer()).erase_person(with_key(request)).await.unwrap_err();
    let request = ErasePersonRequest { person_id: referral.person_id.clone(), ground: 1 };
    let denied = house.persons(coordinator()).erase_person(with_key(request)).await.unwrap_err();

    let expected = [("person_id", "NOT_AN_ID"), ("ground", "REQUIRED")];
    assert_eq!(violations(&refused), expected.map(|(field, reason)| (field.to_owned(), reason.to_owned())));
    assert_eq!(told(&denied).reason, "NO_MANDATE");
    assert!(house.get(&referral.referral_id).await.person.is_some());
}

#[tokio::test]
async fn a_start_erases_again_who_came_back_with_older_tables() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    house.execute("create table backup_keys as select * from person_keys; create table backup as select * from persons").await;
    house.erase(&referral.person_id).await.unwrap();
    house.running.stop().await;
    house
        .execute(
            "update person_keys set (region_key_id, wrapped, destroyed_at) = (select region_key_id, wrapped, destroyed_at from backup_keys);
             update persons set (name, contact) = (select name, contact from backup);
             drop table backup, backup_keys",
        )
        .await;

    let again = house.region.run_on::<Intake>(house.running.database.clone(), "").await.unwrap();

    let house = House { region: house.region, running: again };
    assert_eq!(house.count("select count(*) from person_keys where wrapped is not null").await, 0);
    assert_eq!(
        house.count("select count(*) from persons where name is not null or contact is not null").await,
        0
    );
    assert!(house.get(&referral.referral_id).await.erased);
}

#[tokio::test]
async fn an_edit_that_was_read_before_the_erasure_is_stale() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    house.erase(&referral.person_id).await.unwrap();

    let request = with_tag(eligible(&referral), &referral.etag);
    let refused = house.referrals(coordinator()).screen_referral(request).await.unwrap_err();

    assert_eq!(told(&refused).reason, "STALE_ETAG");
}
