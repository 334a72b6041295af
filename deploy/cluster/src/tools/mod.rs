//! The programs of Kubernetes, and those that users run: built with Go from the modules in `tools/`, once for each version, and kept
//! in the target folder. `CLUSTER_TOOLS` names a folder with programs that are there already.

mod go;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub use go::Unavailable;

/// A module in `tools/`: its folder, the Go module whose version counts, and its programs with their packages.
#[derive(Debug)]
struct Module {
    folder: &'static str,
    versioned: &'static str,
    programs: &'static [(&'static str, &'static str)],
}

/// The modules, what is needed first at the front.
const MODULES: [Module; 6] = [
    Module {
        folder: "kubeconform",
        versioned: "github.com/yannh/kubeconform",
        programs: &[("kubeconform", "github.com/yannh/kubeconform/cmd/kubeconform")],
    },
    Module {
        folder: "helm4",
        versioned: "helm.sh/helm/v4",
        programs: &[("helm4", "helm.sh/helm/v4/cmd/helm")],
    },
    Module {
        folder: "helm3",
        versioned: "helm.sh/helm/v3",
        programs: &[("helm3", "helm.sh/helm/v3/cmd/helm")],
    },
    Module {
        folder: "etcd",
        versioned: "go.etcd.io/etcd/server/v3",
        programs: &[("etcd", "go.etcd.io/etcd/server/v3")],
    },
    Module {
        folder: "kwok",
        versioned: "sigs.k8s.io/kwok",
        programs: &[("kwok", "sigs.k8s.io/kwok/cmd/kwok")],
    },
    Module {
        folder: "kubernetes",
        versioned: "k8s.io/kubernetes",
        programs: &[
            ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
            ("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
            ("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
            ("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
        ],
    },
];

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Tools {
    folders: Vec<PathBuf>,
}

impl Tools {
    /// The programs that `CLUSTER_TOOLS` names, if it is set.
    ///
    /// # Errors
    /// When one of them is not there.
    pub fn given() -> anyhow::Result<Option<Self>> {
        let Some(folder) = std::env::var_os("CLUSTER_TOOLS").filter(|folder| !folder.is_empty()) else {
            return Ok(None);
        };
        let given = Self { folders: vec![PathBuf::from(folder)] };
        for (program, _) in MODULES.iter().flat_map(|module| module.programs) {
            given.program(program).with_context(|| "CLUSTER_TOOLS holds not every program")?;
        }
        Ok(Some(given))
    }

    /// Builds what is not built yet; says what it does.
    ///
    /// # Errors
    /// [`Unavailable`] without Go; else why a build failed.
    pub async fn built(target: &Path, say: &(dyn Fn(&str) + Sync)) -> anyhow::Result<Self> {
        go::build(&MODULES, target, say).await.map(|folders| Self { folders })
    }

    /// Path of a program.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn program(&self, name: &str) -> anyhow::Result<PathBuf> {
        self.folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|program| program.is_file())
            .with_context(|| format!("there is no program {name}"))
    }
}
