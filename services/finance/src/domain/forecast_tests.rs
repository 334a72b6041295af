use chassis::id::WorkerId;
use region::PartnerKind;
use region::programme::{
    Component, FlatRate, FundingShare, FundingSource, HourlyRate, RoundingLevel, RoundingRule, TermRules,
};
use uuid::Uuid;

use super::super::costs::costs;
use super::super::ids::LineId;
use super::super::staff_line::{RowKey, Wage};
use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn model() -> FinanceModel {
    let share = FundingShare { source: FundingSource::Esf, percent: Decimal::ONE_HUNDRED, balancing: true };
    let component = Component {
        code: "operation".parse().unwrap(),
        label: "Werking".to_owned(),
        budget_euro: None,
        funding: vec![share],
    };
    FinanceModel {
        hourly_rate: HourlyRate::GrossMonthFactor { factor: decimal("0.012") },
        rounding: RoundingRule::HalfUp,
        hour_decimals: 3,
        yearly_hours_max: 1_720,
        flat_rate: FlatRate { percent: Decimal::from(40), level: RoundingLevel::Component, split: None },
        years: 6,
        indexed: false,
        budget_euro: None,
        components: vec![component],
        procurement: region::programme::Procurement::default(),
        allocation_keys: Vec::new(),
        term: TermRules::default(),
    }
}

fn line(wage_cents: i64, hours: &str, recruited: bool) -> StaffLine {
    StaffLine {
        id: LineId::from_uuid(Uuid::from_u128(1)),
        row: RowKey::parse("r1").unwrap(),
        component: "operation".parse().unwrap(),
        partner: "kanarie-vzw".parse().unwrap(),
        partner_kind: PartnerKind::CivilSociety,
        worker: recruited.then(|| WorkerId::from_uuid(Uuid::from_u128(2))),
        wage: Wage::new(Money::from_cents(wage_cents)),
        hours: Hours::parse(hours, 3, 1_720).unwrap(),
    }
}

fn month(year: i16, month: i8) -> Month {
    Month::of(jiff::civil::date(year, month, 1))
}

fn scenario(percent: &str, first_step: Month) -> Scenario {
    Scenario { percent: decimal(percent), first_step, vacancies_from: None }
}

#[test]
fn without_a_step_every_year_costs_what_the_budget_says() {
    let lines = [line(358_500, "859.95", true), line(412_345, "602.047", true)];
    let model = model();
    let priced: Vec<_> =
        lines.iter().map(|line| price(&model, line.wage.expose(), line.hours).unwrap()).collect();
    let budget = costs(&model, &lines, &priced).unwrap().project;

    let seen = forecast(&model, &lines, budget.total, (2024, 2029), &scenario("0", month(2025, 1))).unwrap();

    assert_eq!(seen.years.len(), 6);
    assert!(seen.years.iter().all(|year| (year.staff, year.cost) == (budget.staff, budget.total)));
    assert!(seen.years.iter().all(|year| year.balance == Money::ZERO));
    assert_eq!(seen.runs_out, None);
}

#[test]
fn wages_step_in_their_month_and_are_rounded_to_cents_at_each_step() {
    // 1 000.00 a month is 12.00 an hour; two per cent twice is 1 040.40 and 12.48, not 12.4848.
    let lines = [line(100_000, "1200", true)];

    let seen = forecast(
        &model(),
        &lines,
        Money::from_cents(2_016_000),
        (2024, 2026),
        &scenario("2", month(2024, 7)),
    )
    .unwrap();

    let staff: Vec<i64> = seen.years.iter().map(|year| year.staff.cents()).collect();
    // 600 h x 12.00 + 600 h x 12.24; 600 h x 12.24 + 600 h x 12.48; then 12.48 and 12.73 (1 061.21).
    assert_eq!(staff, [1_454_400, 1_483_200, 1_512_600]);
    assert_eq!(seen.years[0].flat_rate.cents(), 581_760);
    assert_eq!(seen.years[0].balance.cents(), 2_016_000 - 1_454_400 - 581_760);
}

#[test]
fn the_month_is_named_in_which_what_is_paid_for_the_term_is_used_up() {
    // Each month costs 1 680.00: 100 h x 12.00 and 40 %.
    let lines = [line(100_000, "1200", true)];
    let flat = scenario("0", month(2024, 1));

    let lasts = forecast(&model(), &lines, Money::from_cents(2_016_000), (2024, 2025), &flat).unwrap();
    assert_eq!(lasts.runs_out, None, "to the cent");

    // 23 months and nothing for the last.
    let short = forecast(&model(), &lines, Money::from_cents(1_932_000), (2024, 2025), &flat).unwrap();
    assert_eq!(short.runs_out, Some(month(2025, 12)));
    let shorter = forecast(&model(), &lines, Money::from_cents(84_000), (2024, 2025), &flat).unwrap();
    assert_eq!(shorter.runs_out, Some(month(2024, 2)));
}

#[test]
fn empty_places_cost_from_the_month_they_are_filled() {
    let lines = [line(100_000, "1200", true), line(100_000, "1200", false)];
    let mut filled = scenario("0", month(2024, 1));
    filled.vacancies_from = Some(month(2024, 11));

    let seen = forecast(&model(), &lines, Money::ZERO, (2024, 2025), &filled).unwrap();

    // 1 200 h and two months of a hundred; then both.
    assert_eq!(seen.years[0].staff.cents(), 1_680_000);
    assert_eq!(seen.years[1].staff.cents(), 2_880_000);
}
