//! Mandates: granted, ended, and refused.

use chassis::caller::{Role, Scope};
use proto::matching::v1::{EndMandateRequest, GrantMandateRequest};

use crate::house::{
    House, PROGRAMME, administrator, coach_mandate, coordinator, details, pairs, stranger, told, violations,
    with_key,
};

fn end(mandate: &str, last_day: &str) -> tonic::Request<EndMandateRequest> {
    with_key(EndMandateRequest { mandate_id: mandate.to_owned(), last_day: last_day.to_owned() })
}

#[tokio::test]
async fn a_mandate_is_granted_and_ended() {
    let house = House::open().await;
    let worker = house.registered(details()).await.worker_id;

    let id = house.grant(coach_mandate(&worker)).await.unwrap();
    let ended = house.workers(coordinator()).end_mandate(end(&id, "2024-05-31")).await.unwrap().into_inner();

    let mandate = &ended.worker.unwrap().mandates[0];
    assert_eq!(
        (mandate.mandate_id.as_str(), mandate.role, mandate.scope),
        (id.as_str(), Role::Coach.into(), Scope::OwnCases.into())
    );
    assert_eq!(
        (mandate.programme.as_str(), mandate.valid_from.as_str(), mandate.valid_to.as_str()),
        (PROGRAMME, "2024-01-01", "2024-05-31")
    );
}

#[tokio::test]
async fn a_mandate_that_cannot_be_is_refused_with_every_reason() {
    let house = House::open().await;
    let worker = house.registered(details()).await.worker_id;
    house.grant(coach_mandate(&worker)).await.unwrap();
    let before = house.rows().await;
    let with = |change: fn(&mut GrantMandateRequest)| {
        let mut request = coach_mandate(&worker);
        change(&mut request);
        request
    };

    for (request, expected) in [
        (with(|_| {}), pairs(&[("valid_from", "MANDATE_OVERLAPS")])),
        (
            with(|request| {
                request.role = Role::Student.into();
                request.valid_from = "2030-01-01".to_owned();
            }),
            pairs(&[("role", "UNKNOWN_ROLE")]),
        ),
        (
            with(|request| request.scope = Scope::Programme.into()),
            pairs(&[("scope", "SCOPE_TOO_WIDE"), ("valid_from", "MANDATE_OVERLAPS")]),
        ),
        (
            with(|request| {
                request.role = 0;
                request.scope = 99;
                request.valid_from = "gisteren".to_owned();
            }),
            pairs(&[("role", "REQUIRED"), ("scope", "UNKNOWN_VALUE"), ("valid_from", "NOT_A_DAY")]),
        ),
        (
            with(|request| request.valid_to = "2023-12-31".to_owned()),
            pairs(&[("valid_to", "BEFORE_FIRST_DAY")]),
        ),
    ] {
        let refused = house.grant(request).await.unwrap_err();
        assert_eq!(violations(&refused), expected);
    }
    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn nobody_grants_more_than_they_reach() {
    let house = House::open().await;
    let worker = house.registered(details()).await.worker_id;
    let officer = GrantMandateRequest {
        role: Role::DataProtectionOfficer.into(),
        programme: String::new(),
        scope: Scope::Region.into(),
        ..coach_mandate(&worker)
    };

    let refused = house.grant(officer.clone()).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[
            ("programme", "BEYOND_OWN_REACH"),
            ("scope", "BEYOND_OWN_REACH"),
            ("role", "BEYOND_OWN_REACH")
        ])
    );
    let granted = house.workers(administrator()).grant_mandate(with_key(officer)).await.unwrap().into_inner();

    // The coordinator sees that mandate, and cannot end it.
    assert_eq!(house.worker(&worker).await.mandates.len(), 1);
    let refused =
        house.workers(coordinator()).end_mandate(end(&granted.mandate_id, "2024-05-31")).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("mandate_id", "BEYOND_OWN_REACH")]));
    let strange =
        house.workers(stranger()).grant_mandate(with_key(coach_mandate(&worker))).await.unwrap_err();
    assert_eq!(told(&strange).reason, "PROGRAMME_NOT_FOUND");
}

#[tokio::test]
async fn an_end_lies_inside_the_mandate_and_leaves_no_match_without_one() {
    let house = House::open().await;
    let worker = house.registered(details()).await.worker_id;
    let id = house.grant(coach_mandate(&worker)).await.unwrap();
    house.set_capacity(crate::house::capacity(&worker, "1")).await.unwrap();
    let who = house.admitted().await;
    house.matched(who, &worker).await;
    let mut client = house.workers(coordinator());

    let early = client.end_mandate(end(&id, "2023-12-31")).await.unwrap_err();
    assert_eq!(violations(&early), pairs(&[("last_day", "BEFORE_FIRST_DAY")]));
    let used = told(&client.end_mandate(end(&id, "2024-05-31")).await.unwrap_err());
    assert_eq!((used.kind.as_str(), used.reason.as_str()), ("FAILED_PRECONDITION", "MANDATE_IN_USE"));
    assert_eq!(used.metadata["matches"], "1");
    let nobody = chassis::id::IdGenerator.uuid().to_string();
    for (caller, mandate) in [(coordinator(), &nobody), (stranger(), &id)] {
        let refused = house.workers(caller).end_mandate(end(mandate, "2024-05-31")).await.unwrap_err();
        assert_eq!(told(&refused).reason, "MANDATE_NOT_FOUND");
    }
    assert_eq!(house.worker(&worker).await.mandates[0].valid_to, "");
}

#[tokio::test]
async fn an_ended_mandate_is_not_made_longer() {
    let house = House::open().await;
    let worker = house.registered(details()).await.worker_id;
    let id = house.grant(coach_mandate(&worker)).await.unwrap();
    let mut client = house.workers(coordinator());

    client.end_mandate(end(&id, "2024-05-31")).await.unwrap();
    let refused = client.end_mandate(end(&id, "2024-06-30")).await.unwrap_err();

    assert_eq!(violations(&refused), pairs(&[("last_day", "AFTER_LAST_DAY")]));
}
