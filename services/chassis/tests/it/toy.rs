//! A toy service: enough to drive the unit of work.

use std::sync::Arc;

use chassis::caller::{Call, Caller, Grant, Principal, Programmes, Scope};
use chassis::clock::Clock;
use chassis::config::DatabaseConfig;
use chassis::database::{self, Command, DatabaseError, Migrations, UnitOfWork, Work};
use chassis::events::Wake;
use chassis::tasks::Tasks;
use chassis::telemetry::TraceParent;
use chassis::vault::Vault;
use proto::intake::v1::SubmitReferralResponse;
use testkit::{TestDatabase, TestRegion};
use uuid::Uuid;

static SET: sqlx::migrate::Migrator = sqlx::migrate!("tests/migrations");

/// Migrations of the toy service.
pub const MIGRATIONS: Migrations = Migrations { service: "toy", set: &SET };

/// The toy service on a database of its own.
pub struct Toy {
    pub region: TestRegion,
    pub database: TestDatabase,
    pub work: UnitOfWork,
    pub tasks: Tasks,
}

/// Settings of a database under test.
pub fn config(database: &TestDatabase, max_connections: u32) -> DatabaseConfig {
    DatabaseConfig {
        url: database.runtime_url.clone().into(),
        password_file: None,
        owner_password_file: None,
        owner_url: Some(database.owner_url.clone().into()),
        max_connections,
        acquire_timeout_ms: 10_000,
        statement_timeout_ms: 10_000,
        allow_fast: true,
    }
}

impl Toy {
    pub async fn start(max_connections: u32) -> Self {
        let region = TestRegion::without_broker().await.unwrap();
        let database = region.database(&MIGRATIONS).await.unwrap();
        let (pool, deployment) =
            database::open(&config(&database, max_connections), "toy", &region.code).await.unwrap();
        let vault = Vault::from_files(&region.keys.region_key_file, &region.keys.index_key_file).unwrap();
        let tasks = Tasks::new();
        let clock = Clock::new("Europe/Brussels", None).unwrap();
        let work = UnitOfWork::new(pool, deployment, clock, vault, tasks.clone(), Wake::new());
        Self { region, database, work, tasks }
    }

    /// Rows of a table, as a superuser sees them.
    pub async fn count(&self, table: &str) -> i64 {
        let statement = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        sqlx::query_scalar(statement).fetch_one(&self.database.admin).await.unwrap()
    }
}

/// A call of an anonymous caller under an idempotency key.
pub fn call(key: &str, request_hash: u8) -> Call {
    Call {
        method: proto::method("/bondgenoot.intake.v1.ReferralService/SubmitReferral").unwrap(),
        caller: Arc::new(Caller::anonymous()),
        grant: Grant {
            mandate: None,
            scope: Scope::OwnCases,
            programmes: Programmes::Only(Vec::new()),
            purpose: "test",
        },
        request_id: "request".into(),
        trace: TraceParent::new_root(),
        idempotency_key: Some(key.into()),
        if_match: None,
        request_hash: [request_hash; 32],
    }
}

/// As `call`, with programmes within reach.
pub fn call_within(programmes: Programmes) -> Call {
    let mut call = call("unused", 0);
    call.idempotency_key = None;
    call.caller = Arc::new(Caller {
        principal: Principal::Worker,
        worker: Some(Uuid::from_u128(5)),
        ..Caller::anonymous()
    });
    call.grant.programmes = programmes;
    call
}

/// Writes a note, with an event.
pub struct WriteNote {
    pub programme: &'static str,
    pub about: Option<Uuid>,
}

impl Command for WriteNote {
    const NAME: &'static str = "write_note";
    type Outcome = Uuid;
    type Error = DatabaseError;

    async fn execute(&self, work: &mut Work) -> Result<Uuid, DatabaseError> {
        let note = work.ids().uuid();
        sqlx::query("insert into notes (note_id, programme, body) values ($1, $2, 'kanarie')")
            .bind(note)
            .bind(self.programme)
            .execute(work.connection())
            .await?;
        let event = proto::intake::events::v1::PersonErased { person_id: note.to_string(), erased_at: None };
        work.publish(note, &event);
        work.touches(note);
        if let Some(person) = self.about {
            work.answer_is_about(person);
        }
        Ok(note)
    }
}

/// The answer of the toy.
pub fn respond(note: Uuid) -> SubmitReferralResponse {
    SubmitReferralResponse { receipt_number: note.to_string(), stored: true }
}

/// Counts the notes in reach.
pub struct CountNotes;

impl Command for CountNotes {
    const NAME: &'static str = "count_notes";
    type Outcome = i64;
    type Error = DatabaseError;

    async fn execute(&self, work: &mut Work) -> Result<i64, DatabaseError> {
        Ok(sqlx::query_scalar("select count(*) from notes").fetch_one(work.connection()).await?)
    }
}
