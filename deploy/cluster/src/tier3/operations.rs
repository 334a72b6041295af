//! What operations sees of a region in a real API server, what it may do there, and what it does when nobody answers.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bondgenoot::verify::Servers;
use proto::operations::v1::{
    ActionState, ClusterState, ListExportSchedulesRequest, ResumeExportRequest, RunExportRequest, RunState,
    SuspendExportRequest,
};
use serde_json::{Value, json};
use tonic::Request;

use super::WITHIN;
use super::install::{SOON, bring};
use super::process::Operations;
use super::region::{COMPONENTS, Region};
use crate::kubectl::{label, number, text, until};
use crate::plane::Plane;
use crate::report::Report;

/// How soon operations has to see what happened.
const SEEN: Duration = Duration::from_secs(5);

/// Runs the checks on an installed region.
pub async fn run(plane: &Plane, region: &Region, servers: &Servers, report: &mut Report) {
    let started = Operations::start(plane, region, servers);
    let what = "operations starts with what the chart tells its pod, as its service account";
    let Some(operations) = report.check(what, WITHIN, started).await else { return };
    report.check("it sees every component, and what it may do", WITHIN, sees(region, &operations)).await;
    report
        .check("`bondgenoot status` beside it shows what it sees", WITHIN, status(region, &operations))
        .await;
    report.check("it may do what its role says and nothing more", WITHIN, rights(region, &operations)).await;
    report
        .check(
            "it says within 5 s that a pod crashes, and that it works again",
            WITHIN,
            crash(region, &operations),
        )
        .await;
    report
        .check("it runs an export once for a key, and sees how it ended", WITHIN, export(region, &operations))
        .await;
    report
        .check(
            "it suspends an export, an upgrade leaves it so, and it goes on again",
            WITHIN,
            suspended(region, &operations),
        )
        .await;
    report
        .check(
            "the API server goes and comes back: it says both, and is the same process",
            WITHIN,
            silence(plane, &operations),
        )
        .await;
    // Nothing of it is kept; what does not stop is killed when it is dropped.
    let _ = operations.process.stop().await;
}

async fn sees(region: &Region, operations: &Operations) -> anyhow::Result<()> {
    until(SOON, async || {
        let cluster = operations.health().await?.cluster.context("nothing of Kubernetes")?;
        ensure!(cluster.state() == ClusterState::Answering, "Kubernetes is {:?}", cluster.state());
        ensure!(cluster.namespace == region.namespace, "it looks at {}", cluster.namespace);
        ensure!(cluster.components.len() == COMPONENTS.len(), "components: {:?}", cluster.components);
        for component in &cluster.components {
            let (wanted, works) = (component.desired, component.available);
            ensure!(wanted > 0 && works == wanted && !component.pods.is_empty(), "{component:?}");
        }
        let schedules: Vec<_> = cluster.schedules.iter().map(|schedule| schedule.schedule.as_str()).collect();
        ensure!(
            schedules == [region.object("finance-export-nightly"), region.object("intake-forget")],
            "{schedules:?}"
        );
        ensure!(cluster.may_run && cluster.may_suspend, "it believes that it may not act");
        Ok(())
    })
    .await
}

async fn status(region: &Region, operations: &Operations) -> anyhow::Result<()> {
    let screen = operations.status().await?;
    let cluster = screen.get("cluster").context("nothing of Kubernetes")?;
    ensure!(text(cluster, "/state") == "answering", "Kubernetes is {}", text(cluster, "/state"));
    ensure!(text(cluster, "/namespace") == region.namespace, "it looks at {}", text(cluster, "/namespace"));
    let services = screen.get("services").and_then(Value::as_array).context("no services")?;
    let ready = services.iter().filter(|service| service.get("ready") == Some(&Value::Bool(true)));
    let ready: Vec<&str> = ready.map(|service| text(service, "/service")).collect();
    ensure!(
        services.len() == COMPONENTS.len() && ready == ["operations"],
        "ready of {services:?}: {ready:?}"
    );
    Ok(())
}

