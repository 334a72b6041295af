//! How a programme is paid: rates, flat rate, funding.

use rust_decimal::Decimal;
use serde::Serialize;

use super::allocation::AllocationKey;
use super::procurement::Procurement;
use super::term::TermRules;
use crate::closed_set::closed_set;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::ComponentCode;

closed_set! {
    /// Who pays.
    pub enum FundingSource is "funding source" {
        /// European Social Fund Plus.
        Esf = "esf",
        /// Flemish co-financing fund.
        Vcf = "vcf",
        /// The local authorities together.
        Local = "local",
        /// The public employment service.
        Vdab = "vdab",
        /// A subsidy of a municipality.
        Subsidy = "subsidy",
        /// The organisations themselves.
        Own = "own",
    }
}

closed_set! {
    /// How an amount becomes cents.
    pub enum RoundingRule is "rounding" {
        /// To the nearest cent, half a cent up.
        HalfUp = "half_up",
        /// To the nearest cent, half a cent to the even one.
        HalfEven = "half_even",
    }
}

closed_set! {
    /// Where the flat rate is rounded: it makes a difference of cents, and is a rule of the funder.
    pub enum RoundingLevel is "rounding level" {
        /// On every line.
        Line = "line",
        /// On every component; the project is the sum of those.
        Component = "component",
        /// On the project as a whole.
        Project = "project",
    }
}

closed_set! {
    /// The words for the ways to an hourly rate.
    enum RateWord is "hourly rate" {
        GrossMonthFactor = "gross_month_factor",
        AnnualCost = "annual_cost",
        Documented = "documented",
    }
}

/// How an hour of a worker is priced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum HourlyRate {
    /// The gross wage of a month times a factor (*standaarduurtarief*: 0.012), rounded to cents.
    GrossMonthFactor {
        /// The factor.
        factor: Decimal,
    },
    /// The yearly cost of employment divided by a number of hours (1720).
    AnnualCost {
        /// The hours.
        hours: u32,
    },
    /// The rate is given for each worker, with a document behind it.
    Documented,
}

/// What is paid on top of staff cost for everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlatRate {
    /// In percent of staff cost.
    pub percent: Decimal,
    /// Where it is rounded.
    pub level: RoundingLevel,
    /// How the flat rate of a paid organisation is divided.
    pub split: Option<FlatRateSplit>,
}

/// How the flat rate is divided between the home organisation and the shared pot. Together they are the flat rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FlatRateSplit {
    /// For the home organisation, in percent of staff cost.
    pub home_percent: Decimal,
    /// For the shared pot, in percent of staff cost.
    pub shared_percent: Decimal,
}

/// A part of the budget with a funding mix of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Its code.
    pub code: ComponentCode,
    /// What it is called.
    pub label: String,
    /// What is budgeted for it over all years, in euro; `None` when the budget is not divided.
    pub budget_euro: Option<Decimal>,
    /// Who pays which part. The parts are 100 % together, and exactly one takes what rounding leaves.
    pub funding: Vec<FundingShare>,
}

/// The part of one payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FundingShare {
    /// Who pays.
    pub source: FundingSource,
    /// In percent of the component.
    pub percent: Decimal,
    /// Whether it takes what rounding leaves.
    pub balancing: bool,
}

/// How a programme is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FinanceModel {
    /// How an hour is priced.
    pub hourly_rate: HourlyRate,
    /// How amounts become cents.
    pub rounding: RoundingRule,
    /// How many decimals an hour has.
    pub hour_decimals: u32,
    /// The most hours that one person can declare in a year, over all projects.
    pub yearly_hours_max: u32,
    /// What is paid on top of staff cost.
    pub flat_rate: FlatRate,
    /// How many years the budget is for.
    pub years: u32,
    /// Whether the budget follows the index of wages.
    pub indexed: bool,
    /// The whole budget of all years, in euro.
    pub budget_euro: Option<Decimal>,
    /// The parts of the budget.
    pub components: Vec<Component>,
    /// What may be spent over the years, where that is more than the whole budget divided evenly.
    pub term: TermRules,
    /// Which procedure a purchase follows.
    pub procurement: Procurement,
    /// How local authorities divide what they pay, each key from its day on; none when the programme does not say.
    pub allocation_keys: Vec<AllocationKey>,
}

