//! Every figure of `waasland-2024-expected.toml`, to the cent.

use finance::domain::{
    Contribution, ControlOf, Funding, Hours, Money, Rounding, WayOut, contributions_on,
    correct_contributions, figures, percent_of, price, residual_split, rounding, share_of_maximum, sum,
    yearly_maximum,
};
use jiff::civil::date;
use region::programme::{FundingSource, RoundingLevel};
use region::{ClosedSet as _, PartnerKind};
use rust_decimal::Decimal;

use crate::case::{Case, money, rows, text};

#[test]
fn every_row_has_the_rate_and_the_cost_of_the_form() {
    let case = Case::read();
    let rows = rows();

    assert_eq!(rows.len(), 18);
    for (row, line) in rows.iter().zip(&case.lines) {
        let priced = price(&case.model, line.wage.expose(), line.hours).unwrap();
        assert_eq!(priced.rate, money(&row.fields[6]), "rate of {}", line.row);
        assert_eq!(priced.cost, money(&row.fields[7]), "cost of {}", line.row);
    }
}

#[test]
fn the_totals_are_those_of_the_form() {
    let case = Case::read();
    let figures = case.figures();
    let totals = case.expected["totals"].as_table().unwrap();
    let of = |component: &str| *figures.costs.component(&component.parse().unwrap()).unwrap();
    let (operation, support, project) = (of("operation"), of("support"), figures.costs.project);

    let found = [
        ("operation_staff_cost", operation.staff),
        ("support_staff_cost", support.staff),
        ("project_staff_cost", project.staff),
        ("operation_flat_rate", operation.flat_rate),
        ("support_flat_rate", support.flat_rate),
        ("project_flat_rate", project.flat_rate),
        ("operation_total", operation.total),
        ("support_total", support.total),
        ("project_total", project.total),
    ];
    for (name, amount) in found {
        assert_eq!(amount, case.expected(&["totals", name]), "{name}");
    }
    assert_eq!(project.hours.shown(case.model.hour_decimals), totals["hours"].as_str().unwrap());
    assert_eq!(found.len() + 1, totals.len(), "every total of the file is compared");
}

#[test]
fn the_flat_rate_stands_beside_itself_at_every_level() {
    let case = Case::read();

    let levels = case.figures().flat_rate_levels;

    assert_eq!(
        levels,
        [
            (RoundingLevel::Line, money("157964.09")),
            (RoundingLevel::Component, money("157964.07")),
            (RoundingLevel::Project, money("157964.08")),
        ]
    );
}

#[test]
fn every_control_is_zero() {
    let case = Case::read();
    let controls = case.figures().controls;

    for control in &controls {
        assert_eq!(control.difference, case.expected(&["controls", control.of.as_str()]), "{control:?}");
        assert!(control.holds() && control.ways_out.is_empty());
    }
    assert_eq!(controls.len(), case.expected["controls"].as_table().unwrap().len());
}

#[test]
fn the_funding_of_the_project_is_that_of_its_components() {
    let case = Case::read();

    for (word, amount) in case.entered["funding"]["project"].as_table().unwrap() {
        let source = word.parse().unwrap();
        assert_eq!(case.funding.source_total(source).unwrap(), money(amount.as_str().unwrap()), "{word}");
    }
}

#[test]
fn the_derived_amounts_follow() {
    let case = Case::read();
    let operation = &case.model.components[0];
    let expected = |key: &str| text(&case.expected, &["derived", key]).to_owned();

    let maximum = yearly_maximum(&case.model, operation).unwrap().unwrap();
    assert_eq!(maximum.euro().to_string(), expected("yearly_operation_maximum"));
    let share = operation.funding.iter().find(|share| share.source == FundingSource::Local).unwrap();
    let local = share_of_maximum(&case.model, operation, share.percent).unwrap().unwrap();
    assert_eq!(local.round(rounding(&case.model)).unwrap(), money(&expected("local_share")));
    assert_eq!(case.funding.cofinancing().unwrap(), money(&expected("cofinancing_total")));

    let split = |key: &str| money(text(&case.expected, &["derived", "first_split_4_to_3", key]));
    let in_cofinancing = |key: &str| money(text(&case.entered, &["cofinancing", key]));
    let fixed = ["local_staff_in_kind", "vdab_staff_in_kind", "vdab_cash_operation"].map(in_cofinancing);
    let percent = |source| operation.funding.iter().find(|share| share.source == source).unwrap().percent;
    let weights = [percent(FundingSource::Esf), percent(FundingSource::Vcf)];
    let (left, parts) = residual_split(money("497191.70"), &fixed, &weights).unwrap();
    assert_eq!((left, parts), (split("remainder"), vec![split("esf"), split("vcf")]));
}

