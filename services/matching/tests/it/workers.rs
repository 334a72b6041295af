//! Workers: registered, changed, read, listed.

use proto::matching::v1::{
    Gender, GetWorkerRequest, ListWorkersRequest, RegisterWorkerRequest, StarterGate, UpdateWorkerRequest,
    WorkerDetails,
};

use crate::house::{
    House, PROGRAMME, administrator, coordinator, details, pairs, signed_in, stranger, told, violations,
    with_key, with_tag, with_this_key,
};

fn registration(details: WorkerDetails) -> RegisterWorkerRequest {
    RegisterWorkerRequest {
        worker_id: String::new(),
        programme: PROGRAMME.to_owned(),
        details: Some(details),
    }
}

#[tokio::test]
async fn a_worker_is_registered_and_read_as_given() {
    let house = House::open().await;
    let all = WorkerDetails {
        municipalities: vec!["46025".to_owned(), "46014".to_owned()],
        expertise: vec!["work".to_owned(), "justice".to_owned()],
        gender: Gender::Woman.into(),
        starter_gate: vec![StarterGate::Contract.into()],
        ..details()
    };

    let worker = house.registered(all.clone()).await;

    assert_eq!(house.worker(&worker.worker_id).await, worker);
    let read = worker.details.unwrap();
    assert_eq!(
        (read.name.as_str(), read.gender, &read.starter_gate),
        ("Kanarie-Peeters", all.gender, &all.starter_gate)
    );
    assert_eq!(read.languages, ["fr", "nl"]);
    assert_eq!(read.municipalities, ["46014", "46025"]);
    assert_eq!(read.expertise, ["justice", "work"]);
    assert_eq!((worker.programme.as_str(), worker.etag.as_str()), (PROGRAMME, "v1"));
}

#[tokio::test]
async fn a_name_is_nowhere_in_the_database() {
    let house = House::open().await;
    house.registered(WorkerDetails { gender: Gender::Man.into(), ..details() }).await;

    assert_eq!(house.tables_with_canary().await, Vec::<String>::new());
    assert_eq!(
        house.count("workers where gender is not null and encode(gender, 'escape') like '%man%'").await,
        0
    );
}

#[tokio::test]
async fn a_worker_who_signs_in_already_keeps_that_id_and_is_registered_once() {
    let house = House::open().await;
    let known = "0193a5c0-1000-7a01-8000-000000000003";
    let request = RegisterWorkerRequest { worker_id: known.to_owned(), ..registration(details()) };

    let worker =
        house.workers(coordinator()).register_worker(with_key(request.clone())).await.unwrap().into_inner();
    let again = house.workers(coordinator()).register_worker(with_key(request)).await.unwrap_err();

    assert_eq!(worker.worker.unwrap().worker_id, known);
    assert_eq!(
        (told(&again).kind.as_str(), told(&again).reason.as_str()),
        ("ALREADY_EXISTS", "WORKER_EXISTS")
    );
    assert_eq!(house.count("workers").await, 1);
}

