//! Positions are handed out before commit, so they become visible out of order.

use rand::{Rng as _, SeedableRng as _};
use sqlx::{Postgres, Transaction};
use testkit::eventually;
use uuid::Uuid;

use super::stage::Stage;

async fn open(stage: &Stage) -> Transaction<'static, Postgres> {
    let mut transaction = stage.producer.database.admin.begin().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "with history as (
            insert into chassis.histories values ('{aggregate}', 'referral', 1, 1, sha256(uuid_send('{event}'))) returning digest
         )
         insert into chassis.outbox
            (event_id, event_type, aggregate_type, aggregate_id, event_sequence, epoch, digest, recorded_at, traceparent, payload)
         select '{event}', 'intake.referral_submitted.v1', 'referral', '{aggregate}', 1, 1, digest, now(),
                '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', ''
         from history",
        aggregate = Uuid::now_v7(),
        event = Uuid::now_v7(),
    )))
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_first_and_commits_last_is_not_skipped() {
    let stage = Stage::start().await;
    stage.producer.relay(&stage.broker);

    let first = open(&stage).await;
    let second = open(&stage).await;
    second.commit().await.unwrap();
    stage.until("effects", 1).await;
    eventually("the second is marked", || async {
        (stage.producer.number("select count(*) from chassis.outbox where published_at is not null").await
            == 1)
            .then_some(())
    })
    .await;
    first.commit().await.unwrap();

    stage.until("effects", 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_interleaving_of_commits_skips_an_event() {
    let seed = 7;
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let stage = Stage::start().await;
    // The test's own connections; the pool of the fixture has two.
    let options = (*stage.producer.database.admin.connect_options()).clone();
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(8).connect_with(options).await.unwrap();
    let mut stage = stage;
    stage.producer.database.admin = pool;
    stage.producer.relay(&stage.broker);
    let mut opened: Vec<Transaction<'static, Postgres>> = Vec::new();
    let mut written = 0;

    while written < 1_000 || !opened.is_empty() {
        let opens = written < 1_000 && opened.len() < 6 && (opened.is_empty() || random.random_bool(0.5));
        if opens {
            opened.push(open(&stage).await);
            written += 1;
        } else {
            let place = random.random_range(0..opened.len());
            opened.swap_remove(place).commit().await.unwrap();
        }
    }

    stage.until("effects", written).await;
    eventually("everything is marked", || async {
        (stage.producer.number("select count(*) from chassis.outbox where published_at is null").await == 0)
            .then_some(())
    })
    .await;
    stage.assert_once_and_in_order().await;
}
