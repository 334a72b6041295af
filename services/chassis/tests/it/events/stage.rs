//! A producer (`intake`) and a consumer (`reporting`) of one test, with handlers that the events themselves steer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use chassis::caller::Principal;
use chassis::clock::Clock;
use chassis::config::{BrokerConfig, DatabaseConfig};
use chassis::database::{self, Command, DatabaseError, Migrations, UnitOfWork, Work};
use chassis::events::topology::{EVENTS_EXCHANGE, queue_name, routing_key};
use chassis::events::{
    Consumer, ConsumerHandle, Envelope, HandlerError, Handlers, Relay, RelayHandle, Target, Wake,
};
use chassis::tasks::Tasks;
use chassis::vault::Vault;
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use proto::intake::events::v1::{ParticipantAdmitted, ReferralSubmitted};
use sqlx::AssertSqlSafe;
use testkit::{TestDatabase, TestRegion, eventually};
use uuid::Uuid;

use super::wire::Wire;

static SET: sqlx::migrate::Migrator = sqlx::migrate!("tests/event_migrations");

/// One process of a service.
pub struct Node {
    pub database: TestDatabase,
    pub config: DatabaseConfig,
    pub work: UnitOfWork,
    pub tasks: Tasks,
}

impl Node {
    pub async fn new(region: &TestRegion, service: &'static str) -> Self {
        let database = region.database(&Migrations { service, set: &SET }).await.unwrap();
        Self::on(region, service, database).await
    }

    /// Another process on the same database.
    pub async fn on(region: &TestRegion, service: &str, database: TestDatabase) -> Self {
        let config = crate::toy::config(&database, 4);
        let (pool, deployment) = database::open(&config, service, &region.code).await.unwrap();
        let vault = Vault::from_files(&region.keys.region_key_file, &region.keys.index_key_file).unwrap();
        let tasks = Tasks::new();
        let clock = Clock::new("Europe/Brussels", None).unwrap();
        let work = UnitOfWork::new(pool, deployment, clock, vault, tasks.clone(), Wake::new());
        Self { database, config, work, tasks }
    }

    pub async fn number(&self, query: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(query.to_owned())).fetch_one(&self.database.admin).await.unwrap()
    }

    pub async fn execute(&self, statement: &str) {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&self.database.admin).await.unwrap();
    }

    /// Writes an event, as a use case of intake would.
    pub async fn tell(&self, referral: Uuid, programme: &str) {
        self.work.run_as(Principal::Job, Tell { referral, programme: programme.to_owned() }).await.unwrap();
    }

    pub fn relay(&self, broker: &BrokerConfig) -> RelayHandle {
        Relay::spawn(&self.work, &self.config, broker).unwrap()
    }
}

/// Publishes a submitted referral whose programme steers the handler.
struct Tell {
    referral: Uuid,
    programme: String,
}

impl Command for Tell {
    const NAME: &'static str = "tell";
    type Outcome = ();
    type Error = DatabaseError;

    async fn execute(&self, work: &mut Work) -> Result<(), DatabaseError> {
        work.publish(self.referral, &referral(self.referral, &self.programme));
        Ok(())
    }
}

pub fn referral(id: Uuid, programme: &str) -> ReferralSubmitted {
    ReferralSubmitted {
        referral_id: id.to_string(),
        programme: programme.to_owned(),
        ..ReferralSubmitted::default()
    }
}

/// What handlers do beyond what the event says.
#[derive(Default)]
pub struct Script {
    /// So many more calls fail as if the database were away.
    pub transient: AtomicU32,
    /// All calls fail as if the database were away.
    pub away: AtomicBool,
    /// Calls so far.
    pub calls: AtomicU32,
    /// Calls of a replay so far; each waits for the gate.
    pub replays: AtomicU32,
    /// Whoever holds it holds up replays.
    pub replay_gate: tokio::sync::Mutex<()>,
    /// Programmes that are poison for now.
    pub refuses_poison: AtomicBool,
    /// So many more lots of several events fail as if the database were away.
    pub transient_lots: AtomicU32,
    /// Sizes of the lots that a handler of many got, as they came.
    pub lots: std::sync::Mutex<Vec<usize>>,
}

