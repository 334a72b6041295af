//! What every step on a budget has: the version read, the idempotency key, one winner.

use proto::finance::v1::PutStaffLineRequest;
use testkit::eventually;
use tonic::Code;

use crate::house::{
    House, case_funding, create, line, officer, pair, refusal, told, with_key, with_this_key,
};

#[tokio::test]
async fn a_stale_step_is_told_who_came_before() {
    let house = House::open().await;
    let read = house.create(2024, "Aanvraag").await.unwrap();
    let now = house.put(&read, line("r01")).await.unwrap();

    let refused = house.put(&read, line("r02")).await.unwrap_err();

    assert_eq!(refused.code(), Code::Aborted);
    let detail = told(&refused);
    assert_eq!((detail.kind.as_str(), detail.reason.as_str()), ("STALE_PRECONDITION", "STALE_ETAG"));
    assert_eq!(detail.metadata["current_etag"], now.etag);
    assert_eq!(detail.metadata["changed_by"], uuid::Uuid::from_u128(crate::house::OFFICER).to_string());
    assert!(!detail.metadata["changed_at"].is_empty());
    assert_eq!(refusal(&house.fund(&read, case_funding()).await.unwrap_err()).1, "STALE_ETAG");
    assert_eq!(refusal(&house.approve(&read).await.unwrap_err()).1, "STALE_ETAG");
    assert_eq!(refusal(&house.remove(&read, &now.lines[0].line_id).await.unwrap_err()).1, "STALE_ETAG");
    assert_eq!(house.get(&read.budget_id).await, now);
}

#[tokio::test]
async fn a_step_without_the_version_read_is_refused() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();

    let request = PutStaffLineRequest { budget_id: budget.budget_id.clone(), ..line("r01") };
    let refused = house.budgets(officer()).put_staff_line(with_key(request)).await.unwrap_err();

    assert_eq!(refusal(&refused), pair("PRECONDITION_REQUIRED", "IF_MATCH_REQUIRED"));
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_changes_nothing() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    let request = || {
        let line = PutStaffLineRequest { budget_id: budget.budget_id.clone(), ..line("r01") };
        let mut request = with_this_key(line, "the-same-key");
        request.metadata_mut().insert("if-match", budget.etag.parse().unwrap());
        request
    };

    let first = house.budgets(officer()).put_staff_line(request()).await.unwrap().into_inner();
    let again = house.budgets(officer()).put_staff_line(request()).await.unwrap().into_inner();

    assert_eq!(first, again);
    assert_eq!(house.count("select count(*) from staff_lines").await, 1);
    let mut other = request();
    other.get_mut().hours = "1".to_owned();
    let refused = house.budgets(officer()).put_staff_line(other).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("KEY_REUSED", "IDEMPOTENCY_KEY_REUSED"));
    let created = create(2024, "Nog een");
    let one = house.budgets(officer()).create_budget(with_this_key(created.clone(), "k")).await.unwrap();
    let two = house.budgets(officer()).create_budget(with_this_key(created, "k")).await.unwrap();
    assert_eq!(one.into_inner(), two.into_inner());
}

#[tokio::test]
async fn of_fifty_who_add_a_line_at_once_one_succeeds_per_version() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();

    let attempts = (0..50).map(|number| {
        let (house, budget) = (&house, &budget);
        async move { house.put(budget, line(&format!("r{number}"))).await }
    });
    let answers = futures::future::join_all(attempts).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(refusal(refused).1, "STALE_ETAG");
    }
    assert_eq!(house.count("select count(*) from staff_lines").await, 1);
}

/// A change falls between the statements of a reader: what is read is all before it or all after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_during_a_change_sees_one_version() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    let before = house.put(&budget, line("r01")).await.unwrap();
    let admin = &house.running.database.admin;
    let mut change = admin.begin().await.unwrap();
    sqlx::raw_sql("lock table staff_lines in access exclusive mode").execute(&mut *change).await.unwrap();

    let read = house.get(&budget.budget_id);
    let fall_between = async {
        eventually("the reader waits for the lines", || async {
            let waits: bool = sqlx::query_scalar(
                "select exists (select from pg_stat_activity where datname = current_database()
                                and usename = 'finance_runtime' and wait_event_type = 'Lock')",
            )
            .fetch_one(admin)
            .await
            .unwrap();
            waits.then_some(())
        })
        .await;
        sqlx::raw_sql("update staff_lines set hours = 1; update budgets set version = version + 1")
            .execute(&mut *change)
            .await
            .unwrap();
        change.commit().await.unwrap();
    };
    let (read, ()) = tokio::join!(read, fall_between);

    assert_eq!((before.etag.as_str(), before.lines[0].hours.as_str()), ("v2", "1720.000"));
    assert_eq!((read.etag.as_str(), read.lines[0].hours.as_str()), ("v3", "1.000"));
}
