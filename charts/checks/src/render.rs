//! Rendering: one function for Helm's library and for its program. Both give the same objects.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::tools::Tools;
use crate::{chart, repository};

/// Nothing could be rendered at all. That values are refused is no such error: see [`Rendered::error`].
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Python did not start or could not be spoken to.
    #[error("the renderer cannot be run")]
    Run(#[from] std::io::Error),
    /// What it said is not an answer.
    #[error("the renderer failed: {said}")]
    Failed {
        /// What it said.
        said: String,
    },
}

/// Values to render the chart with.
#[derive(Debug, Clone, Default)]
pub struct Set {
    /// Name of the set and of its golden file.
    pub name: String,
    /// Values file.
    pub file: Option<PathBuf>,
    /// Values over those of the file.
    pub values: Value,
    /// Values that are the text of a file: path of the value, file.
    pub files: Vec<(String, PathBuf)>,
}

impl Set {
    /// A set without anything.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), values: json!({}), ..Self::default() }
    }

    /// With these values on top.
    #[must_use]
    pub fn with(mut self, values: Value) -> Self {
        self.values = values;
        self
    }

    /// With the region and programme file of Waasland.
    #[must_use]
    pub fn with_waasland(mut self) -> Self {
        let folder = repository().join("deploy/regions/waasland");
        self.files = vec![
            ("region.file".to_owned(), folder.join("region.toml")),
            ("region.programmes.waasland-esf".to_owned(), folder.join("programmes/waasland-esf.toml")),
        ];
        self
    }
}

/// What came of a set.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Name of the set.
    pub name: String,
    /// The objects, by kind and name.
    pub objects: Vec<Value>,
    /// The same as text to compare: keys in order, the chart's version and long texts masked.
    pub text: String,
    /// What is said after an install; only the library tells.
    pub notes: Option<String>,
    /// Why there are none.
    pub error: Option<String>,
    /// What the schemas say against them: version of Kubernetes, object, place, sentence.
    pub invalid: Vec<String>,
}

/// The program that `HELM` names, instead of the library.
pub fn program() -> Option<PathBuf> {
    std::env::var_os("HELM").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Renders sets with one start of Python, and holds the objects against the strict schemas of these versions of Kubernetes.
///
/// # Errors
/// [`RenderError`] when there is no answer. Refused values are an answer.
pub fn render(tools: &Tools, sets: &[Set], kubernetes: &[&str]) -> Result<Vec<Rendered>, RenderError> {
    let asked = json!({
        "chart": chart(),
        "helm": program(),
        "kubernetes": kubernetes,
        "schemas": repository().join("charts/checks/schemas"),
        "sets": sets.iter().map(|set| json!({
            "name": set.name,
            "file": set.file,
            "values": set.values,
            "files": set.files,
        })).collect::<Vec<_>>(),
    });
    let mut python = Command::new(&tools.python)
        .arg(repository().join("charts/checks/python/render.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = python.stdin.take() {
        stdin.write_all(asked.to_string().as_bytes())?;
    }
    let output = python.wait_with_output()?;
    let failed = || RenderError::Failed { said: String::from_utf8_lossy(&output.stderr).into_owned() };
    if !output.status.success() {
        return Err(failed());
    }
    let answer: Vec<Value> = serde_json::from_slice(&output.stdout).map_err(|_| failed())?;
    Ok(answer.iter().map(rendered).collect())
}

fn rendered(answer: &Value) -> Rendered {
    let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = |key: &str| answer.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    Rendered {
        name: text("name").unwrap_or_default(),
        objects: list("objects"),
        text: text("text").unwrap_or_default(),
        notes: text("notes"),
        error: text("error"),
        invalid: list("invalid").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}
