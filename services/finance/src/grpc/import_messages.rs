//! Between the messages of imports and use cases.

use chassis::error::Violation;
use proto::finance::v1::{
    DayOrder, DecimalSign, ImportChange, ImportColumn, ImportFieldChange, ImportFile as ProtoFile,
    ImportKind as ProtoKind, ImportNote, ImportPreview, ImportProblem, ImportedColumn,
};

use crate::error::Error;
use crate::fields::Fields;
use crate::import::{Column, ColumnWish, ImportFile, ImportKind};
use crate::use_cases::{Change, ImportView};

/// Most columns, and most codes of one, that something is said about.
const MOST_COLUMNS: usize = 50;
const MOST_CODES: usize = 100;
/// Longest text of what is said, in characters.
const LONGEST: usize = 200;

fn kind(of: &[ImportKind], value: i32) -> Result<ImportKind, Violation> {
    let kind = match ProtoKind::try_from(value) {
        Ok(ProtoKind::StaffLines) => Some(ImportKind::StaffLines),
        Ok(ProtoKind::Funding) => Some(ImportKind::Funding),
        Ok(ProtoKind::Contributions) => Some(ImportKind::Contributions),
        Ok(ProtoKind::Employments) => Some(ImportKind::Employments),
        Ok(ProtoKind::TimeEntries) => Some(ImportKind::TimeEntries),
        Ok(ProtoKind::Unspecified) | Err(_) => None,
    };
    kind.filter(|kind| of.contains(kind)).ok_or_else(|| {
        let remedy =
            "choose lines of staff, funding or contributions for a budget, else employments or time entries";
        Violation::new("kind", "UNKNOWN_VALUE", "this is not taken in here", remedy)
    })
}

/// The file of a request; `of` are the kinds that the call takes.
pub(super) fn file(of: &[ImportKind], value: i32, file: Option<ProtoFile>) -> Result<ImportFile, Error> {
    let mut fields = Fields::default();
    let kind = fields.accept(kind(of, value));
    let file = file.unwrap_or_default();
    if file.columns.len() > MOST_COLUMNS {
        fields.add(too_many("file.columns", MOST_COLUMNS));
    }
    let day_first = fields.accept(match DayOrder::try_from(file.day_order) {
        Ok(DayOrder::Unspecified) => Ok(None),
        Ok(DayOrder::DayFirst) => Ok(Some(true)),
        Ok(DayOrder::MonthFirst) => Ok(Some(false)),
        Err(_) => Err(unknown("file.day_order")),
    });
    let mut columns = Vec::new();
    for (place, column) in file.columns.into_iter().take(MOST_COLUMNS).enumerate() {
        columns.extend(wish(&mut fields, &format!("file.columns[{place}]"), column));
    }
    let (content, sheet, heading_row) = (file.content.into(), file.sheet, file.heading_row);
    let read = kind.zip(day_first);
    fields.finish(read.map(|(kind, day_first)| ImportFile {
        kind,
        content,
        sheet,
        heading_row,
        columns,
        day_first,
    }))
}

fn wish(fields: &mut Fields, at: &str, column: ImportColumn) -> Option<ColumnWish> {
    if column.header.trim().is_empty() {
        let remedy = "write the heading as it stands in the file";
        fields.add(Violation::new(format!("{at}.header"), "REQUIRED", "no heading is given", remedy));
    }
    let codes = column.codes.iter().flat_map(|code| [&code.code, &code.value]);
    if codes.chain([&column.header, &column.field]).any(|text| text.chars().count() > LONGEST) {
        let remedy = format!("write at most {LONGEST} characters");
        fields.add(Violation::new(at, "TOO_LONG", "a text about this column is too long", remedy));
    }
    if column.codes.len() > MOST_CODES {
        fields.add(too_many(&format!("{at}.codes"), MOST_CODES));
    }
    let decimal = fields.accept(match DecimalSign::try_from(column.decimal_sign) {
        Ok(DecimalSign::Unspecified) => Ok(None),
        Ok(DecimalSign::Comma) => Ok(Some(',')),
        Ok(DecimalSign::Dot) => Ok(Some('.')),
        Err(_) => Err(unknown(&format!("{at}.decimal_sign"))),
    })?;
    let codes = column.codes.into_iter().map(|code| (code.code, code.value)).collect();
    Some(ColumnWish { heading: column.header, field: column.field, decimal, codes })
}

fn unknown(field: &str) -> Violation {
    Violation::new(field, "UNKNOWN_VALUE", "there is no such value", "choose one of the contract, or nothing")
}

fn too_many(field: &str, most: usize) -> Violation {
    Violation::new(field, "TOO_MANY", "too much is said", format!("give at most {most}"))
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What was added, changed and left.
pub(super) fn counts(view: &ImportView) -> (u32, u32, u32) {
    (number(view.changes.added), number(view.changes.changed), number(view.changes.left))
}

/// A preview.
pub(super) fn to_preview(view: &ImportView) -> ImportPreview {
    let (added, changed, left) = counts(view);
    let sheet = &view.open.sheet;
    let problems = view.problems.told().iter().map(|problem| ImportProblem {
        sheet: sheet.clone(),
        cell: problem.cell.clone(),
        field: problem.field.clone(),
        read: problem.read.clone(),
        readings: problem.readings.clone(),
        reason: problem.reason.clone(),
        message: problem.message.clone(),
        remedy: problem.remedy.clone(),
    });
    let notes = view.notes.iter().map(|note| ImportNote {
        sheet: sheet.clone(),
        cell: note.cell.clone(),
        field: note.field.clone(),
        reason: note.reason.to_owned(),
        read: note.read.clone(),
        computed: note.computed.clone(),
    });
    ImportPreview {
        format: view.open.format.to_owned(),
        sheet: sheet.clone(),
        columns: view.open.columns.iter().map(to_column).collect(),
        rows: number(view.open.rows.len()),
        added,
        changed,
        left,
        changes: view.changes.shown.iter().map(to_change).collect(),
        problems: problems.collect(),
        problems_total: number(view.problems.total()),
        notes: notes.collect(),
        formulas: number(view.formulas),
        plan: view.plan.clone(),
        etag: view.etag.map(|etag| etag.to_string()).unwrap_or_default(),
    }
}

fn to_column(column: &Column) -> ImportedColumn {
    let decimal_sign = match column.decimal {
        Some(',') => DecimalSign::Comma,
        Some(_) => DecimalSign::Dot,
        None => DecimalSign::Unspecified,
    };
    ImportedColumn {
        column: column.letters(),
        header: column.heading.clone(),
        field: column.field.map(|field| field.name.to_owned()).unwrap_or_default(),
        decimal_sign: decimal_sign.into(),
    }
}

fn to_change(change: &Change) -> ImportChange {
    let fields = change.fields.iter().map(|(field, old, new)| ImportFieldChange {
        field: (*field).to_owned(),
        old: old.clone(),
        new: new.clone(),
    });
    ImportChange {
        row: change.row,
        added: change.is_new,
        record: change.record.clone(),
        fields: fields.collect(),
    }
}