#[test]
fn the_missing_cent_goes_to_the_largest_remainder() {
    let case = Case::read();
    let local = case.funding.source_total(FundingSource::Local).unwrap();

    let corrected = correct_contributions(&case.funding.contributions, local).unwrap();

    let changed: Vec<&Contribution> = corrected
        .iter()
        .zip(&case.funding.contributions)
        .filter(|(now, before)| now.amount != before.amount)
        .map(|(now, _)| now)
        .collect();
    let who = text(&case.expected, &["municipal_contributions", "largest_remainder_gives_missing_cent_to"]);
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].partner.as_str(), format!("ocmw-{}", who.to_lowercase()));
    assert_eq!(changed[0].amount, money("28473.94"));
    assert_eq!(sum(corrected.iter().map(|one| one.amount)).unwrap(), local);
}

#[test]
fn after_the_merger_lokeren_owes_what_moerbeke_did() {
    let case = Case::read();
    let contributions = &case.funding.contributions;
    let on = |day| contributions_on(contributions, &case.region.partners, day).unwrap();

    assert_eq!(&on(date(2024, 12, 31)), contributions, "history stays under the old bodies");
    let merged = on(date(2025, 1, 1));
    assert_eq!(merged.len(), contributions.len() - 1);
    let lokeren = merged.iter().find(|one| one.partner.as_str() == "ocmw-lokeren").unwrap();
    assert_eq!(lokeren.amount, case.expected(&["municipal_contributions", "merged_lokeren_from_2025_01_01"]));
    assert_eq!(
        sum(merged.iter().map(|one| one.amount)).unwrap(),
        sum(contributions.iter().map(|one| one.amount)).unwrap()
    );
}

#[test]
fn the_flat_rate_is_split_over_home_and_pot() {
    let case = Case::read();
    let shares = case.figures().shares.unwrap();
    let expected = |key: &str| case.expected(&["flat_rate_split", key]);

    assert_eq!(shares.staff, expected("civil_society_wages"));
    assert_eq!(shares.home, expected("home"));
    assert_eq!(shares.shared, expected("shared_pot"));
    let of: Vec<_> =
        shares.partners.iter().map(|one| (one.partner.as_str(), one.staff, one.home, one.shared)).collect();
    assert_eq!(
        of,
        [
            ("p01", money("128317.44"), money("38495.23"), money("12831.74")),
            ("p02", money("73994.40"), money("22198.32"), money("7399.44")),
            ("p03", money("73994.40"), money("22198.32"), money("7399.44")),
        ]
    );
}

