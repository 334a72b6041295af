//! From nothing to a region, as the administrator of the namespace, and through every change back to nothing.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::WITHIN;
use super::change::before;
use super::region::{COMPONENTS, Region};
use crate::helm::Release;
use crate::kubectl::{number, text, until};
use crate::report::Report;

/// How long Helm waits.
pub(super) const WAIT: [&str; 3] = ["--wait", "--timeout", "3m"];
/// How long the controllers may take.
pub(super) const SOON: Duration = Duration::from_mins(1);

/// Runs the checks; the region is there afterwards, by the chart before this one. Gives whether it is.
pub async fn run(region: &Region, folder: &Path, report: &mut Report) -> bool {
    report
        .check("who installs administers this namespace and nothing else", WITHIN, namespace_only(region))
        .await;
    report.check("a pod that is not restricted is refused there", WITHIN, restricted(region)).await;
    let installed = report
        .check("helm install, until every component is available", WITHIN, async {
            bring(region, "install", &before(region, folder).await?).await?;
            region.is_available().await
        })
        .await;
    report.check("every migration and no more ran to its end", WITHIN, migrated(region)).await;
    installed.is_some()
}

async fn namespace_only(region: &Region) -> anyhow::Result<()> {
    let installer = &region.installer;
    ensure!(installer.may(&region.namespace, "create", "deployments.apps").await?, "may not install");
    for (namespace, verb, resource) in [
        ("default", "create", "deployments.apps"),
        ("default", "get", "secrets"),
        (region.namespace.as_str(), "create", "clusterroles.rbac.authorization.k8s.io"),
        (region.namespace.as_str(), "create", "namespaces"),
        (region.namespace.as_str(), "create", "customresourcedefinitions.apiextensions.k8s.io"),
    ] {
        ensure!(!installer.may(namespace, verb, resource).await?, "may {verb} {resource} in {namespace}");
    }
    Ok(())
}

async fn restricted(region: &Region) -> anyhow::Result<()> {
    let metadata = json!({"name": "wrong", "namespace": region.namespace});
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [{"name": "wrong", "image": "wrong"}]}});
    match region.cluster.apply(&[pod]).await {
        Ok(()) => bail!("it was taken"),
        Err(error) => {
            let said = format!("{error:#}");
            ensure!(said.contains("violates PodSecurity \"restricted"), "{said}");
            Ok(())
        }
    }
}

/// Installs or upgrades and waits, as users are told to.
pub(super) async fn bring(region: &Region, verb: &str, release: &Release) -> anyhow::Result<()> {
    let said = region.helm.bring(verb, release, &WAIT).await?;
    said.good(&format!("helm {verb}")).map(drop)
}

async fn migrated(region: &Region) -> anyhow::Result<()> {
    until(SOON, async || {
        let jobs = region.cluster.list(&region.namespace, "jobs").await?;
        ensure!(jobs.len() == COMPONENTS.len(), "there are {} jobs", jobs.len());
        for job in &jobs {
            let done = number(job, "/status/succeeded") == 1;
            ensure!(
                done,
                "{} is not done: {}",
                text(job, "/metadata/name"),
                job.pointer("/status").unwrap_or(&Value::Null)
            );
        }
        Ok(())
    })
    .await
    .context("the migrations")
}
