//! Trajectory at work in a region of one test, with a played matching and intake beside it. Every word contains `kanarie`.

use std::path::{Path, PathBuf};

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::{Authorized, detail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use proto::common::v1::ErrorDetail;
use proto::trajectory::v1::contact_service_client::ContactServiceClient;
use proto::trajectory::v1::duty_service_client::DutyServiceClient;
use proto::trajectory::v1::goal_service_client::GoalServiceClient;
use proto::trajectory::v1::measure_service_client::MeasureServiceClient;
use proto::trajectory::v1::trajectory_service_client::TrajectoryServiceClient;
use proto::trajectory::v1::visit_service_client::VisitServiceClient;
use proto::trajectory::v1::{
    Contact, ContactOutcome, Duty, GetTrajectoryRequest, GetTrajectoryResponse, ListDutiesRequest,
    LogContactRequest, TimeClass,
};
use sqlx::AssertSqlSafe;
use testkit::{Producer, Running, Sent, TestRegion, eventually, mandate, queue_is_ready, worker};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};
use trajectory::TrajectoryService;
use trajectory::error::{FIELD_REASONS, REASONS};
use uuid::Uuid;

use crate::story::Story;

pub const PROGRAMME: &str = "waasland-esf";
pub const KATROL: &str = "katrol";
pub const COACH: u128 = 0xa0;
pub const OTHER_COACH: u128 = 0xa1;
pub const COORDINATOR: u128 = 0xc0;

type Signed = InterceptedService<Channel, Authorized>;

pub struct House {
    pub region: TestRegion,
    pub running: Running,
    pub producer: Producer,
    /// One connection for every caller: who calls stands in each call.
    pub connection: Channel,
}

/// The region file of Katrol Asse in this repository.
fn katrol_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/katrol-asse/region.toml")
}

impl House {
    /// Starts in Waasland, on a day.
    pub async fn start_on(today: &str) -> Self {
        Self::start(TestRegion::start().await.unwrap(), today, String::new()).await
    }

    /// Starts in Katrol Asse, on a day.
    pub async fn katrol_on(today: &str) -> Self {
        let mut region = TestRegion::start().await.unwrap();
        "katrol-asse".clone_into(&mut region.code);
        Self::start(region, today, format!("file = \"{}\"", katrol_file().display())).await
    }

    async fn start(region: TestRegion, today: &str, region_settings: String) -> Self {
        let clock_file = region.folder().join("clock");
        write_clock(&clock_file, today);
        let overrides = format!(
            "[region]\nclock_file = \"{}\"\n{region_settings}\n[duties]\nlook_every_ms = 20",
            clock_file.display()
        );
        let running = region.run::<TrajectoryService>(&overrides).await.unwrap();
        queue_is_ready(&region.amqp_url(), "trajectory").await;
        let producer = Producer::connect(&region.amqp_url(), &region.code).await;
        let connection = running.channel().unwrap();
        Self { region, running, producer, connection }
    }

    /// Lets business time be noon of a day.
    pub fn set_today(&self, today: &str) {
        write_clock(&self.region.folder().join("clock"), today);
    }

    fn channel(&self, caller: Caller) -> Signed {
        InterceptedService::new(self.connection.clone(), self.region.calls_as(caller).unwrap())
    }

    pub fn trajectories(&self, caller: Caller) -> TrajectoryServiceClient<Signed> {
        TrajectoryServiceClient::new(self.channel(caller))
    }

    pub fn contacts(&self, caller: Caller) -> ContactServiceClient<Signed> {
        ContactServiceClient::new(self.channel(caller))
    }

    pub fn goals(&self, caller: Caller) -> GoalServiceClient<Signed> {
        GoalServiceClient::new(self.channel(caller))
    }

    pub fn measures(&self, caller: Caller) -> MeasureServiceClient<Signed> {
        MeasureServiceClient::new(self.channel(caller))
    }

    pub fn duties(&self, caller: Caller) -> DutyServiceClient<Signed> {
        DutyServiceClient::new(self.channel(caller))
    }

    pub fn visits(&self, caller: Caller) -> VisitServiceClient<Signed> {
        VisitServiceClient::new(self.channel(caller))
    }

    /// Opens the trajectory of a story, and gives its id.
    pub async fn open(&mut self, story: &Story) -> String {
        let event = self.producer.next(story.matched, &story.confirmed());
        self.tell(&[event]).await;
        self.trajectory_of(story).await
    }

    /// Opens a trajectory of the coach from a day on.
    pub async fn open_case(&mut self, first_day: &str) -> (Story, String) {
        let story = Story::new(COACH, PROGRAMME, first_day);
        let id = self.open(&story).await;
        (story, id)
    }

    /// The trajectory of an episode.
    pub async fn trajectory_of(&self, story: &Story) -> String {
        sqlx::query_scalar("select trajectory_id::text from trajectories where episode_id = $1")
            .bind(story.episode)
            .fetch_one(&self.running.database.admin)
            .await
            .unwrap()
    }

    /// Publishes, and waits until trajectory applied all of them.
    pub async fn tell(&self, events: &[Sent]) {
        self.producer.send(events).await;
        self.applied(events).await;
    }

    /// Waits until trajectory applied all of them.
    pub async fn applied(&self, events: &[Sent]) {
        let ids: Vec<Uuid> = events.iter().map(|event| event.event_id).collect();
        let expected = i64::try_from(ids.len()).unwrap();
        eventually("trajectory applies the events", || async {
            let applied: i64 =
                sqlx::query_scalar("select count(*) from chassis.inbox where event_id = any($1)")
                    .bind(&ids)
                    .fetch_one(&self.running.database.admin)
                    .await
                    .unwrap();
            (applied == expected).then_some(())
        })
        .await;
    }

