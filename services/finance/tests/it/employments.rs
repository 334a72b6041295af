//! `CreateEmployment`, `ChangeEmployment` and the lists.

use chassis::caller::Role;
use proto::finance::v1::{
    ChangeEmploymentRequest, CreateEmploymentRequest, Employment, ListEmploymentsRequest,
    ListOwnEmploymentsRequest,
};
use tonic::Status;

use crate::desk::{AROUND, COACH, MONTH, coach, employment, entry, of_programme, officer_of, organisation};
use crate::house::{House, PROGRAMME, fields, officer, pair, refusal, violations, with_key, with_tag};

async fn change(house: &House, read: &Employment, to: &str, fte: &str) -> Result<Employment, Status> {
    let request = ChangeEmploymentRequest {
        employment_id: read.employment_id.clone(),
        valid_to: to.to_owned(),
        fte: fte.to_owned(),
    };
    let answer = house.staff(officer()).change_employment(with_tag(request, &read.etag)).await?;
    Ok(answer.into_inner().employment.unwrap())
}

#[tokio::test]
async fn an_employment_is_written_down_and_ended() {
    let house = House::open().await;

    let made = house.employ(employment(COACH)).await.unwrap();
    assert_eq!((made.fte.as_str(), made.valid_to.as_str(), made.etag.as_str()), ("0.8", "2024-12-31", "v1"));
    let open = change(&house, &made, "", "").await.unwrap();
    assert_eq!((open.fte.as_str(), open.valid_to.as_str(), open.etag.as_str()), ("", "", "v2"));

    let stale = change(&house, &made, "2024-06-30", "0.5").await.unwrap_err();
    assert_eq!(refusal(&stale), pair("STALE_PRECONDITION", "STALE_ETAG"));
    let request = ListEmploymentsRequest { programme: PROGRAMME.to_owned(), ..Default::default() };
    let listed = house.staff(of_programme(Role::Auditor)).list_employments(request).await.unwrap();
    assert_eq!(listed.into_inner().employments, [open]);
}

#[tokio::test]
async fn every_violation_of_an_employment_is_named_at_once() {
    let house = House::open().await;
    let wrong = CreateEmploymentRequest {
        partner: "kanarie".to_owned(),
        kbo: "0566.988.258".to_owned(),
        component: "kanarie".to_owned(),
        valid_from: "2024-02-30".to_owned(),
        valid_to: "kanarie".to_owned(),
        fte: "1.5".to_owned(),
        ..employment(COACH)
    };

    let refused = house.employ(wrong).await.unwrap_err();

    let expected = fields(&[
        ("valid_from", "DAY_SHAPE"),
        ("valid_to", "DAY_SHAPE"),
        ("component", "UNKNOWN_COMPONENT"),
        ("partner", "UNKNOWN_PARTNER"),
        ("kbo", "KBO_CHECK_DIGITS"),
        ("fte", "FTE_SHAPE"),
    ]);
    assert_eq!(violations(&refused), expected);
    for (kbo, reason) in [
        ("", "REQUIRED"),
        ("566988259", "KBO_LEADING_ZERO"),
        ("kanarie", "KBO_SHAPE"),
        ("2566988259", "KBO_ESTABLISHMENT"),
        ("0566.988.259", "KBO_OTHER_PARTNER"),
    ] {
        let wrong = CreateEmploymentRequest { kbo: kbo.to_owned(), ..employment(COACH) };
        let refused = house.employ(wrong).await.unwrap_err();
        assert_eq!(violations(&refused), fields(&[("kbo", reason)]), "{kbo}");
    }
    let backwards = CreateEmploymentRequest { valid_to: "2023-12-31".to_owned(), ..employment(COACH) };
    let refused = house.employ(backwards).await.unwrap_err();
    assert_eq!(violations(&refused), fields(&[("valid_to", "BEFORE_FROM")]));
    assert_eq!(house.count("select count(*) from employments").await, 0, "nothing changed");
}

#[tokio::test]
async fn employments_of_a_person_for_one_thing_do_not_overlap() {
    let house = House::open().await;
    let made = house.employ(employment(COACH)).await.unwrap();
    let later = |from: &str| CreateEmploymentRequest {
        valid_from: from.to_owned(),
        valid_to: String::new(),
        ..employment(COACH)
    };

    let refused = house.employ(later("2024-12-31")).await.unwrap_err();
    assert_eq!(violations(&refused), fields(&[("valid_from", "EMPLOYMENT_OVERLAPS")]));
    house.employ(later("2025-01-01")).await.unwrap();
    let other = CreateEmploymentRequest { component: "support".to_owned(), ..later("2024-06-01") };
    house.employ(other).await.unwrap();
    let refused = change(&house, &made, "2025-01-01", "").await.unwrap_err();
    assert_eq!(violations(&refused), fields(&[("valid_to", "EMPLOYMENT_OVERLAPS")]));
}

#[tokio::test]
async fn an_employment_does_not_end_before_its_hours() {
    let house = House::open().await;
    let made = house.employ(employment(COACH)).await.unwrap();
    let sheet = house.open_sheet(COACH, &made.employment_id, MONTH).await.unwrap();
    house.put_sheet(&sheet, vec![entry("2024-03-15", AROUND, 60)]).await.unwrap();

    let refused = change(&house, &made, "2024-03-14", "").await.unwrap_err();

    assert_eq!(violations(&refused), fields(&[("valid_to", "HOURS_AFTER_END")]));
    assert_eq!(change(&house, &made, "2024-03-15", "").await.unwrap().valid_to, "2024-03-15");
}

#[tokio::test]
async fn an_officer_of_an_organisation_keeps_to_it_and_a_person_sees_their_own() {
    let house = House::open().await;
    let ours = house.employ(employment(COACH)).await.unwrap();
    let theirs =
        CreateEmploymentRequest { organisation_id: organisation(0x0b).to_string(), ..employment(0x77) };
    let refused =
        house.staff(officer_of(organisation(0x0a))).create_employment(with_key(theirs.clone())).await;
    assert_eq!(violations(&refused.unwrap_err()), fields(&[("organisation_id", "NOT_OWN_ORGANISATION")]));
    let theirs = house.employ(theirs).await.unwrap();

    let list = || ListEmploymentsRequest { programme: PROGRAMME.to_owned(), ..Default::default() };
    let seen = house.staff(officer_of(organisation(0x0a))).list_employments(list()).await.unwrap();
    assert_eq!(seen.into_inner().employments, std::slice::from_ref(&ours));
    let request =
        ChangeEmploymentRequest { employment_id: theirs.employment_id.clone(), ..Default::default() };
    let mut foreign = house.staff(officer_of(organisation(0x0a)));
    let refused = foreign.change_employment(with_tag(request, &theirs.etag)).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("NOT_FOUND", "EMPLOYMENT_NOT_FOUND"));
    let own = ListOwnEmploymentsRequest { programme: PROGRAMME.to_owned(), ..Default::default() };
    let seen = house.staff(coach(0x77)).list_own_employments(own).await.unwrap();
    assert_eq!(seen.into_inner().employments, [theirs]);
}
