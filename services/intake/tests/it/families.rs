//! `FamilyService`: who belongs to a family, and what others are told.

use proto::intake::events::v1::FamilyRelation as Told;
use proto::intake::v1::{BatchGetNamesRequest, FamilyRelation, FamilyRemovalReason};

use crate::house::{House, told, with_this_key};
use crate::household::{STUDENT, anchor, child, recorded, referred, same, student};

#[tokio::test]
async fn all_children_count_also_outside_the_focus_group() {
    use FamilyRelation::{Child, Parent};
    let house = House::katrol().await;
    let (referral, members) = house.whole_family().await;

    let before = house.family(&referral.referral_id).await;
    let participation = house.family_admitted(&referral.referral_id, "").await;
    let after = house.family(&referral.referral_id).await;

    assert_eq!((before.participation_id.as_str(), before.children), ("", 3));
    assert_eq!((&after.participation_id, after.children, after.members.len()), (&participation, 3, 5));
    let read: Vec<_> = after
        .members
        .iter()
        .map(|it| (it.relation(), it.is_referred_person, &*it.name, &*it.birth_date, &*it.school_year))
        .collect();
    assert_eq!(
        read,
        [
            (Parent, true, "Kanarie Mama", "1990", ""),
            (Parent, false, "Kanarie Papa", "", ""),
            (Child, false, "Kanarie Lea", "2019-06-14", "kindergarten-3"),
            (Child, false, "Kanarie Tuur", "2018", "primary-1"),
            (Child, false, "Kanarie Mila", "2014-03", "primary-5"),
        ]
    );
    assert_eq!(after.members[2].school, "Kanarieschool");
    assert_eq!(after.members[0].member_id, referral.person_id);
    // Each under a key of their own, and nothing that can be read in any table.
    assert_eq!(house.count("select count(distinct wrapped) from person_keys").await, 5);
    assert_eq!(house.tables_with_canary().await, Vec::<String>::new());
    let story = recorded(&house).await;
    assert_eq!(story.len(), 1, "told at the admission, not before");
    let told: Vec<_> = story[0]
        .members
        .iter()
        .map(|it| (&*it.person_id, it.relation(), it.in_focus, &*it.left_on))
        .collect();
    let ids: Vec<&str> = members.iter().map(|member| &*member.member_id).collect();
    assert_eq!(
        told,
        [
            (ids[0], Told::Parent, false, ""),
            (ids[1], Told::Parent, false, ""),
            (ids[2], Told::Child, true, ""),
            (ids[3], Told::Child, true, ""),
            (ids[4], Told::Child, false, ""),
        ]
    );
    assert_eq!((&*story[0].participation_id, &*story[0].programme), (&*participation, "katrol"));
}

#[tokio::test]
async fn while_the_case_runs_a_family_is_added_to_corrected_and_left_and_each_change_is_told() {
    let house = House::katrol().await;
    let (referral, members) = house.whole_family().await;
    house.family_admitted(&referral.referral_id, "").await;

    let baby = house.add(child(&referral.referral_id, "Kanarie Bo", "2024", "kindergarten-0")).await.unwrap();
    let mut right = same(&baby);
    "Kanarie Bo-Marie".clone_into(&mut right.name);
    "2024-02-01".clone_into(&mut right.birth_date);
    right.school.clear();
    let corrected = house.correct(right, &baby.etag).await.unwrap();
    let gone = house.remove(&members[1], FamilyRemovalReason::Left).await.unwrap();

    assert_eq!(
        (&*corrected.name, &*corrected.birth_date, &*corrected.school),
        ("Kanarie Bo-Marie", "2024-02-01", "")
    );
    assert_ne!(corrected.etag, baby.etag);
    assert!(gone.left && gone.name == "Kanarie Papa");
    let family = house.family(&referral.referral_id).await;
    assert_eq!((family.children, family.members.len()), (4, 6));
    assert!(family.members[5].left, "who left stands last");
    let story = recorded(&house).await;
    let counts: Vec<(usize, usize)> = story
        .iter()
        .map(|told| {
            let left = told.members.iter().filter(|member| !member.left_on.is_empty()).count();
            (told.members.len(), left)
        })
        .collect();
    assert_eq!(counts, [(5, 0), (6, 0), (6, 0), (6, 1)]);
    let audited = format!(
        "select count(*) from chassis.audit where subject_ids @> array['{}'::uuid] and purpose like 'intake%'",
        gone.member_id
    );
    assert!(house.count(&audited).await >= 3, "added, removed, read");
}

