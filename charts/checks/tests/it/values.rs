//! `values.yaml`, the templates, the schema and the README say the same, both ways.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::sets;

/// A key of `values.yaml`.
#[derive(Debug)]
struct Entry {
    path: String,
    comment: String,
    default: String,
}

/// Reads the keys with the comment above each. The file is plain: block style, one key a line.
fn entries() -> Vec<Entry> {
    let text = std::fs::read_to_string(chart_checks::chart().join("values.yaml")).unwrap();
    let mut entries = Vec::new();
    let mut parents: Vec<(usize, String)> = Vec::new();
    let mut comment = Vec::new();
    for line in text.lines() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if bare.is_empty() {
            comment.clear();
        } else if let Some(said) = bare.strip_prefix("# ") {
            comment.push(said);
        } else if let Some((key, default)) = bare.split_once(':').filter(|_| !bare.starts_with("- ")) {
            while parents.last().is_some_and(|(other, _)| *other >= indent) {
                parents.pop();
            }
            parents.push((indent, key.to_owned()));
            let path = parents.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>().join(".");
            entries.push(Entry { path, comment: comment.join(" "), default: default.trim().to_owned() });
            comment.clear();
        }
    }
    assert!(entries.len() > 200, "only {} values were read", entries.len());
    entries
}

/// Free maps: what is below is their default, not a value of the chart.
fn is_inside_a_free_map(path: &str) -> bool {
    path.contains(".resources.")
        || path.starts_with("gatewayApi.httpRoute.matches.")
        || path.starts_with("monitoring.dashboards.labels.")
}

fn templates() -> String {
    let folder = chart_checks::chart().join("templates");
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        all.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    all
}

/// Words of the templates, as keys are written there.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).collect()
}

#[test]
fn every_value_has_a_comment() {
    let wrong = entries().into_iter().filter(|entry| {
        entry.comment.is_empty()
            && !is_inside_a_free_map(&entry.path)
            && !entry.path.ends_with(".resources")
            && entry.path != "finance.exports.schedules.nightly"
    });

    sets::none_wrong(wrong.map(|entry| format!("{} has no comment", entry.path)).collect());
}

#[test]
fn every_value_is_used_by_a_template() {
    let templates = templates();
    let words = words(&templates);
    let wrong = entries().into_iter().filter(|entry| {
        let leaf = entry.path.rsplit('.').next().unwrap();
        // `runtimeKey` and `ownerKey` are asked for as `<role>Key`; names of components come from a list.
        let made = ["runtimeKey", "ownerKey", "nightly"].contains(&leaf);
        !words.contains(leaf) && !made && !is_inside_a_free_map(&entry.path)
    });

    sets::none_wrong(wrong.map(|entry| format!("no template uses {}", entry.path)).collect());
}

#[test]
fn every_value_that_a_template_asks_for_is_there() {
    let templates = templates();
    let known: BTreeSet<String> = entries().into_iter().map(|entry| entry.path).collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for after in templates.split(".Values.").skip(1) {
        let path: String =
            after.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '.').collect();
        let path = path.trim_end_matches('.');
        seen += 1;
        if !known.contains(path) {
            wrong.push(format!(".Values.{path} is not in values.yaml"));
        }
    }
    assert!(seen > 150, "only {seen} values were looked for");
    sets::none_wrong(wrong);
}

fn schema() -> Value {
    let text = std::fs::read_to_string(chart_checks::chart().join("values.schema.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Follows a `$ref`.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(place) => {
            resolved(root, root.pointer(place.trim_start_matches('#')).unwrap_or_else(|| panic!("{place}")))
        }
        None => schema,
    }
}

#[test]
fn the_schema_knows_every_value() {
    let root = schema();
    let mut wrong = Vec::new();
    for entry in entries() {
        let mut place = &root;
        for key in entry.path.split('.') {
            let here = resolved(&root, place);
            match here.pointer(&format!("/properties/{key}")) {
                Some(next) => place = next,
                // Maps whose keys people choose.
                None if here.get("additionalProperties").is_some_and(Value::is_object) => {
                    place = &here["additionalProperties"];
                }
                None if here.get("additionalProperties").is_none() && is_inside_a_free_map(&entry.path) => {
                    break;
                }
                None => {
                    wrong.push(format!("the schema does not know {}", entry.path));
                    break;
                }
            }
        }
    }
    sets::none_wrong(wrong);
}

#[test]
fn the_schema_knows_nothing_else_and_is_closed() {
    let root = schema();
    let known: BTreeSet<String> = entries().into_iter().map(|entry| entry.path).collect();
    let mut wrong = Vec::new();
    walk(&root, &root, "", &mut |path, closed| {
        let component = ["gateway", "intake", "matching", "trajectory", "finance", "reporting", "operations"]
            .iter()
            .find_map(|it| path.strip_prefix(&format!("{it}.")));
        let shared = component.is_some_and(|rest| known.contains(&format!("defaults.{rest}")));
        let free = path == "global"
            || path.split('.').any(|key| key == "resources")
            || path.starts_with("finance.exports.schedules.");
        if !path.is_empty() && !known.contains(path) && !shared && !free {
            wrong.push(format!("the schema knows {path}, values.yaml does not"));
        }
        if !closed {
            wrong.push(format!("{path} has properties and takes others too"));
        }
    });
    assert_eq!(
        root["$schema"], "http://json-schema.org/draft-07/schema#",
        "older Helm 3 reads no later draft"
    );
    sets::none_wrong(wrong);
}

fn walk(root: &Value, schema: &Value, path: &str, each: &mut impl FnMut(&str, bool)) {
    let schema = resolved(root, schema);
    let properties = schema.get("properties").and_then(Value::as_object);
    each(path, properties.is_none() || schema.get("additionalProperties") == Some(&Value::Bool(false)));
    for (key, inner) in properties.into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        walk(root, inner, &path, each);
    }
}

const BEGIN: &str = "<!-- values: begin (written by UPDATE_GOLDEN=1 cargo test -p chart-checks readme) -->\n";
const END: &str = "<!-- values: end -->\n";

/// The table of all values. What is inside a free map stands beside its parent.
fn table() -> String {
    let entries = entries();
    let mut inside: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| is_inside_a_free_map(&entry.path) && !entry.default.is_empty())
    {
        let cut = [".resources.", ".matches.", ".labels."]
            .iter()
            .find_map(|it| entry.path.find(it).map(|at| (at, it.len())))
            .unwrap();
        let (parent, rest) = (&entry.path[..cut.0 + cut.1 - 1], &entry.path[cut.0 + cut.1..]);
        inside.entry(parent.to_owned()).or_default().push(format!("{rest}: {}", entry.default));
    }
    let mut table = "| Value | Default | Meaning |\n|---|---|---|\n".to_owned();
    for entry in entries.iter().filter(|entry| !is_inside_a_free_map(&entry.path)) {
        let default = inside.get(&entry.path).map_or_else(|| entry.default.clone(), |rest| rest.join(", "));
        let default =
            if default.is_empty() { String::new() } else { format!("`{}`", default.replace('|', "\\|")) };
        writeln!(table, "| `{}` | {default} | {} |", entry.path, entry.comment.replace('|', "\\|")).unwrap();
    }
    table
}

#[test]
fn the_readme_documents_every_value() {
    let path = chart_checks::chart().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        std::fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
        return;
    }

    assert!(
        written == table(),
        "the README's table is not that of values.yaml: UPDATE_GOLDEN=1 cargo test -p chart-checks readme"
    );
}
