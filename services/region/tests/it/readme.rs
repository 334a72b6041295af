//! The page that explains the files names every key and every word.

use std::collections::BTreeSet;

use region::ClosedSet;
use region::programme::{
    Anchor, DataClass, Denominator, ExitOutcome, FundingSource, HardRuleKind, InstrumentKind, MatchingTerm,
    Numerator, QuestionKind, RetentionFrom, Role, RoundingLevel, RoundingRule, Scope, SecrecyClass,
    StarterGate, SubjectKind, WorkCircuit,
};
use region::{ChannelKind, PartnerKind, Term};

use crate::files::{PROGRAMME, REGION};

const README: &str = include_str!("../../../../deploy/regions/README.md");
const WAASLAND: &str = include_str!("../../../../deploy/regions/waasland/region.toml");
const WAASLAND_ESF: &str = include_str!("../../../../deploy/regions/waasland/programmes/waasland-esf.toml");

/// What stands between single backticks on the page, split into words.
fn explained() -> BTreeSet<&'static str> {
    README
        .split('`')
        .skip(1)
        .step_by(2)
        .flat_map(|code| {
            code.split(|letter: char| !(letter.is_ascii_alphanumeric() || "_.".contains(letter)))
        })
        .filter(|word| !word.is_empty())
        .collect()
}

#[test]
fn every_word_of_every_closed_set_is_named() {
    let words = [
        Anchor::words(),
        ChannelKind::words(),
        DataClass::words(),
        Denominator::words(),
        ExitOutcome::words(),
        FundingSource::words(),
        HardRuleKind::words(),
        InstrumentKind::words(),
        MatchingTerm::words(),
        Numerator::words(),
        PartnerKind::words(),
        QuestionKind::words(),
        RetentionFrom::words(),
        Role::words(),
        RoundingLevel::words(),
        RoundingRule::words(),
        Scope::words(),
        SecrecyClass::words(),
        StarterGate::words(),
        SubjectKind::words(),
        Term::words(),
        WorkCircuit::words(),
    ];
    let explained = explained();

    let forgotten: Vec<&str> = words.concat().into_iter().filter(|word| !explained.contains(word)).collect();

    assert!(forgotten.is_empty(), "deploy/regions/README.md does not name {forgotten:?}");
}

#[test]
fn every_key_and_table_that_a_file_uses_is_named() {
    let explained = explained();
    let lines = [REGION, PROGRAMME, WAASLAND, WAASLAND_ESF].concat();
    let used = lines.lines().filter_map(|line| match line.split_once(" = ") {
        Some((key, _)) if !line.starts_with('#') => Some(key),
        _ => line.strip_prefix('[').map(|table| table.trim_matches(['[', ']'])),
    });

    let forgotten: BTreeSet<&str> = used.filter(|name| !explained.contains(name)).collect();

    assert!(forgotten.is_empty(), "deploy/regions/README.md does not name {forgotten:?}");
}
