//! Random budgets against the independent reference in Python's `decimal` (`tests/reference.py`): not one figure may differ.
//!
//! 2 000 budgets, or as many as `FINANCE_RANDOM_BUDGETS` says; another seed with `FINANCE_SEED`. The release is held to 100 000:
//! `FINANCE_RANDOM_BUDGETS=100000 cargo test -p finance reference`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use finance::domain::{Contribution, correct_contributions, figures, sum};
use region::programme::{FundingSource, HourlyRate};

use crate::random_budget::{Budget, Dice, euro, joined};

/// What the reference writes for a budget, from the code of the service.
fn figures_of(budget: &Budget) -> String {
    let (model, funding) = (&budget.model, &budget.funding);
    let figures = figures(model, &budget.lines, funding).unwrap();
    let lines = figures.lines.iter().map(|one| format!("{},{}", euro(one.rate), euro(one.cost)));
    let costs =
        figures.costs.components.iter().map(|one| {
            format!("{},{},{}", euro(one.cost.staff), euro(one.cost.flat_rate), euro(one.cost.total))
        });
    let levels = figures.flat_rate_levels.iter().map(|(_, amount)| euro(*amount));
    let controls = figures.controls.iter().map(|control| euro(control.difference));
    // A quotient without end is cut somewhere; where is no rule of a funder.
    let effects = match model.hourly_rate {
        HourlyRate::AnnualCost { .. } => "-".to_owned(),
        HourlyRate::GrossMonthFactor { .. } | HourlyRate::Documented => {
            let components = figures.controls.iter().take(model.components.len());
            joined(components.map(|control| control.rounding_effect.euro().normalize().to_string()))
        }
    };
    let shares = figures.shares.as_ref().map_or_else(
        || "-".to_owned(),
        |shares| {
            joined(
                shares
                    .partners
                    .iter()
                    .map(|one| format!("{},{},{}", one.partner, euro(one.home), euro(one.shared))),
            )
        },
    );
    let local = funding.source_total(FundingSource::Local).unwrap();
    let corrected: Vec<Contribution> = correct_contributions(&funding.contributions, local).unwrap();
    if !corrected.is_empty() {
        assert_eq!(sum(corrected.iter().map(|one| one.amount)).unwrap(), local);
    }
    let findings =
        figures.findings.iter().map(|finding| format!("{},{}", finding.code(), euro(finding.amount)));
    [
        joined(lines),
        joined(costs),
        joined(levels),
        joined(controls),
        effects,
        shares,
        joined(corrected.iter().map(|one| euro(one.amount))),
        joined(findings),
    ]
    .join(";")
}

/// What the reference says of budgets, one line each.
fn reference(budgets: &[String]) -> Vec<String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference.py");
    let started = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut python = started.unwrap_or_else(|error| {
        panic!("python3 does not start ({error}): this test needs it; install the package `python3` (3.8 or later)")
    });
    let mut input = python.stdin.take().unwrap();
    let text = budgets.join("\n");
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "the reference failed; what it says stands above");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn random_budgets_come_to_what_the_reference_says() {
    let seed = setting("FINANCE_SEED", 2_024);
    let count = setting("FINANCE_RANDOM_BUDGETS", 2_000);
    let mut dice = Dice(seed);
    let (mut compared, mut with_findings, mut closed) = (0, 0, 0);
    let mut left = count;
    while left > 0 {
        let batch: Vec<Budget> = (0..left.min(5_000)).map(|_| Budget::random(&mut dice)).collect();
        left -= batch.len() as u64;
        let written: Vec<String> = batch.iter().map(Budget::written).collect();
        let expected = reference(&written);
        assert_eq!(expected.len(), batch.len());
        for ((budget, written), expected) in batch.iter().zip(&written).zip(expected) {
            let computed = figures_of(budget);
            assert_eq!(computed, expected, "seed {seed}, budget {compared}: {written}");
            compared += 1;
            let parts: Vec<&str> = computed.split(';').collect();
            with_findings += u64::from(!parts[7].is_empty());
            closed += u64::from(parts[3].split(' ').all(|difference| difference == "0.00"));
        }
    }
    assert_eq!(compared, count);
    // The dice give budgets of every sort, or the comparison would say little.
    assert!(with_findings * 4 > count && closed > 0, "{with_findings} with findings, {closed} closed");
}