async fn rights(region: &Region, operations: &Operations) -> anyhow::Result<()> {
    let account = &operations.account;
    let namespace = region.namespace.as_str();
    for resource in
        ["deployments.apps", "pods", "jobs.batch", "cronjobs.batch", "horizontalpodautoscalers.autoscaling"]
    {
        for verb in ["get", "list", "watch"] {
            ensure!(account.may(namespace, verb, resource).await?, "it may not {verb} {resource}");
        }
    }
    for (verb, resource) in [("create", "jobs.batch"), ("patch", "cronjobs.batch")] {
        ensure!(account.may(namespace, verb, resource).await?, "it may not {verb} {resource}");
    }
    for (namespace, verb, resource) in [
        (namespace, "get", "secrets"),
        (namespace, "list", "secrets"),
        (namespace, "create", "pods"),
        (namespace, "delete", "pods"),
        (namespace, "create", "pods/exec"),
        (namespace, "get", "pods/log"),
        (namespace, "patch", "deployments.apps"),
        (namespace, "delete", "jobs.batch"),
        (namespace, "create", "cronjobs.batch"),
        (namespace, "create", "rolebindings.rbac.authorization.k8s.io"),
        ("default", "list", "pods"),
        ("kube-system", "get", "secrets"),
    ] {
        ensure!(!account.may(namespace, verb, resource).await?, "it may {verb} {resource} in {namespace}");
    }
    // Not only by its own word.
    let said = account.said(&["get", "secret", "keys", "--namespace", namespace]).await?;
    ensure!(!said.well && said.err.contains("Forbidden"), "it read a Secret: {}{}", said.out, said.err);
    Ok(())
}

async fn crash(region: &Region, operations: &Operations) -> anyhow::Result<()> {
    let pods = region.cluster.list(&region.namespace, "pods").await?;
    let pod = pods
        .iter()
        .find(|pod| label(pod).starts_with(&format!("Pod/{}", region.object("trajectory-"))) && runs(pod));
    let pod = pod.map(|pod| text(pod, "/metadata/name")).context("no pod of trajectory")?;
    let labelled = async |value: &str| {
        region.cluster.run(&["label", "pod", pod, "--namespace", &region.namespace, value]).await.map(drop)
    };
    let finding = async || -> anyhow::Result<Option<String>> {
        let health = operations.health().await?;
        let found =
            health.findings.iter().find(|one| one.code == "PODS_FAILING" && one.subject == "trajectory");
        Ok(found.map(|one| one.message.clone()))
    };
    ensure!(finding().await?.is_none(), "it says so before anything happened");
    labelled("verify-cluster/crashes=true").await?;
    let message = until(SEEN, async || finding().await?.context("it says nothing")).await?;
    ensure!(message.contains("OOMKilled") && message.contains(pod), "it says: {message}");
    labelled("verify-cluster/crashes-").await?;
    until(SEEN, async || {
        let still = finding().await?;
        ensure!(still.is_none(), "it still says: {still:?}");
        Ok(())
    })
    .await
}

fn runs(pod: &Value) -> bool {
    text(pod, "/status/phase") == "Running"
}

fn keyed<T>(key: &str, message: T) -> anyhow::Result<Request<T>> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("idempotency-key", key.parse()?);
    Ok(request)
}

