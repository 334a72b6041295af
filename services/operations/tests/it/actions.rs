//! What administrators have operations do: written down first, done once, refused with what is missing.

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::detail;
use proto::admin::v1::RedriveParkedRequest;
use proto::operations::v1::{
    Action, ActionKind, ActionState, ClusterState, ListActionsRequest, ListExportSchedulesRequest,
    RedriveParkedEventsRequest, ResumeExportRequest, RunExportRequest, SuspendExportRequest,
};
use serde_json::json;
use sqlx::Connection as _;
use testkit::eventually;
use tonic::{Code, Request, Status};

use crate::kube_api::KubeApi;
use crate::support::{ActionClient, Running, Scene, administrator};

const SCHEDULE: &str = "waasland-finance-export-nightly";

/// A region with operations that watch a played cluster.
struct Stage {
    scene: Scene,
    api: KubeApi,
    operations: Running,
}

impl Stage {
    async fn start() -> Self {
        let scene = Scene::start().await;
        let api = KubeApi::start().await;
        api.schedule(SCHEDULE, "finance-export");
        api.schedule("waasland-intake-forget", "intake-forget");
        let mut choices = scene.choices();
        choices.more = api.settings(&scene.region);
        let operations = Running::start(&scene.region, &scene.database, &choices).await;
        let this = Self { scene, api, operations };
        eventually("the schedules are known", || async {
            let cluster = this.operations.check(&this.scene.region).await.cluster.unwrap();
            (cluster.schedules.len() == 2 && cluster.may_run && cluster.may_suspend).then_some(())
        })
        .await;
        this
    }

    fn as_worker(&self, caller: Caller) -> ActionClient {
        self.operations.actions(self.scene.region.calls_as(caller).unwrap())
    }

    fn client(&self) -> ActionClient {
        self.as_worker(administrator())
    }

    async fn run(&self, key: &str, request: RunExportRequest) -> Result<Action, Status> {
        Ok(self.client().run_export(keyed(key, request)).await?.into_inner().action.unwrap())
    }

    async fn actions(&self) -> Vec<Action> {
        self.client().list_actions(ListActionsRequest::default()).await.unwrap().into_inner().actions
    }
}

