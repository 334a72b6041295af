//! Asking a section for amounts in euro.

use rust_decimal::Decimal;

use crate::read::Section;
use crate::report::MistakeKind;

/// Most euro in one field, as in the service.
const MOST_EURO: u32 = 1_000_000_000;

/// Asks for an amount to the cent that must be there.
pub(super) fn euro(section: &mut Section<'_, '_>, key: &'static str) -> Option<Decimal> {
    let amount = section.decimal(key, 0..=MOST_EURO)?;
    in_cents(section, key, amount)
}

/// Asks for an amount to the cent that may be absent.
pub(super) fn optional_euro(section: &mut Section<'_, '_>, key: &'static str) -> Option<Decimal> {
    let amount = section.optional_decimal(key, 0..=MOST_EURO)?;
    in_cents(section, key, amount)
}

fn in_cents(section: &Section<'_, '_>, key: &str, amount: Decimal) -> Option<Decimal> {
    if amount.normalize().scale() > 2 {
        section.complain(
            key,
            MistakeKind::WrongValue,
            format!("`{key}` is {amount}: an amount in euro has at most two decimals"),
            "round to whole cents yourself: which way is yours to say",
        );
        return None;
    }
    Some(amount)
}

/// Asks for hours above zero with at most so many decimals, and at most `most`.
pub(super) fn hours(
    section: &mut Section<'_, '_>,
    key: &'static str,
    decimals: u32,
    most: u32,
) -> Option<Decimal> {
    let hours = section.decimal(key, 0..=most)?;
    if hours.is_zero() {
        section.complain(
            key,
            MistakeKind::OutOfRange,
            format!("`{key}` is {hours}"),
            "write more than 0, or remove the line",
        );
        return None;
    }
    if hours.normalize().scale() > decimals {
        section.complain(
            key,
            MistakeKind::WrongValue,
            format!("`{key}` is {hours}: these rules count hours with at most {decimals} decimals"),
            format!("round to {decimals} decimals, or raise `hour_decimals` of `[finance]`"),
        );
        return None;
    }
    Some(hours)
}
