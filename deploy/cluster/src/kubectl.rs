//! `kubectl` as somebody.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::plane::temporary;
use crate::program::{self, Said};

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(150);

/// `kubectl` with the configuration of somebody.
#[derive(Debug, Clone)]
pub struct Kubectl {
    program: PathBuf,
    config: PathBuf,
}

impl Kubectl {
    /// As who this configuration is.
    pub const fn new(program: PathBuf, config: PathBuf) -> Self {
        Self { program, config }
    }

    /// As somebody else.
    #[must_use]
    pub fn with(&self, config: PathBuf) -> Self {
        Self { program: self.program.clone(), config }
    }

    /// The configuration file.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// What it says, well or not.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn said(&self, arguments: &[&str]) -> anyhow::Result<Said> {
        // Its cache lies beside the configuration: gone with it.
        let home = self.config.parent().unwrap_or_else(|| Path::new("/"));
        program::run(&self.program, arguments, &[("KUBECONFIG", &self.config), ("HOME", home)]).await
    }

    /// What it says, if it ends well.
    ///
    /// # Errors
    /// When it does not.
    pub async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.said(arguments).await?.good(&format!("kubectl {}", arguments.join(" ")))
    }

    /// An object, or a list of them.
    ///
    /// # Errors
    /// When there is none.
    pub async fn get(&self, namespace: &str, what: &[&str]) -> anyhow::Result<Value> {
        let arguments = [&["get", "--namespace", namespace, "--output", "json"], what].concat();
        serde_json::from_str(&self.run(&arguments).await?).context("kubectl gave no JSON")
    }

    /// The objects of a kind, or of several with commas between.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub async fn list(&self, namespace: &str, kinds: &str) -> anyhow::Result<Vec<Value>> {
        let list = self.get(namespace, &[kinds]).await?;
        Ok(list.get("items").and_then(Value::as_array).cloned().unwrap_or_default())
    }

    /// Makes or changes objects.
    ///
    /// # Errors
    /// When one of them is refused.
    pub async fn apply(&self, objects: &[Value]) -> anyhow::Result<()> {
        let file = temporary(&json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string())?;
        let path = file.path().to_string_lossy().into_owned();
        self.run(&["apply", "--server-side", "--filename", &path]).await.map(drop)
    }

    /// Whether this is allowed, as the API server sees it; of a part of an object as `pods/log`.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn may(&self, namespace: &str, verb: &str, resource: &str) -> anyhow::Result<bool> {
        // `kubectl` takes `pods/log` for a pod that is named log.
        let (kind, part) = resource.split_once('/').unwrap_or((resource, ""));
        let part = format!("--subresource={part}");
        let said = self.said(&["auth", "can-i", verb, kind, &part, "--namespace", namespace]).await?;
        match said.out.trim() {
            "yes" => Ok(true),
            "no" => Ok(false),
            _ => bail!("kubectl auth can-i {verb} {resource}: {}", said.err),
        }
    }
}

/// Waits until something holds.
///
/// # Errors
/// When it does not within this time, with what was last in the way.
pub async fn until<T>(
    within: Duration,
    mut look: impl AsyncFnMut() -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let deadline = tokio::time::Instant::now() + within;
    loop {
        match look().await {
            Ok(found) => return Ok(found),
            Err(error) if tokio::time::Instant::now() >= deadline => {
                return Err(error.context(format!("after {} s", within.as_secs())));
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// The text at a place of an object; empty when there is none.
pub fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The whole number at a place of an object; 0 when there is none.
pub fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}

/// `Deployment/waasland-intake`.
pub fn label(object: &Value) -> String {
    format!("{}/{}", text(object, "/kind"), text(object, "/metadata/name"))
}
