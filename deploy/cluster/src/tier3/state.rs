//! What is in a namespace, asked in the words of the checks.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{bail, ensure};
use serde_json::Value;

use super::region::{COMPONENTS, Region};
use crate::kubectl::{label, number, text, until};

/// What makes up a release and is not written by controllers all the time.
const KINDS: &str = "deployments,services,configmaps,jobs,cronjobs,serviceaccounts,roles,rolebindings,persistentvolumeclaims,\
                     poddisruptionbudgets,horizontalpodautoscalers";

impl Region {
    /// A deployment of the release.
    pub async fn deployment(&self, component: &str) -> anyhow::Result<Value> {
        self.cluster.get(&self.namespace, &["deployment", &self.object(component)]).await
    }

    /// That every component has as many available pods of its newest version as it wants.
    pub async fn is_available(&self) -> anyhow::Result<()> {
        let deployments = self.cluster.list(&self.namespace, "deployments").await?;
        ensure!(deployments.len() == COMPONENTS.len(), "there are {} deployments", deployments.len());
        for deployment in &deployments {
            let wanted = number(deployment, "/spec/replicas");
            let seen = ["/status/availableReplicas", "/status/updatedReplicas", "/status/replicas"]
                .map(|place| number(deployment, place));
            let current = number(deployment, "/metadata/generation")
                == number(deployment, "/status/observedGeneration");
            if wanted < 1 || !current || seen != [wanted; 3] {
                bail!("{}: wanted {wanted}; available, updated, all: {seen:?}", label(deployment));
            }
        }
        Ok(())
    }

    /// Everything of the release with its version: what nobody touches stays the same.
    pub async fn versions(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let objects = self.cluster.list(&self.namespace, KINDS).await?;
        let of_release = objects.iter().filter(|object| {
            object.pointer("/metadata/labels/app.kubernetes.io~1instance").and_then(Value::as_str)
                == Some(self.release.name.as_str())
        });
        Ok(of_release
            .map(|object| (label(object), text(object, "/metadata/resourceVersion").to_owned()))
            .collect())
    }

    /// The same, once the controllers have nothing left to write.
    pub async fn settled(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let mut before = self.versions().await?;
        until(Duration::from_secs(30), async || {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let now = self.versions().await?;
            let rests = now == before;
            before.clone_from(&now);
            ensure!(rests, "objects of {} go on changing", self.release.name);
            Ok(now)
        })
        .await
    }

    /// The generation of each deployment: it rises when what is wanted changes.
    pub async fn generations(&self) -> anyhow::Result<BTreeMap<String, i64>> {
        let deployments = self.cluster.list(&self.namespace, "deployments").await?;
        Ok(deployments
            .iter()
            .map(|deployment| (label(deployment), number(deployment, "/metadata/generation")))
            .collect())
    }

    /// Objects of the release that are there.
    pub async fn names(&self) -> anyhow::Result<Vec<String>> {
        Ok(self.versions().await?.into_keys().collect())
    }
}
