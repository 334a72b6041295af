//! What may be spent over the whole term of a programme, and the scenarios it is looked ahead with.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::read::Section;
use crate::report::MistakeKind;

/// Most euro in one field.
const MOST_EURO: u32 = 1_000_000_000;

/// Rules about the term. All of them may be absent: then the whole budget is divided evenly over its years.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TermRules {
    /// Budgets of single years, e.g. of a yearly subsidy.
    pub yearly: Vec<YearBudget>,
    /// A grant of so many units at so much a year.
    pub grant: Option<Grant>,
    /// Scenarios of the wage index.
    pub scenarios: Vec<IndexScenario>,
}

/// The budget of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct YearBudget {
    /// Year.
    pub year: u32,
    /// In euro; `None` while nobody knows it yet.
    pub budget_euro: Option<Decimal>,
}

/// A grant as calls word it: units, at so much a year each, and often a total that may mean another thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grant {
    /// What a unit is.
    pub what: String,
    /// How many.
    pub units: u32,
    /// Euro for each in a year.
    pub euro_per_year: Decimal,
    /// The total that the call names.
    pub stated_total_euro: Option<Decimal>,
}

/// How wages may go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexScenario {
    /// What it is called.
    pub label: String,
    /// By how many percent wages rise at each step.
    pub percent: Decimal,
}

impl TermRules {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let mut years: Vec<u32> = Vec::new();
        let yearly = section.tables("year", 0, |section| {
            let year = section.integer("year", 1900..=2999);
            if let Some(year) = year {
                if years.contains(&year) {
                    let message = format!("the budget of {year} stands here twice");
                    section.complain("year", MistakeKind::Duplicate, message, "keep one of them");
                }
                years.push(year);
            }
            let budget_euro = section.optional_decimal("budget_euro", 0..=MOST_EURO);
            Some(YearBudget { year: year?, budget_euro })
        });
        let grant = section.optional_table("grant", |section| {
            let what = section.text("what");
            let units = section.integer("units", 1..=1_000);
            let euro_per_year = section.decimal("euro_per_year", 0..=MOST_EURO);
            let stated_total_euro = section.optional_decimal("stated_total_euro", 0..=MOST_EURO);
            Some(Grant { what: what?, units: units?, euro_per_year: euro_per_year?, stated_total_euro })
        });
        let scenarios = section.tables("index_scenario", 0, |section| {
            let label = section.text("label");
            let percent = section.decimal("percent", 0..=50);
            Some(IndexScenario { label: label?, percent: percent? })
        });
        Some(Self { yearly: yearly?, grant, scenarios: scenarios? })
    }
}
