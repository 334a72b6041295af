//! The arrows between the rooms of this service, and what keeps its arithmetic exact.

use std::path::Path;

/// Rooms, and the words that do not occur in their code.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "sqlx",
            "tonic",
            "prost",
            "proto::",
            "tokio",
            "async ",
            "crate::storage",
            "crate::use_cases",
            "crate::grpc",
            "crate::error",
            "chassis::vault",
        ],
    ),
    ("storage", &["tonic", "proto::", "crate::use_cases", "crate::grpc", "crate::events"]),
    ("use_cases", &["sqlx", "tonic", "proto::", "crate::grpc"]),
    ("events", &["sqlx", "tonic", "crate::use_cases", "crate::grpc", "Wage", "wage"]),
    ("grpc", &["sqlx", "Status::new", "Status::internal", "Status::not_found", "Status::invalid_argument"]),
];

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn source() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    files
}

/// The lines of a file that are code, without the comments behind it.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(|line| line.split("//").next().unwrap_or_default())
}

#[test]
fn every_room_knows_only_what_it_may() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut looked_at = 0;

    for (room, words) in FORBIDDEN {
        let mut files = Vec::new();
        collect(&root.join(room), &mut files);
        for (path, text) in files {
            looked_at += 1;
            for line in code(&text) {
                for word in *words {
                    assert!(!line.contains(word), "{path}: `{word}` does not belong into {room}: {line}");
                }
            }
        }
    }
    assert!(looked_at > 30, "{looked_at} files");
}

#[test]
fn no_float_is_near_money() {
    for (path, text) in source() {
        for line in code(&text) {
            for word in ["f32", "f64"] {
                assert!(!line.contains(word), "{path}: `{word}` in {line}");
            }
        }
    }
}

#[test]
fn no_log_line_is_near_a_wage() {
    for (path, text) in source() {
        let logs = text.matches("tracing::").count();
        let expected = usize::from(path.ends_with("service.rs") && !path.contains("grpc"));
        assert_eq!(logs, expected, "{path}: a log line needs a look here");
    }
}

/// Rates, percentages and limits come from the programme file: the arithmetic knows no number of a funder.
#[test]
fn no_number_of_a_funder_stands_in_the_arithmetic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    let mut files = Vec::new();
    collect(&root, &mut files);

    for (path, text) in files {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
        for line in code(&text) {
            for number in ["1720", "1_720", "0.012", "(12, 3)", "0.4", "from(40)", "from(30)"] {
                assert!(!line.contains(number), "{path}: `{number}` in {line}");
            }
        }
    }
}

#[test]
fn no_file_grows_beyond_what_can_be_read_at_once() {
    for (path, text) in source() {
        assert!(text.lines().count() <= 400, "{path} has {} lines", text.lines().count());
    }
}
