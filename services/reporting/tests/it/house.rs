//! Reporting at work in a region of one test, with a played intake beside it.

use std::path::{Path, PathBuf};

use chassis::caller::{Caller, Role, Scope};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use proto::reporting::v1::intake_report_service_client::IntakeReportServiceClient;
use proto::reporting::v1::{GetIntakeFiguresRequest, GetIntakeFiguresResponse};
use reporting::Reporting;
use sqlx::AssertSqlSafe;
use testkit::{
    Producer, Running, Sent, TestRegion, eventually, mandate, queue_is_ready, region_file, worker,
};
use tonic::Status;
use uuid::Uuid;

use crate::story::PROGRAMME;

/// Reporting and a played intake.
pub struct House {
    pub region: TestRegion,
    pub running: Running,
    pub producer: Producer,
}

/// Reporting in a region without a broker: for tests that need no event.
pub struct Quiet {
    pub region: TestRegion,
    pub running: Running,
}

/// The region's time zone.
pub fn brussels() -> TimeZone {
    TimeZone::get("Europe/Brussels").unwrap()
}

/// A coordinator of the programme of all stories.
pub fn coordinator() -> Caller {
    worker(0xc0, vec![mandate(Role::Coordinator, Scope::Programme, Some(PROGRAMME))])
}

/// A request about the programme of all stories.
pub fn request(from: &str, to: &str) -> GetIntakeFiguresRequest {
    GetIntakeFiguresRequest { programme: PROGRAMME.to_owned(), from: from.to_owned(), to: to.to_owned() }
}

impl House {
    /// Starts it; today is a day of its own, so that waiting times can be told.
    pub async fn start_on(today: &str) -> Self {
        let region = TestRegion::start().await.unwrap();
        let running = run_on(&region, today).await;
        queue_is_ready(&region.amqp_url(), "reporting").await;
        let producer = Producer::connect(&region.amqp_url(), &region.code).await;
        Self { region, running, producer }
    }

    /// Publishes, and waits until reporting applied all of them.
    pub async fn tell(&self, events: &[Sent]) {
        self.producer.send(events).await;
        self.applied(events).await;
    }

    /// Waits until reporting applied all of them.
    pub async fn applied(&self, events: &[Sent]) {
        let ids: Vec<Uuid> = events.iter().map(|event| event.event_id).collect();
        let expected = i64::try_from(ids.len()).unwrap();
        eventually("reporting applies the events", || async {
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
    pub async fn eventually_counts(&self, from: &'static str, expected: i64) {
        eventually(from, || async { (self.count(from).await == expected).then_some(()) }).await;
    }

    /// Counts rows as a superuser sees them.
    pub async fn count(&self, from: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {from}")))
            .fetch_one(&self.running.database.admin)
            .await
            .unwrap()
    }

    /// Carries out a statement as a superuser.
    pub async fn execute(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&self.running.database.admin).await.unwrap();
    }

    /// Every row of the projections of the active generation, without the number of the generation, in order.
    pub async fn projections(&self) -> Vec<String> {
        sqlx::query_scalar(
            "with rows as (
                select to_jsonb(referral_facts) as row from referral_facts
                union all select to_jsonb(admissions) from admissions
                union all select to_jsonb(family_facts) from family_facts
                union all select to_jsonb(erased_persons) from erased_persons
                union all select to_jsonb(worker_capacities) from worker_capacities
                union all select to_jsonb(match_facts) from match_facts
                union all select to_jsonb(declined_proposals) from declined_proposals
                union all select to_jsonb(trajectory_facts) from trajectory_facts
                union all select to_jsonb(contact_facts) from contact_facts
                union all select to_jsonb(measure_facts) from measure_facts
                union all select to_jsonb(duty_facts) from duty_facts
                union all select to_jsonb(approved_budgets) from approved_budgets
                union all select to_jsonb(budget_sources) from budget_sources
             )
             select (row - 'generation')::text
             from rows
             where (row ->> 'generation')::bigint = (select active_generation from chassis.projection_generations)
             order by 1",
        )
        .fetch_all(&self.running.database.admin)
        .await
        .unwrap()
    }

    /// Asks as somebody.
    pub async fn ask(
        &self,
        caller: Caller,
        request: GetIntakeFiguresRequest,
    ) -> Result<GetIntakeFiguresResponse, Status> {
        ask(&self.region, &self.running, caller, request).await
    }

    /// The figures of a period, for the coordinator.
    pub async fn figures(&self, from: &str, to: &str) -> GetIntakeFiguresResponse {
        self.ask(coordinator(), request(from, to)).await.unwrap()
    }
}

impl Quiet {
    /// Starts it, on a day of its own.
    pub async fn start_on(today: &str) -> Self {
        let region = TestRegion::without_broker().await.unwrap();
        let running = run_on(&region, today).await;
        Self { region, running }
    }

    /// Asks as somebody.
    pub async fn ask(
        &self,
        caller: Caller,
        request: GetIntakeFiguresRequest,
    ) -> Result<GetIntakeFiguresResponse, Status> {
        ask(&self.region, &self.running, caller, request).await
    }
}

async fn run_on(region: &TestRegion, today: &str) -> Running {
    let clock_file = region.folder().join("clock");
    set_today(&clock_file, today.parse().unwrap());
    let file = weighted_region(region.folder());
    let overrides =
        format!("region.clock_file = \"{}\"\nregion.file = \"{}\"", clock_file.display(), file.display());
    region.run::<Reporting>(&overrides).await.unwrap()
}

async fn ask(
    region: &TestRegion,
    running: &Running,
    caller: Caller,
    request: GetIntakeFiguresRequest,
) -> Result<GetIntakeFiguresResponse, Status> {
    let channel = running.client_channel(region.calls_as(caller).unwrap()).unwrap();
    Ok(IntakeReportServiceClient::new(channel).get_intake_figures(request).await?.into_inner())
}

/// The region of all tests, but with an intensive case that counts one and a half: where all count 1, weights cannot be seen.
fn weighted_region(folder: &Path) -> PathBuf {
    let source = region_file();
    let programmes = folder.join("programmes");
    std::fs::create_dir_all(&programmes).unwrap();
    let file = folder.join("region.toml");
    std::fs::copy(&source, &file).unwrap();
    let text =
        std::fs::read_to_string(source.with_file_name("programmes").join("waasland-esf.toml")).unwrap();
    let (before, intensive) = text.split_once("code = \"intensive\"").unwrap();
    let intensive = intensive.replacen("weight = \"1\"", "weight = \"1.5\"", 1);
    std::fs::write(programmes.join("waasland-esf.toml"), format!("{before}code = \"intensive\"{intensive}"))
        .unwrap();
    file
}

/// Lets business time be noon of a day.
fn set_today(clock_file: &Path, today: Date) {
    let noon = today.at(12, 0, 0, 0).to_zoned(brussels()).unwrap().timestamp();
    #[expect(clippy::disallowed_methods, reason = "the offset is against real time")]
    let offset = noon.as_second() - jiff::Timestamp::now().as_second();
    std::fs::write(clock_file, offset.to_string()).unwrap();
}
