//! Who may see which figures, and what the database itself refuses.

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::detail;
use proto::reporting::v1::GetIntakeFiguresRequest;
use sqlx::{Connection as _, PgConnection};
use testkit::{mandate, worker};
use tonic::Code;

use crate::house::{House, Quiet, coordinator, request};
use crate::story::{PROGRAMME, Story, at};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coordinator_board_and_finance_see_figures_and_others_do_not() {
    let house = Quiet::start_on("2024-04-20").await;
    let ask = |role, scope| {
        let caller = worker(7, vec![mandate(role, scope, Some(PROGRAMME))]);
        house.ask(caller, request("2024-03-01", "2024-03-31"))
    };

    for role in [Role::Coordinator, Role::BoardMember, Role::FinanceOfficer] {
        assert!(ask(role, Scope::Programme).await.is_ok(), "{role:?}");
    }
    for (role, scope) in [(Role::Coach, Scope::Programme), (Role::Coordinator, Scope::Organisation)] {
        assert_eq!(ask(role, scope).await.unwrap_err().code(), Code::PermissionDenied, "{role:?}");
    }
    let anonymous = house.ask(Caller::anonymous(), request("2024-03-01", "2024-03-31")).await;
    assert_eq!(anonymous.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_programme_out_of_reach_and_one_that_does_not_exist_have_the_same_answer() {
    let house = Quiet::start_on("2024-04-20").await;
    let elsewhere = worker(8, vec![mandate(Role::Coordinator, Scope::Programme, Some("elsewhere"))]);
    let unknown =
        GetIntakeFiguresRequest { programme: "no-such".to_owned(), ..request("2024-03-01", "2024-03-31") };

    let out_of_reach = house.ask(elsewhere, request("2024-03-01", "2024-03-31")).await.unwrap_err();
    let not_there = house.ask(coordinator(), unknown).await.unwrap_err();

    assert_eq!(out_of_reach.code(), Code::NotFound);
    assert_eq!(out_of_reach.message(), not_there.message());
    assert_eq!(detail(&out_of_reach), detail(&not_there));
    assert_eq!(detail(&not_there).unwrap().reason, "PROGRAMME_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_wrong_with_a_request_is_told_at_once() {
    let house = Quiet::start_on("2024-04-20").await;
    let wrong = |programme: &str, from: &str, to: &str| GetIntakeFiguresRequest {
        programme: programme.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
    };

    for (request, expected) in [
        (
            wrong("Waasland ESF", "year 24", ""),
            vec![("programme", "MALFORMED"), ("from", "MALFORMED"), ("to", "REQUIRED")],
        ),
        (wrong("", "2024-02-30", "2024-03-01"), vec![("programme", "REQUIRED"), ("from", "MALFORMED")]),
        (wrong(PROGRAMME, "2024-03-02", "2024-03-01"), vec![("to", "BEFORE_FROM")]),
        (wrong(PROGRAMME, "2014-03-01", "2024-03-02"), vec![("to", "PERIOD_TOO_LONG")]),
    ] {
        let status = house.ask(coordinator(), request).await.unwrap_err();

        let violations = detail(&status).unwrap().violations;
        let told: Vec<_> = violations.iter().map(|one| (one.field.as_str(), one.reason.as_str())).collect();
        assert_eq!((status.code(), told), (Code::InvalidArgument, expected));
        for violation in &violations {
            assert!(
                reporting::error::FIELD_REASONS.iter().any(|(reason, _)| *reason == violation.reason),
                "{violation:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_at_the_figures_is_audited_with_its_purpose() {
    let house = Quiet::start_on("2024-04-20").await;

    house.ask(coordinator(), request("2024-03-01", "2024-03-31")).await.unwrap();

    let purposes: Vec<String> =
        sqlx::query_scalar("select purpose from chassis.audit where principal = 'worker'")
            .fetch_all(&house.running.database.admin)
            .await
            .unwrap();
    assert_eq!(purposes, ["reporting"]);
}

/// What a session of the runtime role can see or do with these settings.
async fn rows_as(connection: &mut PgConnection, principal: &str, programmes: &str) -> [i64; 3] {
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("select set_config('app.principal', $1, true), set_config('app.programmes', $2, true)")
        .bind(principal)
        .bind(programmes)
        .execute(&mut *transaction)
        .await
        .unwrap();
    let mut counts = [0; 3];
    for (count, statement) in counts.iter_mut().zip([
        "select count(*) from referral_facts",
        "select count(*) from admissions",
        "select count(*) from erased_persons",
    ]) {
        *count = sqlx::query_scalar(statement).fetch_one(&mut *transaction).await.unwrap();
    }
    transaction.rollback().await.unwrap();
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_shows_rows_by_programme_and_lets_nobody_but_the_consumer_write() {
    let mut house = House::start_on("2024-04-20").await;
    let (story, gone) = (Story::new(), Story::new());
    let when = at("2024-03-10T09:00:00Z");
    let events = [
        house.producer.next(story.referral, &story.submitted(when)),
        house.producer.next(story.participation, &story.admitted(when)),
        house.producer.next(gone.person, &gone.erased(when)),
    ];
    house.tell(&events).await;
    let mut connection = PgConnection::connect(&house.running.database.runtime_url).await.unwrap();

    for (principal, programmes, expected) in [
        ("worker", PROGRAMME, [1, 1, 0]),
        ("worker", "*", [1, 1, 0]),
        ("worker", "first,waasland-esf", [1, 1, 0]),
        ("worker", "elsewhere", [0, 0, 0]),
        ("worker", "waasland", [0, 0, 0]),
        ("worker", "", [0, 0, 0]),
        ("anonymous", "*", [0, 0, 0]),
        ("", "*", [0, 0, 0]),
        ("consumer", "", [1, 1, 1]),
        ("operator", "", [1, 1, 1]),
    ] {
        let seen = rows_as(&mut connection, principal, programmes).await;

        assert_eq!(seen, expected, "{principal} with {programmes}");
    }
    let mut transaction = connection.begin().await.unwrap();
    let refused = sqlx::raw_sql(
        "select set_config('app.principal', 'worker', true), set_config('app.programmes', '*', true);
         insert into admissions (generation, referral_id, participation_id, participation_sequence, episode_id, programme,
                                 programme_version, admitted_at)
         values (1, gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), 'waasland-esf', '1', now())",
    )
    .execute(&mut *transaction)
    .await
    .unwrap_err();
    assert!(refused.to_string().contains("row-level security"), "{refused}");
}
