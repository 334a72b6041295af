//! A region before it is installed: its namespace, whoever may install in it, and what has to be there.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::helm::{Helm, Release};
use crate::kubectl::Kubectl;
use crate::plane::Plane;

/// The components of a region.
pub const COMPONENTS: [&str; 7] =
    ["gateway", "intake", "matching", "trajectory", "finance", "reporting", "operations"];

/// A region's namespace with everything that README.md of the chart asks for.
#[derive(Debug)]
pub struct Region {
    /// The namespace, named as the region.
    pub namespace: String,
    /// With every right in the cluster.
    pub cluster: Kubectl,
    /// The administrator of the namespace, and of nothing else.
    pub installer: Kubectl,
    /// Helm as that administrator.
    pub helm: Helm,
    /// What is installed.
    pub release: Release,
}

impl Region {
    /// Makes the namespace and what is in it. `helm` is the program that installs.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn prepare(plane: &Plane, id: &str, helm: &str) -> anyhow::Result<Self> {
        let cluster = plane.admin().clone();
        cluster.apply(&objects(id)).await?;
        let token =
            cluster.run(&["create", "token", "installer", "--namespace", id, "--duration=3h"]).await?;
        let config = plane.configuration(&format!("{id}-installer"), token.trim(), id)?;
        let folder = crate::repository().join("deploy/regions").join(id);
        let mut files = vec![("region.file".to_owned(), folder.join("region.toml"))];
        for entry in fs::read_dir(folder.join("programmes"))? {
            let path: PathBuf = entry?.path();
            if let Some(name) = path.file_stem().and_then(|name| name.to_str()) {
                files.push((format!("region.programmes.{name}"), path.clone()));
            }
        }
        Ok(Self {
            namespace: id.to_owned(),
            cluster: cluster.clone(),
            installer: cluster.with(config.clone()),
            helm: Helm::new(plane.tools().program(helm)?, config),
            release: Release {
                name: id.to_owned(),
                namespace: id.to_owned(),
                chart: chart_checks::chart(),
                values: values(id),
                files,
            },
        })
    }

    /// `<release>-<component>`.
    pub fn object(&self, component: &str) -> String {
        format!("{}-{component}", self.release.name)
    }
}

fn values(id: &str) -> Value {
    json!({
        "region": {"id": id, "demo": true},
        "publicUrl": format!("https://{id}.example.org"),
        "database": {"host": "db.example.org", "existingSecret": "databases"},
        "broker": {"host": "mq.example.org", "existingSecret": "broker"},
        "keys": {"existingSecret": "keys"},
        "signIn": {"issuer": "https://id.example.org", "existingSecret": "sign-in"},
    })
}

fn objects(id: &str) -> Vec<Value> {
    let of = |name: &str| json!({"name": name, "namespace": id});
    let secret = |name: &str, keys: Vec<String>| {
        let data: serde_json::Map<_, _> = keys.into_iter().map(|key| (key, json!("a-secret"))).collect();
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": of(name), "stringData": data})
    };
    let roles = ["runtime", "owner"];
    let databases = COMPONENTS.iter().flat_map(|name| roles.map(|role| format!("{name}-{role}"))).collect();
    let users = COMPONENTS.iter().filter(|name| **name != "gateway").map(|name| (*name).to_owned()).collect();
    let keys = ["caller-keys.json", "region.key", "index.key", "gateway.pem", "operations.pem", "export.pem"]
        .map(str::to_owned)
        .into();
    let labels = json!({"pod-security.kubernetes.io/enforce": "restricted"});
    vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": id, "labels": labels}}),
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": of("installer")}),
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": of("installer"),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
            "subjects": [{"kind": "ServiceAccount", "name": "installer", "namespace": id}],
        }),
        secret("databases", databases),
        secret("broker", users),
        secret("keys", keys),
        secret("sign-in", vec!["client-secret".to_owned()]),
        // Nobody provisions volumes here: the one of the exports is there before.
        json!({
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": format!("{id}-exports")},
            "spec": {
                "capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/nowhere"},
                "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": id, "name": format!("{id}-exports")},
            },
        }),
    ]
}
