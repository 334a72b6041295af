//! What a budget file comes to, in words for people and as values for programs. Shows no wage: the file has them.

use finance::domain::{Amount, BudgetCheck, Contribution, Control, Finding, Money, WayOut};
use region::budget::BudgetFile;
use serde::Serialize;

use crate::table;

/// Everything `--json` prints. Amounts are exact decimals in text, in euro.
#[derive(Debug, Serialize)]
pub struct BudgetReport {
    name: String,
    year: u32,
    /// Whether every control is 0.00 and everything expected came out.
    holds: bool,
    controls: Vec<ControlReport>,
    expectations_not_met: Vec<UnmetReport>,
    findings: Vec<FindingReport>,
    lines: Vec<LineReport>,
    components: Vec<CostReport>,
    flat_rate_at: Vec<LevelReport>,
    flat_rate_split: Vec<SplitReport>,
    corrected_contributions: Vec<ContributionReport>,
}

#[derive(Debug, Serialize)]
struct ControlReport {
    of: String,
    cost: String,
    funding: String,
    difference: String,
    rounding_effect: String,
    ways_out: Vec<WayReport>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WayReport {
    Balance { source: String, from: String, to: String },
    Hours { row: String, from: String, to: String },
}

#[derive(Debug, Serialize)]
struct UnmetReport {
    of: String,
    key: String,
    expected: String,
    computed: String,
    difference: String,
}

#[derive(Debug, Serialize)]
struct FindingReport {
    code: String,
    component: Option<String>,
    source: Option<String>,
    found: String,
    expected: String,
    amount: String,
    cause: String,
}

#[derive(Debug, Serialize)]
struct LineReport {
    row: String,
    component: String,
    rate: String,
    hours: String,
    cost: String,
}

#[derive(Debug, Serialize)]
struct CostReport {
    of: String,
    hours: String,
    staff: String,
    flat_rate: String,
    total: String,
}

#[derive(Debug, Serialize)]
struct LevelReport {
    level: String,
    amount: String,
}

#[derive(Debug, Serialize)]
struct SplitReport {
    partner: String,
    staff: String,
    home: String,
    shared: String,
}

#[derive(Debug, Serialize)]
struct ContributionReport {
    partner: String,
    amount: String,
}

fn euro(money: Money) -> String {
    Amount::from(money).euro().to_string()
}

impl BudgetReport {
    /// Puts a computed budget into values.
    pub fn of(file: &BudgetFile, check: &BudgetCheck) -> Self {
        let figures = &check.figures;
        let decimals = file.finance.hour_decimals;
        let cost = |of: &str, cost: &finance::domain::Cost| CostReport {
            of: of.to_owned(),
            hours: cost.hours.shown(decimals),
            staff: euro(cost.staff),
            flat_rate: euro(cost.flat_rate),
            total: euro(cost.total),
        };
        let mut components: Vec<CostReport> =
            figures.costs.components.iter().map(|one| cost(one.component.as_str(), &one.cost)).collect();
        components.push(cost("project", &figures.costs.project));
        let unmet = check.unmet.iter().map(|one| UnmetReport {
            of: one.of.clone(),
            key: one.key.to_owned(),
            expected: one.expected.to_string(),
            computed: one.computed.to_string(),
            difference: one.difference().to_string(),
        });
        let lines = check.lines.iter().zip(&figures.lines).map(|(line, priced)| LineReport {
            row: line.row.to_string(),
            component: line.component.to_string(),
            rate: euro(priced.rate),
            hours: line.hours.shown(decimals),
            cost: euro(priced.cost),
        });
        let levels = figures
            .flat_rate_levels
            .iter()
            .map(|(level, amount)| LevelReport { level: level.to_string(), amount: euro(*amount) });
        let partners = figures.shares.iter().flat_map(|shares| &shares.partners);
        let split = partners.map(|one| SplitReport {
            partner: one.partner.to_string(),
            staff: euro(one.staff),
            home: euro(one.home),
            shared: euro(one.shared),
        });
        Self {
            name: file.name.clone(),
            year: file.year,
            holds: check.holds(),
            controls: figures.controls.iter().map(control).collect(),
            expectations_not_met: unmet.collect(),
            findings: figures.findings.iter().map(finding).collect(),
            lines: lines.collect(),
            components,
            flat_rate_at: levels.collect(),
            flat_rate_split: split.collect(),
            corrected_contributions: check.corrected.iter().map(contribution).collect(),
        }
    }
}

fn control(control: &Control) -> ControlReport {
    ControlReport {
        of: control.of.as_str().to_owned(),
        cost: euro(control.cost),
        funding: euro(control.funding),
        difference: euro(control.difference),
        rounding_effect: control.rounding_effect.euro().normalize().to_string(),
        ways_out: control.ways_out.iter().map(way).collect(),
    }
}

fn way(way: &WayOut) -> WayReport {
    match way {
        WayOut::Balance { source, from, to } => {
            WayReport::Balance { source: source.to_string(), from: euro(*from), to: euro(*to) }
        }
        WayOut::Hours { row, from, to } => WayReport::Hours {
            row: row.to_string(),
            from: from.decimal().to_string(),
            to: to.decimal().to_string(),
        },
    }
}

fn finding(finding: &Finding) -> FindingReport {
    FindingReport {
        code: finding.code(),
        component: finding.component.as_ref().map(ToString::to_string),
        source: finding.source.map(|source| source.to_string()),
        found: euro(finding.found),
        expected: euro(finding.expected),
        amount: euro(finding.amount),
        cause: finding.cause.clone(),
    }
}

fn contribution(one: &Contribution) -> ContributionReport {
    ContributionReport { partner: one.partner.to_string(), amount: euro(one.amount) }
}

/// The same for people: the table of costs, the table of controls, then what is to be looked at.
pub fn people(file: &BudgetFile, check: &BudgetCheck) -> Vec<String> {
    let report = BudgetReport::of(file, check);
    let mut lines = vec![format!("{}, {}: {} lines of staff", report.name, report.year, report.lines.len())];
    let costs: Vec<[String; 5]> = report
        .components
        .iter()
        .map(|one| [&one.of, &one.hours, &one.staff, &one.flat_rate, &one.total].map(String::clone))
        .collect();
    part(&mut lines, "Cost", figures(["", "hours", "staff", "flat rate", "total"], &costs));
    let controls: Vec<[String; 5]> = report
        .controls
        .iter()
        .map(|one| {
            [&one.of, &one.cost, &one.funding, &one.difference, &one.rounding_effect].map(String::clone)
        })
        .collect();
    let heading = ["", "cost", "funding", "difference", "by rounding"];
    part(&mut lines, "Controls: funding minus cost, each must be 0.00", figures(heading, &controls));
    let ways =
        report.controls.iter().flat_map(|one| one.ways_out.iter().map(|way| way_in_words(&one.of, way)));
    part(&mut lines, "Ways to close them", ways.collect());
    let unmet: Vec<Vec<String>> = report
        .expectations_not_met
        .iter()
        .map(|one| {
            [&one.of, &one.key, &one.expected, &one.computed, &one.difference].map(String::clone).to_vec()
        })
        .collect();
    if !unmet.is_empty() {
        let heading = ["", "number", "expected", "computed", "difference"];
        part(&mut lines, "Expected otherwise", table::lines(&heading, &unmet));
    }
    let findings: Vec<Vec<String>> = report
        .findings
        .iter()
        .map(|one| [&one.code, &one.amount, &one.cause].map(String::clone).to_vec())
        .collect();
    if !findings.is_empty() {
        part(&mut lines, "To look at", table::lines(&["finding", "amount", "cause"], &findings));
    }
    let corrected: Vec<[String; 2]> = report
        .corrected_contributions
        .iter()
        .map(|one| [&one.partner, &one.amount].map(String::clone))
        .collect();
    if !corrected.is_empty() {
        part(&mut lines, "Contributions that would add up", figures(["", "amount"], &corrected));
    }
    lines
}

fn way_in_words(of: &str, way: &WayReport) -> String {
    match way {
        WayReport::Balance { source, from, to } => format!("{of}: {source} pays {to} instead of {from}"),
        WayReport::Hours { row, from, to } => format!("{of}: row {row} has {to} hours instead of {from}"),
    }
}

/// A part with its heading; nothing when it is empty.
fn part(lines: &mut Vec<String>, heading: &str, body: Vec<String>) {
    if !body.is_empty() {
        lines.push(String::new());
        lines.push(heading.to_owned());
        lines.extend(body.into_iter().map(|line| format!("  {line}")));
    }
}

/// A table whose first column is a name and whose others are numbers, set to the right.
fn figures<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> Vec<String> {
    let width = |place: usize| {
        let cells = rows.iter().filter_map(|row| row.get(place)).map(|cell| cell.chars().count());
        cells.chain(heading.get(place).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let line = |cells: Vec<&str>| {
        let set = |(place, cell): (usize, &str)| {
            let width = width(place);
            if place == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        };
        cells.into_iter().enumerate().map(set).collect::<Vec<_>>().join("  ")
    };
    std::iter::once(line(heading.to_vec()))
        .chain(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())))
        .collect()
}
