//! Goal-seek without a service: the vectors of Waasland, every hour there is against the search, and random budgets.

use finance::domain::{
    Bound, FinanceModel, Funding, HoursSeek, Money, Moving, Proportion, SeekTarget, Sought, StaffLine, costs,
    figures, price, seek_amounts, seek_hours, seek_sources, staff_duties, sum,
};
use region::ClosedSet as _;
use region::programme::{FundingSource, RoundingLevel};
use rust_decimal::Decimal;

use crate::case::{Case, money};
use crate::random_budget::{Budget, Dice};

/// A row that moves, with its weight.
type Row<'a> = (&'a str, Option<i64>);

fn moving(lines: &[StaffLine], rows: &[Row<'_>]) -> Vec<Moving> {
    rows.iter()
        .map(|(row, weight)| Moving {
            line: lines.iter().find(|line| line.row.as_str() == *row).unwrap().id,
            weight: weight.map(Decimal::from),
        })
        .collect()
}

/// What a target comes to, by the figures of a budget of its lines.
fn total_of(model: &FinanceModel, lines: &[StaffLine], target: &SeekTarget) -> Money {
    let priced: Vec<_> =
        lines.iter().map(|line| price(model, line.wage.expose(), line.hours).unwrap()).collect();
    match target {
        SeekTarget::Line(id) => {
            lines.iter().zip(&priced).find(|(line, _)| line.id == *id).map(|(_, one)| one.cost).unwrap()
        }
        SeekTarget::Component(code) => costs(model, lines, &priced).unwrap().component(code).unwrap().total,
        SeekTarget::Partner(code) => {
            let lines: Vec<_> = lines.iter().filter(|line| line.partner == *code).cloned().collect();
            figures(model, &lines, &Funding::default()).unwrap().costs.project.total
        }
        SeekTarget::Project => costs(model, lines, &priced).unwrap().project.total,
    }
}

/// Every answer, put into the budget, comes to exactly what it says; and exact is exact.
fn check(seek: &HoursSeek<'_>, sought: &Sought) {
    for answer in &sought.answers {
        let mut lines = seek.lines.to_vec();
        for one in &answer.moves {
            let line = lines.iter_mut().find(|line| line.id == one.line).unwrap();
            assert_eq!(one.from, line.hours);
            assert!(one.to.decimal() > Decimal::ZERO && one.to.decimal().scale() <= seek.model.hour_decimals);
            line.hours = one.to;
            assert_eq!(one.cost, price(seek.model, line.wage.expose(), one.to).unwrap().cost);
        }
        assert_eq!(total_of(seek.model, &lines, &seek.target), answer.total);
        assert_eq!(answer.difference.cents(), answer.total.cents() - seek.total.cents());
        assert_eq!(answer.total == seek.total, sought.exact);
    }
    let signs: Vec<i64> = sought.answers.iter().map(|one| one.difference.cents().signum()).collect();
    if sought.exact {
        assert_eq!(signs, [0]);
    } else {
        assert!([&[-1, 1][..], &[-1], &[1]].contains(&signs.as_slice()), "{signs:?}");
    }
}

fn hours(sought: &Sought, answer: usize) -> Vec<String> {
    sought.answers[answer].moves.iter().map(|one| one.to.shown(3)).collect()
}

/// Asks, with everything checked.
fn ask(
    case: &Case,
    target: SeekTarget,
    total: &str,
    rows: &[(&str, Option<i64>)],
    proportion: Proportion,
) -> Sought {
    let moving = moving(&case.lines, rows);
    let (model, lines, total) = (&case.model, case.lines.as_slice(), money(total));
    let seek = HoursSeek { model, lines, target, total, moving, proportion };
    let sought = seek_hours(&seek).unwrap();
    check(&seek, &sought);
    sought
}

fn set_hours(case: &mut Case, row: &str, hours: &str) {
    let line = case.lines.iter_mut().find(|line| line.row.as_str() == row).unwrap();
    line.hours = finance::domain::Hours::parse(hours, 3, 1_720).unwrap();
}

#[test]
fn the_hours_of_the_coordinator_hit_the_funding() {
    let mut case = Case::read();
    set_hours(&mut case, "r02", "860");

    for (target, total) in [
        (SeekTarget::Component("operation".parse().unwrap()), "497191.67"),
        (SeekTarget::Project, "552874.26"),
    ] {
        let sought = ask(&case, target, total, &[("r02", None)], Proportion::Hours);

        assert!(sought.exact && sought.proven);
        assert_eq!(hours(&sought, 0), ["859.950"]);
        assert!(sought.bounds.is_empty());
    }
}

#[test]
fn the_line_of_vdab_costs_exactly_what_was_agreed() {
    let mut case = Case::read();
    set_hours(&mut case, "r05", "602");
    let line = case.lines[4].id;

    let sought = ask(&case, SeekTarget::Line(line), "25556.90", &[("r05", None)], Proportion::Hours);

    assert_eq!((sought.now, sought.exact), (money("25554.90"), true));
    assert_eq!(hours(&sought, 0), ["602.047"]);
}

#[test]
fn a_total_between_two_thousandths_of_an_hour_has_the_nearest_two() {
    let case = Case::read();
    let line = case.lines[4].id;

    let sought = ask(&case, SeekTarget::Line(line), "25556.91", &[("r05", None)], Proportion::Hours);

    assert!(!sought.exact && sought.proven);
    assert_eq!(
        (hours(&sought, 0), hours(&sought, 1)),
        (vec!["602.047".to_owned()], vec!["602.048".to_owned()])
    );
    assert_eq!((sought.answers[0].total, sought.answers[1].total), (money("25556.90"), money("25556.94")));
    assert_eq!((sought.answers[0].difference.cents(), sought.answers[1].difference.cents()), (-1, 3));
}

#[test]
fn the_hours_of_municipal_staff_follow_from_the_contribution_and_the_shares() {
    let case = Case::read();
    let form: [(&str, &str, &[Row<'_>]); 3] = [
        ("p05", "28473.93", &[("r06", Some(50)), ("r07", Some(30)), ("r08", Some(20))]),
        ("p07", "10029.33", &[("r10", Some(20)), ("r11", Some(40)), ("r12", Some(40))]),
        ("p08", "9143.78", &[("r13", Some(20)), ("r14", Some(80))]),
    ];

    for (partner, contribution, rows) in form {
        let target = SeekTarget::Partner(partner.parse().unwrap());
        let sought = ask(&case, target, contribution, rows, Proportion::Cost);

        assert!(sought.exact, "{partner}: {sought:?}");
        for one in &sought.answers[0].moves {
            // The form lies within 0.02 of the hours that the shares give; the search within thousandths.
            let off = (one.to.decimal() - one.from.decimal()).abs();
            assert!(off <= Decimal::new(30, 3), "{} {} -> {}", one.row, one.from, one.to);
        }
    }
}

#[test]
fn a_total_that_the_flat_rate_skips_is_proven_to_have_no_hours_at_all() {
    let case = Case::read();
    // 1.4 times a cent more is one cent more or two: 28472.47 belongs to 20337.48, 28472.48 to 20337.49.
    let target = SeekTarget::Partner("p05".parse().unwrap());
    let rows = [("r06", None), ("r07", None), ("r08", None)];
    let mut skipped = 0;
    for cents in 0..14 {
        let total = format!("28473.{:02}", 80 + cents);
        let sought = ask(&case, target.clone(), &total, &rows, Proportion::Cost);

        assert!(sought.proven, "{total}");
        if !sought.exact {
            skipped += 1;
            let off: Vec<i64> = sought.answers.iter().map(|one| one.difference.cents()).collect();
            assert_eq!(off, [-1, 1]);
        }
    }
    // Of seven totals in a row five belong to a whole number of cents.
    assert_eq!(skipped, 4);
}

#[test]
fn a_limit_that_stops_the_search_is_named() {
    let case = Case::read();
    let line = case.lines[4].id;

    let over = ask(&case, SeekTarget::Line(line), "80000.00", &[("r05", None)], Proportion::Hours);
    let under = ask(&case, SeekTarget::Line(line), "0.00", &[("r05", None)], Proportion::Hours);

    assert_eq!((over.exact, over.proven, hours(&over, 0)), (false, true, vec!["1720.000".to_owned()]));
    assert_eq!((over.answers.len(), over.bounds[0].bound), (1, Bound::Highest));
    assert_eq!(
        (under.exact, hours(&under, 0), under.bounds[0].bound),
        (false, vec!["0.001".to_owned()], Bound::Lowest)
    );
}

#[test]
fn a_person_with_two_lines_never_gets_more_than_a_year() {
    let mut case = Case::read();
    let worker = Some(chassis::id::WorkerId::from_uuid(chassis::id::IdGenerator.uuid()));
    case.lines[0].worker = worker;
    case.lines[1].worker = worker;
    set_hours(&mut case, "r01", "1000");
    set_hours(&mut case, "r02", "700");

    let one = ask(&case, SeekTarget::Project, "600000.00", &[("r02", None)], Proportion::Hours);
    let both =
        ask(&case, SeekTarget::Project, "600000.00", &[("r01", None), ("r02", None)], Proportion::Hours);
    let third = [("r01", None), ("r02", None), ("r05", None)];
    let helped = ask(&case, SeekTarget::Project, "552000.01", &third, Proportion::Hours);

    assert_eq!((hours(&one, 0), one.bounds[0].bound), (vec!["720.000".to_owned()], Bound::Highest));
    let year: Decimal = both.answers[0].moves.iter().map(|one| one.to.decimal()).sum();
    assert!(year <= Decimal::from(1_720) && year > Decimal::from(1_719), "{year}");
    assert_eq!(both.bounds.len(), 2);
    // What the person cannot take the third line takes, to the cent.
    assert!(helped.exact, "{helped:?}");
    assert_eq!(helped.bounds.iter().map(|one| one.row.as_str()).collect::<Vec<_>>(), ["r01", "r02"]);
}

/// A random budget with few hours a year, and a target near what it comes to.
fn small(dice: &mut Dice) -> Option<(Budget, SeekTarget, usize)> {
    let mut budget = Budget::random(dice);
    budget.model.yearly_hours_max = 1;
    if budget.lines.is_empty() {
        return None;
    }
    for line in &mut budget.lines {
        let units = i64::try_from(dice.below(1_000)).unwrap() + 1;
        line.hours = finance::domain::Hours::from_decimal(Decimal::new(units, 3)).unwrap();
    }
    let place = usize::try_from(dice.below(budget.lines.len() as u64)).unwrap();
    let line = &budget.lines[place];
    let target = match dice.below(4) {
        0 => SeekTarget::Line(line.id),
        1 => SeekTarget::Component(line.component.clone()),
        2 => SeekTarget::Partner(line.partner.clone()),
        _ => SeekTarget::Project,
    };
    let rate = price(&budget.model, line.wage.expose(), line.hours).unwrap().rate;
    (rate > Money::ZERO).then_some((budget, target, place))
}

#[test]
fn of_one_line_every_hour_there_is_agrees() {
    let mut dice = Dice(5);
    let (mut exact, mut none, mut stopped) = (0, 0, 0);
    for round in 0..120 {
        let Some((budget, target, place)) = small(&mut dice) else { continue };
        let Budget { model, lines, .. } = &budget;
        let mut tried = lines.clone();
        let totals: Vec<i64> = (1..=1_000)
            .map(|units| {
                tried[place].hours = finance::domain::Hours::from_decimal(Decimal::new(units, 3)).unwrap();
                total_of(model, &tried, &target).cents()
            })
            .collect();
        let pick = usize::try_from(dice.below(1_000)).unwrap();
        let off = i64::try_from(dice.below(9)).unwrap() - 4;
        for total in [totals[pick], totals[pick] + off, totals[999] + off.abs(), totals[0] - off.abs()] {
            let total = Money::from_cents(total.max(0));
            let line = Moving { line: lines[place].id, weight: None };
            let target = target.clone();
            let seek =
                HoursSeek { model, lines, target, total, moving: vec![line], proportion: Proportion::Cost };

            let sought = seek_hours(&seek).unwrap();

            check(&seek, &sought);
            assert!(sought.proven);
            let is_there = totals.contains(&total.cents());
            assert_eq!(sought.exact, is_there, "round {round}");
            let found: Vec<i64> = sought.answers.iter().map(|one| one.total.cents()).collect();
            if is_there {
                exact += 1;
                // Of all hours that hit it, those nearest to what they were.
                let change = |units: usize| {
                    (Decimal::new(i64::try_from(units).unwrap() + 1, 3) - lines[place].hours.decimal()).abs()
                };
                let least = (0..1_000).filter(|at| totals[*at] == total.cents()).map(change).min().unwrap();
                let to = sought.answers[0].moves[0].to.decimal();
                assert_eq!((to - lines[place].hours.decimal()).abs(), least, "round {round}");
            } else {
                none += 1;
                let below = totals.iter().copied().filter(|one| *one < total.cents()).max();
                let above = totals.iter().copied().filter(|one| *one > total.cents()).min();
                assert_eq!(found, below.into_iter().chain(above).collect::<Vec<_>>(), "round {round}");
                let is_stopped = below.is_none() || above.is_none();
                assert_eq!(sought.bounds.len(), usize::from(is_stopped), "round {round}");
                stopped += usize::from(is_stopped);
            }
        }
    }
    assert!(exact > 100 && none > 60 && stopped > 20, "{exact} {none} {stopped}");
}

#[test]
fn of_several_lines_every_answer_comes_to_what_it_says() {
    let mut dice = Dice(11);
    let (mut exact, mut proven, mut asked) = (0, 0, 0);
    for _ in 0..400 {
        let budget = Budget::random(&mut dice);
        let Budget { model, lines, .. } = &budget;
        let priced = |line: &StaffLine| price(model, line.wage.expose(), line.hours).unwrap();
        // Rates of people: three cents to half a euro for a thousandth of an hour.
        let fit = |line: &&StaffLine| (1_000..50_000).contains(&priced(line).rate.cents());
        let chosen: Vec<&StaffLine> = lines.iter().filter(fit).take(4).collect();
        let [first, _, ..] = chosen.as_slice() else { continue };
        let target = match dice.below(3) {
            0 => SeekTarget::Component(first.component.clone()),
            1 => SeekTarget::Partner(first.partner.clone()),
            _ => SeekTarget::Project,
        };
        let covered = |line: &&&StaffLine| match &target {
            SeekTarget::Component(code) => line.component == *code,
            SeekTarget::Partner(code) => line.partner == *code,
            SeekTarget::Line(_) | SeekTarget::Project => true,
        };
        let moving: Vec<Moving> = chosen
            .iter()
            .filter(covered)
            .map(|line| Moving { line: line.id, weight: Some(Decimal::from(dice.below(9) + 1)) })
            .collect();
        if moving.len() < 2 {
            continue;
        }
        let now = total_of(model, lines, &target);
        let total =
            Money::from_cents((now.cents() + i64::try_from(dice.below(200_001)).unwrap() - 100_000).max(0));
        let proportion = if dice.below(2) == 0 { Proportion::Hours } else { Proportion::Cost };
        let seek = HoursSeek { model, lines, target, total, moving, proportion };

        let sought = seek_hours(&seek).unwrap();

        check(&seek, &sought);
        let in_year = |hours: Decimal| hours <= Decimal::from(model.yearly_hours_max);
        assert!(sought.answers.iter().flat_map(|one| &one.moves).all(|one| in_year(one.to.decimal())));
        asked += 1;
        exact += usize::from(sought.exact);
        proven += usize::from(sought.proven);
    }
    assert!(asked > 60 && exact * 2 > asked && proven >= exact, "{asked} {exact} {proven}");
}

#[test]
fn contributions_and_sources_come_to_the_total_and_the_missing_cent_goes_to_lokeren() {
    let case = Case::read();
    let weights: Vec<_> = case
        .funding
        .contributions
        .iter()
        .map(|one| (one.partner.clone(), Decimal::from(one.amount.cents())))
        .collect();

    let sought = seek_amounts(money("74585.83"), &weights).unwrap();
    let operation = "operation".parse().unwrap();
    let parts = [(FundingSource::Esf, Decimal::from(4)), (FundingSource::Vcf, Decimal::from(3))];
    let split = seek_sources(&case.funding, &operation, money("497191.70"), &parts).unwrap().unwrap();
    let too_little = seek_sources(&case.funding, &operation, money("149171.65"), &parts).unwrap();

    assert_eq!((sought[0].0.as_str(), sought[0].1), ("ocmw-lokeren", money("28473.94")));
    assert_eq!(sum(sought.iter().map(|one| one.1)).unwrap(), money("74585.83"));
    // The text of the application: 348 020.04 in 4 : 3.
    assert_eq!(split.iter().map(|one| one.to).collect::<Vec<_>>(), [money("198868.59"), money("149151.45")]);
    assert_eq!(too_little, None);
}

#[test]
fn staff_of_a_municipality_is_worth_its_cost_with_the_flat_rate() {
    let case = Case::read();

    let duties = staff_duties(&case.model, &case.lines).unwrap();

    let worth: Vec<_> = duties.iter().map(|one| one.with_flat_rate).collect();
    let seeds = ["28472.47", "2232.97", "10029.61", "9143.40", "20146.84", "4557.98"].map(money);
    assert_eq!(worth, seeds);
    assert_eq!(sum(duties.iter().map(|one| one.staff)).unwrap(), money("53273.77"));
}

#[test]
fn every_level_of_rounding_is_searched_at_its_own_level() {
    let mut case = Case::read();
    for level in RoundingLevel::ALL {
        case.model.flat_rate.level = *level;
        let rows = [("r06", None), ("r07", None), ("r17", None)];
        let sought = ask(&case, SeekTarget::Project, "553000.01", &rows, Proportion::Cost);
        assert!(sought.exact, "{level}: {sought:?}");
    }
}
