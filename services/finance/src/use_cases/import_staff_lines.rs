//! The lines of staff of a file, against those of the budget. A line is known by its row key; one that the file does not name stays.

use std::collections::{BTreeMap, BTreeSet};

use chassis::error::{Describe as _, Violation};
use chassis::id::{IdGenerator, WorkerId};
use region::{PartnerKind, Region};
use rust_decimal::Decimal;

use super::import_view::Changes;
use super::line_input::LineInput;
use crate::domain::{
    Amount, Budget, BudgetError, FinanceModel, Hours, LineId, Money, RowKey, StaffLine, price,
};
use crate::error::Error;
use crate::import::{Note, Reader, Record, Row};

/// The lines that are added or changed.
pub(super) fn plan(
    (region, model, budget): (&Region, &FinanceModel, &Budget),
    ids: IdGenerator,
    rows: &[Row],
    reader: &mut Reader<'_>,
    changes: &mut Changes,
) -> Result<Vec<StaffLine>, Error> {
    let mut lines = Vec::new();
    let mut records: BTreeMap<LineId, Record> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in rows {
        let record =
            reader.row(row, |field| (field == "hours").then(|| Decimal::from(model.yearly_hours_max)));
        let key = record.get("row");
        if !key.is_empty() && !seen.insert(key.to_owned()) {
            let remedy = "give each line a key of its own";
            let again = Violation::new("row", "REPEATED", "the key stands in the file twice", remedy);
            reader.refuse(&record, &[again]);
            continue;
        }
        let old = RowKey::parse(key).ok().and_then(|key| budget.line_with_key(&key));
        let worker = match old.and_then(|line| line.worker) {
            Some(worker) if record.get("worker_id").is_empty() => worker.to_string(),
            _ => record.get("worker_id").to_owned(),
        };
        let input = LineInput {
            row: key.to_owned(),
            component: record.get("component").to_owned(),
            partner: record.get("partner").to_owned(),
            worker,
            wage: record.get("wage_euro").to_owned(),
            hours: record.get("hours").to_owned(),
        };
        let id = old.map_or_else(|| LineId::generate(ids), |line| line.id);
        let line = match input.check(region, model, budget, id) {
            Ok(line) if !record.is_refused() => line,
            Ok(_) => continue,
            Err(Error::Invalid(violations)) => {
                reader.refuse(&record, &violations);
                continue;
            }
            Err(error) => return Err(error),
        };
        hold_against(model, &line, &record, reader)?;
        let (before, after) = (old.map(texts), texts(&line));
        if changes.count(row.number, line.row.to_string(), before, after) {
            records.insert(line.id, record);
            lines.push(line);
        }
    }
    if let Err((at, error)) = budget.clone().put_lines(model, lines.clone()) {
        match records.get(&at).filter(|_| error != BudgetError::Approved) {
            None => return Err(error.into()),
            Some(record) => reader.refuse(record, &Error::from(error).violations()),
        }
    }
    Ok(lines)
}

fn euro(money: Money) -> Decimal {
    Amount::from(money).euro()
}

fn texts(line: &StaffLine) -> Vec<(&'static str, String)> {
    vec![
        ("component", line.component.to_string()),
        ("partner", line.partner.to_string()),
        ("worker_id", line.worker.map_or_else(String::new, |worker: WorkerId| worker.to_string())),
        ("wage_euro", euro(line.wage.expose()).to_string()),
        ("hours", line.hours.to_string()),
    ]
}

/// Says where the file computed something else than is computed here.
fn hold_against(
    model: &FinanceModel,
    line: &StaffLine,
    record: &Record,
    reader: &mut Reader<'_>,
) -> Result<(), Error> {
    let hours: Hours = line.hours;
    let priced = price(model, line.wage.expose(), hours)?;
    for (field, reason, computed) in
        [("hourly_rate", "RATE_DIFFERS", priced.rate), ("cost", "COST_DIFFERS", priced.cost)]
    {
        let text = record.get(field);
        if !text.is_empty() && text.parse() != Ok(euro(computed)) {
            reader.note(record.note(field, reason, euro(computed).to_string()));
        }
    }
    let is_public = match line.partner_kind {
        PartnerKind::LocalAuthority | PartnerKind::PublicEmploymentService => Some("yes"),
        PartnerKind::CivilSociety => Some("no"),
        PartnerKind::SupportBody | PartnerKind::School => None,
    };
    let text = record.get("public_body");
    if let Some(is_public) = is_public
        && !text.is_empty()
        && text != is_public
    {
        let note: Note = record.note("public_body", "PUBLIC_BODY_DIFFERS", is_public.to_owned());
        reader.note(note);
    }
    Ok(())
}
