//! The policies on the pot, without any check of the service in front of them.

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::house::{House, PROGRAMME};

/// How many contributions, entries and rows of sums a worker sees for this purpose in these programmes.
async fn seen(pool: &PgPool, purpose: &str, programmes: &str) -> (i64, i64, i64) {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query(
        "select set_config('app.principal', 'worker', true), set_config('app.purpose', $1, true),
                set_config('app.scope', 'programme', true), set_config('app.programmes', $2, true)",
    )
    .bind(purpose)
    .bind(programmes)
    .execute(&mut *transaction)
    .await
    .unwrap();
    sqlx::query_as(
        "select (select count(*) from pot_contributions), (select count(*) from pot_entries),
                (select count(*) from pot_sums($1, 2024::smallint) where contributed_cents > 0 or reserved_cents > 0)",
    )
    .bind(PROGRAMME)
    .fetch_one(&mut *transaction)
    .await
    .unwrap()
}

#[tokio::test]
async fn each_purpose_sees_its_part_of_a_pot_and_another_programme_none() {
    let house = House::with_pot().await;
    house.decide("1000").await.unwrap();
    let url = &house.running.database.runtime_url;
    let pool = PgPoolOptions::new().max_connections(1).connect(url).await.unwrap();

    for (purpose, expected) in [
        ("finance", (3, 1, 2)),
        ("pot_read", (3, 1, 2)),
        ("pot_entries", (0, 1, 2)),
        ("pot_totals", (0, 0, 2)),
        ("claims", (0, 0, 0)),
        ("", (0, 0, 0)),
    ] {
        assert_eq!(seen(&pool, purpose, PROGRAMME).await, expected, "{purpose}");
        assert_eq!(seen(&pool, purpose, "elsewhere").await, (0, 0, 0), "{purpose}");
    }
    for change in ["update pot_entries set subject = 'x'", "delete from pot_contributions"] {
        let refused = sqlx::query(change).execute(&pool).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{refused}");
    }
}
