//! What stands beside the code - runbooks, alerts, dashboard - names what exists in the code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use operations::domain::FindingCode;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !path.ends_with("target") {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// Names in `metrics::counter!("name"` and its kin, in the sources of every service; also across a line break.
fn metrics_in_code() -> BTreeSet<String> {
    let mut names = BTreeSet::from(["process_resident_memory_bytes".to_owned(), "up".to_owned()]);
    let services = repository().join("services");
    for (_, text) in std::fs::read_dir(&services)
        .unwrap()
        .flat_map(|service| files(&service.unwrap().path().join("src"), "rs"))
    {
        for kind in ["counter!(", "gauge!(", "histogram!("] {
            for after in text.split(kind).skip(1) {
                let Some(name) = after.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
                else {
                    continue;
                };
                names.insert(name.to_owned());
                if kind == "histogram!(" {
                    names.extend(["bucket", "sum", "count"].map(|suffix| format!("{name}_{suffix}")));
                }
            }
        }
    }
    names
}

/// Words of `PromQL`, and labels, that look like metrics.
const NOT_METRICS: [&str; 28] = [
    "sum",
    "rate",
    "by",
    "max",
    "min",
    "histogram_quantile",
    "le",
    "increase",
    "time",
    "on",
    "and",
    "or",
    "unless",
    "absent",
    "without",
    "group_left",
    "label_replace",
    "code",
    "subject",
    "severity",
    "service",
    "method",
    "name",
    "outcome",
    "count",
    "vector",
    "route",
    "status",
];

fn metrics_in(expression: &str) -> BTreeSet<String> {
    // What stands in braces and quotes are labels and their values.
    let mut bare = String::new();
    let mut depth = 0;
    for letter in expression.chars() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => {
                depth -= 1;
                bare.push(' ');
            }
            _ if depth > 0 => {}
            _ => bare.push(letter),
        }
    }
    bare.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .filter(|word| {
            word.starts_with(|first: char| first.is_ascii_lowercase()) && !NOT_METRICS.contains(word)
        })
        .map(str::to_owned)
        .collect()
}

fn check(file: &str, expressions: &[String]) {
    assert!(expressions.len() >= 5, "{file} has hardly an expression");
    let known = metrics_in_code();
    for expression in expressions {
        let metrics = metrics_in(expression);
        assert!(!metrics.is_empty(), "{file}: no metric in `{expression}`");
        let unknown: Vec<_> = metrics.difference(&known).collect();
        assert!(unknown.is_empty(), "{file}: no code makes {unknown:?}, named in `{expression}`");
    }
}

#[test]
fn every_metric_of_the_dashboard_exists() {
    let text = std::fs::read_to_string(repository().join("deploy/dashboards/region.json")).unwrap();
    let dashboard: serde_json::Value = serde_json::from_str(&text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let expressions: Vec<String> = panels
        .iter()
        .filter_map(|panel| panel["targets"].as_array())
        .flatten()
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect();

    check("deploy/dashboards/region.json", &expressions);
}

#[test]
fn every_metric_of_the_alerts_exists_and_every_alert_has_its_runbook() {
    let text = std::fs::read_to_string(repository().join("deploy/alerts/region.yaml")).unwrap();
    let value = |line: &str, key: &str| line.trim().strip_prefix(key).map(|value| value.trim().to_owned());
    let expressions: Vec<String> = text.lines().filter_map(|line| value(line, "expr:")).collect();
    check("deploy/alerts/region.yaml", &expressions);

    let alerts = text.lines().filter(|line| line.trim().starts_with("- alert:")).count();
    let runbooks: Vec<String> = text.lines().filter_map(|line| value(line, "runbook:")).collect();
    assert_eq!(alerts, expressions.len());
    assert_eq!(alerts, runbooks.len());
    for runbook in runbooks.iter().filter(|runbook| !runbook.contains("{{")) {
        assert!(repository().join(runbook).is_file(), "{runbook}");
    }
}

#[test]
fn every_code_has_a_runbook_that_says_all_it_must() {
    for code in FindingCode::ALL {
        let path = repository().join(code.link());
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for part in [
            &format!("# {code}"),
            "## What it means",
            "## What users notice",
            "## What to do",
            "## How to verify",
        ] {
            assert!(text.contains(part), "{}: `{part}` is missing", path.display());
        }
    }
}

#[test]
fn the_domain_knows_no_transport_and_no_database() {
    for (path, text) in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain"), "rs") {
        for foreign in [
            "tonic",
            "prost",
            "sqlx",
            "reqwest",
            "tokio",
            "async ",
            "chassis::",
            "crate::sources",
            "crate::storage",
        ] {
            assert!(!text.contains(foreign), "{} names {foreign}", path.display());
        }
    }
}