    /// Waits until a count, as a superuser sees it, is as expected.
    pub async fn eventually_counts(&self, from: &str, expected: i64) {
        eventually(from, || async { (self.count(from).await == expected).then_some(()) }).await;
    }

    /// Counts rows as a superuser sees them.
    pub async fn count(&self, from: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {from}")))
            .fetch_one(&self.running.database.admin)
            .await
            .unwrap()
    }

    /// Texts out of the database, as a superuser.
    pub async fn texts(&self, query: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
            .fetch_all(&self.running.database.admin)
            .await
            .unwrap()
    }

    /// Types of the events that left, in order.
    pub async fn told(&self) -> Vec<String> {
        self.texts("select event_type from chassis.outbox order by position").await
    }

    /// How many rows every table with what people wrote has: a refusal leaves them as they are.
    pub async fn rows(&self) -> Vec<String> {
        self.texts(
            "select relname || ' ' || (xpath('/row/c/text()',
                 query_to_xml(format('select count(*) as c from public.%I', relname), false, true, '')))[1]::text
             from pg_class
             where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like '\\_%'
             order by relname",
        )
        .await
    }

    pub async fn get(&self, caller: Caller, id: &str) -> Result<GetTrajectoryResponse, Status> {
        let request = GetTrajectoryRequest { trajectory_id: id.to_owned() };
        Ok(self.trajectories(caller).get_trajectory(request).await?.into_inner())
    }

    pub async fn etag(&self, id: &str) -> String {
        self.get(coordinator(), id).await.unwrap().trajectory.unwrap().etag
    }

    pub async fn log(&self, caller: Caller, request: LogContactRequest) -> Result<Contact, Status> {
        let answer = self.contacts(caller).log_contact(with_key(request)).await?;
        Ok(answer.into_inner().contact.unwrap())
    }

    pub async fn list_duties(&self, caller: Caller, id: &str) -> Vec<Duty> {
        let request = ListDutiesRequest { trajectory_id: id.to_owned() };
        self.duties(caller).list_duties(request).await.unwrap().into_inner().duties
    }
}

pub fn coach() -> Caller {
    worker(COACH, vec![mandate(Role::Coach, Scope::OwnCases, Some(PROGRAMME))])
}

pub fn other_coach() -> Caller {
    worker(OTHER_COACH, vec![mandate(Role::Coach, Scope::OwnCases, Some(PROGRAMME))])
}

pub fn coordinator() -> Caller {
    worker(COORDINATOR, vec![mandate(Role::Coordinator, Scope::Programme, Some(PROGRAMME))])
}

pub fn student() -> Caller {
    worker(COACH, vec![mandate(Role::Student, Scope::OwnCases, Some(KATROL))])
}

pub fn anchor() -> Caller {
    worker(COORDINATOR, vec![mandate(Role::Coordinator, Scope::Programme, Some(KATROL))])
}

/// A contact that went well.
pub fn contact(id: &str, day: &str) -> LogContactRequest {
    LogContactRequest {
        trajectory_id: id.to_owned(),
        day: day.to_owned(),
        outcome: ContactOutcome::Reached.into(),
        time_class: TimeClass::WithParticipant.into(),
        minutes: 45,
        domain: "work".to_owned(),
        note: "kanarie: wil graag in het groen werken".to_owned(),
    }
}

fn write_clock(clock_file: &Path, today: &str) {
    let today: Date = today.parse().unwrap();
    let noon = today.at(12, 0, 0, 0).to_zoned(TimeZone::get("Europe/Brussels").unwrap()).unwrap().timestamp();
    #[expect(clippy::disallowed_methods, reason = "the offset is against real time")]
    let offset = noon.as_second() - jiff::Timestamp::now().as_second();
    // Renamed over the old one: a reader never finds half a file.
    let next = clock_file.with_extension("next");
    std::fs::write(&next, offset.to_string()).unwrap();
    std::fs::rename(next, clock_file).unwrap();
}

/// A request under an idempotency key of its own.
pub fn with_key<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let key = chassis::id::IdGenerator.uuid().to_string();
    request.metadata_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

/// A request on a version that was read.
pub fn with_tag<T>(message: T, etag: &str) -> Request<T> {
    let mut request = with_key(message);
    request.metadata_mut().insert("if-match", etag.parse().unwrap());
    request
}

/// What a refusal tells programs. Every reason of trajectory stands in its list.
pub fn told(status: &Status) -> ErrorDetail {
    let detail = detail(status).unwrap_or_else(|| panic!("no detail: {status:?}"));
    let of_the_chassis = ["IF_MATCH_REQUIRED", "ANSWER_ERASED", "NO_MANDATE", "SIGN_IN_REQUIRED"];
    assert!(
        REASONS.iter().any(|(reason, _)| *reason == detail.reason)
            || of_the_chassis.contains(&detail.reason.as_str()),
        "{} is not in REASONS",
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

/// The reason of a refusal.
pub fn reason(status: &Status) -> String {
    told(status).reason
}

/// The violations of a refusal, as field and reason.
pub fn violations(status: &Status) -> Vec<(String, String)> {
    let detail = told(status);
    assert_eq!((detail.kind.as_str(), detail.reason.as_str()), ("INVALID_ARGUMENT", "INVALID_FIELDS"));
    detail.violations.into_iter().map(|violation| (violation.field, violation.reason)).collect()
}

/// Field and reason, as [`violations`] gives them.
pub fn pair(field: &str, reason: &str) -> (String, String) {
    (field.to_owned(), reason.to_owned())
}
