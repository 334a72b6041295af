//! Every reason of an error stands in the README of the contract, with what it means.

use std::collections::BTreeSet;

use tests::harness::repository;

#[test]
fn every_reason_is_in_the_readme_of_the_contract_with_its_meaning() {
    let readme = std::fs::read_to_string(repository().join("proto/README.md")).unwrap();
    let lines: BTreeSet<&str> = readme.lines().collect();

    for (reason, meaning) in [
        intake::error::REASONS,
        intake::error::FIELD_REASONS,
        reporting::error::REASONS,
        reporting::error::FIELD_REASONS,
    ]
    .concat()
    {
        let line = format!("| `{reason}` | {meaning} |");
        assert!(lines.contains(line.as_str()), "add to proto/README.md: {line}");
    }
}
