//! What finance says waits, held against what Kubernetes says of the schedule.

use chassis::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use proto::finance::v1::ExportRun;
use proto::operations::v1::{RegionHealth, Severity};
use serde_json::json;
use testkit::eventually;

use crate::kube_api::{KubeApi, cron_job};
use crate::played::Played;
use crate::support::{Running, Scene};

const SCHEDULE: &str = "waasland-finance-export-nightly";

fn now() -> Timestamp {
    Clock::new("Europe/Brussels", None).unwrap().now()
}

fn ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(24 * days)
}

fn waiting(period: &str, submitted: Timestamp) -> ExportRun {
    ExportRun {
        programme: "waasland-esf".to_owned(),
        period: period.to_owned(),
        revision: 1,
        submitted_at: Some(prost_types::Timestamp { seconds: submitted.as_second(), nanos: 0 }),
        ..ExportRun::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_run_should_have_exported_is_found_with_why_and_closes_when_it_is_there() {
    let scene = Scene::start().await;
    let finance = Played::start(&scene.region, "finance").await;
    let api = KubeApi::start().await;
    let schedule = |suspended: bool, last: Timestamp| {
        let mut schedule = cron_job(SCHEDULE, "finance-export");
        schedule["spec"]["suspend"] = json!(suspended);
        schedule["status"] = json!({"lastScheduleTime": format!("{last:.0}")});
        api.put("cronjobs", schedule);
    };
    schedule(false, ago(9));
    let mut choices = scene.choices();
    choices.services.insert("finance".to_owned(), format!("http://{}", finance.address));
    choices.more = format!("{}[watch]\nexports_ms = 0\n", api.settings(&scene.region));
    let operations = Running::start(&scene.region, &scene.database, &choices).await;
    let finds = |codes: &'static [(&'static str, &'static str)]| operations.finds(&scene.region, codes);
    let health = finds(&[]).await;
    assert!(health.exports.unwrap().known);

    finance.says(|said| said.outstanding = vec![waiting("2026-Q3", ago(2)), waiting("2026-Q2", ago(10))]);
    let health = finds(&[("EXPORT_MISSED", SCHEDULE)]).await;
    let finding = &health.findings[0];
    assert_eq!(finding.severity(), Severity::Failure);
    assert!(
        finding.message.contains("2026-Q2 van waasland-esf")
            && finding.message.contains("startte niet op tijd"),
        "{}",
        finding.message
    );
    assert!(finding.effect.contains("wachten op bestanden"), "{}", finding.effect);
    let since = Timestamp::from_second(finding.since.as_ref().unwrap().seconds).unwrap();
    assert!(since > ago(10) && since < ago(8), "since the first run that missed it: {since}");
    let told: Vec<String> =
        health.exports.iter().flat_map(|exports| &exports.waiting).map(|one| one.period.clone()).collect();
    assert_eq!(told, ["2026-Q2", "2026-Q3"], "first submitted first, over the pages");
    let next = |health: &RegionHealth| health.cluster.as_ref().unwrap().schedules[0].next_run;
    assert!(next(&health).unwrap().seconds > now().as_second());

    schedule(true, ago(9));
    eventually("the schedule is seen to be suspended", || async {
        let health = finds(&[("EXPORT_MISSED", SCHEDULE)]).await;
        let finding = &health.findings[0];
        let told = finding.severity() == Severity::Warning && finding.message.contains("uitgezet");
        (told && next(&health).is_none()).then_some(())
    })
    .await;

    // Nobody answers: nothing is known, and what was found stays.
    finance.tasks.finish().await;
    let health = finds(&[("EXPORT_MISSED", SCHEDULE), ("SERVICE_UNREACHABLE", "finance")]).await;
    assert!(!health.exports.unwrap().known);
    let finance = Played::start_at(&scene.region, "finance", finance.address).await;
    finance.says(|said| said.outstanding = vec![waiting("2026-Q4", now())]);
    let health = finds(&[]).await;
    assert_eq!(health.exports.unwrap().waiting.len(), 1);
}
