//! Everything that happens to a region after its install: upgrades, an autoscaler's writes, a way back, a test, its removal.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::WITHIN;
use super::install::{SOON, WAIT, bring};
use super::region::Region;
use crate::helm::Release;
use crate::kubectl::{label, number, text, until};
use crate::report::Report;

/// What every change after the first comes on top of.
fn changed() -> Value {
    json!({"intake": {"settings": {"log": {"filter": "info,chassis=debug"}}}})
}

fn autoscaled() -> Value {
    json!({"intake": {"autoscaling": {"enabled": true, "minReplicas": 2, "maxReplicas": 5}}})
}

/// The chart before this one. None was published yet, so it is this one under a lower version: only what a version changes by itself
/// is seen.
pub(super) async fn before(region: &Region, folder: &std::path::Path) -> anyhow::Result<Release> {
    let chart = region.helm.pack(&region.release.chart, "0.0.9", folder).await?;
    Ok(Release { chart, ..region.release.clone() })
}

/// Runs the checks, from an installed region to none.
pub async fn run(region: &Region, report: &mut Report) {
    report.check("an upgrade to this version starts no pod anew", WITHIN, same_pods(region)).await;
    report.check("helm test", WITHIN, tested(region)).await;
    report
        .check("an upgrade changes the component it is about, and no other", WITHIN, one_component(region))
        .await;
    report.check("helm rollback brings the old pods back", WITHIN, back(region)).await;
    report
        .check("an upgrade keeps the pods that the autoscaler wanted", WITHIN, keeps_replicas(region))
        .await;
    report
        .check(
            "an upgrade whose schema does not come leaves the old pods working, and can be taken back",
            WITHIN,
            schema_does_not_come(region),
        )
        .await;
}

async fn same_pods(region: &Region) -> anyhow::Result<()> {
    let pods = pods(region).await?;
    let generations = region.generations().await?;
    bring(region, "upgrade", &region.release).await?;
    until(SOON, async || region.is_available().await).await?;
    let deployment = region.deployment("intake").await?;
    let chart = text(&deployment, "/metadata/labels/helm.sh~1chart");
    ensure!(!chart.ends_with("-0.0.9"), "the labels still say {chart}");
    ensure!(region.generations().await? == generations, "deployments were changed");
    ensure!(self::pods(region).await? == pods, "pods were started anew");
    Ok(())
}

/// Pods that serve.
async fn pods(region: &Region) -> anyhow::Result<BTreeSet<String>> {
    let pods = region.cluster.list(&region.namespace, "pods").await?;
    let serving = pods.iter().filter(|pod| {
        text(pod, "/metadata/ownerReferences/0/kind") == "ReplicaSet"
            && pod.pointer("/metadata/deletionTimestamp").is_none()
    });
    Ok(serving.map(label).collect())
}

async fn tested(region: &Region) -> anyhow::Result<()> {
    let release = &region.release.name;
    let said =
        region.helm.run(&["test", release, "--namespace", &region.namespace, "--timeout", "2m"]).await?;
    ensure!(said.contains("Succeeded"), "{said}");
    Ok(())
}

async fn one_component(region: &Region) -> anyhow::Result<()> {
    let before = region.generations().await?;
    bring(region, "upgrade", &region.release.with(&changed())).await?;
    until(SOON, async || region.is_available().await).await?;
    let after = region.generations().await?;
    let different: Vec<_> =
        after.iter().filter(|(name, generation)| before.get(*name) != Some(generation)).collect();
    let only = matches!(different.as_slice(), [(name, _)] if name.ends_with("-intake"));
    ensure!(only, "changed: {different:?}");
    ensure!(filter(region).await? == "info,chassis=debug", "intake was not told");
    Ok(())
}

/// What intake is told to log; the default when nothing.
async fn filter(region: &Region) -> anyhow::Result<String> {
    let deployment = region.deployment("intake").await?;
    let told = deployment.pointer("/spec/template/spec/containers/0/env").and_then(Value::as_array);
    let found = told.into_iter().flatten().find(|one| text(one, "/name") == "INTAKE_LOG__FILTER");
    Ok(found.map(|one| text(one, "/value").to_owned()).unwrap_or_default())
}

async fn back(region: &Region) -> anyhow::Result<()> {
    let release = &region.release.name;
    let rollback = ["rollback", release, "--namespace", &region.namespace, "--wait", "--timeout", "3m"];
    region.helm.run(&rollback).await?;
    until(SOON, async || region.is_available().await).await?;
    let filter = filter(region).await?;
    ensure!(filter.is_empty(), "intake is still told {filter}");
    Ok(())
}

