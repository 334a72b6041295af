//! The policies on hours, wages, claims and the ledger, without any check of the service in front of them.

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use uuid::Uuid;

use crate::counter::{booking, claim_of};
use crate::desk::{COACH, organisation};
use crate::house::{House, PROGRAMME};

const HOURS: [&str; 4] = ["employments", "locked_months", "time_entries", "time_sheets"];
const WAGES: [&str; 2] = ["employment_wage_keys", "wages"];
const TOTALS: [&str; 3] = ["claim_revisions", "claim_totals", "claims"];
const LINES: [&str; 4] = ["claim_keys", "claim_lines", "claimed_entries", "ledger_entries"];

/// A caller as the unit of work would set it.
#[derive(Debug, Clone, Copy)]
struct As<'a> {
    principal: &'a str,
    worker: u128,
    organisation: u128,
    purpose: &'a str,
    scope: &'a str,
    programmes: &'a str,
}

const OFFICER: As<'_> = As {
    principal: "worker",
    worker: 0xf1,
    organisation: 0x0f,
    purpose: "staff",
    scope: "programme",
    programmes: PROGRAMME,
};

async fn begin<'p>(pool: &'p PgPool, caller: As<'_>) -> Transaction<'p, Postgres> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query(
        "select set_config('app.principal', $1, true), set_config('app.purpose', $2, true), set_config('app.scope', $3, true),
                set_config('app.programmes', $4, true), set_config('app.worker', $5, true), set_config('app.organisation', $6, true)",
    )
    .bind(caller.principal)
    .bind(caller.purpose)
    .bind(caller.scope)
    .bind(caller.programmes)
    .bind(Uuid::from_u128(caller.worker).to_string())
    .bind(organisation(caller.organisation).to_string())
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction
}

