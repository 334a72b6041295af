use proptest::prelude::*;
use region::programme::AllocationShare;
use region::{NisCode, PartnerKind};

use super::*;

fn partner(code: &str, merged: Option<(&str, &str)>) -> Partner {
    Partner {
        code: code.parse().unwrap(),
        name: code.to_owned(),
        kind: PartnerKind::LocalAuthority,
        kbo: "0212194131".parse().unwrap(),
        municipality: Some("46014".parse::<NisCode>().unwrap()),
        valid_from: None,
        valid_to: merged.map(|(last, _)| last.parse().unwrap()),
        merged_into: merged.map(|(_, into)| into.parse().unwrap()),
    }
}

/// `a` went into `b` at the end of 2024, `b` into `c` at the end of 2026; `d` goes on.
fn partners() -> Vec<Partner> {
    vec![
        partner("aa", Some(("2024-12-31", "bb"))),
        partner("bb", Some(("2026-12-31", "cc"))),
        partner("cc", None),
        partner("dd", None),
    ]
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn amounts(cents: &[(&str, i64)]) -> Vec<Contribution> {
    cents
        .iter()
        .map(|(code, cents)| Contribution {
            partner: code.parse().unwrap(),
            amount: Money::from_cents(*cents),
        })
        .collect()
}

fn seen(bodies: &[BodyContribution]) -> Vec<(String, i64, i64, usize)> {
    bodies
        .iter()
        .map(|one| (one.partner.to_string(), one.entered.cents(), one.by_key.cents(), one.merged_from.len()))
        .collect()
}

#[test]
fn history_stays_under_the_old_body_and_duty_goes_to_the_one_of_the_day() {
    let (entered, key) = (amounts(&[("aa", 5), ("dd", 7)]), amounts(&[("aa", 4), ("bb", 2), ("dd", 6)]));
    let at = |was: Option<&str>, is: &str| {
        seen(&by_body((&entered, was.map(day)), (&key, day(is)), &partners()).unwrap())
    };
    let rows = |rows: &[(&str, i64, i64, usize)]| -> Vec<(String, i64, i64, usize)> {
        rows.iter().map(|(code, one, two, from)| ((*code).to_owned(), *one, *two, *from)).collect()
    };

    assert_eq!(at(None, "2024-12-31"), rows(&[("aa", 5, 4, 0), ("dd", 7, 6, 0), ("bb", 0, 2, 0)]));
    assert_eq!(at(None, "2025-01-01"), rows(&[("aa", 5, 0, 0), ("dd", 7, 6, 0), ("bb", 0, 6, 2)]));
    assert_eq!(at(Some("2025-01-01"), "2025-01-01"), rows(&[("bb", 5, 6, 2), ("dd", 7, 6, 0)]));
    assert_eq!(at(Some("2027-01-01"), "2027-01-01"), rows(&[("cc", 5, 6, 2), ("dd", 7, 6, 0)]));
}

proptest! {
    #[test]
    fn what_a_key_divides_adds_up_to_the_cent_under_every_day(
        total in 0..1_000_000_000_000_i64,
        weights in proptest::collection::vec(0..100_000_000_i64, 4),
        year in 2023..2030_i16,
    ) {
        prop_assume!(weights.iter().any(|weight| *weight > 0));
        let shares = ["aa", "bb", "cc", "dd"].iter().zip(&weights).map(|(code, weight)| AllocationShare {
            partner: code.parse().unwrap(),
            weight: Decimal::new(*weight, 2),
        });
        let key = AllocationKey {
            valid_from: day("2024-01-01"),
            shares: shares.collect(),
            certainty: "invented".to_owned(),
        };
        let parts = divide_by_key(&key, Money::from_cents(total)).unwrap();
        prop_assert_eq!(parts.iter().map(|one| one.amount.cents()).sum::<i64>(), total);
        let on = Date::new(year, 1, 1).unwrap();
        let bodies = by_body((&parts, Some(on)), (&parts, on), &partners()).unwrap();
        prop_assert_eq!(bodies.iter().map(|one| one.by_key.cents()).sum::<i64>(), total);
        prop_assert_eq!(bodies.iter().map(|one| one.entered.cents()).sum::<i64>(), total);
    }
}
