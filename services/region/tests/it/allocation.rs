//! Allocation keys of local authorities: which one holds on a day, and what cannot be one.

use jiff::civil::date;
use region::MistakeKind;
use region::programme::AllocationKey;

use crate::files::{PROGRAMME, REGION, load, replaced};

fn key(day: &str, shares: &[(&str, &str)]) -> String {
    let shares: Vec<String> = shares
        .iter()
        .map(|(partner, weight)| {
            format!("[[finance.allocation_key.share]]\npartner = \"{partner}\"\nweight = \"{weight}\"\n\n")
        })
        .collect();
    format!(
        "[[finance.allocation_key]]\nvalid_from = \"{day}\"\ncertainty = \"invented\"\n\n{}",
        shares.concat()
    )
}

fn with_keys(keys: &[String]) -> String {
    let before = "[finance.hourly_rate]";
    replaced(PROGRAMME, before, &format!("{}{before}", keys.concat()))
}

#[test]
fn the_key_that_began_last_holds() {
    let region = load(
        REGION,
        &with_keys(&[key("2025-01-01", &[("huis", "0.5")]), key("2024-01-01", &[("huis", "3")])]),
    )
    .unwrap();
    let keys = &region.programmes[0].finance.as_ref().unwrap().allocation_keys;
    let begins = |day| AllocationKey::on(keys, day).map(|key| key.valid_from);

    assert_eq!(begins(date(2023, 12, 31)), None);
    assert_eq!(begins(date(2024, 12, 31)), Some(date(2024, 1, 1)));
    assert_eq!(begins(date(2026, 1, 1)), Some(date(2025, 1, 1)));
}

#[test]
fn what_cannot_be_a_key_is_named() {
    let cases: [(Vec<String>, MistakeKind, &str); 5] = [
        (
            vec![key("2024-01-01", &[("huis", "1")]), key("2024-01-01", &[("huis", "2")])],
            MistakeKind::Duplicate,
            "another key begins on 2024-01-01",
        ),
        (vec![key("2024-01-01", &[("huis", "0")])], MistakeKind::WrongSum, "nothing to divide by"),
        (
            vec![key("2024-01-01", &[("huis", "1"), ("huis", "2")])],
            MistakeKind::Duplicate,
            "already has a weight",
        ),
        (vec![key("2024-01-01", &[("kanarie", "1")])], MistakeKind::UnknownReference, "kanarie"),
        (
            vec![key("2024-01-01", &[("huis", "1"), ("hogeschool", "1")])],
            MistakeKind::UnknownReference,
            "there is no local authority `hogeschool`",
        ),
    ];
    for (keys, kind, text) in cases {
        let report = load(REGION, &with_keys(&keys)).unwrap_err();
        assert!(report.mistakes.iter().any(|mistake| mistake.kind == kind), "{report}");
        assert!(report.to_string().contains(text), "{report}");
    }
}
