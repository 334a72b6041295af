//! What `FamilyService` refuses: nothing changes, and every field is named with a remedy.

use chassis::caller::{Caller, Role, Scope};
use proto::intake::v1::{
    AddFamilyMemberRequest, CorrectFamilyMemberRequest, FamilyMember, FamilyRelation, FamilyRemovalReason,
    GetFamilyRequest, RemoveFamilyMemberRequest,
};
use testkit::{mandate, worker};
use tonic::{Code, Request, Status};

use crate::house::{House, coordinator, form, officer, told, violations, with_key, with_tag};
use crate::household::{KATROL, STUDENT, anchor, child, parent, referred, same, student};

fn one(field: &str, reason: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), reason.to_owned())]
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_changes() {
    let house = House::katrol().await;
    let (referral, _) = house.whole_family().await;
    let id = referral.referral_id.as_str();
    let before = house.rows().await;
    let tomorrow = "2098-01-01";

    for (request, field, reason) in [
        (child(id, "Kanarie", tomorrow, ""), "birth_date", "BIRTH_IN_FUTURE"),
        (child(id, "Kanarie", "2019-13", ""), "birth_date", "DATE_MONTH"),
        (child(id, "", "2019", ""), "name", "REQUIRED"),
        (child(id, &"kanarie".repeat(20), "2019", ""), "name", "TOO_LONG"),
        (child(id, "Kanarie", "2019", "primary-9"), "school_year", "UNKNOWN_SCHOOL_YEAR"),
        (child(id, "Kanarie", "2019", "Eerste Kanarie"), "school_year", "UNKNOWN_SCHOOL_YEAR"),
        (
            AddFamilyMemberRequest { school: "Kanarie".to_owned(), ..parent(id, "Kanarie") },
            "school",
            "NOT_A_CHILD",
        ),
        (
            AddFamilyMemberRequest { school_year: "primary-1".to_owned(), ..parent(id, "Kanarie") },
            "school_year",
            "NOT_A_CHILD",
        ),
        (AddFamilyMemberRequest { relation: 0, ..parent(id, "Kanarie") }, "relation", "REQUIRED"),
        (AddFamilyMemberRequest { relation: 9, ..parent(id, "Kanarie") }, "relation", "UNKNOWN_VALUE"),
        (referred(id), "is_referred_person", "REFERRED_TWICE"),
        (
            AddFamilyMemberRequest { name: "Kanarie".to_owned(), ..referred(id) },
            "name",
            "KNOWN_FROM_REFERRAL",
        ),
        (parent("kanarie", "Kanarie"), "referral_id", "NOT_AN_ID"),
    ] {
        let refused = house.add(request).await.unwrap_err();
        assert_eq!(violations(&refused), one(field, reason));
    }
    let all = AddFamilyMemberRequest {
        referral_id: id.to_owned(),
        relation: 7,
        birth_date: tomorrow.to_owned(),
        ..AddFamilyMemberRequest::default()
    };
    let all = violations(&house.add(all).await.unwrap_err());
    assert_eq!(
        all.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(),
        ["name", "relation", "birth_date"]
    );
    // Refusals are written down in the audit and nowhere else.
    let unaudited = |rows: Vec<(String, i64)>| -> Vec<_> {
        rows.into_iter().filter(|(table, _)| table != "chassis.audit").collect()
    };
    assert_eq!(unaudited(house.rows().await), unaudited(before));
}

#[tokio::test]
async fn a_family_takes_no_more_than_the_programme_says() {
    let house = House::katrol().await;
    let referral = house.family_referred("Kanarie Mama").await;
    let mut last = FamilyMember::default();
    for number in 0..20 {
        let name = format!("Kanarie {}", char::from(b'a' + number));
        last = house.add(child(&referral.referral_id, &name, "", "")).await.unwrap();
    }

    let refused = house.add(parent(&referral.referral_id, "Kanarie Papa")).await.unwrap_err();

    assert_eq!((refused.code(), &*told(&refused).reason), (Code::FailedPrecondition, "FAMILY_FULL"));
    assert_eq!(house.family(&referral.referral_id).await.members.len(), 20);
    house.remove(&last, FamilyRemovalReason::Left).await.unwrap();
    assert!(house.add(parent(&referral.referral_id, "Kanarie Papa")).await.is_ok(), "who left makes room");
}

