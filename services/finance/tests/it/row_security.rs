//! The policies of the database, without any check of the service in front of them.

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Postgres, Transaction};

use crate::house::{House, PROGRAMME};

/// Tables of this service with rows of budgets and people.
const TABLES: [&str; 7] = [
    "budgets",
    "budget_totals",
    "staff_lines",
    "wage_keys",
    "funding_lines",
    "contributions",
    "suggested_hours",
];

/// A caller as the unit of work would set it.
#[derive(Debug, Clone, Copy)]
struct As<'a> {
    principal: &'a str,
    purpose: &'a str,
    scope: &'a str,
    programmes: &'a str,
}

const OFFICER: As<'_> =
    As { principal: "worker", purpose: "finance", scope: "programme", programmes: PROGRAMME };

async fn pool(house: &House) -> PgPool {
    PgPoolOptions::new().max_connections(1).connect(&house.running.database.runtime_url).await.unwrap()
}

async fn begin<'p>(pool: &'p PgPool, caller: As<'_>) -> Transaction<'p, Postgres> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query(
        "select set_config('app.principal', $1, true), set_config('app.purpose', $2, true), set_config('app.scope', $3, true),
                set_config('app.programmes', $4, true)",
    )
    .bind(caller.principal)
    .bind(caller.purpose)
    .bind(caller.scope)
    .bind(caller.programmes)
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction
}

async fn visible(pool: &PgPool, caller: Option<As<'_>>) -> Vec<&'static str> {
    let mut transaction = match caller {
        Some(caller) => begin(pool, caller).await,
        None => pool.begin().await.unwrap(),
    };
    let mut seen = Vec::new();
    for table in TABLES {
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut *transaction)
            .await
            .unwrap();
        if count > 0 {
            seen.push(table);
        }
    }
    seen
}

/// The case of Waasland, and a contact of a coach.
async fn filled() -> House {
    let house = House::open().await;
    house.waasland().await;
    sqlx::raw_sql(
        "insert into suggested_hours (generation, contact_id, trajectory_id, trajectory_sequence, worker_id, organisation_id,
                                      programme, day, time_class, minutes, struck_out)
         values (1, gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(), gen_random_uuid(), 'waasland-esf', '2024-03-01',
                 'with_participant', 60, false)",
    )
    .execute(&house.running.database.admin)
    .await
    .unwrap();
    house
}

#[tokio::test]
async fn the_database_shows_each_what_is_theirs() {
    let house = filled().await;
    let pool = pool(&house).await;

    assert_eq!(visible(&pool, Some(OFFICER)).await, TABLES);
    let totals = As { purpose: "finance_totals", ..OFFICER };
    assert_eq!(visible(&pool, Some(totals)).await, ["budgets", "budget_totals"], "totals show no line");
    let consumer = As { principal: "consumer", purpose: "process", scope: "region", programmes: "*" };
    assert_eq!(visible(&pool, Some(consumer)).await, ["suggested_hours"]);
    assert_eq!(visible(&pool, None).await, Vec::<&str>::new(), "a connection without caller");
    for nobody in [
        As { programmes: "elsewhere", ..OFFICER },
        As { programmes: "waasland-esf2,waasland", ..OFFICER },
        As { programmes: "", ..OFFICER },
        As { scope: "own_cases", ..OFFICER },
        As { scope: "organisation", ..OFFICER },
        As { purpose: "intake", ..OFFICER },
        As { principal: "anonymous", ..OFFICER },
        As { principal: "participant_link", ..OFFICER },
        As { principal: "job", purpose: "process", scope: "region", programmes: "*" },
        As { principal: "relay", purpose: "process", scope: "region", programmes: "*" },
    ] {
        assert_eq!(visible(&pool, Some(nobody)).await, Vec::<&str>::new(), "{nobody:?}");
    }
}

#[tokio::test]
async fn the_database_lets_nobody_change_an_approved_budget_or_anothers() {
    let house = filled().await;
    let pool = pool(&house).await;
    let changes = [
        "update budgets set version = version + 1",
        "update staff_lines set hours = 1",
        "delete from staff_lines",
        "update wage_keys set wrapped = '\\x00'",
        "delete from funding_lines",
        "delete from contributions",
        "delete from budget_totals",
    ];
    let rows = |statement: &'static str, caller| {
        let pool = &pool;
        async move {
            let mut transaction = begin(pool, caller).await;
            sqlx::query(statement).execute(&mut *transaction).await.unwrap().rows_affected()
        }
    };

    for change in changes {
        assert!(rows(change, OFFICER).await > 0, "{change} of a draft");
        assert_eq!(rows(change, As { programmes: "elsewhere", ..OFFICER }).await, 0, "{change}");
        assert_eq!(rows(change, As { purpose: "finance_totals", ..OFFICER }).await, 0, "{change}");
    }
    sqlx::raw_sql(
        "update budgets set state = 'approved', approved_at = now(), approved_by = gen_random_uuid()",
    )
    .execute(&house.running.database.admin)
    .await
    .unwrap();
    for change in changes {
        assert_eq!(rows(change, OFFICER).await, 0, "{change} of an approved budget");
    }
}

#[tokio::test]
async fn the_runtime_role_has_no_right_it_does_not_need() {
    let house = filled().await;
    let pool = pool(&house).await;

    for statement in [
        "delete from budgets",
        "update budgets set programme = 'elsewhere'",
        "update budgets set year = 2025",
        "delete from wage_keys",
        "update staff_lines set budget_id = gen_random_uuid()",
        "update funding_lines set amount_cents = 0",
        "update contributions set amount_cents = 0",
        "update budget_totals set staff_cents = 0",
        "update suggested_hours set worker_id = gen_random_uuid()",
        "update file_versions set content = ''",
        "truncate budgets cascade",
        "alter table staff_lines disable row level security",
    ] {
        let mut transaction = begin(&pool, OFFICER).await;
        let refused = sqlx::query(statement).execute(&mut *transaction).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code().map(|code| code.to_string()));
        assert_eq!(code.as_deref(), Some("42501"), "{statement}: {refused}");
    }
    let mut transaction = begin(&pool, OFFICER).await;
    let written =
        sqlx::query("update suggested_hours set minutes = 0").execute(&mut *transaction).await.unwrap();
    assert_eq!(written.rows_affected(), 0, "an officer does not write the projection");
}
