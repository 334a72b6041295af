//! How many cases a worker can take on, and how many are taken.

use proto::matching::events::v1::WorkerCapacityChanged;
use proto::matching::v1::{ListWorkersRequest, SetCapacityRequest, WorkerSummary};

use chassis::caller::{Role, Scope};
use testkit::{mandate, region_file, worker};

use crate::house::{
    House, PROGRAMME, TODAY, administrator, capacity, coordinator, details, open_with_programme, pairs,
    stranger, told, violations, with_key,
};

async fn listed(house: &House, day: &str) -> Vec<WorkerSummary> {
    let request = ListWorkersRequest {
        programme: PROGRAMME.to_owned(),
        day: day.to_owned(),
        ..ListWorkersRequest::default()
    };
    house.workers(coordinator()).list_workers(request).await.unwrap().into_inner().workers
}

#[tokio::test]
async fn a_part_timer_has_a_part_of_sixteen_to_eighteen_and_the_others_hear_of_it() {
    let house = House::open().await;
    let worker = house.registered(details()).await.worker_id;

    let found = house.set_capacity(capacity(&worker, "0.80")).await.unwrap();

    let set = &found.capacities[0];
    assert_eq!(
        (
            set.full_time_share.as_str(),
            set.cases_min.as_str(),
            set.cases_max.as_str(),
            set.valid_from.as_str()
        ),
        ("0.8", "12.8", "14.4", "2024-01-01")
    );
    let told: Vec<WorkerCapacityChanged> = house.published().await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].worker_id.as_str(), told[0].cases_max.as_str()), (worker.as_str(), "14.4"));
    assert_eq!((told[0].programme.as_str(), told[0].valid_to.as_str()), (PROGRAMME, ""));
}

#[tokio::test]
async fn the_list_shows_what_is_used_and_left_on_a_day() {
    let house = House::open().await;
    let coach = house.coach_of(details(), "0.5").await;
    let idle = house.registered(details()).await.worker_id;
    for _ in 0..2 {
        let who = house.admitted().await;
        house.matched(who, &coach).await;
    }
    house
        .set_capacity(SetCapacityRequest { valid_from: "2024-06-01".to_owned(), ..capacity(&coach, "1") })
        .await
        .unwrap();

    let today = listed(&house, "").await;
    let of = |list: &[WorkerSummary], id: &str| {
        list.iter().find(|worker| worker.worker_id == id).cloned().unwrap()
    };
    let coach_today = of(&today, &coach);
    assert_eq!(
        (coach_today.cases_min.as_str(), coach_today.cases_max.as_str(), coach_today.cases_used.as_str()),
        ("8", "9", "2")
    );
    assert_eq!((coach_today.cases_left.as_str(), coach_today.matches, coach_today.roles.len()), ("7", 2, 1));
    assert_eq!(coach_today.name, "Kanarie-Peeters");
    let idle_today = of(&today, &idle);
    assert_eq!(
        (idle_today.cases_max.as_str(), idle_today.full_time_share.as_str(), idle_today.roles.len()),
        ("0", "", 0)
    );
    assert_eq!(of(&listed(&house, "2024-06-01").await, &coach).cases_left, "16");
}

#[tokio::test]
async fn a_capacity_that_cannot_be_is_refused() {
    let house = House::open().await;
    let worker = house.registered(details()).await.worker_id;
    let before = house.rows().await;
    let with = |change: fn(&mut SetCapacityRequest)| {
        let mut request = capacity(&worker, "1");
        change(&mut request);
        request
    };

    for (request, expected) in [
        (
            with(|request| request.full_time_share = "0".to_owned()),
            pairs(&[("full_time_share", "FULL_TIME_SHARE")]),
        ),
        (
            with(|request| request.full_time_share = "1.1".to_owned()),
            pairs(&[("full_time_share", "FULL_TIME_SHARE")]),
        ),
        (
            with(|request| request.full_time_share = "0,5".to_owned()),
            pairs(&[("full_time_share", "FULL_TIME_SHARE")]),
        ),
        (with(|request| request.full_time_share = String::new()), pairs(&[("full_time_share", "REQUIRED")])),
        (
            with(|request| {
                request.worker_id = "kanarie".to_owned();
                request.valid_from = "15/04/2024".to_owned();
                request.valid_to = "2024-02-30".to_owned();
            }),
            pairs(&[("worker_id", "NOT_AN_ID"), ("valid_from", "NOT_A_DAY"), ("valid_to", "NOT_A_DAY")]),
        ),
        (
            with(|request| request.valid_to = "2023-12-31".to_owned()),
            pairs(&[("valid_to", "BEFORE_FIRST_DAY")]),
        ),
        (with(|request| request.valid_from = String::new()), pairs(&[("valid_from", "REQUIRED")])),
        (
            with(|request| request.valid_from = "2030-01-01".to_owned()),
            pairs(&[("valid_from", "OUTSIDE_PROGRAMME")]),
        ),
    ] {
        let refused = house.set_capacity(request).await.unwrap_err();
        assert_eq!(violations(&refused), expected);
    }
    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn only_who_coordinates_the_programme_sets_a_capacity() {
    let house = House::open().await;
    let worker = house.registered(details()).await.worker_id;

    let strange = house.workers(stranger()).set_capacity(with_key(capacity(&worker, "1"))).await.unwrap_err();
    assert_eq!(told(&strange).reason, "PROGRAMME_NOT_FOUND");
    let refused =
        house.workers(administrator()).set_capacity(with_key(capacity(&worker, "1"))).await.unwrap_err();
    assert_eq!(told(&refused).reason, "NO_MANDATE");
    let nobody = chassis::id::IdGenerator.uuid().to_string();
    let refused = house.set_capacity(capacity(&nobody, "1")).await.unwrap_err();
    assert_eq!(told(&refused).reason, "WORKER_NOT_FOUND");
    assert_eq!(house.count("capacities").await, 0);
    assert_eq!(listed(&house, TODAY).await.len(), 1);
}

#[tokio::test]
async fn the_shares_of_one_day_in_all_programmes_are_at_most_one_worker() {
    let esf = region_file().parent().unwrap().join("programmes/waasland-esf.toml");
    let house =
        open_with_programme(esf.to_str().unwrap(), &[("code = \"waasland-esf\"", "code = \"second\"")]).await;
    let of_all = worker(0xc1, vec![mandate(Role::Coordinator, Scope::Region, None)]);
    let set = |request: SetCapacityRequest| {
        let mut client = house.workers(of_all.clone());
        async move { client.set_capacity(with_key(request)).await }
    };
    let both = house.registered(details()).await.worker_id;
    let second = |share: &str, from: &str| SetCapacityRequest {
        programme: "second".to_owned(),
        valid_from: from.to_owned(),
        ..capacity(&both, share)
    };
    set(SetCapacityRequest { valid_to: "2024-06-30".to_owned(), ..capacity(&both, "0.6") }).await.unwrap();

    let refused = set(second("0.5", "2024-04-01")).await.unwrap_err();

    assert_eq!(violations(&refused), pairs(&[("full_time_share", "FULL_TIME_TOTAL")]));
    assert!(set(second("0.4", "2024-04-01")).await.is_ok());
    assert!(set(second("1", "2024-07-01")).await.is_ok());
    // To set the own share anew counts it once; without an end it would meet the full time of July.
    let until_june = SetCapacityRequest { valid_to: "2024-06-30".to_owned(), ..capacity(&both, "0.6") };
    assert!(set(until_june).await.is_ok());
    let refused = set(capacity(&both, "0.6")).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("full_time_share", "FULL_TIME_TOTAL")]));
}
