//! What an export holds: its tables, columns and cells.

use rust_decimal::Decimal;

use super::contact_time::Month;

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text; never a formula, whatever it begins with.
    Text(String),
    /// A number with its own decimals: euro, hours or a count.
    Number(Decimal),
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Euro of so many cents.
    pub fn euro(cents: i64) -> Self {
        Self::Number(Decimal::new(cents, 2))
    }

    /// A count.
    pub fn count(number: impl Into<i64>) -> Self {
        Self::Number(Decimal::from(number.into()))
    }
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportState {
    /// The claim was submitted, and no run saw it.
    Due,
    /// What it is made of is recorded.
    Recorded,
    /// Its files stood in the target.
    Published,
}

impl ExportState {
    /// By whether it was recorded and published.
    pub const fn of(is_recorded: bool, is_published: bool) -> Self {
        match (is_recorded, is_published) {
            (_, true) => Self::Published,
            (true, false) => Self::Recorded,
            (false, false) => Self::Due,
        }
    }
}

/// A period as people say it: `2024-Q1`, or `2024` for a year.
pub fn period_label(first: Month, last: Month) -> String {
    let (year, month) = (first.year(), first.first_day().month());
    if last.first_day().month() - month == 2 {
        format!("{year}-Q{}", (month + 2) / 3)
    } else {
        year.to_string()
    }
}

/// Name of an export in its target.
pub fn export_folder(programme: &str, first: Month, last: Month, revision: i32) -> String {
    format!("{programme}-{}-r{revision}", period_label(first, last))
}

/// A table of an export: a CSV file, and a sheet of the workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportTable {
    /// Totals of the claim per component.
    Claim,
    /// Its lines: hours, rate and cost of somebody in a month.
    Staff,
    /// The hours behind the lines, day by day.
    TimeSheets,
    /// Who pays, by the approved budgets of the year.
    Funding,
    /// What was booked in the months of the claim.
    Ledger,
}

impl ExportTable {
    /// All of them, in the order they are written.
    pub const ALL: [Self; 5] = [Self::Claim, Self::Staff, Self::TimeSheets, Self::Funding, Self::Ledger];

    /// Name of the file without its ending, and of the sheet.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Staff => "staff",
            Self::TimeSheets => "time_sheets",
            Self::Funding => "funding",
            Self::Ledger => "ledger",
        }
    }

    /// The columns, each with whether the manifest gives its sum. In Dutch: the finance officer reads them beside the funder's screens.
    pub const fn columns(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Claim => {
                &[("Onderdeel", false), ("Personeelskost", true), ("Forfait", true), ("Totaal", true)]
            }
            Self::Staff => &[
                ("Maand", false),
                ("KBO-nummer", false),
                ("Partner", false),
                ("Onderdeel", false),
                ("Medewerker", false),
                ("Tewerkstelling", false),
                ("VTE", false),
                ("Minuten met deelnemer", true),
                ("Minuten rond deelnemer", true),
                ("Uren", true),
                ("Uurtarief", false),
                ("Kost", true),
            ],
            Self::TimeSheets => &[
                ("Prestatie", false),
                ("Urenblad", false),
                ("Medewerker", false),
                ("Dag", false),
                ("Klasse", false),
                ("Minuten", true),
                ("Correctie", false),
                ("Reden", false),
            ],
            Self::Funding => &[
                ("Begroting", false),
                ("Jaar", false),
                ("Onderdeel", false),
                ("Bron", false),
                ("Bedrag", true),
                ("In natura", true),
            ],
            Self::Ledger => &[
                ("Boeking", false),
                ("Maand", false),
                ("Onderdeel", false),
                ("Partner", false),
                ("Soort", false),
                ("Rekening", false),
                ("Bedrag", true),
                ("Stuk", false),
                ("Tegenboeking van", false),
                ("Geboekt op", false),
            ],
        }
    }
}
