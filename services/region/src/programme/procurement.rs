//! Which procedure a purchase follows: bands of amounts, each with the days it holds.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::closed_set::closed_set;
use crate::read::Section;
use crate::report::MistakeKind;

/// Over how many months purchases are added up when the file does not say.
const WINDOW_MONTHS: u32 = 12;

closed_set! {
    /// How a purchase is made.
    pub enum ProcurementProcedure is "procurement procedure" {
        /// On an accepted invoice: limited value, no procedure.
        AcceptedInvoice = "accepted_invoice",
        /// Negotiated without a call that is published.
        Negotiated = "negotiated",
        /// With a call that is published in Belgium.
        NationalCall = "national_call",
        /// With a call that is published in Europe.
        EuropeanCall = "european_call",
    }
}

/// A band of amounts and the procedure that holds in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProcurementBand {
    /// First day it holds.
    pub valid_from: Date,
    /// Last day it holds; `None` while nothing replaced it.
    pub valid_to: Option<Date>,
    /// It holds below this amount in euro, without VAT; `None` for everything above the other bands.
    pub below_euro: Option<Decimal>,
    /// What a purchase follows in it.
    pub procedure: ProcurementProcedure,
    /// Whether a purchase in it needs a reference to the evidence of its procedure.
    pub evidence: bool,
    /// How certain it is, and by what source.
    pub certainty: String,
}

impl ProcurementBand {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// The rules of purchases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Procurement {
    /// Over how many months purchases of one category or supplier are added up.
    pub window_months: u32,
    /// The bands of all times; none when the programme says nothing about purchases.
    pub bands: Vec<ProcurementBand>,
}

impl Default for Procurement {
    fn default() -> Self {
        Self { window_months: WINDOW_MONTHS, bands: Vec::new() }
    }
}

impl Procurement {
    /// The bands that hold on a day, the lowest first.
    pub fn on(&self, day: Date) -> Vec<&ProcurementBand> {
        let mut bands: Vec<_> = self.bands.iter().filter(|band| band.holds_on(day)).collect();
        bands.sort_by_key(|band| (band.below_euro.is_none(), band.below_euro));
        bands
    }

    pub(super) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let window_months = if section.has("procurement_window_months") {
            section.integer("procurement_window_months", 1..=60)
        } else {
            Some(WINDOW_MONTHS)
        };
        let mut before: Vec<ProcurementBand> = Vec::new();
        let bands = section.tables("procurement_band", 0, |section| {
            let band = read_band(section)?;
            if let Some(other) =
                before.iter().find(|other| other.below_euro == band.below_euro && overlap(other, &band))
            {
                section.complain(
                    "valid_from",
                    MistakeKind::Duplicate,
                    format!("a band with the same limit holds from {} already", other.valid_from),
                    "end the earlier one with `valid_to`, or give this one another limit",
                );
            }
            before.push(band.clone());
            Some(band)
        })?;
        let rules = Self { window_months: window_months?, bands };
        if let Some(day) = rules.open_day() {
            section.complain(
                "procurement_band",
                MistakeKind::Contradiction,
                format!("on {day} no band holds for amounts above the others"),
                "leave `below_euro` out in the highest band of every period",
            );
        }
        Some(rules)
    }

    /// The first day on which bands hold, and none for the highest amounts.
    fn open_day(&self) -> Option<Date> {
        let ends = self.bands.iter().filter_map(|band| band.valid_to.and_then(|last| last.tomorrow().ok()));
        let mut days: Vec<Date> = self.bands.iter().map(|band| band.valid_from).chain(ends).collect();
        days.sort_unstable();
        days.into_iter().find(|day| self.on(*day).last().is_some_and(|band| band.below_euro.is_some()))
    }
}

fn overlap(one: &ProcurementBand, other: &ProcurementBand) -> bool {
    one.holds_on(other.valid_from) || other.holds_on(one.valid_from)
}

fn read_band(section: &mut Section<'_, '_>) -> Option<ProcurementBand> {
    let valid_from = section.date("valid_from");
    let valid_to = section.optional_date("valid_to");
    let below_euro = section.optional_decimal("below_euro", 1..=1_000_000_000);
    let procedure = section.word("procedure");
    let evidence = section.boolean("evidence");
    let certainty = section.text("certainty");
    if let (Some(first), Some(last)) = (valid_from, valid_to)
        && last < first
    {
        section.complain(
            "valid_to",
            MistakeKind::Contradiction,
            format!("the band ends on {last}, before it begins on {first}"),
            "swap the two days, or correct one of them",
        );
    }
    Some(ProcurementBand {
        valid_from: valid_from?,
        valid_to,
        below_euro,
        procedure: procedure?,
        evidence: evidence?,
        certainty: certainty?,
    })
}
