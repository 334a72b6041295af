//! Purchases: which band holds, and which purchases together cross a limit that none of them crosses.

use chassis::money::{Amount, Money, OutOfRange};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use region::programme::{Procurement, ProcurementBand};
use region::{Explained, KboNumber, PartnerCode, ProgrammeCode};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::ids::PurchaseId;
use super::rounding::sum;

/// Longest code of a category.
const LONGEST: usize = 40;

/// A purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Purchase.
    pub id: PurchaseId,
    /// Programme.
    pub programme: ProgrammeCode,
    /// Category.
    pub category: String,
    /// Supplier.
    pub supplier: KboNumber,
    /// Partner that buys.
    pub partner: PartnerCode,
    /// Day.
    pub day: Date,
    /// Without VAT; below zero exactly when it reverses another.
    pub amount: Money,
    /// What is bought, or why it reverses.
    pub text: String,
    /// Reference to the evidence of its procedure.
    pub evidence: Option<String>,
    /// Which purchase it reverses.
    pub reverses: Option<PurchaseId>,
    /// When and by whom it was recorded.
    pub recorded: (Timestamp, Uuid),
}

/// What is asked about: a purchase that may not be recorded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Category.
    pub category: String,
    /// Supplier.
    pub supplier: KboNumber,
    /// Day.
    pub day: Date,
    /// Without VAT.
    pub amount: Money,
}

/// What purchases have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// Category.
    Category,
    /// Supplier.
    Supplier,
}

impl Same {
    /// Its word in the contract.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Supplier => "supplier",
        }
    }
}

/// Purchases that together cross a limit which none of them crosses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitWarning {
    /// What they have in common.
    pub same: Same,
    /// The limit.
    pub limit: Money,
    /// What they come to, with the one that is asked about.
    pub sum: Money,
    /// The others, oldest first.
    pub purchases: Vec<PurchaseId>,
}

/// A text that is no code of a category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CategoryError {
    /// Nothing was given.
    #[error("no category is given")]
    Missing,
    /// Other characters, or too many.
    #[error("this cannot be the code of a category")]
    Shape,
}

impl Explained for CategoryError {
    fn remedy(&self) -> String {
        format!("write 1 to {LONGEST} small letters, digits and hyphens, such as `catering`")
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::Shape => "CATEGORY_SHAPE",
        }
    }
}

/// Reads the code of a category.
///
/// # Errors
/// Says what is wrong without repeating it.
pub fn parse_category(text: &str) -> Result<String, CategoryError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.is_empty() {
        Err(CategoryError::Missing)
    } else if text.len() <= LONGEST && !text.starts_with('-') && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err(CategoryError::Shape)
    }
}

/// The band that holds for an amount on a day; `None` when the file has none for that day. An amount of exactly a limit is above it.
pub fn band_of(rules: &Procurement, day: Date, amount: Money) -> Option<&ProcurementBand> {
    let euro = Amount::from(amount).euro();
    rules.on(day).into_iter().find(|band| band.below_euro.is_none_or(|limit| euro < limit))
}

/// A limit of the programme file as money; whole cents by its shape.
fn money(limit: Decimal) -> Option<Money> {
    super::parse::parse_amount(&limit.to_string()).ok()
}

/// The limit under which a band holds, as money.
pub fn limit_of(band: &ProcurementBand) -> Option<Money> {
    band.below_euro.and_then(money)
}

/// What crosses a limit together: of the same category, and of the same supplier, within every window of the months of the file
/// that holds the planned purchase. Of several limits and windows the highest limit, then the largest sum.
///
/// # Errors
/// When a sum does not fit.
pub fn warnings(
    rules: &Procurement,
    planned: &Planned,
    others: &[Purchase],
) -> Result<Vec<SplitWarning>, OutOfRange> {
    let limits: Vec<Money> = rules.on(planned.day).into_iter().filter_map(limit_of).collect();
    let mut warnings = Vec::new();
    for same in [Same::Category, Same::Supplier] {
        let mut alike: Vec<&Purchase> = others
            .iter()
            .filter(|other| match same {
                Same::Category => other.category == planned.category,
                Same::Supplier => other.supplier == planned.supplier,
            })
            .collect();
        alike.sort_by_key(|other| (other.day, other.id));
        let starts = alike.iter().map(|other| other.day).chain([planned.day]);
        let mut worst: Option<SplitWarning> = None;
        for start in starts {
            let end = window_end(rules, start);
            if planned.day < start || planned.day >= end {
                continue;
            }
            let within: Vec<&&Purchase> =
                alike.iter().filter(|other| (start..end).contains(&other.day)).collect();
            let amounts = within.iter().map(|other| other.amount).chain([planned.amount]);
            let largest = amounts.clone().max().unwrap_or(Money::ZERO);
            let together = sum(amounts)?;
            let crossed = limits.iter().copied().filter(|limit| largest < *limit && together >= *limit).max();
            if let Some(limit) = crossed
                && worst.as_ref().is_none_or(|worst| (worst.limit, worst.sum) < (limit, together))
            {
                let purchases = within.iter().map(|other| other.id).collect();
                worst = Some(SplitWarning { same, limit, sum: together, purchases });
            }
        }
        warnings.extend(worst);
    }
    Ok(warnings)
}

