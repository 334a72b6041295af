//! Every example and every set of values in `ci`, rendered once for all tests.

use std::path::PathBuf;
use std::sync::OnceLock;

use chart_checks::render::{Rendered, Set, render};
use chart_checks::tools::{Tools, prepare};
use serde_json::Value;

/// Versions of Kubernetes whose strict schemas everything has to fit: the oldest that the chart allows, and a current one.
pub const KUBERNETES: [&str; 2] = ["1.30", "1.36"];

pub fn tools() -> &'static Tools {
    static TOOLS: OnceLock<Tools> = OnceLock::new();
    TOOLS.get_or_init(|| prepare().unwrap_or_else(|error| panic!("{error}")))
}

/// Values files of the chart, by the name of their set.
pub fn files() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for folder in ["examples", "examples/regions", "ci"] {
        let entries = std::fs::read_dir(chart_checks::chart().join(folder)).unwrap();
        for path in entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
            let stem = path.file_stem().unwrap().to_str().unwrap().trim_end_matches("-values").to_owned();
            found.push((format!("{}-{stem}", folder.replace('/', "-")), path));
        }
    }
    found.sort();
    found
}

/// A set; files of the region are given by value unless the values name where they are.
pub fn set(name: &str, file: &PathBuf) -> Set {
    let by_value = !std::fs::read_to_string(file).unwrap().contains("existingConfigMap:");
    let set = Set { file: Some(file.clone()), ..Set::new(name) };
    if by_value { set.with_waasland() } else { set }
}

/// What came of every set. None may be refused.
pub fn all() -> &'static [Rendered] {
    static RENDERED: OnceLock<Vec<Rendered>> = OnceLock::new();
    RENDERED.get_or_init(|| {
        let sets: Vec<Set> = files().iter().map(|(name, file)| set(name, file)).collect();
        let rendered = render(tools(), &sets, &KUBERNETES).unwrap_or_else(|error| panic!("{error}"));
        for one in &rendered {
            assert!(one.error.is_none(), "{}: {}", one.name, one.error.as_deref().unwrap_or_default());
            assert!(one.objects.len() > 20, "{} has hardly an object", one.name);
        }
        rendered
    })
}

pub fn one(name: &str) -> &'static Rendered {
    all().iter().find(|rendered| rendered.name == name).unwrap_or_else(|| panic!("there is no set {name}"))
}

/// Renders `ci/minimal-values.yaml` with more values.
pub fn minimal_with(values: &[Value]) -> Vec<Rendered> {
    let file = chart_checks::chart().join("ci/minimal-values.yaml");
    let sets: Vec<Set> = values.iter().map(|values| set("minimal", &file).with(values.clone())).collect();
    render(tools(), &sets, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// The text at a place, `""` when there is none.
pub fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// What an object is called: `Deployment/region-intake`.
pub fn label(object: &Value) -> String {
    format!("{}/{}", text(object, "/kind"), text(object, "/metadata/name"))
}

/// Objects of a kind.
pub fn of_kind<'a>(objects: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    objects.iter().filter(move |object| text(object, "/kind") == kind)
}

/// The list at a place.
pub fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Fails with every sentence, each once.
pub fn none_wrong(mut wrong: Vec<String>) {
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
