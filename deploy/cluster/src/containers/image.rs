//! Building the image of the product as `docker/Dockerfile` says, and looking into it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::bases::{RUST, registry, toolchain};
use super::{Bases, Containers};

/// The name that compose gives it.
pub const NAME: &str = "localhost/bondgenoot:dev";

/// What was built.
#[derive(Debug, Clone)]
pub struct BuiltImage {
    /// Hash of its configuration and so of all its content.
    pub id: String,
    /// Its bytes, unpacked.
    pub bytes: u64,
    config: Value,
}

/// Builds it; `again` without any layer of before.
///
/// # Errors
/// With what buildah said.
pub async fn build(
    containers: &Containers,
    bases: &Bases,
    checkout: &Path,
    again: bool,
) -> anyhow::Result<BuiltImage> {
    let git = async |arguments: &[&str]| -> anyhow::Result<String> {
        let place = checkout.display().to_string();
        let mut all = vec!["-C", place.as_str()];
        all.extend(arguments);
        Ok(containers.run("git", &all).await?.good("git")?.trim().to_owned())
    };
    let revision = format!("REVISION={}", git(&["rev-parse", "HEAD"]).await?);
    let epoch = git(&["log", "-1", "--format=%ct"]).await?;
    let time = format!("SOURCE_DATE_EPOCH={epoch}");
    let registry = format!("{}:/usr/local/cargo/registry", registry()?.display());
    let rust = format!("{}:{RUST}:ro", toolchain(containers).await?);
    let (builder, runtime) =
        (format!("BUILDER_IMAGE={}", bases.builder), format!("RUNTIME_IMAGE={}", bases.runtime));
    let (file, place) =
        (checkout.join("docker/Dockerfile").display().to_string(), checkout.display().to_string());
    let mut arguments =
        vec!["build", "--isolation", "chroot", "--pull-never", "--network", "host", "--quiet"];
    arguments.push(if again { "--no-cache" } else { "--layers" });
    arguments.extend([
        "--timestamp",
        &epoch,
        "-v",
        &registry,
        "-v",
        &rust,
        "-v",
        "/etc/ssl/certs:/etc/ssl/certs:ro",
    ]);
    for argument in [&builder, &runtime, &revision, &time] {
        arguments.extend(["--build-arg", argument]);
    }
    arguments.extend(["-t", NAME, "-f", &file, &place]);
    let said = containers.run("buildah", &arguments).await?;
    if !said.well {
        let all: Vec<&str> = said.out.lines().chain(said.err.lines()).collect();
        bail!("buildah build:\n{}", all.get(all.len().saturating_sub(40)..).unwrap_or_default().join("\n"));
    }
    look(containers).await
}

/// Takes the image of an archive (`oci-archive`) that is there already, as `CLUSTER_IMAGE` names it, in place of building one.
///
/// # Errors
/// With what buildah said.
pub async fn load(containers: &Containers, archive: &Path) -> anyhow::Result<BuiltImage> {
    let source = format!("oci-archive:{}", archive.display());
    let id = containers.buildah(&["pull", "--quiet", &source]).await?;
    containers.buildah(&["tag", id.trim(), NAME]).await?;
    look(containers).await
}

async fn look(containers: &Containers) -> anyhow::Result<BuiltImage> {
    let text = containers.podman(&["image", "inspect", NAME]).await?;
    let mut all: Vec<Value> = serde_json::from_str(&text)?;
    let found = all.pop().context("podman image inspect gave nothing")?;
    Ok(BuiltImage {
        id: found.get("Id").and_then(Value::as_str).context("an image without an id")?.to_owned(),
        bytes: found.get("Size").and_then(Value::as_u64).context("an image without a size")?,
        config: found.get("Config").cloned().context("an image without a configuration")?,
    })
}

/// The programs in it.
pub const PROGRAMS: [&str; 8] =
    ["bondgenoot", "finance", "gateway", "intake", "matching", "operations", "reporting", "trajectory"];

