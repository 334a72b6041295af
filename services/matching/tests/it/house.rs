//! A running matching with callers, workers and people who wait, on a day of its own. Every personal value contains `kanarie`.

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::{Authorized, detail};
use chassis::id::IdGenerator;
use chassis::vault::Vault;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use matching::Matching;
use matching::error::{FIELD_REASONS, REASONS};
use proto::common::v1::ErrorDetail;
use proto::matching::v1::match_service_client::MatchServiceClient;
use proto::matching::v1::worker_service_client::WorkerServiceClient;
use proto::matching::v1::{
    ConfirmMatchRequest, GetMatchRequest, GetWorkerRequest, GrantMandateRequest, Match, Proposal,
    ProposeMatchRequest, RegisterWorkerRequest, SetCapacityRequest, Worker, WorkerDetails,
};
use sqlx::AssertSqlSafe;
use testkit::{Running, TestRegion, mandate, region_file, worker};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};
use uuid::Uuid;

pub const PROGRAMME: &str = "waasland-esf";
/// Today, in every test.
pub const TODAY: &str = "2024-04-15";
pub const COORDINATOR: u128 = 0xc0;
pub const ORGANISATION: &str = "01900000-0000-7000-8000-0000000000ff";

pub type Signed = InterceptedService<Channel, Authorized>;

pub struct House {
    pub region: TestRegion,
    pub running: Running,
}

/// Somebody who waits.
#[derive(Debug, Clone, Copy)]
pub struct Participant {
    pub participation: Uuid,
    pub episode: Uuid,
    pub person: Uuid,
}

impl House {
    pub async fn open() -> Self {
        Self::open_with("").await
    }

    /// Opens with more settings, as TOML with dotted keys.
    pub async fn open_with(settings: &str) -> Self {
        Self::in_region(TestRegion::without_broker().await.unwrap(), settings).await
    }

    /// Opens with a broker, for events that come in.
    pub async fn open_with_broker() -> Self {
        Self::in_region(TestRegion::start().await.unwrap(), "").await
    }

    pub async fn in_region(region: TestRegion, settings: &str) -> Self {
        let clock_file = region.folder().join("clock");
        set_today(&clock_file, TODAY.parse().unwrap());
        let overrides = format!("region.clock_file = \"{}\"\n{settings}", clock_file.display());
        let running = region.run::<Matching>(&overrides).await.unwrap();
        Self { region, running }
    }

    pub fn set_today(&self, today: &str) {
        set_today(&self.region.folder().join("clock"), today.parse().unwrap());
    }