#[test]
fn the_findings_are_those_of_the_file_and_no_others() {
    let case = Case::read();
    let findings = case.figures().findings;

    let found: Vec<(String, Money)> =
        findings.iter().map(|finding| (finding.code(), finding.amount)).collect();
    let expected: Vec<(String, Money)> = case.expected["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let finding = one.as_table().unwrap();
            (text(finding, &["code"]).to_owned(), money(text(finding, &["amount"])))
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!(
        findings.iter().map(|finding| finding.cause.as_str()).collect::<Vec<_>>(),
        [
            "the contributions of the municipalities add up to 74585.82, local funding is 74585.83",
            "the text says that vcf pays 149151.45 of operation, the form says 149151.42",
            "the flat rate rounded per component is 157964.07, rounded per project it would be 157964.08",
            "45 % of the cost of the component is 25057.17, vcf pays 25057.16",
            "staff that local brings in costs 53273.77, with the flat rate 74583.28; 74585.83 is declared",
            "staff of local is valued with the flat rate, staff of vdab without: 25556.90 instead of 35779.66",
            "397048.94 is paid in money, the organisations that are paid need 386828.74 (staff 276306.24 with the flat rate)",
        ]
    );
}

#[test]
fn a_budget_that_does_not_fit_says_how_it_would() {
    let mut case = Case::read();
    let place = case.funding.lines.iter().position(|line| line.source == FundingSource::Vcf).unwrap();
    case.funding.lines[place].amount = money("149151.45");

    let figures = case.figures();

    let open: Vec<_> = figures.open_controls().collect();
    assert_eq!(
        open.iter().map(|control| (control.of.as_str(), control.difference)).collect::<Vec<_>>(),
        [("operation", money("0.03")), ("project", money("0.03"))]
    );
    assert_eq!(open[1].of, ControlOf::Project);
    assert_eq!(
        open[0].ways_out[0],
        WayOut::Balance { source: FundingSource::Vcf, from: money("149151.45"), to: money("149151.42") }
    );
    // No line alone can do it: a thousandth of an hour costs four cents and more.
    assert_eq!(open[0].ways_out.len(), 1);
    case.funding.lines[place].amount = money("149151.42");
    assert_eq!(case.figures().open_controls().count(), 0);
}

/// What the officer of 2024 sought by hand: the coordinator's hours for the total of the form.
#[test]
fn the_hours_that_were_sought_by_hand_are_found() {
    let mut case = Case::read();
    let coordinator = case.lines.iter_mut().find(|line| line.row.as_str() == "r02").unwrap();
    coordinator.hours = Hours::parse("860", 3, 1720).unwrap();

    let figures = case.figures();

    let operation = &figures.controls[0];
    let hours = operation.ways_out.iter().find_map(|way| match way {
        WayOut::Hours { to, row, .. } => Some((row.as_str().to_owned(), *to)),
        WayOut::Balance { .. } => None,
    });
    let (row, to) = hours.unwrap();
    let line = case.lines.iter_mut().find(|line| line.row.as_str() == row).unwrap();
    line.hours = to;
    assert!(case.figures().controls[0].holds());
}

#[test]
fn a_share_that_is_said_to_be_a_percentage_is_held_to_it() {
    let mut case = Case::read();
    for line in &mut case.funding.lines {
        if line.component.as_str() == "operation" {
            line.basis = Some(finance::domain::ShareBasis::Cost);
        }
    }

    let shares: Vec<_> = case
        .figures()
        .findings
        .into_iter()
        .filter(|finding| finding.code() == "operation-share")
        .map(|finding| (finding.source.unwrap().as_str(), finding.amount))
        .collect();

    assert_eq!(
        shares,
        [("esf", money("8.08")), ("local", money("7.08")), ("vdab", money("7.08")), ("vcf", money("6.08"))]
    );
}

/// Rules that know nothing of the file: another budget has its own differences, one has none.
#[test]
fn a_budget_without_differences_has_no_findings() {
    let case = Case::read();
    let lines: Vec<_> =
        case.lines.iter().filter(|line| line.partner_kind == PartnerKind::SupportBody).cloned().collect();
    let alone = figures(&case.model, &lines, &Funding::default()).unwrap();
    let total = alone.costs.project.total;
    let mut funding = Funding::default();
    for line in &case.funding.lines {
        if line.component.as_str() == "support" && line.source != FundingSource::Vcf {
            funding.lines.push(line.clone());
        }
    }
    let mut vcf = case.funding.line(&"support".parse().unwrap(), FundingSource::Vcf).unwrap().clone();
    vcf.amount = percent_of(total, Decimal::from(45)).unwrap().round(Rounding::HalfUp).unwrap();
    funding.lines.push(vcf);

    let figures = figures(&case.model, &lines, &funding).unwrap();

    assert_eq!(figures.findings, []);
    assert_eq!(figures.controls[1].difference, money("0.01"), "45 % of everything is a cent too much");
}