/// Counts down; false at zero.
fn one_less(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl Script {
    fn is_away(&self) -> bool {
        self.away.load(Ordering::SeqCst) || one_less(&self.transient)
    }

    async fn apply(
        &self,
        work: &mut Work,
        event: &Envelope,
        programme: &str,
        target: Target,
    ) -> Result<(), HandlerError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if target.generation > 1 {
            self.replays.fetch_add(1, Ordering::SeqCst);
            let _gate = self.replay_gate.lock().await;
        }
        // Always leaves a trace first, so that a rollback that is forgotten shows.
        sqlx::query("insert into effects (generation, event_id, aggregate_id, event_sequence, programme) values ($1, $2, $3, $4, $5)")
            .bind(target.generation)
            .bind(event.event_id)
            .bind(event.aggregate_id)
            .bind(event.sequence)
            .bind(programme)
            .execute(work.connection())
            .await?;
        if self.is_away() {
            return Err(HandlerError::Transient(DatabaseError::CutShort));
        }
        match programme.split_once(':') {
            Some(("after", parent)) => {
                let parent: Uuid = parent.parse().unwrap();
                let is_here: bool = sqlx::query_scalar(
                    "select exists (select 1 from effects where generation = $1 and aggregate_id = $2)",
                )
                .bind(target.generation)
                .bind(parent)
                .fetch_one(work.connection())
                .await?;
                if is_here { Ok(()) } else { Err(HandlerError::WaitsFor(parent)) }
            }
            _ if programme == "poison" && self.refuses_poison.load(Ordering::SeqCst) => {
                Err(HandlerError::Poison("poison".to_owned()))
            }
            _ if programme == "panic" && self.refuses_poison.load(Ordering::SeqCst) => {
                panic!("a handler panics on purpose")
            }
            _ => Ok(()),
        }
    }
}

/// Producer and consumer of one test.
pub struct Stage {
    pub region: TestRegion,
    pub producer: Node,
    pub consumer: Node,
    pub handle: ConsumerHandle,
    pub broker: BrokerConfig,
    pub script: Arc<Script>,
}

pub fn handlers(script: &Arc<Script>) -> Handlers {
    let (on_submitted, on_admitted) = (Arc::clone(script), Arc::clone(script));
    Handlers::new()
        .on::<ReferralSubmitted, _>(move |work, envelope, event, target| {
            let script = Arc::clone(&on_submitted);
            Box::pin(async move { script.apply(work, envelope, &event.programme, target).await })
        })
        .on::<ParticipantAdmitted, _>(move |work, envelope, event, target| {
            let script = Arc::clone(&on_admitted);
            Box::pin(async move { script.apply(work, envelope, &event.programme, target).await })
        })
        .forget_with(|work, _producer, aggregates, target| {
            Box::pin(async move {
                sqlx::query("delete from effects where generation = $1 and aggregate_id = any($2)")
                    .bind(target.generation)
                    .bind(aggregates)
                    .execute(work.connection())
                    .await?;
                Ok(())
            })
        })
        .clear_with(|work, target| {
            Box::pin(async move {
                let gone = sqlx::query(
                    "delete from effects where place in (select place from effects where generation = $1 limit 500)",
                )
                .bind(target.generation)
                .execute(work.connection())
                .await?;
                Ok(gone.rows_affected())
            })
        })
}

/// As [`handlers`], but referrals are taken many at once, with one statement.
pub fn handlers_of_many(script: &Arc<Script>) -> Handlers {
    let script = Arc::clone(script);
    Handlers::new().on_many::<ReferralSubmitted, _>(move |work, events, target| {
        let script = Arc::clone(&script);
        Box::pin(async move {
            script.lots.lock().unwrap().push(events.len());
            if let [(envelope, event)] = events.as_slice() {
                return script.apply(work, envelope, &event.programme, target).await;
            }
            let envelopes: Vec<&Envelope> = events.iter().map(|(envelope, _)| *envelope).collect();
            sqlx::query(
                "insert into effects (generation, event_id, aggregate_id, event_sequence, programme)
                 select $1, event_id, aggregate_id, event_sequence, programme
                 from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[])
                      with ordinality as given (event_id, aggregate_id, event_sequence, programme, place)
                 order by place",
            )
            .bind(target.generation)
            .bind(envelopes.iter().map(|envelope| envelope.event_id).collect::<Vec<_>>())
            .bind(envelopes.iter().map(|envelope| envelope.aggregate_id).collect::<Vec<_>>())
            .bind(envelopes.iter().map(|envelope| envelope.sequence).collect::<Vec<_>>())
            .bind(events.iter().map(|(_, event)| event.programme.clone()).collect::<Vec<_>>())
            .execute(work.connection())
            .await?;
            if one_less(&script.transient_lots) {
                return Err(HandlerError::Transient(DatabaseError::CutShort));
            }
            match events.iter().find(|(_, event)| event.programme == "poison") {
                Some(_) => Err(HandlerError::Poison("one of many is poison".to_owned())),
                None if events.iter().any(|(_, event)| event.programme == "panic") => {
                    panic!("a handler of many panics on purpose")
                }
                None => Ok(()),
            }
        })
    })
}

