//! The arrows between the rooms of a service, `domain <- use_cases <- grpc` and `storage <- use_cases`, and how long a file
//! may be. What holds for every service stands here; a service adds words of its own.
//!
//! Only lines that are nothing but a comment are passed over: a word behind code counts, also in a comment.
#![expect(clippy::unwrap_used, reason = "a test helper: the test fails")]

use std::path::Path;

/// Most lines of a file: what can be read at once.
const MOST_LINES: usize = 400;

/// Rooms, and the words that do not occur in their code in any service.
const FORBIDDEN: [(&str, &[&str]); 5] = [
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
    ("events", &["sqlx", "tonic", "crate::grpc"]),
    ("grpc", &["sqlx", "Status::new", "Status::internal", "Status::not_found", "Status::invalid_argument"]),
];

/// A source file.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Where it is.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl SourceFile {
    /// Its lines without those that are nothing but a comment.
    pub fn code(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter(|line| !line.trim_start().starts_with("//"))
    }
}

/// Every file in a folder and the folders below it.
///
/// # Panics
/// When one cannot be read: it fails the test.
pub fn files(folder: &Path) -> Vec<SourceFile> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push(SourceFile { path: path.display().to_string(), text });
        }
    }
    found
}

/// Checks what the rooms of a service name. `package` is its folder, `more` are words that this service forbids itself
/// besides those of every service, and `fewest` is how many files are looked at, at least.
///
/// # Panics
/// When a room names what it may not; when there are too few files; when a room is missing.
pub fn check_arrows(package: &str, more: &[(&str, &[&str])], fewest: usize) {
    let (looked_at, faults) = arrow_faults(&Path::new(package).join("src"), more);
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(looked_at >= fewest, "{looked_at} files");
}

/// Checks that no source file of a service has more than 400 lines. `package` is its folder.
///
/// # Panics
/// When one has.
pub fn check_lengths(package: &str) {
    let faults = length_faults(&Path::new(package).join("src"));
    assert!(faults.is_empty(), "{faults:#?}");
}

fn arrow_faults(source: &Path, more: &[(&str, &[&str])]) -> (usize, Vec<String>) {
    let (mut looked_at, mut faults) = (0, Vec::new());
    for (room, words) in FORBIDDEN {
        let own = more.iter().filter(|(of, _)| *of == room).flat_map(|(_, words)| *words);
        let words: Vec<&str> = words.iter().chain(own).copied().collect();
        for file in files(&source.join(room)) {
            looked_at += 1;
            for (line, word) in file.code().flat_map(|line| words.iter().map(move |word| (line, word))) {
                if line.contains(word) {
                    faults.push(format!("{}: `{word}` does not belong into {room}: {line}", file.path));
                }
            }
        }
    }
    let unknown = more.iter().filter(|(of, _)| !FORBIDDEN.iter().any(|(room, _)| room == of));
    faults.extend(unknown.map(|(of, _)| format!("`{of}` is no room")));
    (looked_at, faults)
}

fn length_faults(source: &Path) -> Vec<String> {
    let too_long = |file: SourceFile| {
        let lines = file.text.lines().count();
        (lines > MOST_LINES).then(|| format!("{} has {lines} lines", file.path))
    };
    files(source).into_iter().filter_map(too_long).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A source with an innocent file in every room.
    fn source() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (room, _) in FORBIDDEN {
            write(
                folder.path(),
                room,
                "fine.rs",
                "//! Says sqlx, tonic and proto:: in words.\npub struct Fine;\n",
            );
        }
        folder
    }

    fn write(source: &Path, room: &str, name: &str, text: &str) {
        let room = source.join(room).join("below");
        std::fs::create_dir_all(&room).unwrap();
        std::fs::write(room.join(name), text).unwrap();
    }

    #[test]
    fn an_innocent_source_has_no_fault() {
        let source = source();

        assert_eq!(arrow_faults(source.path(), &[("events", &["wage"])]), (5, Vec::new()));
        assert_eq!(length_faults(source.path()), Vec::<String>::new());
    }

    #[test]
    fn words_for_a_room_that_no_service_has_are_a_fault() {
        let source = source();

        assert_eq!(arrow_faults(source.path(), &[("event", &["wage"])]).1, ["`event` is no room"]);
    }

    #[test]
    fn every_forbidden_word_is_a_fault_in_its_room() {
        for (room, words) in FORBIDDEN.iter().chain(&[("events", ["wage"].as_slice())]) {
            for word in *words {
                let source = source();
                write(
                    source.path(),
                    room,
                    "bad.rs",
                    &format!("fn fine() {{}}\nlet x = \"{word}\"; // why\n"),
                );

                let (looked_at, faults) = arrow_faults(source.path(), &[("events", &["wage"])]);

                assert_eq!(looked_at, 6);
                assert!(
                    !faults.is_empty() && faults.iter().all(|fault| fault.contains("bad.rs")),
                    "{room}: {word}: {faults:?}"
                );
            }
        }
    }

    #[test]
    fn a_file_has_400_lines_and_no_more() {
        let source = source();
        write(source.path(), "domain", "long.rs", &"x\n".repeat(400));
        assert_eq!(length_faults(source.path()), Vec::<String>::new());

        write(source.path(), "domain", "long.rs", &"x\n".repeat(401));

        let faults = length_faults(source.path());
        assert!(
            matches!(faults.as_slice(), [fault] if fault.ends_with("long.rs has 401 lines")),
            "{faults:?}"
        );
    }
}
