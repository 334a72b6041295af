//! `BatchGetWorkerNames`.

use chassis::caller::Caller;
use proto::matching::v1::{BatchGetWorkerNamesRequest, HandOverMatchRequest, WorkerDetails, WorkerName};

use crate::house::{House, TODAY, coordinator, details, pairs, signed_in, stranger, violations, with_tag};

async fn names(house: &House, caller: Caller, ids: &[&str]) -> Vec<WorkerName> {
    let request = BatchGetWorkerNamesRequest {
        worker_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        purpose: "list_matches".to_owned(),
    };
    house.workers(caller).batch_get_worker_names(request).await.unwrap().into_inner().names
}

fn shown(names: &[WorkerName]) -> Vec<(&str, bool)> {
    names.iter().map(|name| (name.name.as_str(), name.hidden)).collect()
}

#[tokio::test]
async fn a_coordinator_gets_names_in_the_order_asked_and_the_unknown_are_hidden() {
    let house = House::open().await;
    let first = house.registered(details()).await.worker_id;
    let second =
        house.registered(WorkerDetails { name: "Kanarie Twee".to_owned(), ..details() }).await.worker_id;
    let nobody = chassis::id::IdGenerator.uuid().to_string();

    let names = names(&house, coordinator(), &[&second, &nobody, &first, &second]).await;

    assert_eq!(
        shown(&names),
        [("Kanarie Twee", false), ("", true), ("Kanarie-Peeters", false), ("Kanarie Twee", false)]
    );
    assert_eq!(names[1].worker_id, nobody);
    let row = format!(
        "chassis.audit where purpose = 'names: list_matches' and subject_ids @> array['{first}'::uuid] and cardinality(subject_ids) = 2"
    );
    assert_eq!(house.count(&row).await, 1);
}

#[tokio::test]
async fn a_coach_sees_the_own_name_and_those_of_the_own_cases() {
    let house = House::open().await;
    let earlier = house.coach(WorkerDetails { name: "Kanarie Eerst".to_owned(), ..details() }).await;
    let later = house.coach(WorkerDetails { name: "Kanarie Later".to_owned(), ..details() }).await;
    let other = house.coach(WorkerDetails { name: "Kanarie Ander".to_owned(), ..details() }).await;
    let all = [earlier.as_str(), later.as_str(), other.as_str()];
    let who = house.admitted().await;
    let begun = house.matched(who, &earlier).await;
    assert_eq!(
        shown(&names(&house, signed_in(&later), &all).await),
        [("", true), ("Kanarie Later", false), ("", true)]
    );

    let request = HandOverMatchRequest {
        match_id: begun.match_id.clone(),
        worker_id: later.clone(),
        first_day: TODAY.to_owned(),
        reason: "kanarie gaat op vakantie".to_owned(),
        over_capacity: false,
    };
    house.matches(coordinator()).hand_over_match(with_tag(request, &begun.etag)).await.unwrap();

    // Who takes over sees who was there before; who left sees nobody but themselves.
    assert_eq!(
        shown(&names(&house, signed_in(&later), &all).await),
        [("Kanarie Eerst", false), ("Kanarie Later", false), ("", true)]
    );
    assert_eq!(shown(&names(&house, signed_in(&earlier), &all).await)[1..], [("", true), ("", true)]);
    assert_eq!(shown(&names(&house, stranger(), &all).await), [("", true); 3]);
}

#[tokio::test]
async fn a_call_that_cannot_be_answered_is_refused() {
    let house = House::open().await;
    let id = chassis::id::IdGenerator.uuid().to_string();
    let ask = |ids: Vec<String>, purpose: &str| BatchGetWorkerNamesRequest {
        worker_ids: ids,
        purpose: purpose.to_owned(),
    };

    for (request, field, reason) in [
        (ask(vec![id.clone(); 201], "list"), "worker_ids", "TOO_MANY"),
        (ask(vec![id.clone(), "kanarie".to_owned()], "list"), "worker_ids[1]", "NOT_AN_ID"),
        (ask(vec![id.clone()], ""), "purpose", "REQUIRED"),
        (ask(vec![id.clone()], &"x".repeat(61)), "purpose", "TOO_LONG"),
        (ask(vec![id.clone()], "Voor Kanarie"), "purpose", "UNKNOWN_VALUE"),
    ] {
        let refused = house.workers(coordinator()).batch_get_worker_names(request).await.unwrap_err();
        assert_eq!(violations(&refused), pairs(&[(field, reason)]));
    }
}