async fn export(region: &Region, operations: &Operations) -> anyhow::Result<()> {
    let mut client = operations.actions()?;
    let schedule = region.object("finance-export-nightly");
    let asked = RunExportRequest {
        schedule: schedule.clone(),
        period: "2024-Q1".to_owned(),
        again: false,
        reason: "a check of the cluster".to_owned(),
    };
    let mut names = Vec::new();
    for _ in 0..2 {
        let action = client
            .run_export(keyed("run-1", asked.clone())?)
            .await?
            .into_inner()
            .action
            .context("no action")?;
        ensure!(action.state() == ActionState::Done, "{action:?}");
        names.push(action.job);
    }
    let [name, again] = names.as_slice() else { bail!("two answers") };
    ensure!(name == again, "the same key started {name} and {again}");
    let job = until(SOON, async || {
        let job = region.cluster.get(&region.namespace, &["job", name]).await?;
        ensure!(
            number(&job, "/status/succeeded") == 1,
            "the job is not done: {}",
            job.pointer("/status").unwrap_or(&Value::Null)
        );
        Ok(job)
    })
    .await?;
    ensure!(text(&job, "/metadata/ownerReferences/0/name") == schedule, "it belongs to nobody");
    let arguments = job.pointer("/spec/template/spec/containers/0/args");
    ensure!(arguments == Some(&json!(["export", "--period", "2024-Q1"])), "it runs {arguments:?}");
    let jobs = region.cluster.list(&region.namespace, "jobs").await?;
    let made = jobs.iter().filter(|job| text(job, "/metadata/ownerReferences/0/name") == schedule).count();
    ensure!(made == 1, "{made} jobs were made");
    until(SEEN, async || {
        let list = client.list_export_schedules(ListExportSchedulesRequest::default()).await?.into_inner();
        let found = list.schedules.iter().find(|one| one.schedule == schedule).context("no schedule")?;
        let run = found.runs.iter().find(|run| run.job == *name).context("no run")?;
        ensure!(run.manual && run.state() == RunState::Succeeded, "{run:?}");
        Ok(())
    })
    .await
}

async fn suspended(region: &Region, operations: &Operations) -> anyhow::Result<()> {
    let mut client = operations.actions()?;
    let schedule = region.object("finance-export-nightly");
    let is_suspended = async || -> anyhow::Result<bool> {
        let found = region.cluster.get(&region.namespace, &["cronjob", &schedule]).await?;
        Ok(found.pointer("/spec/suspend") == Some(&json!(true)))
    };
    let reason = "a check of the cluster".to_owned();
    let asked = SuspendExportRequest { schedule: schedule.clone(), reason: reason.clone() };
    client.suspend_export(keyed("suspend-1", asked)?).await?;
    ensure!(is_suspended().await?, "the schedule goes on");
    let changed = region.release.with(&json!({"finance": {"exports": {"backoffLimit": 2}}}));
    bring(region, "upgrade", &changed).await?;
    ensure!(is_suspended().await?, "the upgrade let it go on");
    let asked = ResumeExportRequest { schedule: schedule.clone(), reason };
    client.resume_export(keyed("resume-1", asked)?).await?;
    ensure!(!is_suspended().await?, "the schedule stays suspended");
    Ok(())
}

async fn silence(plane: &Plane, operations: &Operations) -> anyhow::Result<()> {
    let process = operations.process.pid();
    let state = async || -> anyhow::Result<(ClusterState, bool)> {
        let health = operations.health().await?;
        let told = health.findings.iter().any(|finding| finding.code == "CLUSTER_UNREACHABLE");
        Ok((health.cluster.context("nothing of Kubernetes")?.state(), told))
    };
    plane.api().kill().await?;
    until(Duration::from_secs(30), async || {
        let now = state().await?;
        ensure!(now == (ClusterState::Silent, true), "it says {now:?}");
        Ok(())
    })
    .await
    .context("while the API server is away")?;
    plane.api().start_again()?;
    plane.answers().await?;
    until(SOON, async || {
        let now = state().await?;
        ensure!(now == (ClusterState::Answering, false), "it says {now:?}");
        Ok(())
    })
    .await
    .context("after the API server came back")?;
    ensure!(
        process.is_some() && operations.process.pid() == process,
        "operations ended: {}",
        operations.process.log_tail()
    );
    Ok(())
}
