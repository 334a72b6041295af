//! Helm as somebody.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use crate::plane::temporary;
use crate::program::{self, Said};

/// Helm's program with the configuration of somebody.
#[derive(Debug, Clone)]
pub struct Helm {
    program: PathBuf,
    config: PathBuf,
}

/// What is installed where.
#[derive(Debug, Clone)]
pub struct Release {
    /// Name of the release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The chart: a folder or a packed file.
    pub chart: PathBuf,
    /// Its values.
    pub values: Value,
    /// Values that are the text of a file: path of the value, file.
    pub files: Vec<(String, PathBuf)>,
}

impl Helm {
    /// As who this configuration is.
    pub const fn new(program: PathBuf, config: PathBuf) -> Self {
        Self { program, config }
    }

    /// What it says, well or not.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn said(&self, arguments: &[&str]) -> anyhow::Result<Said> {
        // What Helm keeps lies beside the configuration: gone with it.
        let home = self.config.parent().context("a folder")?;
        program::run(&self.program, arguments, &[("KUBECONFIG", &self.config), ("HOME", home)]).await
    }

    /// What it says, if it ends well.
    ///
    /// # Errors
    /// When it does not.
    pub async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.said(arguments).await?.good(&format!("helm {}", arguments.join(" ")))
    }

    /// `helm install` or `helm upgrade` of a release, with more arguments; well or not.
    ///
    /// # Errors
    /// When it does not run.
    pub async fn bring(&self, verb: &str, release: &Release, more: &[&str]) -> anyhow::Result<Said> {
        let values = temporary(&release.values.to_string())?;
        let (chart, values) = (release.chart.to_string_lossy(), values.path().to_string_lossy().into_owned());
        let files: Vec<String> =
            release.files.iter().map(|(value, file)| format!("{value}={}", file.display())).collect();
        let mut arguments =
            vec![verb, &release.name, &chart, "--namespace", &release.namespace, "--values", &values];
        arguments.extend(files.iter().flat_map(|file| ["--set-file", file.as_str()]));
        arguments.extend(more);
        self.said(&arguments).await
    }

    /// Its major version.
    ///
    /// # Errors
    /// When it does not say.
    pub async fn major(&self) -> anyhow::Result<u32> {
        let version = self.run(&["version", "--template", "{{.Version}}"]).await?;
        let major =
            version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
        major.with_context(|| format!("Helm says its version is {version}"))
    }

    /// Packs a chart under another version.
    ///
    /// # Errors
    /// When Helm refuses.
    pub async fn pack(&self, chart: &Path, version: &str, into: &Path) -> anyhow::Result<PathBuf> {
        let (chart, folder) = (chart.to_string_lossy(), into.to_string_lossy());
        self.run(&["package", &chart, "--version", version, "--destination", &folder]).await?;
        Ok(into.join(format!("bondgenoot-{version}.tgz")))
    }
}

impl Release {
    /// With other values over its own: a map is merged, everything else replaced.
    #[must_use]
    pub fn with(&self, over: &Value) -> Self {
        let mut release = self.clone();
        merge(&mut release.values, over);
        release
    }
}

fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (base, over) => base.clone_from(over),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_lie_over_values() {
        let mut base = json!({"a": {"b": 1, "c": 2}, "d": 3});

        merge(&mut base, &json!({"a": {"b": 9}, "e": [1]}));

        assert_eq!(base, json!({"a": {"b": 9, "c": 2}, "d": 3, "e": [1]}));
    }
}
