//! `BatchGetNames`.

use chassis::caller::{Caller, Role, Scope};
use proto::intake::v1::{BatchGetNamesRequest, PersonName};
use testkit::{mandate, worker};

use crate::house::{House, PROGRAMME, another_form, coordinator, form, officer, stranger, told, violations};

async fn names(house: &House, caller: Caller, ids: &[&str]) -> Vec<PersonName> {
    let request = BatchGetNamesRequest {
        person_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        purpose: "list_referrals".to_owned(),
    };
    house.persons(caller).batch_get_names(request).await.unwrap().into_inner().names
}

fn coach() -> Caller {
    worker(0xca, vec![mandate(Role::Coach, Scope::OwnCases, Some(PROGRAMME))])
}

#[tokio::test]
async fn names_come_in_the_order_asked_and_the_unknown_are_hidden() {
    let house = House::open().await;
    let (first, second) = (house.submitted(form()).await, house.submitted(another_form(0)).await);
    let nobody = chassis::id::IdGenerator.uuid().to_string();

    let names =
        names(&house, coordinator(), &[&second.person_id, &nobody, &first.person_id, &second.person_id])
            .await;

    let read: Vec<(&str, bool)> = names.iter().map(|name| (name.name.as_str(), name.hidden)).collect();
    let second_name = second.person.unwrap().name;
    assert_eq!(read, [(&*second_name, false), ("", true), ("Kanarie Jansen", false), (&*second_name, false)]);
    assert_eq!(names[1].person_id, nobody);
}

#[tokio::test]
async fn no_right_is_hidden_and_not_an_error() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;

    for caller in [stranger(), coach()] {
        let names = names(&house, caller, &[&referral.person_id]).await;
        assert_eq!((names[0].name.as_str(), names[0].hidden), ("", true));
    }
}

#[tokio::test]
async fn a_coach_sees_the_names_of_own_cases_on_the_days_of_the_match() {
    let house = House::open().await;
    let admitted = house.admit(&house.screened(form()).await, "").await.unwrap();
    let other = house.admit(&house.screened(another_form(1)).await, "").await.unwrap();
    let participation = admitted.decision.unwrap().participation_id;
    let on_case = |from: &str, to: &str| {
        format!(
            "delete from case_access;
             insert into case_access (participation_id, worker_id, organisation_id, role, domain_class, valid_from, valid_to)
             values ('{participation}', '{}', gen_random_uuid(), 'coach', 'normal', current_date + {from}, current_date + {to})",
            uuid::Uuid::from_u128(0xca)
        )
    };

    for (from, to, seen) in [("-9", "9", true), ("-9", "-2", false), ("2", "9", false)] {
        house.execute(&on_case(from, to)).await;
        let names = names(&house, coach(), &[&admitted.person_id, &other.person_id]).await;
        assert_eq!(names[0].hidden, !seen, "{from} to {to}");
        assert!(names[1].hidden);
    }
    house.execute(&on_case("-9", "9")).await;
    let another_coach = worker(0xcb, vec![mandate(Role::Coach, Scope::OwnCases, Some(PROGRAMME))]);
    assert!(names(&house, another_coach, &[&admitted.person_id]).await[0].hidden);
}

#[tokio::test]
async fn a_mandate_elsewhere_does_not_widen_own_cases_here() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let both = worker(
        0xcc,
        vec![
            mandate(Role::Coach, Scope::OwnCases, Some(PROGRAMME)),
            mandate(Role::Coordinator, Scope::Programme, Some("elsewhere")),
        ],
    );

    assert!(names(&house, both, &[&referral.person_id]).await[0].hidden);
}

#[tokio::test]
async fn the_purpose_and_who_was_seen_are_in_the_audit_row() {
    let house = House::open().await;
    let referral = house.submitted(form()).await;
    let nobody = chassis::id::IdGenerator.uuid().to_string();

    names(&house, coordinator(), &[&referral.person_id, &nobody]).await;

    let row = format!(
        "select count(*) from chassis.audit where purpose = 'names: list_referrals' and subject_ids = array['{}'::uuid]",
        referral.person_id
    );
    assert_eq!(house.count(&row).await, 1);
}

#[tokio::test]
async fn a_call_that_cannot_be_answered_is_refused() {
    let house = House::open().await;
    let id = chassis::id::IdGenerator.uuid().to_string();
    let ask = |ids: Vec<String>, purpose: &str| BatchGetNamesRequest {
        person_ids: ids,
        purpose: purpose.to_owned(),
    };

    for (request, field, reason) in [
        (ask(vec![id.clone(); 201], "list"), "person_ids", "TOO_MANY"),
        (ask(vec![id.clone(), "kanarie".to_owned()], "list"), "person_ids[1]", "NOT_AN_ID"),
        (ask(vec![id.clone()], ""), "purpose", "REQUIRED"),
        (ask(vec![id.clone()], &"x".repeat(61)), "purpose", "TOO_LONG"),
        (ask(vec![id.clone()], "Voor Kanarie"), "purpose", "UNKNOWN_VALUE"),
    ] {
        let refused = house.persons(coordinator()).batch_get_names(request).await.unwrap_err();
        assert_eq!(violations(&refused), [(field.to_owned(), reason.to_owned())]);
    }
    assert_eq!(names(&house, coordinator(), &vec![id.as_str(); 200]).await.len(), 200);
    let refused = house.persons(officer()).batch_get_names(ask(vec![id], "list")).await.unwrap_err();
    assert_eq!(told(&refused).reason, "NO_MANDATE");
}
