//! Two regions in one cluster, each with an administrator of its own: what happens to one is no concern of the other.

use std::collections::BTreeMap;

use anyhow::ensure;
use serde_json::json;

use super::WITHIN;
use super::change::removed;
use super::install::{SOON, bring};
use super::region::Region;
use crate::kubectl::until;
use crate::report::Report;

/// Runs the checks; installs the second region, and leaves both.
pub async fn run(first: &Region, second: &Region, report: &mut Report) {
    report
        .check("the other Helm installs another region beside it", WITHIN, async {
            bring(second, "install", &second.release).await?;
            until(SOON, async || second.is_available().await).await
        })
        .await;
    report
        .check("neither administrator may look at the other region", WITHIN, async {
            for (one, other) in [(first, second), (second, first)] {
                for resource in ["secrets", "pods", "configmaps"] {
                    let may = one.installer.may(&other.namespace, "get", resource).await?;
                    ensure!(!may, "{} may get {resource} in {}", one.namespace, other.namespace);
                }
            }
            Ok(())
        })
        .await;
    report
        .check("an upgrade of one region changes no object of the other", WITHIN, async {
            let before = second.settled().await?;
            let upgraded =
                first.release.with(&json!({"defaults": {"replicas": 2, "podLabels": {"again": "true"}}}));
            bring(first, "upgrade", &upgraded).await?;
            until(SOON, async || first.is_available().await).await?;
            unchanged(&before, &second.versions().await?)
        })
        .await;
    report
        .check("helm uninstall leaves the volume of exports, and the other region", WITHIN, async {
            let before = second.settled().await?;
            removed(first).await?;
            unchanged(&before, &second.versions().await?)
        })
        .await;
}

fn unchanged(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> anyhow::Result<()> {
    ensure!(before.len() > 30, "only {} objects were looked at", before.len());
    let different: Vec<_> =
        before.iter().filter(|(name, version)| after.get(*name) != Some(version)).collect();
    ensure!(different.is_empty() && before.len() == after.len(), "changed: {different:?}");
    Ok(())
}
