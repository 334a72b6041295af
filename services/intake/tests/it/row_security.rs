//! The policies of the database, without any check of the service in front of them.

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use uuid::Uuid;

use crate::house::{House, PROGRAMME, form};
use crate::household::{KATROL, STUDENT};

/// Tables with rows about people.
const TABLES: [&str; 11] = [
    "referrals",
    "persons",
    "person_keys",
    "duplicate_keys",
    "screenings",
    "decisions",
    "participations",
    "episodes",
    "case_access",
    "person_joins",
    "family_members",
];

/// A caller as the unit of work would set it.
#[derive(Clone, Copy)]
struct As<'a> {
    principal: &'a str,
    purpose: &'a str,
    scope: &'a str,
    programmes: &'a str,
    worker: u128,
}

const COORDINATOR: As<'_> =
    As { principal: "worker", purpose: "intake", scope: "programme", programmes: PROGRAMME, worker: 0xc0 };

async fn pool(house: &House) -> PgPool {
    PgPoolOptions::new().max_connections(1).connect(&house.running.database.runtime_url).await.unwrap()
}

async fn begin<'p>(pool: &'p PgPool, caller: As<'_>) -> Transaction<'p, Postgres> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query(
        "select set_config('app.principal', $1, true), set_config('app.purpose', $2, true), set_config('app.scope', $3, true),
                set_config('app.programmes', $4, true), set_config('app.worker', $5, true), set_config('app.organisation', '', true),
                set_config('app.today', current_date::text, true)",
    )
    .bind(caller.principal)
    .bind(caller.purpose)
    .bind(caller.scope)
    .bind(caller.programmes)
    .bind(Uuid::from_u128(caller.worker).to_string())
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction
}

async fn visible(pool: &PgPool, caller: Option<As<'_>>) -> Vec<(&'static str, i64)> {
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
            seen.push((table, count));
        }
    }
    seen
}

/// A referral in every table: one admitted with access of a worker, one refused.
async fn filled() -> House {
    let house = House::open().await;
    let admitted = house.admit(&house.screened(form()).await, "").await.unwrap();
    house.refuse(&house.submitted(form()).await, "no-capacity", "kanarie elders").await.unwrap();
    let access = format!(
        "insert into case_access (participation_id, worker_id, organisation_id, role, domain_class, valid_from)
         values ('{}', '{}', gen_random_uuid(), 'coach', 'normal', '2020-01-01')",
        admitted.decision.unwrap().participation_id,
        Uuid::from_u128(0xca)
    );
    house.execute(&access).await;
    house
}

#[tokio::test]
async fn a_coordinator_sees_the_own_programme() {
    let house = filled().await;

    let seen = visible(&pool(&house).await, Some(COORDINATOR)).await;

    let tables: Vec<&str> = seen.iter().map(|(table, _)| *table).collect();
    assert_eq!(tables, TABLES[..8]);
}

#[tokio::test]
async fn nobody_else_sees_a_row() {
    let house = filled().await;
    let pool = pool(&house).await;

    assert_eq!(visible(&pool, None).await, [], "a connection without caller");
    for caller in [
        As { programmes: "elsewhere", ..COORDINATOR },
        As { programmes: "waasland-esf2,waasland", ..COORDINATOR },
        As { programmes: "", ..COORDINATOR },
        As { scope: "own_cases", ..COORDINATOR },
        As { scope: "organisation", ..COORDINATOR },
        As { purpose: "reporting", ..COORDINATOR },
        As { purpose: "public", ..COORDINATOR },
        As { principal: "anonymous", ..COORDINATOR },
        As { principal: "anonymous", purpose: "public", scope: "own_cases", programmes: "", worker: 0 },
        As { principal: "participant_link", ..COORDINATOR },
        As { principal: "operator", purpose: "internal", scope: "region", programmes: "*", worker: 0 },
        As { principal: "relay", purpose: "process", scope: "region", programmes: "*", worker: 0 },
    ] {
        let seen = visible(&pool, Some(caller)).await;
        assert_eq!(
            seen,
            [],
            "{} {} {} {}",
            caller.principal,
            caller.purpose,
            caller.scope,
            caller.programmes
        );
    }
    // Events of others end episodes and put workers on cases; nothing of a person is in them.
    let consumer =
        As { principal: "consumer", purpose: "process", scope: "region", programmes: "*", worker: 0 };
    assert_eq!(visible(&pool, Some(consumer)).await, [("episodes", 1), ("case_access", 1)]);
    assert_eq!(visible(&pool, None).await, [], "a used connection without caller");
}

