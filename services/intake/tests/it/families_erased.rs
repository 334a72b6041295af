//! What becomes of a family when somebody in it is erased, comes back, or is forgotten.

use intake::Intake;
use proto::intake::v1::{ErasePersonRequest, FamilyRelation};

use crate::house::{House, officer, told, with_key};
use crate::household::{child, katrol_file, parent, recorded, referred, same};

#[tokio::test]
async fn erasing_a_member_leaves_the_others_and_erasing_who_was_referred_erases_all() {
    let house = House::katrol().await;
    let (referral, members) = house.whole_family().await;
    house.family_admitted(&referral.referral_id, "").await;

    house.erase(&members[2].member_id).await.unwrap();

    let family = house.family(&referral.referral_id).await;
    let erased: Vec<bool> = family.members.iter().map(|member| member.erased).collect();
    assert_eq!(erased, [false, false, true, false, false]);
    let lea = &family.members[2];
    assert_eq!((&*lea.name, &*lea.birth_date, &*lea.school), ("", "", ""));
    assert_eq!((lea.relation(), family.children), (FamilyRelation::Child, 3), "what is counted stays");
    assert_eq!(told(&house.correct(same(lea), &lea.etag).await.unwrap_err()).reason, "INVALID_FIELDS");
    let named = proto::intake::v1::CorrectFamilyMemberRequest { name: "Kanarie".to_owned(), ..same(lea) };
    assert_eq!(told(&house.correct(named, &lea.etag).await.unwrap_err()).reason, "PERSON_ERASED");

    house.erase(&referral.person_id).await.unwrap();

    assert!(house.family(&referral.referral_id).await.members.iter().all(|member| member.erased));
    assert_eq!(house.count("select count(*) from person_keys where wrapped is not null").await, 0);
    assert_eq!(house.count("select count(*) from erasures").await, 5);
    let remains = "select count(*) from persons, family_members
        where name is not null or birth_date is not null or school is not null";
    assert_eq!(house.count(remains).await, 0);
    assert_eq!(
        house.count("select count(*) from chassis.idempotency_keys where response is not null and subject_id is not null").await,
        0,
        "stored answers go too"
    );
    let refused = house.add(parent(&referral.referral_id, "Kanarie Oma")).await.unwrap_err();
    assert_eq!(told(&refused).reason, "PERSON_ERASED");
}

#[tokio::test]
async fn a_start_erases_again_the_members_who_came_back_with_older_tables() {
    let house = House::katrol().await;
    let (referral, _) = house.whole_family().await;
    house
        .execute(
            "create table backup_keys as select * from person_keys; create table backup as select * from persons;
             create table backup_members as select * from family_members",
        )
        .await;
    house.erase(&referral.person_id).await.unwrap();
    house.running.stop().await;
    house
        .execute(
            "update person_keys set (region_key_id, wrapped, destroyed_at) =
                 (select region_key_id, wrapped, destroyed_at from backup_keys where backup_keys.person_id = person_keys.person_id);
             update persons set (name, birth_date) =
                 (select name, birth_date from backup where backup.person_id = persons.person_id);
             update family_members set school =
                 (select school from backup_members where backup_members.person_id = family_members.person_id);
             drop table backup, backup_keys, backup_members",
        )
        .await;

    let settings = format!("[region]\nfile = \"{}\"", katrol_file().display());
    let again = house.region.run_on::<Intake>(house.running.database.clone(), &settings).await.unwrap();

    let house = House { region: house.region, running: again };
    assert_eq!(house.count("select count(*) from person_keys where wrapped is not null").await, 0);
    let remains = "select count(*) from persons, family_members
        where name is not null or birth_date is not null or school is not null";
    assert_eq!(house.count(remains).await, 0);
}

#[tokio::test]
async fn who_comes_back_has_one_family_with_everybody_who_was_recorded() {
    let house = House::katrol().await;
    let (first, members) = house.whole_family().await;
    let participation = house.family_admitted(&first.referral_id, "").await;
    house.execute("update episodes set ended_at = now(), ended_on = current_date").await;
    let again = house.family_referred("Kanarie Mama").await;
    assert_eq!(again.possible_duplicates.len(), 1, "members are no duplicates of referrals");
    house.add(referred(&again.referral_id)).await.unwrap();
    house.add(child(&again.referral_id, "Kanarie Bo", "2024", "")).await.unwrap();

    let same_participation = house.family_admitted(&again.referral_id, &first.referral_id).await;

    assert_eq!(same_participation, participation);
    let family = house.family(&again.referral_id).await;
    assert_eq!((family.children, family.members.len()), (4, 6), "the mother stands in it once");
    assert_eq!(family.members[0].member_id, again.person_id);
    assert_eq!(family, house.family(&first.referral_id).await);
    assert_eq!(recorded(&house).await.last().unwrap().members.len(), 6);
    // Erasing either of the two persons who are one human being erases the family of both.
    let request = ErasePersonRequest { person_id: again.person_id.clone(), ground: 1 };
    house.persons(officer()).erase_person(with_key(request)).await.unwrap();
    assert_eq!(house.count("select count(*) from person_keys where wrapped is not null").await, 0);
    assert!(
        house.family(&first.referral_id).await.members.iter().any(|it| it.member_id == members[3].member_id)
    );
}

#[tokio::test]
async fn the_retention_of_a_referral_that_led_to_nothing_takes_the_members_along() {
    let house = House::katrol().await;
    let (referral, _) = house.whole_family().await;
    house.family_withdrawn(&referral.referral_id).await;
    house
        .execute(
            "update referrals set submitted_at = now() - interval '2 years';
             update decisions set decided_at = now() - interval '2 years'",
        )
        .await;

    house.forget_in(&katrol_file()).await;

    assert_eq!(house.count("select count(*) from person_keys where wrapped is not null").await, 0);
    assert_eq!(house.count("select count(*) from erasures where ground = 'retention'").await, 5);
}
