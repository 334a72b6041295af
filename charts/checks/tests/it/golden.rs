//! What comes out is what is committed: the same from Helm's library, from Helm 3 and from Helm 4.
//!
//! `UPDATE_GOLDEN=1 cargo test -p chart-checks golden` writes the files anew; look at the difference before you commit it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::sets;

fn folder() -> PathBuf {
    chart_checks::repository().join("charts/checks/golden")
}

fn documents(text: &str) -> Vec<&str> {
    text.split("\n---\n").collect()
}

/// The whole of `ci-minimal`, and of every other set what is not the same there.
fn expected() -> BTreeMap<String, String> {
    let minimal = &sets::one("ci-minimal").text;
    let known: BTreeSet<&str> = documents(minimal).into_iter().collect();
    let mut files = BTreeMap::from([("ci-minimal.yaml".to_owned(), minimal.clone())]);
    for rendered in sets::all().iter().filter(|rendered| rendered.name != "ci-minimal") {
        let all = documents(&rendered.text);
        let own: Vec<&str> = all.iter().copied().filter(|document| !known.contains(document)).collect();
        let same = all.len() - own.len();
        let text = format!("# {same} objects are those of ci-minimal.\n{}\n", own.join("\n---\n").trim_end());
        files.insert(format!("{}.yaml", rendered.name), text);
    }
    files
}

#[test]
fn what_is_rendered_is_what_is_committed() {
    let expected = expected();
    let update = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for (name, text) in &expected {
        let path = folder().join(name);
        if update {
            std::fs::write(&path, text).unwrap();
            continue;
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        if let Some(line) = first_difference(&committed, text) {
            wrong.push(format!(
                "{name}:{line}; write it anew with UPDATE_GOLDEN=1 cargo test -p chart-checks golden"
            ));
        }
    }
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !expected.contains_key(&name) {
            if update {
                std::fs::remove_file(&path).unwrap();
            } else {
                wrong.push(format!("{name} belongs to no set"));
            }
        }
    }
    sets::none_wrong(wrong);
}

fn first_difference(committed: &str, rendered: &str) -> Option<String> {
    if committed == rendered {
        return None;
    }
    let mut lines = committed.lines();
    for (number, line) in rendered.lines().enumerate() {
        let other = lines.next();
        if other != Some(line) {
            return Some(format!(
                "{}: committed `{}`, rendered `{line}`",
                number + 1,
                other.unwrap_or("nothing")
            ));
        }
    }
    Some("the end: committed has more".to_owned())
}

#[test]
fn a_migration_is_named_by_what_it_does() {
    let rendered = sets::minimal_with(&[
        serde_json::json!({}),
        serde_json::json!({"image": {"tag": "0.2.0"}}),
        serde_json::json!({"region": {"existingConfigMap": {"revision": "2"}}}),
        serde_json::json!({"gateway": {"replicas": 3}}),
    ]);
    let names = |at: usize| -> BTreeSet<String> {
        sets::of_kind(&rendered[at].objects, "Job")
            .map(sets::label)
            .filter(|name| name.contains("-migrate-"))
            .collect()
    };

    assert_eq!(names(0).len(), 7);
    assert!(names(0).is_disjoint(&names(1)), "another image is another migration");
    assert!(names(0).is_disjoint(&names(2)), "another region file is another migration");
    assert_eq!(names(0), names(3), "more pods are no other migration");
}
