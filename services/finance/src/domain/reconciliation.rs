//! A claim held against ledger and time sheets: every difference is a line.

use std::collections::BTreeMap;

use chassis::money::{Money, OutOfRange};
use region::{ComponentCode, PartnerCode};

use super::claim::Claim;
use super::contact_time::Month;
use super::ids::EmploymentId;
use super::ledger::LedgerKind;
use super::rounding::sum;

/// What is booked or claimed: for a component, partner and month when it is staff; for a component when it is the flat rate.
pub type LedgerKey = (LedgerKind, ComponentCode, Option<PartnerCode>, Option<Month>);

/// Two numbers that should be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference<T> {
    /// What is claimed.
    pub claimed: T,
    /// What it is held against.
    pub other: T,
}

/// A claim held against ledger and time sheets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Minutes that differ, by employment and month.
    pub hours: Vec<((Month, EmploymentId), Difference<i64>)>,
    /// Money that differs.
    pub money: Vec<(LedgerKey, Difference<Money>)>,
    /// All minutes.
    pub minutes: Difference<i64>,
    /// All money.
    pub total: Difference<Money>,
}

impl Reconciliation {
    /// Whether nothing differs.
    pub fn holds(&self) -> bool {
        self.hours.is_empty() && self.money.is_empty()
    }
}

/// Pairs what two sides say of the same key; a side that says nothing says zero.
fn pair<K: Ord + Clone, T: Copy + Default + PartialEq>(
    claimed: &BTreeMap<K, T>,
    other: &BTreeMap<K, T>,
) -> Vec<(K, Difference<T>)> {
    let keys: std::collections::BTreeSet<&K> = claimed.keys().chain(other.keys()).collect();
    keys.into_iter()
        .map(|key| {
            let of = |side: &BTreeMap<K, T>| side.get(key).copied().unwrap_or_default();
            (key.clone(), Difference { claimed: of(claimed), other: of(other) })
        })
        .filter(|(_, difference)| difference.claimed != difference.other)
        .collect()
}

/// What a claim asks for, by the keys of the ledger.
fn claimed_money(claim: &Claim) -> Result<BTreeMap<LedgerKey, Money>, OutOfRange> {
    let mut money: BTreeMap<LedgerKey, Money> = BTreeMap::new();
    let mut add = |key, amount| -> Result<(), OutOfRange> {
        let there: &mut Money = money.entry(key).or_default();
        *there = there.checked_add(amount)?;
        Ok(())
    };
    for line in &claim.lines {
        let worked = &line.worked;
        let (component, partner) = (worked.component.clone(), worked.partner.clone());
        add((LedgerKind::Staff, component, Some(partner), Some(worked.month)), line.cost)?;
    }
    for total in &claim.totals {
        add((LedgerKind::FlatRate, total.component.clone(), None, None), total.flat_rate)?;
    }
    Ok(money)
}

/// Holds a claim against the minutes of the time sheets and what the ledger booked, both for the months of the claim.
///
/// # Errors
/// When a sum does not fit.
pub fn reconcile(
    claim: &Claim,
    sheets: &BTreeMap<(Month, EmploymentId), i64>,
    booked: &BTreeMap<LedgerKey, Money>,
) -> Result<Reconciliation, OutOfRange> {
    let mut hours: BTreeMap<(Month, EmploymentId), i64> = BTreeMap::new();
    for line in &claim.lines {
        *hours.entry((line.worked.month, line.worked.employment)).or_default() += line.worked.minutes();
    }
    let money = claimed_money(claim)?;
    let (staff, flat_rate) = claim.sums()?;
    Ok(Reconciliation {
        minutes: Difference { claimed: hours.values().sum(), other: sheets.values().sum() },
        total: Difference { claimed: staff.checked_add(flat_rate)?, other: sum(booked.values().copied())? },
        hours: pair(&hours, sheets),
        money: pair(&money, booked),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_differs_exactly_when_both_sides_say_the_same(
            one in proptest::collection::btree_map(0_u8..6, 0_i64..3, 0..6),
            other in proptest::collection::btree_map(0_u8..6, 0_i64..3, 0..6),
        ) {
            let lines = pair(&one, &other);
            let says = |side: &BTreeMap<u8, i64>, key: u8| side.get(&key).copied().unwrap_or(0);
            for key in 0..6 {
                let (claimed, held) = (says(&one, key), says(&other, key));
                let line = lines.iter().find(|(of, _)| *of == key).map(|(_, line)| *line);
                prop_assert_eq!(line, (claimed != held).then_some(Difference { claimed, other: held }));
            }
            let total = |side: &BTreeMap<u8, i64>| side.values().sum::<i64>();
            let explained: i64 = lines.iter().map(|(_, line)| line.claimed - line.other).sum();
            prop_assert_eq!(explained, total(&one) - total(&other), "the lines explain the whole difference");
        }
    }
}
