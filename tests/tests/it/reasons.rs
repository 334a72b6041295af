//! Every reason of an error stands in the README of the contract, with what it means.
//!
//! Reads the sources: this crate knows services as programs only.

use std::collections::BTreeSet;

use tests::harness::repository;

#[test]
fn every_reason_is_in_the_readme_of_the_contract_with_its_meaning() {
    let readme = std::fs::read_to_string(repository().join("proto/README.md")).unwrap();
    let lines: BTreeSet<&str> = readme.lines().collect();
    let mut seen = 0;

    for service in ["intake", "matching", "trajectory", "finance", "reporting", "operations"] {
        let file = repository().join("services").join(service).join("src/error.rs");
        let source = std::fs::read_to_string(file).unwrap();
        for list in ["pub const REASONS", "pub const FIELD_REASONS"] {
            let (_, list) = source.split_once(list).unwrap();
            let (list, _) = list.split_once("];").unwrap();
            let texts: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
            for pair in texts.chunks(2) {
                let line = format!("| `{}` | {} |", pair[0], pair[1]);
                assert!(lines.contains(line.as_str()), "add to proto/README.md: {line}");
                seen += 1;
            }
        }
    }

    assert!(seen > 40, "only {seen} reasons were found: the test reads the wrong place");
}