    pub fn workers(&self, caller: Caller) -> WorkerServiceClient<Signed> {
        WorkerServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    pub fn matches(&self, caller: Caller) -> MatchServiceClient<Signed> {
        MatchServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    /// Registers a worker.
    pub async fn registered(&self, details: WorkerDetails) -> Worker {
        let request = RegisterWorkerRequest {
            worker_id: String::new(),
            programme: PROGRAMME.to_owned(),
            details: Some(details),
        };
        self.workers(coordinator())
            .register_worker(with_key(request))
            .await
            .unwrap()
            .into_inner()
            .worker
            .unwrap()
    }

    /// Registers a worker and makes a full-time coach of them, from the first of January on.
    pub async fn coach(&self, details: WorkerDetails) -> String {
        self.coach_of(details, "1").await
    }

    /// Registers a coach with this share of full time.
    pub async fn coach_of(&self, details: WorkerDetails, share: &str) -> String {
        let worker = self.registered(details).await;
        self.grant(coach_mandate(&worker.worker_id)).await.unwrap();
        self.set_capacity(capacity(&worker.worker_id, share)).await.unwrap();
        worker.worker_id
    }

    pub async fn grant(&self, request: GrantMandateRequest) -> Result<String, Status> {
        let granted = self.workers(coordinator()).grant_mandate(with_key(request)).await?;
        Ok(granted.into_inner().mandate_id)
    }

    pub async fn set_capacity(&self, request: SetCapacityRequest) -> Result<Worker, Status> {
        let set = self.workers(coordinator()).set_capacity(with_key(request)).await?;
        Ok(set.into_inner().worker.unwrap())
    }

    pub async fn worker(&self, id: &str) -> Worker {
        let request = GetWorkerRequest { worker_id: id.to_owned() };
        self.workers(coordinator()).get_worker(request).await.unwrap().into_inner().worker.unwrap()
    }

    /// Lets somebody wait, as the consumer would: referred on the first of March, admitted on the first of April.
    pub async fn admitted(&self) -> Participant {
        self.admitted_on("2024-03-01T09:00:00Z", "2024-04-01T09:00:00Z").await
    }

    pub async fn admitted_on(&self, referred_at: &str, admitted_at: &str) -> Participant {
        let ids = IdGenerator;
        self.admitted_as(
            Participant { participation: ids.uuid(), episode: ids.uuid(), person: ids.uuid() },
            PROGRAMME,
            referred_at,
            admitted_at,
        )
        .await
    }

    pub async fn admitted_as(
        &self,
        who: Participant,
        programme: &str,
        referred_at: &str,
        admitted_at: &str,
    ) -> Participant {
        let keys = &self.region.keys;
        let vault = Vault::from_files(&keys.region_key_file, &keys.index_key_file).unwrap();
        let (_, wrapped) = vault.new_person_key(who.person).unwrap();
        sqlx::query(
            "insert into person_keys (person_id, region_key_id, wrapped) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(who.person)
        .bind(wrapped.region_key_id)
        .bind(wrapped.bytes)
        .execute(&self.running.database.admin)
        .await
        .unwrap();
        sqlx::query(
            "insert into waiting (episode_id, participation_id, person_id, programme, municipality_nis, referred_at, admitted_at, re_entry)
             values ($1, $2, $3, $4, '46025', $5::timestamptz, $6::timestamptz, false)",
        )
        .bind(who.episode)
        .bind(who.participation)
        .bind(who.person)
        .bind(programme)
        .bind(referred_at)
        .bind(admitted_at)
        .execute(&self.running.database.admin)
        .await
        .unwrap();
        who
    }

    pub async fn propose(&self, request: ProposeMatchRequest) -> Result<Proposal, Status> {
        let made = self.matches(coordinator()).propose_match(with_key(request)).await?;
        Ok(made.into_inner().proposal.unwrap())
    }

    pub async fn confirm(&self, request: ConfirmMatchRequest) -> Result<Match, Status> {
        let confirmed = self.matches(coordinator()).confirm_match(with_key(request)).await?;
        Ok(confirmed.into_inner().r#match.unwrap())
    }

    /// Proposes and confirms a worker for somebody who waits, from today on.
    pub async fn matched(&self, who: Participant, worker: &str) -> Match {
        let proposal = self.propose(needs(who)).await.unwrap();
        let is_first = proposal.proposed.first().is_some_and(|first| first.worker_id == worker);
        let reason = if is_first { String::new() } else { "kanarie: zo afgesproken".to_owned() };
        self.confirm(ConfirmMatchRequest { reason, ..confirmation(&proposal, worker) }).await.unwrap()
    }

    pub async fn get_match(&self, caller: Caller, id: &str) -> Result<Match, Status> {
        let request = GetMatchRequest { match_id: id.to_owned() };
        Ok(self.matches(caller).get_match(request).await?.into_inner().r#match.unwrap())
    }

    /// One number out of the database, as a superuser.
    pub async fn count(&self, from: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {from}")))
            .fetch_one(&self.running.database.admin)
            .await
            .unwrap()
    }

    /// Carries out a statement as a superuser.
    pub async fn execute(&self, statement: &str) {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
            .execute(&self.running.database.admin)
            .await
            .unwrap();
    }

    /// The events of a type that wait in the outbox or left it, in order.
    pub async fn published<E: proto::Event>(&self) -> Vec<E> {
        let payloads: Vec<Vec<u8>> = sqlx::query_scalar(
            "select payload from chassis.outbox where event_type = $1 order by recorded_at, event_sequence",
        )
        .bind(E::TYPE)
        .fetch_all(&self.running.database.admin)
        .await
        .unwrap();
        payloads.into_iter().map(|payload| E::decode(payload.as_slice()).unwrap()).collect()
    }

    /// Tables with a row in which `kanarie` can be read, as text or as the bytes of a text.
    pub async fn tables_with_canary(&self) -> Vec<String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'chassis') order by 1",
        )
        .fetch_all(&self.running.database.admin)
        .await
        .unwrap();
        let mut found = Vec::new();
        for table in tables {
            let rows = format!(
                "{table} as scanned
                 where scanned::text ilike any (array[
                     '%kanarie%', '%' || encode('kanarie', 'hex') || '%', '%' || encode('Kanarie', 'hex') || '%'])"
            );
            if self.count(&rows).await > 0 {
                found.push(table);
            }
        }
        found
    }

    /// The rows of every table of matching and of the outbox, to see that nothing changed.
    pub async fn rows(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for table in
            ["workers", "mandates", "capacities", "waiting", "proposals", "matches", "chassis.outbox"]
        {
            let texts: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!(
                "select scanned::text from {table} as scanned order by 1"
            )))
            .fetch_all(&self.running.database.admin)
            .await
            .unwrap();
            rows.extend(texts);
        }
        rows
    }
}