#[tokio::test]
async fn many_at_once_do_not_get_over_the_limit() {
    let house = House::katrol().await;
    let referral = house.family_referred("Kanarie Mama").await;
    for number in 0..17 {
        let name = format!("Kanarie {}", char::from(b'a' + number));
        house.add(child(&referral.referral_id, &name, "", "")).await.unwrap();
    }

    let add = |name: &'static str| house.add(parent(&referral.referral_id, name));
    let answers = tokio::join!(
        add("Kanarie v"),
        add("Kanarie w"),
        add("Kanarie x"),
        add("Kanarie y"),
        add("Kanarie z")
    );

    let taken =
        [answers.0, answers.1, answers.2, answers.3, answers.4].iter().filter(|it| it.is_ok()).count();
    assert_eq!(taken, 3);
    assert_eq!(house.count("select count(*) from family_members").await, 20);
}

#[tokio::test]
async fn a_referral_that_led_to_nothing_and_a_case_that_ended_take_nobody() {
    let house = House::katrol().await;
    let (withdrawn, members) = house.whole_family().await;
    let refused = house.family_referred("Kanarie Ander").await;
    let ended = house.family_referred("Kanarie Derde").await;
    let kept = house.add(child(&ended.referral_id, "Kanarie Kind", "2019", "")).await.unwrap();
    house.family_withdrawn(&withdrawn.referral_id).await;
    house.family_refused(&refused.referral_id).await;
    house.family_admitted(&ended.referral_id, "").await;
    house.execute("update episodes set ended_at = now(), ended_on = current_date").await;

    for (referral, reason) in
        [(&withdrawn, "FAMILY_CLOSED"), (&refused, "FAMILY_CLOSED"), (&ended, "FAMILY_CASE_ENDED")]
    {
        let status = house.add(parent(&referral.referral_id, "Kanarie Oma")).await.unwrap_err();
        assert_eq!((status.code(), &*told(&status).reason), (Code::FailedPrecondition, reason));
    }
    let member = &members[3];
    for status in [
        house.correct(same(member), &member.etag).await.unwrap_err(),
        house.remove(member, FamilyRemovalReason::Left).await.unwrap_err(),
    ] {
        assert_eq!(told(&status).reason, "FAMILY_CLOSED");
    }
    assert!(house.correct(same(&kept), &kept.etag).await.is_ok(), "what is wrong may always be put right");
    assert_eq!(house.count("select count(*) from family_members").await, 6);
}

#[tokio::test]
async fn a_programme_for_one_person_has_no_family() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let mut families = house.families(coordinator());

    let added = families.add_family_member(with_key(parent(&referral.referral_id, "Kanarie"))).await;
    let read = families.get_family(GetFamilyRequest { referral_id: referral.referral_id.clone() }).await;

    for status in [added.unwrap_err(), read.unwrap_err()] {
        assert_eq!((status.code(), &*told(&status).reason), (Code::FailedPrecondition, "NOT_A_FAMILY"));
    }
    house.admit(&house.screened(form()).await, "").await.unwrap();
    let told_family = "select count(*) from chassis.outbox where event_type = 'intake.family_recorded.v1'";
    assert_eq!(house.count(told_family).await, 0);
}

#[tokio::test]
async fn a_stale_or_missing_version_changes_nothing_and_names_who_was_first() {
    let house = House::katrol().await;
    let (_, members) = house.whole_family().await;
    let lea = &members[2];
    let changed = CorrectFamilyMemberRequest { name: "Kanarie Lea-An".to_owned(), ..same(lea) };
    house.correct(changed, &lea.etag).await.unwrap();

    let stale = house.correct(same(lea), &lea.etag).await.unwrap_err();
    let removed = house.remove(lea, FamilyRemovalReason::Left).await.unwrap_err();
    let without = house.families(anchor()).correct_family_member(with_key(same(lea))).await.unwrap_err();

    for status in [&stale, &removed] {
        let detail = told(status);
        assert_eq!(&*detail.reason, "STALE_ETAG");
        assert_eq!(detail.metadata["changed_by"], uuid::Uuid::from_u128(0xa0).to_string());
    }
    assert_eq!(told(&without).reason, "IF_MATCH_REQUIRED");
}

