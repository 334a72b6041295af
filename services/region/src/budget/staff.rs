//! `[[staff]]`: a line of staff.

use std::fmt;

use rust_decimal::Decimal;

use super::euro::{euro, hours, optional_euro};
use crate::partner::PartnerKind;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::{ComponentCode, PartnerCode};

/// Longest key of a row, as in the service.
const LONGEST_ROW: usize = 20;

/// Somebody's hours in a budget file.
#[derive(Clone, PartialEq, Eq)]
pub struct BudgetLine {
    /// Its name within the budget: 1 to 20 lower-case letters, digits and hyphens.
    pub row: String,
    /// Component it belongs to.
    pub component: ComponentCode,
    /// Organisation that employs.
    pub partner: PartnerCode,
    /// What kind of organisation that is.
    pub partner_kind: PartnerKind,
    /// What the hours are priced by, in euro: gross month, yearly cost or documented hour, as the rules say. Personal.
    pub wage: Decimal,
    /// Hours in the year.
    pub hours: Decimal,
    /// The hourly rate that somebody else computed, when it is to be compared.
    pub rate: Option<Decimal>,
    /// The cost that somebody else computed, when it is to be compared.
    pub cost: Option<Decimal>,
}

/// Shows the row and nothing that is personal.
impl fmt::Debug for BudgetLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BudgetLine").field("row", &self.row).finish_non_exhaustive()
    }
}

/// What the rules allow, as far as they could be read.
#[derive(Clone, Copy)]
pub(super) struct HourLimits {
    pub(super) decimals: u32,
    pub(super) most: u32,
}

impl BudgetLine {
    pub(super) fn read(
        section: &mut Section<'_, '_>,
        limits: HourLimits,
        rows: &mut Vec<String>,
    ) -> Option<Self> {
        let row = read_row(section, rows);
        let component = section.reference("component", Namespace::Component);
        let partner = section.parsed("partner", "ocmw-stekene");
        let partner_kind = section.word("partner_kind");
        let wage = euro(section, "wage").filter(|wage| {
            if wage.is_zero() {
                section.complain(
                    "wage",
                    MistakeKind::OutOfRange,
                    "`wage` is 0",
                    "write an amount above 0.00",
                );
            }
            !wage.is_zero()
        });
        let hours = hours(section, "hours", limits.decimals, limits.most);
        let rate = optional_euro(section, "rate");
        let cost = optional_euro(section, "cost");
        Some(Self {
            row: row?,
            component: component?,
            partner: partner?,
            partner_kind: partner_kind?,
            wage: wage?,
            hours: hours?,
            rate,
            cost,
        })
    }
}

fn read_row(section: &mut Section<'_, '_>, rows: &mut Vec<String>) -> Option<String> {
    let row = section.text("row")?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if row.len() > LONGEST_ROW || row.starts_with('-') || !row.bytes().all(fits) {
        section.complain(
            "row",
            MistakeKind::WrongValue,
            format!("`{row}` cannot be the key of a row"),
            format!(
                "write 1 to {LONGEST_ROW} lower-case letters, digits and hyphens, such as `r01`; never a name"
            ),
        );
        return None;
    }
    if rows.contains(&row) {
        section.complain(
            "row",
            MistakeKind::Duplicate,
            format!("there already is a row `{row}`"),
            "give this row another key, or remove one of the two",
        );
        return None;
    }
    rows.push(row.clone());
    Some(row)
}