/// Opens in Waasland with a second programme: its file, and what of it is replaced by what.
pub async fn open_with_programme(file: &str, replaced: &[(&str, &str)]) -> House {
    let region = TestRegion::without_broker().await.unwrap();
    let folder = region.folder().join("region");
    std::fs::create_dir_all(folder.join("programmes")).unwrap();
    let waasland = region_file();
    let text = std::fs::read_to_string(&waasland).unwrap();
    let only = "[\"programmes/waasland-esf.toml\"]";
    assert!(text.contains(only));
    let both = "[\"programmes/waasland-esf.toml\", \"programmes/second.toml\"]";
    std::fs::write(folder.join("region.toml"), text.replace(only, both)).unwrap();
    let esf = waasland.parent().unwrap().join("programmes/waasland-esf.toml");
    std::fs::copy(esf, folder.join("programmes/waasland-esf.toml")).unwrap();
    let mut second = std::fs::read_to_string(file).unwrap();
    for (from, to) in replaced {
        assert!(second.contains(from), "{file} does not say {from}");
        second = second.replace(from, to);
    }
    std::fs::write(folder.join("programmes/second.toml"), second).unwrap();
    let settings = format!("region.file = \"{}\"", folder.join("region.toml").display());
    House::in_region(region, &settings).await
}

/// Lets business time be noon of a day.
fn set_today(clock_file: &std::path::Path, today: Date) {
    let zone = TimeZone::get("Europe/Brussels").unwrap();
    let noon = today.at(12, 0, 0, 0).to_zoned(zone).unwrap().timestamp();
    #[expect(clippy::disallowed_methods, reason = "the offset is against real time")]
    let offset = noon.as_second() - jiff::Timestamp::now().as_second();
    std::fs::write(clock_file, offset.to_string()).unwrap();
}

pub fn coordinator() -> Caller {
    worker(COORDINATOR, vec![mandate(Role::Coordinator, Scope::Programme, Some(PROGRAMME))])
}

/// A coordinator of another programme.
pub fn stranger() -> Caller {
    worker(0x5e, vec![mandate(Role::Coordinator, Scope::Programme, Some("elsewhere"))])
}

pub fn administrator() -> Caller {
    worker(0xad, vec![mandate(Role::Administrator, Scope::Region, None)])
}

/// The coach with this id, signed in.
pub fn signed_in(id: &str) -> Caller {
    let id: Uuid = id.parse().unwrap();
    worker(id.as_u128(), vec![mandate(Role::Coach, Scope::OwnCases, Some(PROGRAMME))])
}

