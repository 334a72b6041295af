//! Random budgets against whole-number arithmetic that shares no line with the code: wages in cents, factors and hours in
//! thousandths, every half rounded up by hand.

use finance::domain::{
    Contribution, FinanceModel, Funding, FundingLine, Hours, LineId, Money, RowKey, StaffLine, Wage,
    correct_contributions, figures, flat_rate_at, sum,
};
use proptest::prelude::*;
use region::PartnerKind;
use region::programme::{FundingSource, RoundingLevel};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::case;

/// One line as numbers: component, kind of partner, wage in cents, hours in thousandths.
type Numbers = (bool, u8, i64, i64);

fn lines(numbers: &[Numbers]) -> Vec<StaffLine> {
    (1_u128..)
        .zip(numbers)
        .map(|(number, (support, kind, wage, hours))| StaffLine {
            id: LineId::from_uuid(Uuid::from_u128(number)),
            row: RowKey::parse(&format!("r{number}")).unwrap(),
            component: if *support { "support" } else { "operation" }.parse().unwrap(),
            partner: format!("partner-{kind}").parse().unwrap(),
            partner_kind: [
                PartnerKind::CivilSociety,
                PartnerKind::LocalAuthority,
                PartnerKind::PublicEmploymentService,
                PartnerKind::SupportBody,
            ][usize::from(*kind)],
            worker: None,
            wage: Wage::new(Money::from_cents(*wage)),
            hours: Hours::from_decimal(Decimal::new(*hours, 3)).unwrap(),
        })
        .collect()
}

/// `number / divisor`, halves up; for numbers of zero or more.
fn half_up(number: i128, divisor: i128) -> i128 {
    (2 * number + divisor) / (2 * divisor)
}

fn cents(money: Money) -> i128 {
    i128::from(money.cents())
}

/// Staff, flat rate and total of a component, by hand.
fn reference(numbers: &[Numbers], support: bool) -> (i128, i128) {
    let staff: i128 = numbers
        .iter()
        .filter(|line| line.0 == support)
        .map(|(_, _, wage, hours)| {
            let rate = half_up(i128::from(*wage) * 12, 1_000);
            half_up(rate * i128::from(*hours), 1_000)
        })
        .sum();
    (staff, half_up(staff * 40, 100))
}

fn budget() -> impl Strategy<Value = Vec<Numbers>> {
    proptest::collection::vec((any::<bool>(), 0..4_u8, 1..2_000_000_i64, 1..1_720_001_i64), 0..25)
}

