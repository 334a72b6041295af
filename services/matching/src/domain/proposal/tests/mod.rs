//! The order is total and stable, and nobody for whom a hard rule fails is in it.

mod examples;
mod properties;

use std::collections::BTreeSet;

use jiff::civil::date;
use region::programme::{HardRuleKind, MatchingTerm, Role};
use region::{DomainCode, LanguageCode, NisCode};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;

const RULES: [HardRuleKind; 6] = [
    HardRuleKind::ValidMandate,
    HardRuleKind::CapacityLeft,
    HardRuleKind::SharedLanguage,
    HardRuleKind::GenderPreference,
    HardRuleKind::NoConflictOfInterest,
    HardRuleKind::WorkingArea,
];

fn languages(codes: &[&str]) -> Vec<LanguageCode> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}

fn domains(codes: &[&str]) -> BTreeSet<DomainCode> {
    codes.iter().map(|code| code.parse().unwrap()).collect()
}

fn nis(code: &str) -> NisCode {
    code.parse().unwrap()
}

fn worker(number: u128) -> WorkerFacts {
    WorkerFacts {
        worker: Uuid::from_u128(number),
        roles: vec![RoleSpan { role: Role::Coach, first: date(2024, 1, 1), last: None }],
        languages: languages(&["nl"]).into_iter().collect(),
        municipalities: BTreeSet::new(),
        expertise: BTreeSet::new(),
        gender: None,
        starter_gate: BTreeSet::new(),
        share: Decimal::ONE,
        cases_max: Decimal::from(18),
        cases_used: Decimal::ZERO,
        programmes: 1,
        accompanied: Accompanied::Never,
    }
}

fn input(workers: Vec<WorkerFacts>) -> Input {
    let rule = |kind: HardRuleKind| Rule { id: kind.to_string(), kind, explanation: "uitleg".to_owned() };
    Input {
        format: 1,
        participation: Uuid::from_u128(0xa),
        episode: Uuid::from_u128(0xb),
        programme: "waasland-esf".to_owned(),
        programme_version: 1,
        programme_hash: String::new(),
        first_day: date(2024, 4, 15),
        made_on: date(2024, 4, 10),
        referred_on: date(2024, 3, 1),
        municipality: Some(nis("46025")),
        needs: Needs {
            languages: languages(&["nl"]),
            gender: None,
            life_domains: domains(&["work", "rights"]),
            weight_code: "regular".to_owned(),
            weight: Decimal::ONE,
            conflicts: BTreeSet::new(),
        },
        rules: RULES.map(rule).to_vec(),
        weights: [
            (MatchingTerm::Expertise, 30),
            (MatchingTerm::Continuity, 25),
            (MatchingTerm::Undivided, 15),
            (MatchingTerm::Travel, 15),
            (MatchingTerm::WaitingTime, 15),
        ]
        .map(|(term, weight)| TermWeight { term, weight })
        .to_vec(),
        starter_gate: Vec::new(),
        visits: None,
        workers,
    }
}

fn order(answer: &Answer) -> Vec<u128> {
    answer.proposed.iter().map(|one| one.worker.as_u128()).collect()
}