pub fn details() -> WorkerDetails {
    WorkerDetails {
        name: "Kanarie-Peeters".to_owned(),
        organisation_id: ORGANISATION.to_owned(),
        languages: vec!["nl".to_owned(), "fr".to_owned()],
        ..WorkerDetails::default()
    }
}

pub fn coach_mandate(worker: &str) -> GrantMandateRequest {
    GrantMandateRequest {
        worker_id: worker.to_owned(),
        role: Role::Coach.into(),
        programme: PROGRAMME.to_owned(),
        scope: Scope::OwnCases.into(),
        valid_from: "2024-01-01".to_owned(),
        valid_to: String::new(),
    }
}

pub fn capacity(worker: &str, share: &str) -> SetCapacityRequest {
    SetCapacityRequest {
        worker_id: worker.to_owned(),
        programme: PROGRAMME.to_owned(),
        full_time_share: share.to_owned(),
        valid_from: "2024-01-01".to_owned(),
        valid_to: String::new(),
    }
}

/// Dutch, work, a regular case, from today on.
pub fn needs(who: Participant) -> ProposeMatchRequest {
    ProposeMatchRequest {
        participation_id: who.participation.to_string(),
        languages: vec!["nl".to_owned()],
        life_domains: vec!["work".to_owned()],
        weight: "regular".to_owned(),
        ..ProposeMatchRequest::default()
    }
}

pub fn confirmation(proposal: &Proposal, worker: &str) -> ConfirmMatchRequest {
    ConfirmMatchRequest {
        proposal_id: proposal.proposal_id.clone(),
        worker_id: worker.to_owned(),
        first_day: TODAY.to_owned(),
        reason: String::new(),
        over_capacity: false,
    }
}

/// A request under an idempotency key of its own.
pub fn with_key<T>(message: T) -> Request<T> {
    with_this_key(message, &IdGenerator.uuid().to_string())
}

pub fn with_this_key<T>(message: T, key: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

/// A request on a version that was read.
pub fn with_tag<T>(message: T, etag: &str) -> Request<T> {
    let mut request = with_key(message);
    request.metadata_mut().insert("if-match", etag.parse().unwrap());
    request
}

/// What a refusal tells programs. Every reason of matching stands in its list.
pub fn told(status: &Status) -> ErrorDetail {
    let detail = detail(status).unwrap_or_else(|| panic!("no detail: {status:?}"));
    let of_the_chassis =
        ["IF_MATCH_REQUIRED", "IDEMPOTENCY_KEY_REUSED", "ANSWER_ERASED", "NO_MANDATE", "SIGN_IN_REQUIRED"];
    assert!(
        REASONS.iter().any(|(reason, _)| *reason == detail.reason)
            || of_the_chassis.contains(&detail.reason.as_str()),
        "{} is not in REASONS: {status:?}",
        detail.reason
    );
    for violation in &detail.violations {
        assert!(
            FIELD_REASONS.iter().any(|(reason, _)| *reason == violation.reason)
                || detail.reason == "IF_MATCH_REQUIRED",
            "{} is not in FIELD_REASONS",
            violation.reason
        );
        assert!(!violation.message.is_empty() && !violation.remedy.is_empty(), "{violation:?}");
    }
    let shown = format!("{detail:?}{}", status.message()).to_lowercase();
    assert!(!shown.contains("kanarie"), "a refusal repeats what is personal: {shown}");
    detail
}

/// The violations of a refusal, as field and reason.
pub fn violations(status: &Status) -> Vec<(String, String)> {
    let detail = told(status);
    assert_eq!(
        (detail.kind.as_str(), detail.reason.as_str()),
        ("INVALID_ARGUMENT", "INVALID_FIELDS"),
        "{status:?}"
    );
    detail.violations.into_iter().map(|violation| (violation.field, violation.reason)).collect()
}

/// Field and reason, as [`violations`] gives them.
pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(field, reason)| ((*field).to_owned(), (*reason).to_owned())).collect()
}