#[tokio::test]
async fn steps_on_who_was_referred_or_left_are_told_apart() {
    let house = House::katrol().await;
    let (_, members) = house.whole_family().await;
    let mother = &members[0];
    let renamed = CorrectFamilyMemberRequest {
        name: "Kanarie".to_owned(),
        birth_date: "1990".to_owned(),
        ..same(mother)
    };
    let nameless = CorrectFamilyMemberRequest { name: String::new(), ..same(&members[1]) };
    let other = CorrectFamilyMemberRequest {
        name: String::new(),
        birth_date: String::new(),
        relation: FamilyRelation::Other.into(),
        ..same(mother)
    };

    let known = house.correct(renamed, &mother.etag).await.unwrap_err();
    let required = house.correct(nameless, &members[1].etag).await.unwrap_err();
    let corrected = house.correct(other, &mother.etag).await.unwrap();

    let expected = [("name", "KNOWN_FROM_REFERRAL"), ("birth_date", "KNOWN_FROM_REFERRAL")];
    assert_eq!(violations(&known), expected.map(|(field, reason)| (field.to_owned(), reason.to_owned())));
    assert_eq!(violations(&required), one("name", "REQUIRED"));
    assert_eq!((corrected.relation(), &*corrected.name), (FamilyRelation::Other, "Kanarie Mama"));
    let left = house.remove(&members[1], FamilyRemovalReason::Left).await.unwrap();
    assert_eq!(
        told(&house.remove(&left, FamilyRemovalReason::Left).await.unwrap_err()).reason,
        "MEMBER_LEFT"
    );
    assert!(house.remove(&left, FamilyRemovalReason::Mistake).await.unwrap().erased);
    let request = RemoveFamilyMemberRequest { member_id: members[2].member_id.clone(), reason: 0 };
    let request = with_tag(request, &members[2].etag);
    let unsaid = house.families(anchor()).remove_family_member(request).await.unwrap_err();
    assert_eq!(violations(&unsaid), one("reason", "REQUIRED"));
}

#[tokio::test]
async fn only_the_coordinator_of_the_programme_records_a_family() {
    let house = House::katrol().await;
    let (referral, members) = house.whole_family().await;
    let participation = house.family_admitted(&referral.referral_id, "").await;
    house.on_the_case(&participation, STUDENT).await;
    let elsewhere = worker(0xa1, vec![mandate(Role::Coordinator, Scope::Programme, Some("elsewhere"))]);
    let member = &members[4];

    for (caller, reasons) in [
        (elsewhere, ["REFERRAL_NOT_FOUND", "MEMBER_NOT_FOUND", "MEMBER_NOT_FOUND", "REFERRAL_NOT_FOUND"]),
        (student(STUDENT), ["NO_MANDATE"; 4]),
        (officer(), ["NO_MANDATE"; 4]),
        (Caller::anonymous(), ["SIGN_IN_REQUIRED"; 4]),
    ] {
        let mut families = house.families(caller);
        let removal = RemoveFamilyMemberRequest { member_id: member.member_id.clone(), reason: 1 };
        let read = Request::new(GetFamilyRequest { referral_id: referral.referral_id.clone() });
        let refused: [Status; 4] = [
            families.add_family_member(with_key(parent(&referral.referral_id, "Kanarie"))).await.unwrap_err(),
            families.correct_family_member(with_tag(same(member), &member.etag)).await.unwrap_err(),
            families.remove_family_member(with_tag(removal, &member.etag)).await.unwrap_err(),
            families.get_family(read).await.unwrap_err(),
        ];
        assert_eq!(refused.map(|status| told(&status).reason), reasons);
    }
    let finance = worker(0xf0, vec![mandate(Role::FinanceOfficer, Scope::Programme, Some(KATROL))]);
    let refused = house.participating_family(finance, &participation).await.unwrap_err();
    assert_eq!(told(&refused).reason, "NO_MANDATE");
    assert_eq!(house.family(&referral.referral_id).await.members.len(), 5);
}