#[tokio::test]
async fn names_show_no_more_than_names() {
    let house = filled().await;
    let pool = pool(&house).await;
    let coach = As { purpose: "names", scope: "own_cases", worker: 0xca, ..COORDINATOR };

    let of_the_coach = visible(&pool, Some(coach)).await;
    let of_the_coordinator = visible(&pool, Some(As { purpose: "names", ..COORDINATOR })).await;

    assert_eq!(of_the_coach, [("persons", 1), ("person_keys", 1), ("participations", 1), ("case_access", 1)]);
    let tables: Vec<&str> = of_the_coordinator.iter().map(|(table, _)| *table).collect();
    assert_eq!(tables, ["referrals", "persons", "person_keys", "duplicate_keys"]);
}

#[tokio::test]
async fn a_family_is_seen_by_its_coordinator_and_by_who_is_on_the_case_today() {
    let house = House::katrol().await;
    let (referral, _) = house.whole_family().await;
    let participation = house.family_admitted(&referral.referral_id, "").await;
    house.on_the_case(&participation, STUDENT).await;
    let pool = pool(&house).await;
    let anchor = As { programmes: KATROL, ..COORDINATOR };
    let student = As { scope: "own_cases", worker: STUDENT, purpose: "family", ..anchor };

    let of_the_student = visible(&pool, Some(student)).await;
    assert_eq!(
        of_the_student,
        [
            ("persons", 5),
            ("person_keys", 5),
            ("participations", 1),
            ("case_access", 1),
            ("family_members", 5)
        ]
    );
    let of_the_anchor = visible(&pool, Some(anchor)).await;
    assert_eq!(of_the_anchor.last(), Some(&("family_members", 5)));
    for nobody in [
        As { worker: 0x58, ..student },
        As { purpose: "intake", ..student },
        As { purpose: "reporting", ..student },
        As { principal: "operator", ..student },
        As { purpose: "public", ..anchor },
        As { programmes: "elsewhere", ..anchor },
        As { programmes: "elsewhere", purpose: "family", ..anchor },
    ] {
        let seen = visible(&pool, Some(nobody)).await;
        assert!(
            !seen.iter().any(|(table, _)| ["persons", "person_keys", "family_members"].contains(table)),
            "{seen:?}"
        );
    }
}

#[tokio::test]
async fn nobody_but_an_erasure_destroys_the_key_of_a_member_who_is_no_mistake() {
    let house = House::katrol().await;
    let (referral, members) = house.whole_family().await;
    house.family_admitted(&referral.referral_id, "").await;
    let pool = pool(&house).await;
    let anchor = As { programmes: KATROL, ..COORDINATOR };
    let destroy = "update person_keys set wrapped = null, region_key_id = null, destroyed_at = now()";
    let ledger = format!(
        "insert into erasures (person_id, ground, erased_at) values ('{}', 'mistake', now())",
        members[2].member_id
    );
    let destroyed = async |caller| {
        let mut transaction = begin(&pool, caller).await;
        sqlx::query(destroy).execute(&mut *transaction).await.unwrap().rows_affected()
    };

    assert_eq!(destroyed(anchor).await, 0);
    assert_eq!(destroyed(As { purpose: "family", ..anchor }).await, 0);
    assert_eq!(destroyed(As { purpose: "erasure", ..anchor }).await, 5, "which rolls back");
    let mut transaction = begin(&pool, anchor).await;
    let refused = sqlx::query(AssertSqlSafe(ledger)).execute(&mut *transaction).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"));
    drop(transaction);
    let mut transaction = begin(&pool, As { programmes: "elsewhere", ..anchor }).await;
    let changed =
        sqlx::query("update family_members set removed_why = 'mistake'").execute(&mut *transaction).await;
    assert_eq!(changed.unwrap().rows_affected(), 0);
}

