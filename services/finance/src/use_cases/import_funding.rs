//! Funding lines and contributions of a file, against those of the budget. What the file does not name stays.

use std::collections::BTreeMap;

use chassis::error::Violation;
use region::{ClosedSet as _, Region};

use super::funding_input::{ContributionInput, FundingInput, FundingLineInput, in_order};
use super::import_view::Changes;
use crate::domain::{Amount, Budget, Contribution, FinanceModel, Funding, FundingLine, Money};
use crate::error::Error;
use crate::import::{Reader, Record, Row};

type Rules<'a> = (&'a Region, &'a FinanceModel, &'a Budget);

/// The funding with the lines of the file. Where a column says which lines are bound to persons, those of one component and source
/// are added up, and what is bound to persons is in kind.
pub(super) fn lines(
    rules: Rules<'_>,
    rows: &[Row],
    reader: &mut Reader<'_>,
    changes: &mut Changes,
) -> Result<Funding, Error> {
    let (_, model, budget) = rules;
    let by_person = reader.has("person_bound");
    let mut same: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut read: Vec<(FundingLine, Record)> = Vec::new();
    for row in rows {
        let record = reader.row(row, |_| None);
        agree(reader, &record, &mut same, budget);
        let input = FundingLineInput {
            component: record.get("component").to_owned(),
            source: record.get("source").to_owned(),
            amount: record.get("amount_euro").to_owned(),
            in_kind: record.get("in_kind_euro").to_owned(),
            stated: record.get("stated_euro").to_owned(),
            basis: None,
        };
        let input = FundingInput { lines: vec![input], contributions: Vec::new() };
        let Some(mut line) = checked(rules, &input, &record, reader)?.lines.pop() else { continue };
        if record.get("person_bound") == "yes" {
            line.in_kind = line.amount;
        }
        match read.iter_mut().find(|(one, _)| (&one.component, one.source) == (&line.component, line.source))
        {
            Some((one, _)) if by_person => {
                one.amount = one.amount.checked_add(line.amount)?;
                one.in_kind = one.in_kind.checked_add(line.in_kind)?;
            }
            Some(_) => repeated(reader, &record, "source"),
            None => read.push((line, record)),
        }
    }
    let mut funding = budget.funding().clone();
    for (mut line, record) in read {
        let old = budget.funding().line(&line.component, line.source);
        if let Some(old) = old {
            line.basis = old.basis;
            if !reader.has("stated_euro") {
                line.stated = old.stated;
            }
            if !by_person && !reader.has("in_kind_euro") {
                line.in_kind = old.in_kind;
            }
        }
        if line.in_kind > line.amount {
            let message = "the part in kind that stands in the budget is more than the whole";
            let remedy = "give the file a column for the part in kind";
            reader.refuse(&record, &[Violation::new("amount_euro", "IN_KIND_OVER_AMOUNT", message, remedy)]);
            continue;
        }
        let name = format!("{}/{}", line.component, line.source.as_str());
        changes.count(record.places.row(), name, old.map(texts), texts(&line));
        funding.lines.retain(|one| (&one.component, one.source) != (&line.component, line.source));
        funding.lines.push(line);
    }
    in_order(model, &mut funding);
    Ok(funding)
}

/// The funding with the contributions of the file.
pub(super) fn contributions(
    rules: Rules<'_>,
    rows: &[Row],
    reader: &mut Reader<'_>,
    changes: &mut Changes,
) -> Result<Funding, Error> {
    let (_, _, budget) = rules;
    let mut funding = budget.funding().clone();
    let mut seen: Vec<Contribution> = Vec::new();
    for row in rows {
        let record = reader.row(row, |_| None);
        let (partner, amount) = (record.get("partner").to_owned(), record.get("amount_euro").to_owned());
        let input =
            FundingInput { lines: Vec::new(), contributions: vec![ContributionInput { partner, amount }] };
        let Some(one) = checked(rules, &input, &record, reader)?.contributions.pop() else { continue };
        if seen.iter().any(|other| other.partner == one.partner) {
            repeated(reader, &record, "partner");
            continue;
        }
        seen.push(one.clone());
        let old = budget.funding().contributions.iter().find(|old| old.partner == one.partner);
        let texts = |one: &Contribution| vec![("amount_euro", text(one.amount))];
        changes.count(row.number, one.partner.to_string(), old.map(texts), texts(&one));
        match funding.contributions.iter_mut().find(|old| old.partner == one.partner) {
            Some(old) => *old = one,
            None => funding.contributions.push(one),
        }
    }
    Ok(funding)
}

fn text(money: Money) -> String {
    Amount::from(money).euro().to_string()
}

fn texts(line: &FundingLine) -> Vec<(&'static str, String)> {
    vec![
        ("amount_euro", text(line.amount)),
        ("in_kind_euro", text(line.in_kind)),
        ("stated_euro", line.stated.map(text).unwrap_or_default()),
    ]
}

/// What the rules make of a row; nothing when they refuse it, which is a problem at its cells then.
fn checked(
    (region, model, budget): Rules<'_>,
    input: &FundingInput,
    record: &Record,
    reader: &mut Reader<'_>,
) -> Result<Funding, Error> {
    match input.check(region, model, budget) {
        Ok(funding) if !record.is_refused() => Ok(funding),
        Ok(_) => Ok(Funding::default()),
        Err(Error::Invalid(violations)) => {
            reader.refuse(record, &violations);
            Ok(Funding::default())
        }
        Err(error) => Err(error),
    }
}

fn repeated(reader: &mut Reader<'_>, record: &Record, field: &'static str) {
    let remedy = "add the two amounts up";
    reader.refuse(record, &[Violation::new(field, "REPEATED", "this stands in the file twice", remedy)]);
}

/// Refuses rows of another year, and rows of two budgets or of two kinds of region in one file.
fn agree(
    reader: &mut Reader<'_>,
    record: &Record,
    same: &mut BTreeMap<&'static str, String>,
    budget: &Budget,
) {
    let year = record.get("year");
    if !year.is_empty() && year != budget.year().to_string() {
        let remedy = format!("take the rows of other years than {} out", budget.year());
        reader.refuse(
            record,
            &[Violation::new("year", "OTHER_YEAR", "the row is of another year than the budget", remedy)],
        );
    }
    for field in ["budget", "transition_region"] {
        let text = record.get(field);
        let first = same.entry(field).or_insert_with(|| text.to_owned());
        if first != text {
            let message = "this is not the same in all rows of the file";
            let remedy = "hand in the rows of one budget at a time";
            reader.refuse(record, &[Violation::new(field, "ROWS_DISAGREE", message, remedy)]);
        }
    }
}
