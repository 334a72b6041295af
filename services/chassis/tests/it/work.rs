//! The unit of work: what is acknowledged is there, once, with its audit row and event, whatever the caller does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chassis::caller::Programmes;
use chassis::database::{Command, DatabaseError, Work};
use proto::intake::v1::SubmitReferralResponse;
use rand::Rng as _;
use uuid::Uuid;

use crate::toy::{CountNotes, Toy, WriteNote, call, call_within, respond};

fn note() -> WriteNote {
    WriteNote { programme: "w", about: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_cancelled_requests_lose_nothing_that_was_acknowledged() {
    let toy = Toy::start(4).await;
    let mut calls = Vec::new();
    for number in 0..2_000_u32 {
        let work = toy.work.clone();
        let patience = Duration::from_micros(rand::rng().random_range(0..4_000));
        calls.push(tokio::spawn(async move {
            let call = call(&format!("key-{number}"), 0);
            let write = work.write(&call, note(), respond);
            match tokio::time::timeout(patience, write).await {
                Ok(Ok(answer)) => Some(answer.receipt_number),
                Ok(Err(error)) => panic!("{error}"),
                Err(_) => None,
            }
        }));
        if number % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }

    let mut acknowledged = Vec::new();
    for call in calls {
        acknowledged.extend(call.await.unwrap());
    }
    toy.tasks.finish().await;

    for receipt in &acknowledged {
        let there: bool = sqlx::query_scalar("select exists (select 1 from notes where note_id = $1::uuid)")
            .bind(receipt)
            .fetch_one(&toy.database.admin)
            .await
            .unwrap();
        assert!(there, "an acknowledged note is gone");
    }
    let notes = toy.count("notes").await;
    assert!(acknowledged.len() < 2_000, "nothing was cancelled: the test tests nothing");
    assert!(notes >= i64::try_from(acknowledged.len()).unwrap());
    for table in ["chassis.outbox", "chassis.audit", "chassis.idempotency_keys"] {
        assert_eq!(toy.count(table).await, notes, "{table} and notes differ: a unit of work was cut");
    }
}

/// Polls a future so often and then drops it: cancels it halfway however fast the machine is. `None` when it was dropped.
async fn given_up_after<T>(polls: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        std::task::Poll::Ready(output) => std::task::Poll::Ready(Some(output)),
        std::task::Poll::Pending => {
            left -= 1;
            if left == 0 { std::task::Poll::Ready(None) } else { std::task::Poll::Pending }
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooled_connection_never_comes_back_inside_an_open_transaction() {
    // sqlx 0.9: a `begin` that is dropped halfway leaves the connection inside a transaction that nobody commits.
    let toy = Toy::start(4).await;
    // One connection, so that each write gets the one whose `begin` was given up.
    let (pool, _) = chassis::database::open(&crate::toy::config(&toy.database, 1), "toy", &toy.region.code)
        .await
        .unwrap();
    let mut cancelled = 0;
    for turn in 0..300_u32 {
        if given_up_after(1 + turn % 3, chassis::database::begin(&pool)).await.is_none() {
            cancelled += 1;
        }
        sqlx::query("insert into notes (note_id, programme, body) values ($1, 'w', '')")
            .bind(Uuid::from_u128(u128::from(turn)))
            .execute(&pool)
            .await
            .unwrap();
    }
    assert!(cancelled > 100, "only {cancelled} begins were cancelled: the test tests nothing");
    assert_eq!(toy.count("notes").await, 300, "answered writes were never committed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_identical_writes_at_once_have_one_effect_and_a_hundred_equal_answers() {
    let toy = Toy::start(8).await;
    let mut calls = Vec::new();
    for _ in 0..100 {
        let work = toy.work.clone();
        calls.push(tokio::spawn(async move { work.write(&call("same", 0), note(), respond).await.unwrap() }));
    }

    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }

    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(toy.count("notes").await, 1);
    assert_eq!(toy.count("chassis.outbox").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_request_under_a_used_key_is_refused_and_changes_nothing() {
    let toy = Toy::start(2).await;
    toy.work.write(&call("key", 1), note(), respond).await.unwrap();

    let error = toy.work.write(&call("key", 2), note(), respond).await.unwrap_err();

    assert!(matches!(error, DatabaseError::KeyReused), "{error:?}");
    assert_eq!(toy.count("notes").await, 1);
}

/// Writes a note and then fails.
struct FailAfterWriting;

impl Command for FailAfterWriting {
    const NAME: &'static str = "fail_after_writing";
    type Outcome = Uuid;
    type Error = DatabaseError;

    async fn execute(&self, work: &mut Work) -> Result<Uuid, DatabaseError> {
        note().execute(work).await?;
        Err(DatabaseError::KeyReused)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_leaves_nothing_and_its_key_may_be_used_again() {
    let toy = Toy::start(2).await;
    let failed: Result<SubmitReferralResponse, _> =
        toy.work.write(&call("key", 1), FailAfterWriting, respond).await;
    assert!(failed.is_err());
    for table in ["notes", "chassis.outbox", "chassis.audit", "chassis.idempotency_keys"] {
        assert_eq!(toy.count(table).await, 0, "{table}");
    }

    toy.work.write(&call("key", 1), note(), respond).await.unwrap();

    assert_eq!(toy.count("notes").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stored_answer_is_encrypted_and_goes_with_an_erasure_but_its_write_is_not_repeated() {
    let toy = Toy::start(2).await;
    let person = Uuid::from_u128(77);
    let about = || WriteNote { programme: "w", about: Some(person) };
    let first = toy.work.write(&call("key", 1), about(), respond).await.unwrap();
    let stored: Vec<u8> = sqlx::query_scalar("select response from chassis.idempotency_keys")
        .fetch_one(&toy.database.admin)
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&stored).contains(&first.receipt_number));

    struct Erase(Uuid);
    impl Command for Erase {
        const NAME: &'static str = "erase";
        type Outcome = u64;
        type Error = DatabaseError;
        async fn execute(&self, work: &mut Work) -> Result<u64, DatabaseError> {
            work.erase_answers_about(self.0).await
        }
    }
    let erased = toy.work.run_as(chassis::caller::Principal::Job, Erase(person)).await.unwrap();

    assert_eq!(erased, 1);
    let repeat = toy.work.write(&call("key", 1), about(), respond).await.unwrap_err();
    assert!(matches!(repeat, DatabaseError::AnswerErased), "{repeat:?}");
    assert_eq!(toy.count("notes").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_level_security_sees_the_caller_of_this_work_and_nothing_of_the_one_before() {
    let toy = Toy::start(1).await;
    for programme in ["w", "w", "k"] {
        toy.work
            .write(&call(&Uuid::now_v7().to_string(), 0), WriteNote { programme, about: None }, respond)
            .await
            .unwrap();
    }

    let within = |programmes| {
        let work = toy.work.clone();
        async move { work.read(&call_within(programmes), CountNotes).await.unwrap() }
    };

    assert_eq!(within(Programmes::All).await, 3);
    assert_eq!(within(Programmes::Only(vec!["w".to_owned()])).await, 2);
    assert_eq!(within(Programmes::Only(Vec::new())).await, 0, "the pooled connection kept the caller before");
    assert_eq!(toy.count("chassis.audit").await, 6, "a read without audit row");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_row_cannot_be_changed_or_removed() {
    let toy = Toy::start(1).await;
    toy.work.write(&call("key", 0), note(), respond).await.unwrap();

    for statement in
        ["update chassis.audit set purpose = 'other'", "delete from chassis.audit", "truncate chassis.audit"]
    {
        let result = sqlx::raw_sql(statement).execute(&toy.database.admin).await;
        assert!(result.is_err(), "even a superuser was allowed: {statement}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_an_aggregate_get_gap_free_numbers_and_a_digest_of_their_history() {
    struct Twice(Uuid);
    impl Command for Twice {
        const NAME: &'static str = "twice";
        type Outcome = ();
        type Error = DatabaseError;
        async fn execute(&self, work: &mut Work) -> Result<(), DatabaseError> {
            for _ in 0..2 {
                let event = proto::intake::events::v1::PersonErased {
                    person_id: self.0.to_string(),
                    erased_at: None,
                };
                work.publish(self.0, &event);
            }
            Ok(())
        }
    }
    let toy = Toy::start(8).await;
    let aggregate = Uuid::from_u128(9);

    let runs = (0..20).map(|_| toy.work.run_as(chassis::caller::Principal::Job, Twice(aggregate)));
    for result in futures::future::join_all(runs).await {
        result.unwrap();
    }

    let rows: Vec<(i64, Uuid, Vec<u8>)> =
        sqlx::query_as("select event_sequence, event_id, digest from chassis.outbox order by position")
            .fetch_all(&toy.database.admin)
            .await
            .unwrap();
    assert_eq!(rows.len(), 40);
    let mut digest = Vec::new();
    for (number, (sequence, event, stored)) in rows.into_iter().enumerate() {
        assert_eq!(sequence, i64::try_from(number + 1).unwrap());
        digest = chassis::database::extend_digest(&digest, event);
        assert_eq!(digest, stored);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_too_much_is_refused_at_the_start() {
    let toy = Toy::start(1).await;
    let mut config = crate::toy::config(&toy.database, 1);
    config.url = toy.database.owner_url.clone().into();

    let error = chassis::database::open(&config, "toy", &toy.region.code).await.unwrap_err();

    assert!(error.to_string().contains("the owner of tables"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_another_region_or_service_is_refused_at_the_start() {
    let toy = Toy::start(1).await;
    let config = crate::toy::config(&toy.database, 1);

    for (service, region) in [("toy", "asse"), ("intake", "waasland")] {
        let error = chassis::database::open(&config, service, region).await.unwrap_err();
        assert!(error.to_string().contains("the database belongs to toy of waasland"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_may_lose_writes_is_refused_unless_it_is_allowed() {
    let toy = Toy::start(1).await;
    let mut config = crate::toy::config(&toy.database, 1);
    config.allow_fast = false;

    let error = chassis::database::open(&config, "toy", &toy.region.code).await.unwrap_err();

    assert!(error.to_string().contains("acknowledged writes could be lost"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_copy_of_a_database_raises_the_epoch_once() {
    let toy = Toy::start(1).await;
    sqlx::raw_sql("update chassis.deployment set database_identity = 'the server of yesterday'")
        .execute(&toy.database.admin)
        .await
        .unwrap();
    let config = crate::toy::config(&toy.database, 1);

    let opened =
        futures::future::join_all((0..5).map(|_| chassis::database::open(&config, "toy", &toy.region.code)))
            .await;

    for result in opened {
        assert_eq!(result.unwrap().1.epoch(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_race_is_run_again() {
    /// Takes two locks, the other way round than the other one; both hold their first when they want their second.
    struct Clash {
        locks: [i64; 2],
        both: Arc<tokio::sync::Barrier>,
        runs: Arc<AtomicU32>,
    }
    impl Command for Clash {
        const NAME: &'static str = "clash";
        type Outcome = ();
        type Error = DatabaseError;
        async fn execute(&self, work: &mut Work) -> Result<(), DatabaseError> {
            note().execute(work).await?;
            let first_runs = self.runs.fetch_add(1, Ordering::SeqCst) < 2;
            for lock in self.locks {
                sqlx::query("select pg_advisory_xact_lock($1)").bind(lock).execute(work.connection()).await?;
                if first_runs && lock == self.locks[0] {
                    self.both.wait().await;
                }
            }
            Ok(())
        }
    }
    let toy = Toy::start(4).await;
    let (both, runs) = (Arc::new(tokio::sync::Barrier::new(2)), Arc::new(AtomicU32::new(0)));
    let clash = |locks| Clash { locks, both: Arc::clone(&both), runs: Arc::clone(&runs) };

    let (one, other) = tokio::join!(
        toy.work.run_as(chassis::caller::Principal::Job, clash([1, 2])),
        toy.work.run_as(chassis::caller::Principal::Job, clash([2, 1]))
    );

    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 3, "the loser of the deadlock ran again, once");
    assert_eq!(toy.count("notes").await, 2, "nothing is left of the lost run");
}
