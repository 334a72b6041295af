//! A wage and when it holds, and what an hour costs by it under the rules of a period.

use chassis::money::{Money, OutOfRange};
use region::programme::{FinanceModel, HourlyRate, Programme};

use super::employment::Period;
use super::ids::WageId;
use super::rate::hourly_rate;
use super::staff_line::Wage;

/// Most wages of an employment.
pub const MOST_WAGES: usize = 100;

/// What a wage is, so that the rules price an hour by the right amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WageBasis {
    /// The gross wage of a month.
    GrossMonth,
    /// The latest documented cost of employment of a year.
    AnnualCost,
    /// The documented price of an hour itself.
    DocumentedHour,
}

impl WageBasis {
    /// Every basis.
    pub const ALL: [Self; 3] = [Self::GrossMonth, Self::AnnualCost, Self::DocumentedHour];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GrossMonth => "gross_month",
            Self::AnnualCost => "annual_cost",
            Self::DocumentedHour => "documented_hour",
        }
    }

    /// What it is called in a sentence.
    pub const fn spoken(self) -> &'static str {
        match self {
            Self::GrossMonth => "the gross wage of a month",
            Self::AnnualCost => "the cost of employment of a year",
            Self::DocumentedHour => "the documented price of an hour",
        }
    }

    /// What a programme prices hours by.
    pub const fn of(model: &FinanceModel) -> Self {
        match model.hourly_rate {
            HourlyRate::GrossMonthFactor { .. } => Self::GrossMonth,
            HourlyRate::AnnualCost { .. } => Self::AnnualCost,
            HourlyRate::Documented => Self::DocumentedHour,
        }
    }
}

/// A wage and when it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WagePeriod {
    /// Wage.
    pub id: WageId,
    /// When it holds.
    pub period: Period,
    /// What it is.
    pub basis: WageBasis,
    /// How much.
    pub wage: Wage,
}

/// The price of an hour from a day on, under one programme file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateFrom {
    /// First day.
    pub from: jiff::civil::Date,
    /// Version of the file.
    pub version: u32,
    /// The rounded price; `None` when the file prices hours by another basis, or keeps no accounts.
    pub rate: Option<Money>,
}

impl WagePeriod {
    /// The price of an hour under the rules of a month; `None` when they price hours by another basis.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn rate(&self, model: &FinanceModel) -> Result<Option<Money>, OutOfRange> {
        if WageBasis::of(model) != self.basis {
            return Ok(None);
        }
        hourly_rate(model, self.wage.expose()).map(Some)
    }

    /// The prices of an hour over its period: one per programme file that holds on a day of it. `files` are those of one programme,
    /// oldest first; before the first one, that one holds.
    ///
    /// # Errors
    /// When one does not fit.
    pub fn rates(&self, files: &[&Programme]) -> Result<Vec<RateFrom>, OutOfRange> {
        let mut rates = Vec::new();
        for (place, file) in files.iter().enumerate() {
            let from =
                if place == 0 { self.period.from } else { file.version.valid_from.max(self.period.from) };
            let next = files.get(place + 1).map(|next| next.version.valid_from);
            if !self.period.holds(from) || next.is_some_and(|next| next <= from) {
                continue;
            }
            let rate = file.finance.as_ref().map(|model| self.rate(model)).transpose()?.flatten();
            rates.push(RateFrom { from, version: file.version.number, rate });
        }
        Ok(rates)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use region::ProgrammeCode;
    use region::programme::HourlyRate;

    use super::*;

    /// The programme of Waasland as files of other days and other ways to a rate.
    fn files(list: &[(Date, HourlyRate)]) -> Vec<Programme> {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/regions/waasland/region.toml");
        let region = region::load(std::path::Path::new(file)).unwrap();
        let programme = region.programme(&ProgrammeCode::parse("waasland-esf").unwrap()).unwrap();
        (1..)
            .zip(list)
            .map(|(number, (valid_from, rate))| {
                let mut file = programme.clone();
                (file.version.number, file.version.valid_from) = (number, *valid_from);
                file.finance.as_mut().unwrap().hourly_rate = rate.clone();
                file
            })
            .collect()
    }

    fn wage(from: Date, to: Option<Date>, basis: WageBasis, cents: i64) -> WagePeriod {
        let period = Period { from, to };
        WagePeriod {
            id: WageId::from_uuid(uuid::Uuid::from_u128(1)),
            period,
            basis,
            wage: Wage::new(Money::from_cents(cents)),
        }
    }

    fn factor(thousandths: i64) -> HourlyRate {
        HourlyRate::GrossMonthFactor { factor: rust_decimal::Decimal::new(thousandths, 3) }
    }

    #[test]
    fn each_period_has_the_rate_of_the_rules_that_hold_in_it() {
        let files = files(&[
            (date(2024, 1, 1), factor(12)),
            (date(2025, 1, 1), factor(13)),
            (date(2026, 1, 1), HourlyRate::AnnualCost { hours: 1_720 }),
        ]);
        let rates = |wage: WagePeriod| -> Vec<(String, u32, Option<i64>)> {
            let found = wage.rates(&files.iter().collect::<Vec<_>>()).unwrap().into_iter();
            found.map(|one| (one.from.to_string(), one.version, one.rate.map(Money::cents))).collect()
        };

        let month = wage(date(2023, 6, 1), None, WageBasis::GrossMonth, 358_500);
        assert_eq!(
            rates(month),
            [
                ("2023-06-01".to_owned(), 1, Some(4_302)),
                ("2025-01-01".to_owned(), 2, Some(4_661)),
                ("2026-01-01".to_owned(), 3, None),
            ]
        );
        let year = wage(date(2026, 3, 1), Some(date(2026, 3, 31)), WageBasis::AnnualCost, 6_450_000);
        assert_eq!(rates(year), [("2026-03-01".to_owned(), 3, Some(3_750))]);
        let short = wage(date(2024, 5, 1), Some(date(2024, 12, 31)), WageBasis::GrossMonth, 358_500);
        assert_eq!(rates(short), [("2024-05-01".to_owned(), 1, Some(4_302))]);
    }
}
