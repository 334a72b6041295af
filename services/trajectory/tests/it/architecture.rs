//! The arrows between the rooms of this service: `domain <- use_cases <- grpc`, `storage <- use_cases`.

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
        ],
    ),
    ("storage", &["tonic", "proto::", "crate::use_cases", "crate::grpc", "crate::events"]),
    ("use_cases", &["sqlx", "tonic", "proto::", "crate::grpc"]),
    ("events", &["sqlx", "tonic", "crate::grpc", "async fn"]),
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

#[test]
fn every_room_knows_only_what_it_may() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut looked_at = 0;

    for (room, words) in FORBIDDEN {
        let mut files = Vec::new();
        collect(&source.join(room), &mut files);
        for (path, text) in files {
            looked_at += 1;
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for word in *words {
                    assert!(!line.contains(word), "{path}: `{word}` does not belong into {room}: {line}");
                }
            }
        }
    }
    assert!(looked_at > 30, "{looked_at} files");
}

#[test]
fn no_file_grows_beyond_what_can_be_read_at_once() {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);

    for (path, text) in files {
        assert!(text.lines().count() <= 400, "{path} has {} lines", text.lines().count());
    }
}