async fn visible(pool: &PgPool, caller: As<'_>) -> Vec<&'static str> {
    let mut transaction = begin(pool, caller).await;
    let mut seen = Vec::new();
    for table in [HOURS.as_slice(), &WAGES, &TOTALS, &LINES].concat() {
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

/// A quarter of a coach, claimed and booked.
async fn filled() -> (House, PgPool) {
    let house = House::open().await;
    house.quarter().await;
    house.claim(claim_of(1)).await.unwrap();
    house.book(booking("2024-01", proto::finance::v1::LedgerKind::Staff, "1.00")).await.unwrap();
    let url = &house.running.database.runtime_url;
    let pool = PgPoolOptions::new().max_connections(1).connect(url).await.unwrap();
    (house, pool)
}

#[tokio::test]
async fn the_database_shows_each_what_is_theirs() {
    let (_house, pool) = filled().await;
    let officer = |purpose| As { purpose, ..OFFICER };
    let person = As { worker: COACH, purpose: "own_time_sheets", scope: "own_cases", ..OFFICER };
    let of_organisation =
        |organisation, purpose| As { organisation, purpose, scope: "organisation", ..OFFICER };
    let only_locks = ["locked_months"].as_slice();

    let cases: Vec<(As<'_>, Vec<&str>)> = vec![
        (officer("staff"), HOURS.to_vec()),
        (officer("time_sheets"), HOURS.to_vec()),
        (officer("wages"), [HOURS.as_slice(), &WAGES].concat()),
        (officer("claims"), [HOURS.as_slice(), &WAGES, &TOTALS, &LINES].concat()),
        (officer("claims_read"), [HOURS.as_slice(), &TOTALS, &LINES].concat()),
        (officer("finance_totals"), [only_locks, &TOTALS].concat()),
        (officer("finance"), only_locks.to_vec()),
        (person, HOURS.to_vec()),
        (As { scope: "programme", ..person }, HOURS.to_vec()),
        (As { worker: 0x99, ..person }, only_locks.to_vec()),
        (As { worker: 0x99, scope: "programme", ..person }, only_locks.to_vec()),
        (of_organisation(0x0a, "staff"), HOURS.to_vec()),
        (of_organisation(0x0a, "wages"), [HOURS.as_slice(), &WAGES].concat()),
        (of_organisation(0x0b, "staff"), only_locks.to_vec()),
        (of_organisation(0x0b, "wages"), only_locks.to_vec()),
        (of_organisation(0x0a, "claims_read"), HOURS.to_vec()),
        (As { programmes: "elsewhere", ..officer("claims") }, only_locks.to_vec()),
        (As { scope: "own_cases", ..officer("wages") }, only_locks.to_vec()),
        (As { principal: "anonymous", ..officer("claims") }, vec![]),
        (As { principal: "consumer", ..officer("claims") }, vec![]),
        // The export: everything a submitted claim is made of, and no wage.
        (
            As { principal: "job", purpose: "process", scope: "region", programmes: "*", ..OFFICER },
            vec![
                "claim_keys",
                "claim_lines",
                "claim_revisions",
                "claim_totals",
                "claimed_entries",
                "claims",
                "employments",
                "ledger_entries",
                "time_entries",
                "time_sheets",
            ],
        ),
    ];
    for (caller, mut expected) in cases {
        let mut seen = visible(&pool, caller).await;
        seen.sort_unstable();
        expected.sort_unstable();
        assert_eq!(seen, expected, "{caller:?}");
    }
}

#[tokio::test]
async fn the_database_lets_each_change_only_what_is_theirs_and_open() {
    let (_house, pool) = filled().await;
    let person = As { worker: COACH, purpose: "own_time_sheets", scope: "own_cases", ..OFFICER };
    let reader = As { purpose: "claims_read", ..OFFICER };
    let elsewhere = As { programmes: "elsewhere", ..OFFICER };
    for (caller, statement) in [
        (person, "update time_sheets set state = 'draft'"),
        (person, "delete from time_entries"),
        (person, "update employments set version = version + 1"),
        (reader, "update claim_revisions set version = version + 1"),
        (reader, "delete from claim_lines"),
        (reader, "update employments set version = version + 1"),
        (elsewhere, "update time_sheets set version = version + 1"),
        (OFFICER, "update wages set valid_to = null"),
        (OFFICER, "delete from time_entries"),
    ] {
        let mut transaction = begin(&pool, caller).await;
        let changed = sqlx::query(statement).execute(&mut *transaction).await.unwrap();
        assert_eq!(changed.rows_affected(), 0, "{caller:?} {statement}");
    }
    for (caller, statement) in [
        (person, "insert into locked_months values ('waasland-esf', '2024-05-01', now(), gen_random_uuid())"),
        (reader, "insert into ledger_entries select gen_random_uuid(), programme, month, component, partner, kind, account, 1, document,
                      null, now(), booked_by from ledger_entries"),
        (person, "insert into time_entries select gen_random_uuid(), time_sheet_id, day, hour_class, 1, true, 'x', now(), entered_by
                  from time_entries"),
        (OFFICER, "insert into time_entries select gen_random_uuid(), time_sheet_id, day, hour_class, 1, false, null, now(), entered_by
                   from time_entries"),
        (OFFICER, "update employments set worker_id = gen_random_uuid()"),
        (OFFICER, "delete from employments"),
        (OFFICER, "delete from time_sheets"),
        (OFFICER, "delete from locked_months"),
        (OFFICER, "update time_entries set minutes = 1"),
        (OFFICER, "delete from claim_revisions"),
        (OFFICER, "update claim_lines set with_minutes = 1"),
        (OFFICER, "update claims set kind = 'year'"),
        (OFFICER, "update ledger_entries set amount_cents = 1"),
        (OFFICER, "delete from ledger_entries"),
        (OFFICER, "delete from employment_wage_keys"),
    ] {
        let mut transaction = begin(&pool, caller).await;
        let refused = sqlx::query(statement).execute(&mut *transaction).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code().map(|code| code.to_string()));
        assert_eq!(code.as_deref(), Some("42501"), "{caller:?} {statement}: {refused}");
    }
}

/// The sums over every programme are for limits, and for nothing else.
#[tokio::test]
async fn sums_of_a_person_are_given_for_limits_only() {
    let (_house, pool) = filled().await;
    let sum = |caller| {
        let pool = &pool;
        async move {
            let mut transaction = begin(pool, caller).await;
            sqlx::query_scalar::<_, Option<i64>>(
                "select sum(minutes)::bigint from declared_minutes($1, '2024-01-01', '2024-12-31')",
            )
            .bind(Uuid::from_u128(COACH))
            .fetch_one(&mut *transaction)
            .await
            .unwrap()
        }
    };

    assert_eq!(sum(As { programmes: "elsewhere", ..OFFICER }).await, Some(746), "over all programmes");
    assert_eq!(sum(As { purpose: "finance_totals", ..OFFICER }).await, None);
}