impl FinanceModel {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let hourly_rate = section.table("hourly_rate", read_hourly_rate);
        let rounding = section.word("rounding");
        let hour_decimals = section.integer("hour_decimals", 0..=4);
        let yearly_hours_max = section.integer("yearly_hours_max", 1..=3_000);
        let flat_rate = section.table("flat_rate", read_flat_rate);
        let years = section.integer("years", 1..=20);
        let indexed = section.boolean("indexed");
        let budget_euro = section.optional_decimal("budget_euro", 0..=1_000_000_000);
        let components = section.tables("component", 1, read_component);
        let procurement = Procurement::read(section);
        let allocation_keys = AllocationKey::read_all(section);
        check_budgets(section, budget_euro, components.as_deref());
        let term = TermRules::read(section);
        if budget_euro.is_some() && term.as_ref().is_some_and(|term| term.grant.is_some()) {
            section.complain(
                "budget_euro",
                MistakeKind::Contradiction,
                "`budget_euro` and `[finance.grant]` both say what may be spent".to_owned(),
                "keep the grant when the call counts units; its total follows from it",
            );
        }
        Some(Self {
            hourly_rate: hourly_rate?,
            rounding: rounding?,
            hour_decimals: hour_decimals?,
            yearly_hours_max: yearly_hours_max?,
            flat_rate: flat_rate?,
            years: years?,
            indexed: indexed?,
            budget_euro,
            components: components?,
            term: term?,
            procurement: procurement?,
            allocation_keys: allocation_keys?,
        })
    }
}

fn read_hourly_rate(section: &mut Section<'_, '_>) -> Option<HourlyRate> {
    match section.word("kind") {
        Some(RateWord::GrossMonthFactor) => {
            Some(HourlyRate::GrossMonthFactor { factor: section.decimal("factor", 0..=1)? })
        }
        Some(RateWord::AnnualCost) => {
            Some(HourlyRate::AnnualCost { hours: section.integer("hours", 1..=3_000)? })
        }
        Some(RateWord::Documented) => Some(HourlyRate::Documented),
        None => {
            section.abandon();
            None
        }
    }
}

fn read_flat_rate(section: &mut Section<'_, '_>) -> Option<FlatRate> {
    let percent = section.decimal("percent", 0..=100);
    let level = section.word("rounding_level");
    let home_percent = section.optional_decimal("home_percent", 0..=100);
    let shared_percent = section.optional_decimal("shared_percent", 0..=100);
    match (section.has("home_percent"), section.has("shared_percent")) {
        (true, false) => section.missing("shared_percent", "\"10\""),
        (false, true) => section.missing("home_percent", "\"30\""),
        _ => {}
    }
    let split = home_percent
        .zip(shared_percent)
        .map(|(home_percent, shared_percent)| FlatRateSplit { home_percent, shared_percent });
    if let (Some(split), Some(percent)) = (split, percent)
        && split.home_percent + split.shared_percent != percent
    {
        section.complain(
            "home_percent",
            MistakeKind::WrongSum,
            format!(
                "{} and {} are {} together and not {percent}",
                split.home_percent,
                split.shared_percent,
                split.home_percent + split.shared_percent
            ),
            "let `home_percent` and `shared_percent` be `percent` together",
        );
    }
    Some(FlatRate { percent: percent?, level: level?, split })
}

fn read_component(section: &mut Section<'_, '_>) -> Option<Component> {
    let code = section.declared("code", Namespace::Component, "operation");
    let label = section.text("label");
    let budget_euro = section.optional_decimal("budget_euro", 0..=1_000_000_000);
    let mut sources: Vec<FundingSource> = Vec::new();
    let funding = section.tables("funding", 1, |section| {
        let source: Option<FundingSource> = section.word("source");
        if let Some(source) = source {
            if sources.contains(&source) {
                section.complain(
                    "source",
                    MistakeKind::Duplicate,
                    format!("`{source}` already pays a part"),
                    "add the two parts up",
                );
            }
            sources.push(source);
        }
        let percent = section.decimal("percent", 0..=100);
        let balancing = section.optional_boolean("balancing");
        Some(FundingShare { source: source?, percent: percent?, balancing: balancing? })
    });
    if let Some(funding) = &funding {
        check_funding(section, funding);
    }
    Some(Component { code: code?, label: label?, budget_euro, funding: funding? })
}

fn check_funding(section: &Section<'_, '_>, funding: &[FundingShare]) {
    let sum: Decimal = funding.iter().map(|share| share.percent).sum();
    if sum != Decimal::ONE_HUNDRED {
        section.complain(
            "funding",
            MistakeKind::WrongSum,
            format!("the funding adds up to {sum} %"),
            "let the parts of all payers be 100 % together",
        );
    }
    let balancing = funding.iter().filter(|share| share.balancing).count();
    if balancing != 1 {
        section.complain(
            "funding",
            MistakeKind::Contradiction,
            format!("{balancing} payers take what rounding leaves"),
            "write `balancing = true` at exactly one of them",
        );
    }
}

fn check_budgets(section: &Section<'_, '_>, budget: Option<Decimal>, components: Option<&[Component]>) {
    let (Some(budget), Some(components)) = (budget, components) else {
        return;
    };
    let parts: Option<Vec<Decimal>> = components.iter().map(|component| component.budget_euro).collect();
    let Some(parts) = parts else {
        return;
    };
    let sum: Decimal = parts.iter().sum();
    if sum != budget {
        section.complain(
            "budget_euro",
            MistakeKind::WrongSum,
            format!("the components have {sum} euro together and the whole budget is {budget}"),
            "correct one of them: the parts are the whole",
        );
    }
}