/// The first day after a window that begins on a day.
pub fn window_end(rules: &Procurement, start: Date) -> Date {
    start.saturating_add(i64::from(rules.window_months).months())
}

/// The first day of the earliest window that holds a day.
pub fn window_start(rules: &Procurement, day: Date) -> Date {
    day.saturating_sub(i64::from(rules.window_months).months())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use region::programme::ProcurementProcedure as Procedure;

    use super::*;

    fn rules() -> Procurement {
        let band = |limit: Option<i64>, procedure, from, to| ProcurementBand {
            valid_from: from,
            valid_to: to,
            below_euro: limit.map(Decimal::from),
            procedure,
            evidence: procedure != Procedure::AcceptedInvoice,
            certainty: "test".to_owned(),
        };
        let (first, last) = (date(2024, 1, 1), date(2025, 12, 31));
        Procurement {
            window_months: 12,
            bands: vec![
                band(None, Procedure::EuropeanCall, first, None),
                band(Some(1_000), Procedure::AcceptedInvoice, first, None),
                band(Some(5_000), Procedure::Negotiated, first, Some(last)),
                band(Some(4_000), Procedure::Negotiated, date(2026, 1, 1), None),
            ],
        }
    }

    fn euro(euro: i64) -> Money {
        Money::from_cents(euro * 100)
    }

    fn kbo(number: &str) -> KboNumber {
        KboNumber::parse(number).unwrap()
    }

    const ONE: &str = "0566.988.259";
    const OTHER: &str = "0206.731.645";

    fn bought(number: u128, category: &str, supplier: &str, day: Date, amount: i64) -> Purchase {
        Purchase {
            id: PurchaseId::from_uuid(Uuid::from_u128(number)),
            programme: "waasland-esf".parse().unwrap(),
            category: category.to_owned(),
            supplier: kbo(supplier),
            partner: "arktos".parse().unwrap(),
            day,
            amount: euro(amount),
            text: "x".to_owned(),
            evidence: None,
            reverses: None,
            recorded: (Timestamp::UNIX_EPOCH, Uuid::nil()),
        }
    }

    fn planned(category: &str, day: Date, amount: i64) -> Planned {
        Planned { category: category.to_owned(), supplier: kbo(ONE), day, amount: euro(amount) }
    }

    #[test]
    fn the_band_of_the_day_holds_and_a_limit_is_above_itself() {
        let procedure =
            |day, cents| band_of(&rules(), day, Money::from_cents(cents)).map(|band| band.procedure);
        let day = date(2025, 12, 31);
        assert_eq!(procedure(day, 99_999), Some(Procedure::AcceptedInvoice));
        assert_eq!(procedure(day, 100_000), Some(Procedure::Negotiated));
        assert_eq!(procedure(day, 450_000), Some(Procedure::Negotiated));
        assert_eq!(procedure(day, 500_000), Some(Procedure::EuropeanCall));
        assert_eq!(procedure(date(2026, 1, 1), 450_000), Some(Procedure::EuropeanCall));
        assert_eq!(procedure(date(2023, 12, 31), 1), None);
    }

    #[test]
    fn purchases_of_one_category_that_cross_a_limit_together_are_named() {
        let earlier = [
            bought(1, "catering", OTHER, date(2024, 3, 2), 400),
            bought(2, "printing", OTHER, date(2024, 4, 1), 900),
            bought(3, "catering", OTHER, date(2024, 9, 1), 300),
        ];
        let found = warnings(&rules(), &planned("catering", date(2025, 3, 1), 300), &earlier).unwrap();
        let ids = vec![earlier[0].id, earlier[2].id];
        let expected =
            SplitWarning { same: Same::Category, limit: euro(1_000), sum: euro(1_000), purchases: ids };
        assert_eq!(found, [expected]);
        // A day later the first lies outside every window.
        assert_eq!(warnings(&rules(), &planned("catering", date(2025, 3, 2), 300), &earlier), Ok(vec![]));
    }

    #[test]
    fn one_that_crosses_the_limit_by_itself_is_no_splitting_and_a_supplier_is_counted_over_categories() {
        let large = [bought(1, "catering", OTHER, date(2024, 3, 1), 1_200)];
        assert_eq!(warnings(&rules(), &planned("catering", date(2024, 4, 1), 900), &large), Ok(vec![]));
        let same = [bought(1, "printing", ONE, date(2024, 5, 1), 4_200)];
        let found = warnings(&rules(), &planned("catering", date(2024, 4, 1), 900), &same).unwrap();
        assert_eq!((found.len(), found[0].same, found[0].limit), (1, Same::Supplier, euro(5_000)));
    }
}