impl Stage {
    pub async fn start() -> Self {
        Self::with_deadline(600).await
    }

    /// With this many seconds until what waits is parked.
    pub async fn with_deadline(pending_deadline_seconds: i64) -> Self {
        Self::with(pending_deadline_seconds, handlers).await
    }

    /// With other handlers.
    pub async fn with(pending_deadline_seconds: i64, handlers: fn(&Arc<Script>) -> Handlers) -> Self {
        let region = TestRegion::start().await.unwrap();
        let (producer, consumer) =
            tokio::join!(Node::new(&region, "intake"), Node::new(&region, "reporting"));
        let broker = BrokerConfig {
            url: region.amqp_url().into(),
            password_file: None,
            ca_file: None,
            publish_window: 256,
            prefetch: 1_000,
            pending_deadline_seconds,
            poll_interval_ms: 1_000,
        };
        let script = Arc::new(Script::default());
        script.refuses_poison.store(true, Ordering::SeqCst);
        let handle = Consumer::spawn(&consumer.work, &broker, handlers(&script));
        let stage = Self { region, producer, consumer, handle, broker, script };
        stage.connected().await;
        stage
    }

    pub async fn connected(&self) {
        eventually("the consumer is connected", || async { self.handle.is_connected().then_some(()) }).await;
    }

    /// Waits until so many rows are in a table of the consumer (with a condition).
    pub async fn until(&self, table: &str, expected: i64) {
        let what = format!("{expected} rows in {table}");
        eventually(&what, || async {
            (self.consumer.number(&format!("select count(*) from {table}")).await == expected).then_some(())
        })
        .await;
    }

    pub async fn effects(&self) -> i64 {
        self.consumer.number("select count(*) from effects").await
    }

    /// The programmes of an aggregate's effects, in the order in which they took effect.
    pub async fn story(&self, aggregate: Uuid) -> Vec<String> {
        sqlx::query_scalar("select programme from effects where aggregate_id = $1 order by place")
            .bind(aggregate)
            .fetch_all(&self.consumer.database.admin)
            .await
            .unwrap()
    }

    /// Every effect happened once, and per aggregate in order without gaps.
    pub async fn assert_once_and_in_order(&self) {
        let twice = self
            .consumer
            .number("select count(*) from (select event_id from effects group by generation, event_id having count(*) > 1) as twice")
            .await;
        assert_eq!(twice, 0, "an event took effect twice");
        let disordered = self
            .consumer
            .number(
                "select count(*) from (select event_sequence, row_number() over (partition by aggregate_id order by place) as expected
                 from effects) as told where event_sequence <> expected",
            )
            .await;
        assert_eq!(disordered, 0, "events of an aggregate took effect out of order");
    }

    pub async fn reason(&self) -> String {
        sqlx::query_scalar("select coalesce(string_agg(reason, ',' order by parked_at), '') from chassis.parked where redriven_at is null")
            .fetch_one(&self.consumer.database.admin)
            .await
            .unwrap()
    }

    pub async fn parked_ids(&self) -> Vec<Uuid> {
        sqlx::query_scalar(
            "select parked_id from chassis.parked where redriven_at is null order by event_sequence",
        )
        .fetch_all(&self.consumer.database.admin)
        .await
        .unwrap()
    }

    pub async fn unbind(&self, aggregate: &str) {
        let connection = connect(&self.region.amqp_url()).await;
        let channel = connection.create_channel().await.unwrap();
        channel
            .queue_unbind(
                queue_name("reporting").into(),
                EVENTS_EXCHANGE.into(),
                routing_key("intake", aggregate).into(),
                FieldTable::default(),
            )
            .await
            .unwrap();
        connection.close(200, "done".into()).await.unwrap();
    }

    pub async fn wire(&self) -> Wire {
        Wire::new(connect(&self.region.amqp_url()).await)
    }
}

pub async fn connect(url: &str) -> Connection {
    Connection::connect(url, ConnectionProperties::default()).await.unwrap()
}
