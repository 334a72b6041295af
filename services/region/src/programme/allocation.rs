//! What the local authorities divide among them: keys of weights, each with the day from which it holds.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::PartnerCode;

/// The weight of one local authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AllocationShare {
    /// The local authority.
    pub partner: PartnerCode,
    /// Its weight beside those of the others: of no unit, 0 or more.
    pub weight: Decimal,
}

/// How an amount is divided over local authorities, from a day until the next key begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AllocationKey {
    /// First day it holds.
    pub valid_from: Date,
    /// Who bears which weight; at least one is above 0.
    pub shares: Vec<AllocationShare>,
    /// How certain it is, and by what source.
    pub certainty: String,
}

impl AllocationKey {
    /// The key that holds on a day: the last one that began; `None` before the first.
    pub fn on(keys: &[Self], day: Date) -> Option<&Self> {
        keys.iter().filter(|key| key.valid_from <= day).max_by_key(|key| key.valid_from)
    }

    pub(super) fn read_all(section: &mut Section<'_, '_>) -> Option<Vec<Self>> {
        let mut days: Vec<Date> = Vec::new();
        section.tables("allocation_key", 0, |section| {
            let valid_from = section.date("valid_from");
            if let Some(day) = valid_from {
                if days.contains(&day) {
                    section.complain(
                        "valid_from",
                        MistakeKind::Duplicate,
                        format!("another key begins on {day}"),
                        "keep one of the two, or let this one begin on another day",
                    );
                }
                days.push(day);
            }
            let certainty = section.text("certainty");
            let mut known: Vec<PartnerCode> = Vec::new();
            let shares = section.tables("share", 1, |section| read_share(section, &mut known));
            if shares.as_ref().is_some_and(|shares| shares.iter().all(|share| share.weight.is_zero())) {
                section.complain(
                    "share",
                    MistakeKind::WrongSum,
                    "all weights are 0: there is nothing to divide by".to_owned(),
                    "give at least one local authority a weight above 0",
                );
            }
            Some(Self { valid_from: valid_from?, shares: shares?, certainty: certainty? })
        })
    }
}

fn read_share(section: &mut Section<'_, '_>, known: &mut Vec<PartnerCode>) -> Option<AllocationShare> {
    let partner: Option<PartnerCode> = section.reference("partner", Namespace::LocalAuthority);
    if let Some(partner) = &partner {
        if known.contains(partner) {
            section.complain(
                "partner",
                MistakeKind::Duplicate,
                format!("`{partner}` already has a weight in this key"),
                "add the two weights up",
            );
        }
        known.push(partner.clone());
    }
    let weight = section.decimal("weight", 0..=1_000_000_000);
    Some(AllocationShare { partner: partner?, weight: weight? })
}