fn keyed<T>(key: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

fn run(period: &str) -> RunExportRequest {
    RunExportRequest {
        schedule: SCHEDULE.to_owned(),
        period: period.to_owned(),
        again: false,
        reason: "de boekhouding vraagt erom".to_owned(),
    }
}

fn suspend(schedule: &str) -> SuspendExportRequest {
    SuspendExportRequest { schedule: schedule.to_owned(), reason: "onderhoud".to_owned() }
}

fn reason(status: &Status) -> String {
    detail(status).unwrap().reason
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_runs_once_per_key_as_its_schedule_would_with_what_was_asked() {
    let stage = Stage::start().await;

    let done = stage.run("k1", run("2024-Q1")).await.unwrap();

    assert_eq!((done.kind(), done.state()), (ActionKind::RunExport, ActionState::Done));
    assert_eq!((done.subject.as_str(), done.period.as_str()), (SCHEDULE, "2024-Q1"));
    let job = stage.api.get("jobs", &done.job).unwrap();
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["args"], json!(["export", "--period", "2024-Q1"]));
    assert_eq!(job["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"], "manual");
    assert_eq!(job["metadata"]["ownerReferences"][0]["uid"], format!("uid-{SCHEDULE}"));
    assert_eq!(job["metadata"]["labels"]["app.kubernetes.io/component"], "finance-export");

    assert_eq!(stage.run("k1", run("2024-Q1")).await.unwrap(), done, "the first answer again");
    assert_eq!(stage.api.jobs(), std::slice::from_ref(&done.job));
    let reused = stage.run("k1", run("2024-Q2")).await.unwrap_err();
    assert_eq!(reason(&reused), "IDEMPOTENCY_KEY_REUSED");

    let everything = stage.run("k2", run("")).await.unwrap();
    let again = stage.run("k3", RunExportRequest { again: true, ..run("2024") }).await.unwrap();
    assert_eq!(stage.api.jobs().len(), 3);
    let args = |action: &Action| {
        stage.api.get("jobs", &action.job).unwrap()["spec"]["template"]["spec"]["containers"][0]["args"]
            .clone()
    };
    assert_eq!(args(&everything), json!(["export"]));
    assert_eq!(args(&again), json!(["export", "--again", "2024"]));

    assert_eq!(stage.actions().await, [again, everything, done.clone()]);
    let health = stage.operations.check(&stage.scene.region).await;
    assert_eq!(health.actions.last(), Some(&done));
    eventually("the run is seen", || async {
        let cluster = stage.operations.check(&stage.scene.region).await.cluster.unwrap();
        let schedule = cluster.schedules.into_iter().find(|schedule| schedule.schedule == SCHEDULE)?;
        (schedule.runs.len() == 3 && schedule.runs.iter().all(|run| run.manual)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_is_found_and_nothing_is_done_twice() {
    let stage = Stage::start().await;
    stage.api.loses_answers(true);

    let lost = stage.run("k1", run("2024-Q1")).await.unwrap_err();

    assert_eq!((lost.code(), reason(&lost).as_str()), (Code::Unavailable, "CLUSTER_UNAVAILABLE"));
    let written = stage.actions().await.remove(0);
    assert_eq!((written.state(), written.error.as_str()), (ActionState::Failed, "CLUSTER_UNAVAILABLE"));
    stage.api.loses_answers(false);
    let done = stage.run("k1", run("2024-Q1")).await.unwrap();
    assert_eq!(done.state(), ActionState::Done);
    assert_eq!(stage.api.jobs(), std::slice::from_ref(&done.job));

    // As after a crash between the deed and its being written down.
    sqlx::raw_sql("delete from action_outcomes").execute(&stage.scene.database.admin).await.unwrap();
    assert_eq!(stage.actions().await[0].state(), ActionState::Asked);
    let found = stage.run("k1", run("2024-Q1")).await.unwrap();
    assert_eq!((found.state(), &found.job), (ActionState::Done, &done.job));
    assert_eq!(stage.api.jobs().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_at_the_same_time_starts_one_job() {
    let stage = Stage::start().await;

    let all = futures::future::join_all((0..8).map(|_| stage.run("k1", run("")))).await;

    let done: Vec<Action> = all.into_iter().map(Result::unwrap).collect();
    assert!(done.iter().all(|one| *one == done[0]), "{done:#?}");
    assert_eq!(stage.api.jobs().len(), 1);
    assert_eq!(stage.actions().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_is_named_with_the_value_that_gives_it_and_nothing_is_tried() {
    let stage = Stage::start().await;
    stage.api.denies(&[("create", "jobs"), ("patch", "cronjobs")]);

    let refused = stage.run("k1", run("")).await.unwrap_err();
    let told = detail(&refused).unwrap();
    assert_eq!((refused.code(), told.reason.as_str()), (Code::FailedPrecondition, "CLUSTER_RIGHT_MISSING"));
    assert_eq!(
        (told.metadata["verb"].as_str(), told.metadata["resource"].as_str()),
        ("create", "jobs.batch")
    );
    assert!(told.remedy.contains("operations.rbac.exports"), "{}", told.remedy);
    let refused = stage.client().suspend_export(keyed("k2", suspend(SCHEDULE))).await.unwrap_err();
    assert!(detail(&refused).unwrap().remedy.contains("operations.rbac.suspend"));
    assert_eq!(stage.api.writes(), Vec::<String>::new());
    let states: Vec<_> = stage.actions().await.iter().map(Action::state).collect();
    assert_eq!(states, [ActionState::Refused, ActionState::Refused]);

    stage.api.denies(&[]);
    stage.api.is_over_quota(true);
    let refused = stage.run("k1", run("")).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "CLUSTER_REFUSED"));
    assert!(refused.message().contains("exceeded quota"), "{refused}");
    stage.api.is_over_quota(false);
    assert_eq!(stage.run("k1", run("")).await.unwrap().state(), ActionState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_suspended_and_resumed_and_only_schedules_of_exports_are() {
    let stage = Stage::start().await;
    let is_suspended = |expected: bool| {
        let stage = &stage;
        eventually("the schedule is seen", move || async move {
            let request = ListExportSchedulesRequest::default();
            let list = stage.client().list_export_schedules(request).await.unwrap().into_inner();
            assert_eq!(list.cluster(), ClusterState::Answering);
            assert_eq!(list.schedules.len(), 1, "forgetting is no export");
            (list.schedules[0].suspended == expected).then_some(())
        })
    };

    let done = stage.client().suspend_export(keyed("k1", suspend(SCHEDULE))).await.unwrap().into_inner();
    assert_eq!(done.action.unwrap().kind(), ActionKind::SuspendExport);
    assert_eq!(stage.api.get("cronjobs", SCHEDULE).unwrap()["spec"]["suspend"], true);
    is_suspended(true).await;
    stage.client().suspend_export(keyed("k1", suspend(SCHEDULE))).await.unwrap();
    assert_eq!(stage.api.writes().len(), 1, "done is done");

    let resume = ResumeExportRequest { schedule: SCHEDULE.to_owned(), reason: "klaar".to_owned() };
    stage.client().resume_export(keyed("k1", resume)).await.unwrap();
    assert_eq!(stage.api.get("cronjobs", SCHEDULE).unwrap()["spec"]["suspend"], false);
    is_suspended(false).await;

    for other in ["waasland-intake-forget", "nergens"] {
        let refused = stage.client().suspend_export(keyed(other, suspend(other))).await.unwrap_err();
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::NotFound, "EXPORT_SCHEDULE_NOT_FOUND")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_of_kubernetes_it_is_said_what_to_do_instead() {
    let scene = Scene::start().await;
    let mut client = scene.operations.actions(scene.region.calls_as(administrator()).unwrap());

    let refused = client.run_export(keyed("k1", run("2024-Q1"))).await.unwrap_err();

    let told = detail(&refused).unwrap();
    assert_eq!((refused.code(), told.reason.as_str()), (Code::FailedPrecondition, "NOT_ON_KUBERNETES"));
    assert!(told.remedy.contains("finance export"), "{}", told.remedy);
    let list =
        client.list_export_schedules(ListExportSchedulesRequest::default()).await.unwrap().into_inner();
    assert_eq!((list.cluster(), list.schedules.len()), (ClusterState::Outside, 0));
    let written = client.list_actions(ListActionsRequest::default()).await.unwrap().into_inner().actions;
    assert_eq!((written[0].state(), written[0].error.as_str()), (ActionState::Refused, "NOT_ON_KUBERNETES"));
}

#[tokio::test(flavor = "multi_thread")]
async fn parked_events_are_tried_again_by_their_service_and_that_is_written_down() {
    let scene = Scene::start().await;
    let before = scene.reporting.says(|said| said.status.parked = 3);
    let mut client = scene.operations.actions(scene.region.calls_as(administrator()).unwrap());
    let all = RedriveParkedEventsRequest {
        service: "reporting".to_owned(),
        parked_ids: Vec::new(),
        all: true,
        reason: "de oorzaak is weg".to_owned(),
    };

    let done =
        client.redrive_parked_events(keyed("k1", all.clone())).await.unwrap().into_inner().action.unwrap();
    assert_eq!((done.state(), done.applied, done.parked_again), (ActionState::Done, 3, 1));
    let again = client.redrive_parked_events(keyed("k1", all.clone())).await.unwrap().into_inner().action;
    assert_eq!(again, Some(done));
    let one = "0193a5c0-1000-7a01-8000-000000000001".to_owned();
    let some = RedriveParkedEventsRequest { parked_ids: vec![one.clone()], all: false, ..all.clone() };
    client.redrive_parked_events(keyed("k2", some)).await.unwrap();
    let redriven = scene.reporting.says(|said| said.status = before.status).redriven;
    let asked = |parked_ids: Vec<String>, all| RedriveParkedRequest { parked_ids, all };
    assert_eq!(redriven, [asked(Vec::new(), true), asked(vec![one], false)], "not again under one key");

    let nobody = RedriveParkedEventsRequest { service: "niemand".to_owned(), ..all.clone() };
    let refused = client.redrive_parked_events(keyed("k3", nobody)).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "SERVICE_NOT_FOUND"));
    scene.reporting.tasks.finish().await;
    let silent = client.redrive_parked_events(keyed("k4", all)).await.unwrap_err();
    assert_eq!((silent.code(), reason(&silent).as_str()), (Code::Unavailable, "SERVICE_UNAVAILABLE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_is_named_and_nothing_is_written_down() {
    let scene = Scene::start().await;
    let mut client = scene.operations.actions(scene.region.calls_as(administrator()).unwrap());
    let fields = |status: &Status| -> Vec<(String, String)> {
        let violations = detail(status).unwrap().violations;
        violations.into_iter().map(|violation| (violation.field, violation.reason)).collect()
    };
    let pair = |field: &str, reason: &str| (field.to_owned(), reason.to_owned());

    let bad = RunExportRequest { period: "maart".to_owned(), ..RunExportRequest::default() };
    let refused = client.run_export(keyed("k1", bad)).await.unwrap_err();
    let expected = [pair("schedule", "REQUIRED"), pair("period", "PERIOD_SHAPE"), pair("reason", "REQUIRED")];
    assert_eq!(fields(&refused), expected);
    let bad = RedriveParkedEventsRequest {
        service: "s".repeat(64),
        parked_ids: vec!["x".to_owned()],
        all: true,
        reason: "a\nb".to_owned(),
    };
    let refused = client.redrive_parked_events(keyed("k2", bad)).await.unwrap_err();
    let expected = [
        pair("service", "TOO_LONG"),
        pair("parked_ids", "AMBIGUOUS"),
        pair("parked_ids[0]", "NOT_AN_ID"),
        pair("reason", "CONTROL_CHARACTER"),
    ];
    assert_eq!(fields(&refused), expected);
    let bad = ListActionsRequest { page_size: 201, page_token: "o".to_owned() };
    let refused = client.list_actions(bad).await.unwrap_err();
    assert_eq!(fields(&refused), [pair("page_size", "PAGE_SIZE"), pair("page_token", "PAGE_TOKEN")]);

    let written = client.list_actions(ListActionsRequest::default()).await.unwrap().into_inner().actions;
    assert_eq!(written, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_go_by_pages_to_their_end() {
    let stage = Stage::start().await;
    stage.api.schedule("another-export", "finance-export");
    for key in ["a", "b", "c"] {
        stage.run(key, run("")).await.unwrap();
    }
    let (mut seen, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = ListActionsRequest { page_size: 2, page_token };
        let page = stage.client().list_actions(request).await.unwrap().into_inner();
        seen.extend(page.actions);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, stage.actions().await);
    assert_eq!(seen.len(), 3);

    eventually("both schedules are listed, one a page", || async {
        let request = ListExportSchedulesRequest { page_size: 1, page_token: String::new() };
        let first = stage.client().list_export_schedules(request).await.unwrap().into_inner();
        let request = ListExportSchedulesRequest { page_size: 1, page_token: first.next_page_token };
        let second = stage.client().list_export_schedules(request).await.unwrap().into_inner();
        let names = [&first.schedules[0].schedule, &second.schedules[0].schedule];
        (names == ["another-export", SCHEDULE] && second.next_page_token.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_of_the_region_act_and_what_they_did_stays_as_it_is() {
    let stage = Stage::start().await;
    let denied = [
        stage.as_worker(testkit::worker(8, vec![testkit::mandate(Role::Coordinator, Scope::Region, None)])),
        stage.as_worker(testkit::worker(
            9,
            vec![testkit::mandate(Role::Administrator, Scope::Programme, Some("waasland-esf"))],
        )),
        stage.operations.actions(stage.scene.region.calls_as_operator().unwrap()),
    ];
    for mut client in denied {
        let refused = client.run_export(keyed("k1", run(""))).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        let refused = client.list_actions(ListActionsRequest::default()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
    assert_eq!(stage.api.writes(), Vec::<String>::new());
    stage.run("k1", run("")).await.unwrap();
    let audited: Vec<String> = sqlx::query_scalar(
        "select action from chassis.audit where principal = 'worker' and action like '%/RunExport' and cardinality(subject_ids) = 1",
    )
    .fetch_all(&stage.scene.database.admin)
    .await
    .unwrap();
    assert_eq!(audited.len(), 2, "asked and ended: {audited:?}");

    let mut connection = sqlx::PgConnection::connect(&stage.scene.database.runtime_url).await.unwrap();
    let administrates = "set app.principal = 'worker'; set app.scope = 'region'; set app.purpose = 'operations'; set app.worker = '0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b'; ";
    let in_anothers_name = "insert into actions (action_id, worker_id, kind, subject, period, again, parked_ids, reason, asked_at)
        values (gen_random_uuid(), gen_random_uuid(), 'run_export', 's', '', false, '{}', 'r', now())";
    let to_anothers = "insert into action_outcomes (outcome_id, action_id, outcome, ended_at, error, job, applied, parked_again)
        select gen_random_uuid(), action_id, 'refused', now(), '', '', 0, 0 from actions";
    for (statement, expected) in [
        (in_anothers_name, "row-level security"),
        (to_anothers, "row-level security"),
        ("update actions set reason = 'anders'", "permission denied"),
        ("delete from actions", "permission denied"),
        ("update action_outcomes set outcome = 'refused'", "permission denied"),
        ("delete from action_outcomes", "permission denied"),
    ] {
        let statement = sqlx::AssertSqlSafe(format!("{administrates}{statement}"));
        let refused = sqlx::raw_sql(statement).execute(&mut connection).await.unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
    }
    let seen = |settings: &'static str| sqlx::raw_sql(settings);
    seen("set app.principal = 'worker'; set app.scope = 'programme'").execute(&mut connection).await.unwrap();
    let visible: i64 =
        sqlx::query_scalar("select count(*) from actions").fetch_one(&mut connection).await.unwrap();
    assert_eq!(visible, 0);
}