async fn keeps_replicas(region: &Region) -> anyhow::Result<()> {
    let scaled = region.release.with(&autoscaled());
    bring(region, "upgrade", &scaled).await?;
    let replicas =
        async || -> anyhow::Result<i64> { Ok(number(&region.deployment("intake").await?, "/spec/replicas")) };
    // The controller itself: fewer than the least are too few, whatever the metrics say.
    until(SOON, async || {
        let now = replicas().await?;
        ensure!(now == 2, "the autoscaler left {now} pods");
        Ok(())
    })
    .await?;
    // What it would write under load; no metrics here.
    let deployment = region.object("intake");
    region
        .cluster
        .run(&["scale", "deployment", &deployment, "--namespace", &region.namespace, "--replicas=4"])
        .await?;
    bring(region, "upgrade", &scaled.with(&changed())).await?;
    let kept = replicas().await?;
    ensure!(kept == 4, "after the upgrade {kept} pods are wanted");
    until(SOON, async || region.is_available().await).await?;
    // As UPGRADING.md of the chart says: an autoscaler writes once more while it goes, so it goes first, and its field is taken over.
    let autoscaler = ["delete", "horizontalpodautoscaler", &deployment, "--namespace", &region.namespace];
    region.installer.run(&autoscaler).await?;
    // Helm 3 has no such conflicts.
    let mut more = WAIT.to_vec();
    more.extend((region.helm.major().await? > 3).then_some("--force-conflicts"));
    let said = region.helm.bring("upgrade", &region.release, &more).await?;
    said.good("helm upgrade without autoscaler")?;
    until(SOON, async || region.is_available().await).await
}

/// A new image whose migration does not end: the new pods wait for its schema in their init container, and the old ones serve.
async fn schema_does_not_come(region: &Region) -> anyhow::Result<()> {
    let before = pods(region).await?;
    let broken = region.release.with(&json!({
        "intake": {"image": {"tag": "9.9.9"}, "podLabels": {"verify-cluster/waits": "true"}},
    }));
    let said = region.helm.bring("upgrade", &broken, &["--wait", "--timeout", "15s"]).await?;
    // Not otherwise: a refusal would prove nothing.
    ensure!(
        !said.well && said.err.contains("context deadline exceeded"),
        "helm says: {}{}",
        said.out,
        said.err
    );
    let deployment = region.deployment("intake").await?;
    let available = number(&deployment, "/status/availableReplicas");
    ensure!(available == 1, "{available} pods of intake work");
    let now = pods(region).await?;
    ensure!(before.is_subset(&now), "old pods went: {:?}", before.difference(&now));
    let release = &region.release.name;
    region
        .helm
        .run(&["rollback", release, "--namespace", &region.namespace, "--wait", "--timeout", "3m"])
        .await?;
    until(SOON, async || region.is_available().await).await?;
    ensure!(pods(region).await? == before, "the way back started pods anew");
    Ok(())
}

/// Removes the release, and says what may stay.
pub(super) async fn removed(region: &Region) -> anyhow::Result<()> {
    let release = &region.release.name;
    region
        .helm
        .run(&["uninstall", release, "--namespace", &region.namespace, "--wait", "--timeout", "3m"])
        .await?;
    until(SOON, async || {
        let left: Vec<_> = region.names().await?;
        let pods = region.cluster.list(&region.namespace, "pods").await?;
        let (kept, test) =
            (format!("PersistentVolumeClaim/{release}-exports"), format!("Job/{release}-test"));
        let pods: Vec<_> =
            pods.iter().map(label).filter(|pod| !pod.starts_with(&format!("Pod/{release}-test-"))).collect();
        let wrong: Vec<_> =
            left.iter().filter(|name| **name != kept && **name != test).chain(&pods).collect();
        ensure!(wrong.is_empty(), "still there: {wrong:?}");
        ensure!(left.contains(&kept), "the volume of exports went: {left:?}");
        Ok(())
    })
    .await?;
    // Helm leaves what a test made; it goes by itself.
    let test = region.cluster.get(&region.namespace, &["job", &format!("{release}-test")]).await;
    match test {
        Ok(test) if number(&test, "/spec/ttlSecondsAfterFinished") == 0 => {
            bail!("the Job of helm test stays for ever")
        }
        Ok(_) => Ok(()),
        Err(error) => Err(error).context("the Job of helm test"),
    }
}
