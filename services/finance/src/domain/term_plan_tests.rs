use region::programme::{
    Component, FlatRate, FundingShare, FundingSource, HourlyRate, RoundingLevel, RoundingRule, TermRules,
    YearBudget,
};

use super::*;

fn euro(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn cents(text: &str) -> Money {
    Amount::from_euro(euro(text)).round(chassis::money::Rounding::HalfUp).unwrap()
}

fn component(code: &str, budget: Option<&str>) -> Component {
    let share = FundingShare { source: FundingSource::Esf, percent: Decimal::ONE_HUNDRED, balancing: true };
    Component {
        code: code.parse().unwrap(),
        label: code.to_owned(),
        budget_euro: budget.map(euro),
        funding: vec![share],
    }
}

fn model(years: u32, budget: Option<&str>, components: Vec<Component>, term: TermRules) -> FinanceModel {
    FinanceModel {
        hourly_rate: HourlyRate::GrossMonthFactor { factor: euro("0.012") },
        rounding: RoundingRule::HalfUp,
        hour_decimals: 3,
        yearly_hours_max: 1_720,
        flat_rate: FlatRate { percent: Decimal::from(40), level: RoundingLevel::Component, split: None },
        years,
        indexed: false,
        budget_euro: budget.map(euro),
        components,
        procurement: region::programme::Procurement::default(),
        allocation_keys: Vec::new(),
        term,
    }
}

fn waasland() -> FinanceModel {
    let parts = vec![component("operation", Some("2983433.01")), component("support", Some("217378.42"))];
    model(6, Some("3200811.43"), parts, TermRules::default())
}

fn fact(year: i16, code: &str, approved: &str) -> YearFact {
    YearFact {
        year,
        component: code.parse().unwrap(),
        approved: cents(approved),
        drafted: Money::ZERO,
        claimed: [Money::ZERO; 4],
    }
}

#[test]
fn the_first_year_of_waasland_leaves_what_the_sources_say() {
    let facts = [fact(2024, "operation", "497191.67"), fact(2024, "support", "55682.59")];

    let plans = term_plans(&waasland(), (2024, 2029), None, &facts).unwrap();

    assert_eq!(plans.len(), 1);
    let [whole, operation, support] = plans[0].parts.as_slice() else { panic!("three parts") };
    assert_eq!(whole.total, Some(cents("3200811.43")));
    let first = &operation.years[0];
    assert_eq!(first.maximum.unwrap().euro(), euro("497238.835"));
    assert_eq!(first.room.unwrap().euro(), euro("47.165"));
    // Six years of that room.
    assert_eq!(first.room.unwrap().checked_mul(Decimal::from(6)).unwrap().euro(), euro("282.99"));
    assert_eq!(support.left, Some(cents("161695.83")));
    let per_year = support.left_per_open_year.unwrap().round(chassis::money::Rounding::HalfUp).unwrap();
    assert_eq!(per_year, cents("32339.17"));
    assert_eq!(over_term(&plans), None, "a year may be above its sixth, the term may not");
}

#[test]
fn claims_burn_the_approved_budget_down_by_quarter() {
    let mut one = fact(2024, "operation", "400.00");
    one.claimed = [cents("100.00"), cents("50.25"), Money::ZERO, cents("300.00")];
    one.drafted = cents("12.00");

    let plans = term_plans(&waasland(), (2024, 2029), None, &[one]).unwrap();

    let year = &plans[0].parts[1].years[0];
    let left: Vec<i64> = year.left_after_quarter.iter().map(|left| left.cents()).collect();
    assert_eq!(left, [30_000, 24_975, 24_975, -5_025]);
    assert_eq!(year.drafted, cents("12.00"));
    assert_eq!(plans[0].parts[0].years[0].claimed, year.claimed, "the whole is the sum of its components");
}

fn call(stated: Option<&str>) -> FinanceModel {
    let grant = Grant {
        what: "halftijdse coördinator".to_owned(),
        units: 6,
        euro_per_year: euro("45000"),
        stated_total_euro: stated.map(euro),
    };
    let term = TermRules { grant: Some(grant), ..TermRules::default() };
    model(2, None, vec![component("network", None)], term)
}

#[test]
fn a_call_that_contradicts_itself_is_shown_both_ways_until_somebody_decides() {
    let both = term_plans(&call(Some("270000")), (2020, 2021), None, &[]).unwrap();

    let read: Vec<_> = both
        .iter()
        .map(|plan| (plan.read.reading.unwrap(), plan.read.total.unwrap(), plan.read.formula.as_str()))
        .collect();
    assert_eq!(
        read,
        [
            (TermReading::EveryYear, cents("540000"), "6 x 45000 x 2"),
            (TermReading::StatedTotal, cents("270000"), "6 x 45000"),
        ]
    );
    assert_eq!(
        both[1].parts[1].years[0].maximum.unwrap().euro(),
        euro("135000"),
        "the only component is the whole"
    );

    let decided = term_plans(&call(Some("270000")), (2020, 2021), Some(TermReading::EveryYear), &[]).unwrap();
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0].read.total, Some(cents("540000")));
}

#[test]
fn a_call_that_agrees_with_itself_needs_no_decision() {
    for stated in [None, Some("540000")] {
        let plans = term_plans(&call(stated), (2020, 2021), None, &[]).unwrap();
        assert_eq!(plans.len(), 1);
        assert_eq!(plans[0].read.reading, None);
        assert_eq!(plans[0].read.total, Some(cents("540000")));
    }
}

#[test]
fn a_subsidy_that_nobody_knows_yet_is_unknown_and_not_zero() {
    let yearly = vec![
        YearBudget { year: 2022, budget_euro: Some(euro("30000")) },
        YearBudget { year: 2023, budget_euro: None },
    ];
    let lier = model(2, None, vec![component("all", None)], TermRules { yearly, ..TermRules::default() });

    let plans = term_plans(&lier, (2022, 2023), None, &[fact(2022, "all", "29000.00")]).unwrap();

    let whole = &plans[0].parts[0];
    assert_eq!((whole.total, whole.left), (None, None));
    assert_eq!(plans[0].read.formula, "30000 + ?");
    assert_eq!(whole.years[0].room.unwrap().euro(), euro("1000"));
    assert_eq!(whole.years[1].maximum, None);
}

#[test]
fn approved_budgets_over_the_term_are_named_with_both_amounts() {
    let facts = [fact(2024, "support", "200000.00"), fact(2025, "support", "17378.43")];
    let plans = term_plans(&waasland(), (2024, 2029), None, &facts).unwrap();

    let over = over_term(&plans).unwrap();
    assert_eq!(over.component.unwrap().as_str(), "support");
    assert_eq!((over.total, over.needed), (cents("217378.42"), cents("217378.43")));

    // While a reading is open, the larger one counts.
    let facts = [fact(2020, "network", "400000.00")];
    assert_eq!(over_term(&term_plans(&call(Some("270000")), (2020, 2021), None, &facts).unwrap()), None);
    let decided = Some(TermReading::StatedTotal);
    assert!(over_term(&term_plans(&call(Some("270000")), (2020, 2021), decided, &facts).unwrap()).is_some());
}