#[tokio::test]
async fn somebody_elses_rows_cannot_be_changed() {
    let house = filled().await;
    let pool = pool(&house).await;
    let stranger = As { programmes: "elsewhere", ..COORDINATOR };

    for statement in [
        "update referrals set state = 'withdrawn'",
        "update persons set name = null",
        "update person_keys set wrapped = null, region_key_id = null, destroyed_at = now()",
        "update screenings set answers = null",
        "update decisions set motivation = null",
        "delete from duplicate_keys",
    ] {
        let mut transaction = begin(&pool, stranger).await;
        let done = sqlx::query(statement).execute(&mut *transaction).await.unwrap();
        assert_eq!(done.rows_affected(), 0, "{statement}");
    }
    // A coordinator's own programme is no licence to destroy keys: that needs the purpose of an erasure.
    let mut transaction = begin(&pool, COORDINATOR).await;
    let destroyed =
        sqlx::query("update person_keys set wrapped = null, region_key_id = null, destroyed_at = now()")
            .execute(&mut *transaction)
            .await
            .unwrap();
    assert_eq!(destroyed.rows_affected(), 0);
}

#[tokio::test]
async fn the_runtime_role_has_no_right_it_does_not_need() {
    let house = filled().await;
    let pool = pool(&house).await;

    for statement in [
        "delete from referrals",
        "delete from person_keys",
        "update referrals set programme = 'elsewhere'",
        "update referrals set person_id = gen_random_uuid()",
        "update decisions set kind = 'refused'",
        "update erasures set erased_at = now()",
        "delete from erasures",
        "update file_versions set content = ''",
        "insert into case_access (participation_id, worker_id, organisation_id, role, domain_class, valid_from)
         values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'coach', 'normal', current_date)",
        "truncate referrals cascade",
        "alter table referrals disable row level security",
    ] {
        let mut transaction = begin(&pool, COORDINATOR).await;
        let refused = sqlx::query(statement).execute(&mut *transaction).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code().map(|code| code.to_string()));
        assert_eq!(code.as_deref(), Some("42501"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn anybody_may_insert_a_new_referral_and_no_other() {
    let house = filled().await;
    let pool = pool(&house).await;
    let anybody =
        As { principal: "anonymous", purpose: "public", scope: "own_cases", programmes: "", worker: 0 };
    let insert = |state: &str| {
        format!(
            "insert into referrals (referral_id, receipt_number, person_id, programme, programme_version, programme_hash, channel,
                municipality_nis, reasons, state, submitted_at, version, changed_at)
             select gen_random_uuid(), 'x', '{}', 'waasland-esf', 1, '{}', 'partner', '46025', array['network'], '{state}', now(), 1, now()",
            Uuid::nil(),
            "0".repeat(64)
        )
    };

    let mut transaction = begin(&pool, anybody).await;
    let decided =
        sqlx::query(AssertSqlSafe(insert("admitted"))).execute(&mut *transaction).await.unwrap_err();
    drop(transaction);
    let mut transaction = begin(&pool, anybody).await;
    let submitted =
        sqlx::query(AssertSqlSafe(insert("submitted"))).execute(&mut *transaction).await.unwrap_err();

    let code = |error: &sqlx::Error| {
        error.as_database_error().and_then(|error| error.code().map(|code| code.to_string()))
    };
    // Refused by the policy; and let through by it, up to the foreign keys that this row does not fulfil.
    assert_eq!(code(&decided).as_deref(), Some("42501"));
    assert_eq!(code(&submitted).as_deref(), Some("23503"));
}
