use serde_json::{Value, json};

use super::*;

fn object<K: serde::de::DeserializeOwned>(value: Value) -> Arc<K> {
    Arc::new(serde_json::from_value(value).unwrap())
}

fn deployment() -> Arc<Deployment> {
    object(json!({
        "metadata": {"name": "waasland-trajectory", "labels": {COMPONENT: "trajectory"}},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "t"}}, "template": {}},
        "status": {"availableReplicas": 1, "updatedReplicas": 2, "conditions": [
            {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]}
    }))
}

fn pod(name: &str, label: &str, status: Value) -> Arc<Pod> {
    object(json!({"metadata": {"name": name, "labels": {"app": label}}, "status": status}))
}

fn container(state: Value, last: Value) -> Value {
    json!({"containerStatuses": [
        {"name": "c", "image": "i", "imageID": "", "ready": false, "restartCount": 3, "state": state, "lastState": last}]})
}

fn trouble_of(status: Value) -> Option<String> {
    from_pod(&pod("p", "t", status)).trouble
}

#[test]
fn a_component_has_the_pods_its_selector_finds_and_its_autoscaler() {
    let autoscaler = object(json!({
        "metadata": {"name": "h"},
        "spec": {"maxReplicas": 4, "scaleTargetRef": {"kind": "Deployment", "name": "waasland-trajectory"}},
        "status": {"desiredReplicas": 4, "conditions": []}
    }));
    let ready = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
    let pods = [pod("b", "t", ready.clone()), pod("a", "t", json!({})), pod("c", "other", ready)];

    let seen = components(&[deployment()], &pods, &[autoscaler]);

    let one = &seen[0];
    assert_eq!((one.name.as_str(), one.desired, one.available, one.updated), ("trajectory", 2, 1, 2));
    assert_eq!(one.stuck.as_deref(), Some("ProgressDeadlineExceeded"));
    assert_eq!(one.autoscaler, Some(AutoscalerSeen { desired: 4, most: 4 }));
    let pods: Vec<_> = one.pods.iter().map(|pod| (pod.name.as_str(), pod.ready)).collect();
    assert_eq!(pods, [("a", false), ("b", true)]);
}

#[test]
fn a_pod_says_why_it_does_not_work_and_one_that_starts_says_nothing() {
    let waiting = |reason: &str| json!({"waiting": {"reason": reason}});
    let ended = |reason: &str| json!({"terminated": {"exitCode": 137, "reason": reason}});

    assert_eq!(trouble_of(container(waiting("ContainerCreating"), json!({}))), None);
    assert_eq!(trouble_of(container(json!({"running": {}}), ended("Error"))), None, "it works again");
    let crashing = container(waiting("CrashLoopBackOff"), ended("Error"));
    assert_eq!(trouble_of(crashing).as_deref(), Some("CrashLoopBackOff"));
    let starved = container(waiting("CrashLoopBackOff"), ended("OOMKilled"));
    assert_eq!(trouble_of(starved).as_deref(), Some("OOMKilled"));
    assert_eq!(trouble_of(container(ended("Error"), json!({}))).as_deref(), Some("Error"));
    let homeless =
        json!({"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]});
    assert_eq!(trouble_of(homeless).as_deref(), Some("Unschedulable"));
    assert_eq!(trouble_of(json!({"phase": "Failed", "reason": "Evicted"})).as_deref(), Some("Evicted"));
}

#[test]
fn a_schedule_has_its_own_jobs_the_newest_first() {
    let cron_job: Arc<CronJob> = object(json!({
        "metadata": {"name": "export"},
        "spec": {"schedule": "15 4 * * *", "timeZone": "Europe/Brussels", "suspend": true, "jobTemplate": {}},
        "status": {"lastScheduleTime": "2026-11-22T03:15:00Z", "lastSuccessfulTime": "2026-11-21T03:15:09Z"}
    }));
    let job = |name: &str, owner: &str, started: &str, condition: Option<&str>, manual: bool| -> Arc<Job> {
        let conditions: Vec<Value> = condition
            .iter()
            .map(|kind| {
                json!({"type": kind, "status": "True", "reason": "BackoffLimitExceeded",
                               "lastTransitionTime": "2026-11-22T03:20:00Z"})
            })
            .collect();
        let annotations = if manual { json!({MANUAL.0: MANUAL.1}) } else { json!({}) };
        object(json!({
            "metadata": {"name": name, "annotations": annotations,
                "ownerReferences": [{"apiVersion": "batch/v1", "kind": "CronJob", "name": owner, "uid": "u"}]},
            "status": {"startTime": started, "conditions": conditions}
        }))
    };
    let jobs = [
        job("old", "export", "2026-11-21T03:15:00Z", Some("Complete"), false),
        job("new", "export", "2026-11-22T03:15:00Z", Some("Failed"), false),
        job("now", "export", "2026-11-22T09:00:00Z", None, true),
        job("stranger", "other", "2026-11-22T09:00:00Z", None, true),
    ];

    let seen = schedules(&[cron_job], &jobs);

    let one = &seen[0];
    assert!(one.suspended && one.time_zone == "Europe/Brussels");
    let next = one.times.as_ref().unwrap().next("2026-11-22T12:00:00Z".parse().unwrap());
    assert_eq!(next.unwrap().to_string(), "2026-11-23T03:15:00Z");
    let runs: Vec<_> = one.runs.iter().map(|run| (run.job.as_str(), run.manual)).collect();
    assert_eq!(runs, [("now", true), ("new", false), ("old", false)]);
    let failed = one.last_ended().unwrap();
    assert_eq!(failed.state, RunState::Failed { reason: "BackoffLimitExceeded".to_owned() });
    assert_eq!(failed.ended.unwrap().to_string(), "2026-11-22T03:20:00Z");
    assert!(one.is_running());
}