#[tokio::test]
async fn a_repeat_under_the_same_key_registers_nobody_again() {
    let house = House::open().await;
    let mut client = house.workers(coordinator());

    let first = client.register_worker(with_this_key(registration(details()), "kanarie-1")).await.unwrap();
    let again = client.register_worker(with_this_key(registration(details()), "kanarie-1")).await.unwrap();

    assert_eq!(first.into_inner(), again.into_inner());
    assert_eq!(house.count("workers").await, 1);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let house = House::open().await;
    let wrong = WorkerDetails {
        name: "Kanarie\u{1b}".to_owned(),
        organisation_id: "kanarie".to_owned(),
        languages: vec!["nl".to_owned(), "xx".to_owned(), "nl".to_owned()],
        municipalities: vec!["9160".to_owned(), "11001".to_owned(), "46029".to_owned()],
        expertise: vec!["kanarie".to_owned()],
        gender: 9,
        starter_gate: vec![0, StarterGate::Extract.into(), StarterGate::Extract.into()],
    };
    let request = RegisterWorkerRequest {
        worker_id: "kanarie".to_owned(),
        programme: "Kanarie".to_owned(),
        details: Some(wrong),
    };
    let before = house.rows().await;

    let refused = house.workers(coordinator()).register_worker(with_key(request)).await.unwrap_err();

    assert_eq!(
        violations(&refused),
        pairs(&[
            ("worker_id", "NOT_AN_ID"),
            ("programme", "UNKNOWN_PROGRAMME"),
            ("details.name", "CONTROL_CHARACTER"),
            ("details.organisation_id", "NOT_AN_ID"),
            ("details.languages[1]", "UNKNOWN_LANGUAGE"),
            ("details.languages[2]", "REPEATED"),
            ("details.municipalities[0]", "NIS_CODE_SHAPE"),
            ("details.municipalities[1]", "MUNICIPALITY_UNKNOWN"),
            ("details.municipalities[2]", "MUNICIPALITY_NOT_YET_VALID"),
            ("details.expertise[0]", "UNKNOWN_DOMAIN"),
            ("details.gender", "UNKNOWN_VALUE"),
            ("details.starter_gate[0]", "UNKNOWN_VALUE"),
            ("details.starter_gate[2]", "REPEATED"),
        ])
    );
    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn what_is_empty_or_too_much_is_refused() {
    let house = House::open().await;
    let mut client = house.workers(coordinator());
    let many = vec!["nl".to_owned(); 31];

    for (details, expected) in [
        (None, pairs(&[("details", "REQUIRED")])),
        (
            Some(WorkerDetails::default()),
            pairs(&[
                ("details.name", "REQUIRED"),
                ("details.organisation_id", "NOT_AN_ID"),
                ("details.languages", "REQUIRED"),
            ]),
        ),
        (Some(WorkerDetails { languages: many, ..details() }), pairs(&[("details.languages", "TOO_MANY")])),
        (
            Some(WorkerDetails { name: "kanarie 93.05.18-223.61".to_owned(), ..details() }),
            pairs(&[("details.name", "NATIONAL_NUMBER")]),
        ),
    ] {
        let request = RegisterWorkerRequest { details, ..registration(WorkerDetails::default()) };
        let refused = client.register_worker(with_key(request)).await.unwrap_err();
        assert_eq!(violations(&refused), expected);
    }
}

#[tokio::test]
async fn a_programme_out_of_reach_is_as_one_that_is_not_there() {
    let house = House::open().await;
    let mut answers = Vec::new();
    for (caller, programme) in
        [(stranger(), PROGRAMME), (stranger(), "elsewhere"), (coordinator(), "nowhere")]
    {
        let request = RegisterWorkerRequest { programme: programme.to_owned(), ..registration(details()) };
        let refused = house.workers(caller).register_worker(with_key(request)).await.unwrap_err();
        answers.push((told(&refused), refused.message().to_owned()));
    }

    assert_eq!(answers[0].0.reason, "PROGRAMME_NOT_FOUND");
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test]
async fn an_update_needs_the_version_that_was_read() {
    let house = House::open().await;
    let worker = house.registered(details()).await;
    let change = |name: &str| UpdateWorkerRequest {
        worker_id: worker.worker_id.clone(),
        details: Some(WorkerDetails { name: name.to_owned(), ..details() }),
    };
    let mut client = house.workers(coordinator());

    let updated =
        client.update_worker(with_tag(change("Kanarie Twee"), &worker.etag)).await.unwrap().into_inner();
    let stale = client.update_worker(with_tag(change("Kanarie Drie"), &worker.etag)).await.unwrap_err();
    let missing = client.update_worker(with_key(change("Kanarie Drie"))).await.unwrap_err();

    assert_eq!(updated.worker.unwrap().etag, "v2");
    let stale = told(&stale);
    assert_eq!((stale.reason.as_str(), stale.metadata["current_etag"].as_str()), ("STALE_ETAG", "v2"));
    assert_eq!(told(&missing).reason, "IF_MATCH_REQUIRED");
    assert_eq!(house.worker(&worker.worker_id).await.details.unwrap().name, "Kanarie Twee");
    assert_eq!(house.tables_with_canary().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_worker_who_is_not_yours_is_as_one_that_does_not_exist() {
    let house = House::open().await;
    let worker = house.registered(details()).await;
    let nobody = chassis::id::IdGenerator.uuid().to_string();
    let mut answers = Vec::new();

    for (caller, id) in [(coordinator(), &nobody), (stranger(), &worker.worker_id), (stranger(), &nobody)] {
        let request = GetWorkerRequest { worker_id: id.clone() };
        let refused = house.workers(caller.clone()).get_worker(request).await.unwrap_err();
        answers.push((told(&refused), refused.message().to_owned()));
        let request = UpdateWorkerRequest { worker_id: id.clone(), details: Some(details()) };
        let refused = house.workers(caller).update_worker(with_tag(request, &worker.etag)).await.unwrap_err();
        answers.push((told(&refused), refused.message().to_owned()));
    }

    assert_eq!(answers[0].0.reason, "WORKER_NOT_FOUND");
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert_eq!(house.worker(&worker.worker_id).await.etag, "v1");
}

#[tokio::test]
async fn an_administrator_reaches_everybody_and_a_coach_nobody() {
    let house = House::open().await;
    let worker = house.registered(details()).await;
    let request = GetWorkerRequest { worker_id: worker.worker_id.clone() };

    assert!(house.workers(administrator()).get_worker(request.clone()).await.is_ok());
    let refused = house.workers(signed_in(&worker.worker_id)).get_worker(request).await.unwrap_err();
    assert_eq!(told(&refused).reason, "NO_MANDATE");
}

#[tokio::test]
async fn pages_of_workers_follow_each_other_without_gap_or_repeat() {
    let house = House::open().await;
    let mut registered = Vec::new();
    for _ in 0..5 {
        registered.push(house.registered(details()).await.worker_id);
    }
    registered.reverse();
    let list = |page_token: String, page_size: i32| ListWorkersRequest {
        programme: PROGRAMME.to_owned(),
        day: String::new(),
        page_size,
        page_token,
    };
    let mut client = house.workers(coordinator());

    let (mut seen, mut token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = client.list_workers(list(token, 2)).await.unwrap().into_inner();
        seen.extend(page.workers.into_iter().map(|worker| worker.worker_id));
        (token, pages) = (page.next_page_token, pages + 1);
        if token.is_empty() {
            break;
        }
    }

    assert_eq!((seen, pages), (registered, 3));
    let foreign = client.list_workers(list("kanarie".to_owned(), 201)).await.unwrap_err();
    assert_eq!(violations(&foreign), pairs(&[("page_size", "PAGE_SIZE"), ("page_token", "PAGE_TOKEN")]));
    let elsewhere = house.workers(stranger()).list_workers(list(String::new(), 0)).await.unwrap_err();
    assert_eq!(told(&elsewhere).reason, "PROGRAMME_NOT_FOUND");
}

#[tokio::test]
async fn nobody_is_registered_for_a_programme_that_is_over() {
    let house = House::open().await;
    house.set_today("2030-01-01");

    let refused =
        house.workers(coordinator()).register_worker(with_key(registration(details()))).await.unwrap_err();

    assert_eq!(told(&refused).reason, "PROGRAMME_NOT_RUNNING");
    assert_eq!(house.count("workers").await, 0);
}