fn waasland() -> FinanceModel {
    case::model(&case::waasland())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_budget_comes_to_what_whole_numbers_say(numbers in budget()) {
        let model = MODEL.with(Clone::clone);
        let figures = figures(&model, &lines(&numbers), &Funding::default()).unwrap();

        for (place, support) in [(0, false), (1, true)] {
            let (staff, flat_rate) = reference(&numbers, support);
            let cost = figures.costs.components[place].cost;
            prop_assert_eq!((cents(cost.staff), cents(cost.flat_rate)), (staff, flat_rate));
            prop_assert_eq!(cents(cost.total), staff + flat_rate);
            let exact: i128 =
                numbers.iter().filter(|line| line.0 == support).map(|line| i128::from(line.2) * i128::from(line.3)).sum();
            // Cents times a factor in thousandths, hours in thousandths and 140 in hundredths.
            let exact = Decimal::from_i128_with_scale(exact * 12 * 140, 10);
            prop_assert_eq!(
                figures.controls[place].rounding_effect.euro(),
                Decimal::from_i128_with_scale(staff + flat_rate, 2) - exact
            );
            prop_assert_eq!(cents(figures.controls[place].difference), -(staff + flat_rate));
        }
        let project = figures.costs.project;
        prop_assert_eq!(
            cents(project.total),
            figures.costs.components.iter().map(|one| cents(one.cost.total)).sum::<i128>()
        );
        let hours: i128 = numbers.iter().map(|line| i128::from(line.3)).sum();
        prop_assert_eq!(project.hours.decimal(), Decimal::from_i128_with_scale(hours, 3).normalize());
    }

    #[test]
    fn components_add_up_to_the_project_at_every_level(
        costs in proptest::collection::vec(proptest::collection::vec(0..100_000_000_i64, 0..8), 1..5),
    ) {
        let model = MODEL.with(Clone::clone);
        let costs: Vec<Vec<Money>> =
            costs.into_iter().map(|lines| lines.into_iter().map(Money::from_cents).collect()).collect();
        let all: i128 = costs.iter().flatten().map(|cost| cents(*cost)).sum();

        let project = sum(flat_rate_at(RoundingLevel::Project, &model, &costs).unwrap()).unwrap();
        prop_assert_eq!(cents(project), half_up(all * 40, 100));
        for level in [RoundingLevel::Line, RoundingLevel::Component] {
            let parts = flat_rate_at(level, &model, &costs).unwrap();
            prop_assert_eq!(parts.len(), costs.len());
            let roundings = if level == RoundingLevel::Line { costs.iter().flatten().count() } else { costs.len() };
            let apart = (cents(sum(parts).unwrap()) * 100 - all * 40).abs();
            prop_assert!(apart <= 50 * i128::try_from(roundings).unwrap(), "{} rounds more than it may", level);
        }
    }

    #[test]
    fn every_way_out_closes_its_control(numbers in budget(), off in -500..500_i64) {
        let model = MODEL.with(Clone::clone);
        let mut lines = lines(&numbers);
        let total = figures(&model, &lines, &Funding::default()).unwrap().costs.components[0].cost.total;
        prop_assume!(total.cents() + off >= 0 && off != 0);
        let mut funding = Funding {
            lines: vec![FundingLine {
                component: "operation".parse().unwrap(),
                source: FundingSource::Vcf,
                amount: Money::from_cents(total.cents() + off),
                in_kind: Money::ZERO,
                stated: None,
                basis: None,
            }],
            contributions: Vec::new(),
        };
        let before = figures(&model, &lines, &funding).unwrap();
        prop_assert_eq!(before.controls[0].difference.cents(), off);

        for way in &before.controls[0].ways_out {
            match way {
                finance::domain::WayOut::Balance { to, .. } => {
                    let kept = std::mem::replace(&mut funding.lines[0].amount, *to);
                    prop_assert!(figures(&model, &lines, &funding).unwrap().controls[0].holds());
                    funding.lines[0].amount = kept;
                }
                finance::domain::WayOut::Hours { row, to, .. } => {
                    let line = lines.iter_mut().find(|line| line.row == *row).unwrap();
                    let kept = std::mem::replace(&mut line.hours, *to);
                    prop_assert!(figures(&model, &lines, &funding).unwrap().controls[0].holds());
                    lines.iter_mut().find(|line| line.row == *row).unwrap().hours = kept;
                }
            }
        }
        prop_assert!(!before.controls[0].ways_out.is_empty(), "the balancing item is always one");
    }

    #[test]
    fn corrected_contributions_add_up(
        amounts in proptest::collection::vec(1..10_000_000_i64, 1..12),
        off in -5..=5_i64,
    ) {
        let contributions: Vec<Contribution> = amounts
            .iter()
            .enumerate()
            .map(|(place, cents)| Contribution {
                partner: format!("body-{place}").parse().unwrap(),
                amount: Money::from_cents(*cents),
            })
            .collect();
        let total = amounts.iter().sum::<i64>() + off;
        prop_assume!(total >= 0);

        let corrected = correct_contributions(&contributions, Money::from_cents(total)).unwrap();

        prop_assert_eq!(corrected.iter().map(|one| one.amount.cents()).sum::<i64>(), total);
        for (now, before) in corrected.iter().zip(&amounts) {
            prop_assert!((now.amount.cents() - before).abs() <= off.abs(), "{} from {}", now.amount.cents(), before);
        }
    }
}

thread_local! {
    static MODEL: FinanceModel = waasland();
}
