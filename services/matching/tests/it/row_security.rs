//! The policies of the database, without any check of the service in front of them.

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use uuid::Uuid;

use crate::house::{House, PROGRAMME, confirmation, details, needs};

/// Tables with rows about people.
const TABLES: [&str; 8] =
    ["workers", "worker_keys", "mandates", "capacities", "waiting", "person_keys", "proposals", "matches"];

/// A caller as the unit of work would set it.
#[derive(Clone, Copy)]
struct As<'a> {
    principal: &'a str,
    purpose: &'a str,
    scope: &'a str,
    programmes: &'a str,
    worker: Uuid,
}

const COORDINATOR: As<'_> = As {
    principal: "worker",
    purpose: "matching",
    scope: "programme",
    programmes: PROGRAMME,
    worker: Uuid::from_u128(0xc0),
};

async fn pool(house: &House) -> PgPool {
    PgPoolOptions::new().max_connections(1).connect(&house.running.database.runtime_url).await.unwrap()
}

async fn begin<'p>(pool: &'p PgPool, caller: As<'_>) -> Transaction<'p, Postgres> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query(
        "select set_config('app.principal', $1, true), set_config('app.purpose', $2, true), set_config('app.scope', $3, true),
                set_config('app.programmes', $4, true), set_config('app.worker', $5, true), set_config('app.organisation', '', true),
                set_config('app.today', '2024-04-15', true)",
    )
    .bind(caller.principal)
    .bind(caller.purpose)
    .bind(caller.scope)
    .bind(caller.programmes)
    .bind(caller.worker.to_string())
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

/// Two coaches, of whom one has a match and one is only proposed, and somebody who waits.
async fn filled() -> (House, Uuid, Uuid) {
    let house = House::open().await;
    let (one, two) = (house.coach(details()).await, house.coach(details()).await);
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    let (first, second) = if proposal.proposed[0].worker_id == one { (one, two) } else { (two, one) };
    house.confirm(confirmation(&proposal, &first)).await.unwrap();
    house.admitted().await;
    (house, first.parse().unwrap(), second.parse().unwrap())
}

#[tokio::test]
async fn a_coordinator_sees_the_own_programme() {
    let (house, ..) = filled().await;

    assert_eq!(visible(&pool(&house).await, Some(COORDINATOR)).await, TABLES);
}

#[tokio::test]
async fn nobody_else_sees_a_row() {
    let (house, ..) = filled().await;
    let pool = pool(&house).await;

    assert_eq!(visible(&pool, None).await, Vec::<&str>::new(), "a connection without caller");
    let process =
        As { purpose: "process", scope: "region", programmes: "*", worker: Uuid::nil(), ..COORDINATOR };
    for caller in [
        As { programmes: "elsewhere", ..COORDINATOR },
        As { programmes: "waasland-esf2,waasland", ..COORDINATOR },
        As { programmes: "", ..COORDINATOR },
        As { scope: "own_cases", ..COORDINATOR },
        As { scope: "organisation", ..COORDINATOR },
        As { purpose: "intake", ..COORDINATOR },
        As { purpose: "public", ..COORDINATOR },
        As { principal: "anonymous", ..COORDINATOR },
        As { principal: "participant_link", ..COORDINATOR },
        As { principal: "operator", purpose: "internal", ..process },
        As { principal: "relay", ..process },
        As { principal: "job", ..process },
    ] {
        let seen = visible(&pool, Some(caller)).await;
        let (principal, purpose, scope, programmes) =
            (caller.principal, caller.purpose, caller.scope, caller.programmes);
        assert_eq!(seen, Vec::<&str>::new(), "{principal} {purpose} {scope} {programmes}");
    }
}

#[tokio::test]
async fn a_coach_sees_the_own_matches_and_for_names_the_own_row() {
    let (house, matched, proposed) = filled().await;
    let pool = pool(&house).await;
    let coach = |worker, purpose| As { scope: "own_cases", purpose, worker, ..COORDINATOR };

    assert_eq!(visible(&pool, Some(coach(matched, "matching"))).await, ["matches"]);
    assert_eq!(visible(&pool, Some(coach(proposed, "matching"))).await, Vec::<&str>::new());
    assert_eq!(visible(&pool, Some(coach(matched, "names"))).await, ["workers", "worker_keys", "matches"]);
    assert_eq!(visible(&pool, Some(coach(proposed, "names"))).await, ["workers", "worker_keys"]);
    let mut transaction = begin(&pool, coach(matched, "names")).await;
    let names: i64 =
        sqlx::query_scalar("select count(*) from workers").fetch_one(&mut *transaction).await.unwrap();
    assert_eq!(names, 1);
}

#[tokio::test]
async fn the_consumer_keeps_what_is_about_participants_and_sees_no_worker() {
    let (house, ..) = filled().await;
    let consumer = As {
        principal: "consumer",
        purpose: "process",
        scope: "region",
        programmes: "*",
        worker: Uuid::nil(),
    };

    assert_eq!(
        visible(&pool(&house).await, Some(consumer)).await,
        ["waiting", "person_keys", "proposals", "matches"]
    );
}

#[tokio::test]
async fn a_change_out_of_reach_changes_nothing() {
    let (house, matched, _) = filled().await;
    let pool = pool(&house).await;
    let stranger = As { programmes: "elsewhere", ..COORDINATOR };
    let own = As { scope: "own_cases", worker: matched, ..COORDINATOR };

    for caller in [stranger, own] {
        let mut transaction = begin(&pool, caller).await;
        for statement in [
            "update matches set version = version + 1",
            "update workers set version = version + 1",
            "update waiting set matched_at = null",
            "update proposals set match_id = null",
            "update programmes set confirmations = 0",
        ] {
            let changed = sqlx::query(statement).execute(&mut *transaction).await.unwrap();
            assert_eq!(changed.rows_affected(), 0, "{statement}");
        }
    }
    for statement in [
        "update matches set worker_id = gen_random_uuid()",
        "update workers set registered_at = now()",
        "update mandates set role = 'coordinator'",
        "delete from matches",
        "delete from workers",
    ] {
        let mut transaction = begin(&pool, COORDINATOR).await;
        let refused = sqlx::query(statement).execute(&mut *transaction).await;
        assert!(refused.is_err(), "{statement}: the runtime role may not do this at all");
    }
}
