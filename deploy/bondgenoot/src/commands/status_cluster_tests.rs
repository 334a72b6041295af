use super::*;

const EIGHT: prost_types::Timestamp = prost_types::Timestamp { seconds: 1_800_000_000, nanos: 0 };

fn health() -> RegionHealth {
    let pod = api::PodHealth {
        pod: "trajectory-x".to_owned(),
        trouble: "CrashLoopBackOff".to_owned(),
        restarts: 4,
        ..Default::default()
    };
    let run = api::ScheduleRun {
        job: "nightly-1".to_owned(),
        state: RunState::Failed.into(),
        reason: "BackoffLimitExceeded".to_owned(),
        ..Default::default()
    };
    RegionHealth {
        cluster: Some(api::ClusterHealth {
            state: ClusterState::Answering.into(),
            namespace: "waasland".to_owned(),
            components: vec![api::ComponentHealth {
                component: "trajectory".to_owned(),
                desired: 2,
                available: 1,
                updated: 2,
                pods: vec![api::PodHealth::default(), pod],
                ..Default::default()
            }],
            schedules: vec![api::ScheduleHealth {
                schedule: "nightly".to_owned(),
                cron: "30 4 * * *".to_owned(),
                suspended: true,
                last_scheduled: Some(EIGHT),
                runs: vec![run],
                ..Default::default()
            }],
            ..Default::default()
        }),
        exports: Some(api::ExportsHealth {
            known: true,
            waiting: vec![api::WaitingExport { period: "2026-Q3".to_owned(), ..Default::default() }],
        }),
        findings: vec![api::Finding { code: "EXPORT_MISSED".to_owned(), severity: 2, ..Default::default() }],
        actions: vec![api::Action {
            kind: ActionKind::SuspendExport.into(),
            state: ActionState::Refused.into(),
            error: "CLUSTER_RIGHT_MISSING".to_owned(),
            reason: "onderhoud".to_owned(),
            asked_at: Some(EIGHT),
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[test]
fn people_see_what_fails_when_the_next_run_is_and_who_was_refused() {
    let blocks = RunOfRegion::of(&health()).blocks();

    let titles: Vec<&str> = blocks.iter().map(|(title, _)| title.as_str()).collect();
    let expected = [
        "Kubernetes, namespace waasland",
        "Planningen",
        "Wacht op een export",
        "Bevindingen",
        "Laatste handelingen",
    ];
    assert_eq!(titles, expected);
    let shown = blocks.iter().flat_map(|(_, lines)| lines).cloned().collect::<Vec<_>>().join("\n");
    for part in [
        "1 van 2",
        "trajectory-x: CrashLoopBackOff, 4 keer herstart",
        "uitgezet",
        "mislukt (BackoffLimitExceeded)",
        "2026-Q3",
        "EXPORT_MISSED",
        "onderhoud",
        "geweigerd (CLUSTER_RIGHT_MISSING)",
    ] {
        assert!(shown.contains(part), "{part} is missing:\n{shown}");
    }
}

#[test]
fn programs_get_stable_names_and_null_for_what_is_not_known() {
    let json = serde_json::to_value(RunOfRegion::of(&health())).unwrap();

    assert_eq!(json["cluster"]["state"], "answering");
    assert_eq!(json["cluster"]["components"][0]["failing"][0]["pod"], "trajectory-x");
    assert_eq!(json["cluster"]["schedules"][0]["last_run"]["state"], "failed");
    assert_eq!(json["cluster"]["schedules"][0]["last_scheduled"], "2027-01-15T08:00:00Z");
    assert_eq!(json["waiting_exports"][0]["period"], "2026-Q3");
    assert_eq!(json["findings"][0]["severity"], "warning");
    assert_eq!(json["actions"][0]["kind"], "suspend_export");

    let silent = serde_json::to_value(RunOfRegion::of(&RegionHealth::default())).unwrap();
    assert!(silent["cluster"].is_null() && silent["waiting_exports"].is_null());
    assert!(RunOfRegion::of(&RegionHealth::default()).blocks().is_empty());
}

#[test]
fn a_cluster_that_is_silent_is_told_and_none_is_not() {
    let mut health = RegionHealth {
        cluster: Some(api::ClusterHealth { state: ClusterState::Silent.into(), ..Default::default() }),
        ..Default::default()
    };
    assert_eq!(RunOfRegion::of(&health).blocks()[0].0, "Kubernetes antwoordt niet");

    health.cluster.as_mut().unwrap().state = ClusterState::Outside.into();
    assert!(RunOfRegion::of(&health).blocks().is_empty());
}
