//! Who may see the figures about trajectories, and what the database itself refuses.

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::detail;
use proto::reporting::v1::GetTrajectoryFiguresRequest;
use proto::trajectory::events::v1::DutyState;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use testkit::{mandate, worker};
use tonic::Code;

use crate::case::{Case, Contact, approved, capacity, declined, fresh, noon};
use crate::house::{House, Quiet, coordinator};
use crate::quarter::{FROM, TO, quarter};
use crate::story::PROGRAMME;

const TABLES: [&str; 9] = [
    "worker_capacities",
    "match_facts",
    "declined_proposals",
    "trajectory_facts",
    "contact_facts",
    "measure_facts",
    "duty_facts",
    "approved_budgets",
    "budget_sources",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coordinator_board_and_finance_see_the_quarter_and_others_do_not() {
    let house = Quiet::start_on("2024-07-10").await;
    let ask = |role, scope| {
        let caller = worker(7, vec![mandate(role, scope, Some(PROGRAMME))]);
        house.ask_quarter(caller, quarter(FROM, TO))
    };

    for role in [Role::Coordinator, Role::BoardMember, Role::FinanceOfficer] {
        assert!(ask(role, Scope::Programme).await.is_ok(), "{role:?}");
    }
    for (role, scope) in [(Role::Coach, Scope::Programme), (Role::Coordinator, Scope::Organisation)] {
        assert_eq!(ask(role, scope).await.unwrap_err().code(), Code::PermissionDenied, "{role:?}");
    }
    let anonymous = house.ask_quarter(Caller::anonymous(), quarter(FROM, TO)).await;
    assert_eq!(anonymous.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_programme_and_one_that_does_not_exist_have_the_same_answer() {
    let house = Quiet::start_on("2024-07-10").await;
    let elsewhere = worker(8, vec![mandate(Role::Coordinator, Scope::Programme, Some("elsewhere"))]);
    let unknown = GetTrajectoryFiguresRequest { programme: "no-such".to_owned(), ..quarter(FROM, TO) };

    let out_of_reach = house.ask_quarter(elsewhere, quarter(FROM, TO)).await.unwrap_err();
    let not_there = house.ask_quarter(coordinator(), unknown).await.unwrap_err();

    assert_eq!(out_of_reach.code(), Code::NotFound);
    assert_eq!(out_of_reach.message(), not_there.message());
    assert_eq!(detail(&out_of_reach), detail(&not_there));
    assert_eq!(detail(&not_there).unwrap().reason, "PROGRAMME_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_wrong_with_a_quarter_is_told_at_once() {
    let house = Quiet::start_on("2024-07-10").await;
    let wrong = GetTrajectoryFiguresRequest { programme: "Waasland ESF".to_owned(), ..quarter("Q2", "") };

    let status = house.ask_quarter(coordinator(), wrong).await.unwrap_err();

    let violations = detail(&status).unwrap().violations;
    let told: Vec<_> = violations.iter().map(|one| (one.field.as_str(), one.reason.as_str())).collect();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(told, [("programme", "MALFORMED"), ("from", "MALFORMED"), ("to", "REQUIRED")]);
}

/// What a session of the runtime role sees of each table with these settings.
async fn rows_as(connection: &mut PgConnection, principal: &str, programmes: &str) -> [i64; 9] {
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("select set_config('app.principal', $1, true), set_config('app.programmes', $2, true)")
        .bind(principal)
        .bind(programmes)
        .execute(&mut *transaction)
        .await
        .unwrap();
    let mut counts = [0; 9];
    for (count, table) in counts.iter_mut().zip(TABLES) {
        let statement = AssertSqlSafe(format!("select count(*) from {table}"));
        *count = sqlx::query_scalar(statement).fetch_one(&mut *transaction).await.unwrap();
    }
    transaction.rollback().await.unwrap();
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_shows_every_table_by_programme_only_and_the_consumer_alone_writes() {
    let mut house = House::start_on("2024-07-10").await;
    let (case, employee, proposal, budget) = (Case::new(), fresh(), fresh(), fresh());
    let producer = &mut house.producer;
    let how = Contact { reached: true, with: true, minutes: 60 };
    let events = [
        producer.next(employee, &capacity(employee, ("16", "18"), "2024-01-01", "")),
        producer.next(proposal, &declined(proposal, noon("2024-04-10"))),
        producer.next(case.match_id, &case.confirmed(noon("2024-04-10"), "2024-04-10")),
        producer.next(case.trajectory, &case.opened("2024-04-10")),
        producer.next(case.trajectory, &case.logged(fresh(), "2024-04-10", how)),
        producer.next(case.trajectory, &case.measured("release", "2024-04-10")),
        producer
            .next(case.trajectory, &case.duty(fresh(), "first-empowerment", "2024-05-10", DutyState::Due)),
        producer.next(budget, &approved(budget, 2024, 10_000)),
    ];
    house.tell(&events).await;
    let mut connection = PgConnection::connect(&house.running.database.runtime_url).await.unwrap();
    let (all, none) = ([1, 1, 1, 1, 1, 1, 1, 1, 2], [0; 9]);

    for (principal, programmes, expected) in [
        ("worker", PROGRAMME, all),
        ("worker", "*", all),
        ("worker", "elsewhere", none),
        ("worker", "", none),
        ("anonymous", "*", none),
        ("", "*", none),
        ("consumer", "", all),
        ("operator", "", all),
    ] {
        let seen = rows_as(&mut connection, principal, programmes).await;

        assert_eq!(seen, expected, "{principal} with {programmes}");
    }
    for table in TABLES {
        let mut transaction = connection.begin().await.unwrap();
        let statement = format!(
            "select set_config('app.principal', 'worker', true), set_config('app.programmes', '*', true);
             delete from {table}"
        );
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }
    assert_eq!(rows_as(&mut connection, "operator", "").await, all, "a worker removed something");
}