#[tokio::test]
async fn a_mistake_is_erased_and_counts_nowhere() {
    let house = House::katrol().await;
    let (referral, members) = house.whole_family().await;
    house.family_admitted(&referral.referral_id, "").await;
    let twice = house.add(child(&referral.referral_id, "kanarie léa", "2019", "")).await.unwrap();
    let alike = house.family(&referral.referral_id).await;
    let marked: Vec<_> = alike.members.iter().filter(|member| !member.looks_like.is_empty()).collect();
    assert_eq!(marked.len(), 2);
    assert_eq!(marked[0].looks_like, std::slice::from_ref(&twice.member_id));

    let removed = house.remove(&twice, FamilyRemovalReason::Mistake).await.unwrap();
    let mother = house.remove(&members[0], FamilyRemovalReason::Mistake).await.unwrap();

    assert_eq!((removed.erased, &*removed.name), (true, ""));
    assert!(!mother.erased, "the referral knows her");
    let family = house.family(&referral.referral_id).await;
    assert_eq!((family.children, family.members.len()), (3, 4));
    assert_eq!(recorded(&house).await.last().unwrap().members.len(), 4);
    let key = format!(
        "select count(*) from person_keys where person_id = '{}' and wrapped is null",
        twice.member_id
    );
    assert_eq!(house.count(&key).await, 1);
    assert_eq!(house.count("select count(*) from person_keys where wrapped is null").await, 1);
    assert_eq!(house.count("select count(*) from erasures where ground = 'mistake'").await, 1);
    assert!(house.family_referral(&referral.referral_id).await.person.is_some());
    // Who was referred can be put back.
    assert!(house.add(referred(&referral.referral_id)).await.unwrap().is_referred_person);
    assert_eq!(told(&house.correct(same(&twice), &twice.etag).await.unwrap_err()).reason, "MEMBER_NOT_FOUND");
}

#[tokio::test]
async fn a_repeat_adds_nobody_and_answers_the_same() {
    let house = House::katrol().await;
    let referral = house.family_referred("Kanarie Mama").await;
    let request = child(&referral.referral_id, "Kanarie Lea", "2019", "primary-1");
    let mut families = house.families(anchor());

    let first = families.add_family_member(with_this_key(request.clone(), "k")).await.unwrap().into_inner();
    let second = families.add_family_member(with_this_key(request, "k")).await.unwrap().into_inner();

    assert_eq!(first, second);
    assert_eq!(house.family(&referral.referral_id).await.members.len(), 1);
}

#[tokio::test]
async fn a_student_sees_the_family_of_the_own_case_and_no_other() {
    let house = House::katrol().await;
    let (referral, members) = house.whole_family().await;
    let participation = house.family_admitted(&referral.referral_id, "").await;
    house.on_the_case(&participation, STUDENT).await;

    let seen = house.participating_family(student(STUDENT), &participation).await.unwrap();
    let by_anchor = house.participating_family(anchor(), &participation).await.unwrap();
    let refused = house.participating_family(student(0x58), &participation).await.unwrap_err();

    assert_eq!(seen, by_anchor);
    assert_eq!((seen.children, seen.members[2].name.as_str()), (3, "Kanarie Lea"));
    assert_eq!((refused.code(), &*told(&refused).reason), (tonic::Code::NotFound, "PARTICIPATION_NOT_FOUND"));
    let names = BatchGetNamesRequest {
        person_ids: members.iter().map(|member| member.member_id.clone()).collect(),
        purpose: "visits".to_owned(),
    };
    let of = async |caller| {
        let answer = house.persons(caller).batch_get_names(names.clone()).await.unwrap().into_inner();
        answer.names.iter().filter(|name| !name.hidden).count()
    };
    assert_eq!((of(student(STUDENT)).await, of(student(0x58)).await), (5, 0));
}
