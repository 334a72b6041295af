//! Building with Go. Each module has its own versions, written down in its `go.mod` and `go.sum`; what was built is known by both,
//! by the version of Go, and by what is linked in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use tokio::process::Command;
use tokio::time::Instant;

use super::Module;
use crate::report::seconds;

/// There is no Go on this machine, so nothing can be built.
#[derive(Debug)]
pub struct Unavailable;

impl std::fmt::Display for Unavailable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(
            "there is no Go (1.26 or newer): install it from go.dev, or name a folder with the programs in CLUSTER_TOOLS",
        )
    }
}

impl std::error::Error for Unavailable {}

/// Builds every module that is not built yet; gives the folder with programs of each.
pub(super) async fn build(
    modules: &[Module],
    target: &Path,
    say: &(dyn Fn(&str) + Sync),
) -> anyhow::Result<Vec<PathBuf>> {
    let kept = target.join("cluster-tools");
    fs::create_dir_all(&kept)?;
    // Several runs may want the same programs.
    let lock = fs::File::options().create(true).append(true).open(kept.join(".lock"))?;
    lock.lock()?;
    let mut folders = Vec::new();
    let mut go = None;
    let cache = kept.join("go-cache");
    for module in modules {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools").join(module.folder);
        let version = version_of(&fs::read_to_string(source.join("go.mod"))?, module.versioned)?;
        if go.is_none() {
            go = Some(Go::find().await?);
        }
        let go = go.as_ref().context("Go was found")?;
        let linked = linked_in(module.folder, &version);
        let folder = kept.join(format!("{}-{}", module.folder, mark(&source, go, &linked)?));
        if !folder.is_dir() {
            let begun = Instant::now();
            say(&format!("building {} {version} with Go", module.folder));
            for old in fs::read_dir(&kept)? {
                let old = old?;
                let name = old.file_name();
                if name.to_str().is_some_and(|name| name.starts_with(&format!("{}-", module.folder))) {
                    fs::remove_dir_all(old.path())?;
                }
            }
            let fresh = tempfile::Builder::new().prefix("building-").tempdir_in(&kept)?;
            for (name, package) in module.programs {
                go.build(&source, package, &linked, &fresh.path().join(name), &cache).await?;
            }
            // Whole or not at all.
            fs::rename(fresh.keep(), &folder)?;
            say(&format!("built {} {version} in {}", module.folder, seconds(begun.elapsed())));
        }
        folders.push(folder);
    }
    // Gigabytes that only the next version would use, and that one hardly.
    if cache.exists() {
        fs::remove_dir_all(&cache)?;
    }
    Ok(folders)
}

/// `-ldflags` that tell a program its version: Helm compares it with the chart, and clients with servers.
fn linked_in(folder: &str, version: &str) -> String {
    let set = match folder {
        "helm3" => format!("-X helm.sh/helm/v3/internal/version.version={version}"),
        "helm4" => format!("-X helm.sh/helm/v4/internal/version.version={version}"),
        "kubernetes" => {
            let minor = version.split('.').nth(1).unwrap_or_default();
            let base = "k8s.io/component-base/version";
            format!(
                "-X {base}.gitVersion={version} -X {base}.gitMajor=1 -X {base}.gitMinor={minor} -X {base}.gitTreeState=clean \
                 -X {base}.buildDate=1970-01-01T00:00:00Z -X k8s.io/client-go/pkg/version.gitVersion={version}"
            )
        }
        _ => String::new(),
    };
    format!("-s -w {set}").trim_end().to_owned()
}

fn version_of(manifest: &str, module: &str) -> anyhow::Result<String> {
    let required = manifest.lines().filter(|line| !line.contains("=>")).filter_map(|line| {
        let mut words = line.trim().trim_start_matches("require ").split_whitespace();
        (words.next()? == module).then(|| words.next())?
    });
    let mut versions = required.filter(|version| version.starts_with('v'));
    versions.next().map(str::to_owned).with_context(|| format!("go.mod names no version of {module}"))
}

/// Changes with everything that the programs are made of.
fn mark(source: &Path, go: &Go, linked: &str) -> anyhow::Result<String> {
    let mut digest = Sha256::new();
    for file in ["go.mod", "go.sum"] {
        digest.update(fs::read(source.join(file))?);
    }
    digest.update(&go.version);
    digest.update(linked);
    Ok(hex::encode(digest.finalize()).chars().take(16).collect())
}

#[derive(Debug)]
struct Go {
    program: PathBuf,
    version: String,
}

impl Go {
    async fn find() -> anyhow::Result<Self> {
        for program in ["go", "/usr/local/go/bin/go"] {
            let asked = Command::new(program)
                .args(["env", "GOVERSION"])
                .stdin(Stdio::null())
                .kill_on_drop(true)
                .output();
            if let Ok(answer) = asked.await
                && answer.status.success()
            {
                let version = String::from_utf8(answer.stdout)?.trim().to_owned();
                return Ok(Self { program: PathBuf::from(program), version });
            }
        }
        Err(Unavailable.into())
    }

    async fn build(
        &self,
        source: &Path,
        package: &str,
        linked: &str,
        to: &Path,
        cache: &Path,
    ) -> anyhow::Result<()> {
        let built = Command::new(&self.program)
            .current_dir(source)
            .args(["build", "-trimpath", "-mod=readonly", "-buildvcs=false", "-ldflags", linked, "-o"])
            .arg(to)
            .arg(package)
            .env("CGO_ENABLED", "0")
            .env("GOCACHE", cache)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .context("go cannot be started")?;
        if !built.status.success() {
            bail!("go build {package} failed: {}", String::from_utf8_lossy(&built.stderr).trim_end());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_that_of_the_requirement_and_not_of_a_replacement() {
        let manifest = "replace k8s.io/kubernetes => x v9\ntool k8s.io/kubernetes/cmd/x\nrequire (\n\tk8s.io/kubernetes v1.36.5 // indirect\n)\n";

        assert_eq!(version_of(manifest, "k8s.io/kubernetes").unwrap(), "v1.36.5");
        assert!(version_of(manifest, "k8s.io/api").is_err());
    }

    #[test]
    fn every_module_names_its_version_and_what_is_linked_in_names_it_too() {
        for module in &super::super::MODULES {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools").join(module.folder);
            let version =
                version_of(&fs::read_to_string(source.join("go.mod")).unwrap(), module.versioned).unwrap();
            let linked = linked_in(module.folder, &version);

            let tells = ["helm3", "helm4", "kubernetes"].contains(&module.folder);
            assert_eq!(linked.contains(&version), tells, "{linked}");
        }
    }
}