impl BuiltImage {
    /// Holds what the image says about itself: nobody runs it, it says where it comes from, nothing of the build is left in it.
    ///
    /// # Errors
    /// With the first thing that is not so.
    pub fn check_configuration(&self) -> anyhow::Result<()> {
        let of = |key: &str| self.config.get(key).cloned().unwrap_or_default();
        ensure!(of("User") == "65532:65532", "it runs as {}", of("User"));
        ensure!(of("StopSignal") == "SIGTERM", "it is stopped with {}", of("StopSignal"));
        let labels: BTreeMap<String, String> = serde_json::from_value(of("Labels"))?;
        for label in ["title", "description", "licenses", "version", "revision"] {
            let value = labels.get(&format!("org.opencontainers.image.{label}"));
            ensure!(
                value.is_some_and(|value| !value.is_empty() && value != "unknown"),
                "its label {label} is {value:?}"
            );
        }
        let variables: Vec<String> = serde_json::from_value(of("Env"))?;
        ensure!(
            variables
                .iter()
                .all(|variable| variable.starts_with("PATH=") || variable.starts_with("SSL_CERT_FILE=")),
            "it keeps variables of the build: {variables:?}"
        );
        Ok(())
    }

    /// Holds what is in it: the programs and nothing to open a shell with, each with the list of what it was built from.
    ///
    /// # Errors
    /// With the first thing that is not so.
    pub async fn check_content(&self, containers: &Containers) -> anyhow::Result<()> {
        let container = containers.podman(&["create", NAME, "bondgenoot"]).await?;
        let container = container.trim().to_owned();
        let mounted = containers.podman(&["mount", &container]).await;
        let looked = mounted.and_then(|root| look_into(Path::new(root.trim())));
        containers.podman(&["umount", &container]).await?;
        containers.podman(&["rm", &container]).await?;
        looked
    }

    /// Runs a program as it runs in a pod: nobody, nothing to write on, no right of the kernel.
    ///
    /// # Errors
    /// With what it said when it did not end well.
    pub async fn run(&self, containers: &Containers, arguments: &[&str]) -> anyhow::Result<String> {
        let mut all =
            vec!["run", "--rm", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"];
        all.extend(["--network=none", "--user=65532:65532", NAME]);
        all.extend(arguments);
        containers.podman(&all).await
    }
}

fn look_into(root: &Path) -> anyhow::Result<()> {
    for program in PROGRAMS {
        let bytes = std::fs::read(root.join("usr/local/bin").join(program))
            .with_context(|| format!("{program} is not in the image"))?;
        // The section of ELF that `cargo auditable` writes.
        ensure!(has(&bytes, b".dep-v0"), "{program} does not say what it was built from");
        let materials = root.join(format!("usr/share/doc/bondgenoot/{program}.cdx.json"));
        let text = std::fs::read(&materials).with_context(|| format!("no bill of materials of {program}"))?;
        let bill: Value = serde_json::from_slice(&text)?;
        let parts = bill.get("components").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(parts > 50, "the bill of materials of {program} names {parts} parts only");
    }
    // What the base brings: the gateway does not start without authorities, and nobody knows what day it is without time zones.
    for (what, file, holds) in [
        ("authorities", "etc/ssl/certs/ca-certificates.crt", b"BEGIN CERTIFICATE".as_slice()),
        ("time zones", "usr/share/zoneinfo/Europe/Brussels", b"TZif"),
    ] {
        let bytes = std::fs::read(root.join(file)).with_context(|| format!("no {what}: /{file}"))?;
        ensure!(has(&bytes, holds), "/{file} holds no {what}");
    }
    for shell in
        ["bin/sh", "bin/bash", "usr/bin/sh", "usr/bin/bash", "usr/bin/dash", "usr/bin/apt", "usr/bin/dpkg"]
    {
        ensure!(!root.join(shell).exists(), "/{shell} is in the image");
    }
    Ok(())
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_that_leaks_or_runs_as_root_is_refused() {
        let labels = serde_json::json!({
            "org.opencontainers.image.title": "t", "org.opencontainers.image.description": "d",
            "org.opencontainers.image.licenses": "l", "org.opencontainers.image.version": "1",
            "org.opencontainers.image.revision": "abc",
        });
        let image = |key: &str, value: Value| {
            let mut config = serde_json::json!({
                "User": "65532:65532", "StopSignal": "SIGTERM", "Labels": labels, "Env": ["PATH=/usr/bin"],
            });
            config[key] = value;
            BuiltImage { id: String::new(), bytes: 0, config }
        };

        image("User", "65532:65532".into()).check_configuration().unwrap();
        assert!(image("User", "root".into()).check_configuration().is_err());
        assert!(image("Labels", serde_json::json!({})).check_configuration().is_err());
        assert!(image("Env", serde_json::json!(["TOKEN=x"])).check_configuration().is_err());
    }

    #[test]
    fn an_image_without_its_programs_is_refused() {
        let root = tempfile::tempdir().unwrap();
        assert!(look_into(root.path()).unwrap_err().to_string().contains("bondgenoot is not in the image"));
    }
}
