//! Which columns each kind of file has, and under which headings they are known: those of the contract, of our own exports and of
//! the funder's form. Which code means what is a matter of the form at hand and stands in no column here.

/// What is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// Lines of staff of a draft budget.
    StaffLines,
    /// Funding lines of a draft budget.
    Funding,
    /// Contributions of local authorities to a draft budget.
    Contributions,
    /// Employments of a programme.
    Employments,
    /// Days of time sheets.
    TimeEntries,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text, taken as it is.
    Text,
    /// A number.
    Number,
    /// A day.
    Day,
    /// A component of the programme, by code or label.
    Component,
    /// A partner, by code, name or enterprise number.
    Partner,
    /// One of these words; each with the other words that mean it. A bare code is none of them.
    Word(&'static [(&'static str, &'static [&'static str])]),
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the contract.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// Whether a file without it is refused.
    pub is_required: bool,
    /// Headings it is known under, in small letters, without signs.
    pub headings: &'static [&'static str],
}

const YES_NO: Shape = Shape::Word(&[("yes", &["ja", "true", "waar"]), ("no", &["nee", "false", "onwaar"])]);
const SOURCE: Shape = Shape::Word(&[
    ("esf", &["esf+", "europees sociaal fonds"]),
    ("vcf", &["vlaams cofinancieringsfonds"]),
    ("local", &["lokaal", "lokale besturen", "lokaal bestuur"]),
    ("vdab", &[]),
    ("subsidy", &["subsidie"]),
    ("own", &["eigen middelen", "eigen"]),
]);
const CLASS: Shape = Shape::Word(&[
    ("with_participant", &["met deelnemer", "hour_class_with_participant"]),
    ("around_participant", &["rond deelnemer", "hour_class_around_participant"]),
]);

const fn required(name: &'static str, shape: Shape, headings: &'static [&'static str]) -> Field {
    Field { name, shape, is_required: true, headings }
}

const fn optional(name: &'static str, shape: Shape, headings: &'static [&'static str]) -> Field {
    Field { name, shape, is_required: false, headings }
}

const COMPONENT: Field = required("component", Shape::Component, &["onderdeel", "werking of ondersteuning"]);
const PARTNER: &[&str] = &["partner", "organisatie", "werkgever", "naam organisatie"];

const STAFF_LINES: &[Field] = &[
    required("row", Shape::Text, &["rij", "lijn", "regel", "volgnummer", "nr"]),
    COMPONENT,
    required("partner", Shape::Partner, PARTNER),
    optional("worker_id", Shape::Text, &["medewerker", "worker"]),
    required(
        "wage_euro",
        Shape::Number,
        &["gross month eur", "brutomaandloon", "bruto maandloon", "bruto maandwedde", "brutoloon"],
    ),
    required(
        "hours",
        Shape::Number,
        &["project hours", "uren", "projecturen", "aantal uren", "aantal projecturen"],
    ),
    optional(
        "hourly_rate",
        Shape::Number,
        &["standard hourly rate eur", "standaarduurtarief", "sut", "uurtarief"],
    ),
    optional("cost", Shape::Number, &["cost eur", "kost", "kostprijs", "personeelskost", "totaal"]),
    optional("public_body", YES_NO, &["publieke instelling", "openbaar bestuur", "publiek"]),
];
const FUNDING: &[Field] = &[
    COMPONENT,
    required("source", SOURCE, &["bron", "financieringsbron", "cofinancieringsbron", "bron cofinanciering"]),
    required("amount_euro", Shape::Number, &["bedrag", "amount"]),
    optional("in_kind_euro", Shape::Number, &["in natura", "in kind"]),
    optional("stated_euro", Shape::Number, &["bedrag in tekst", "stated"]),
    optional("person_bound", YES_NO, &["persoonsgebonden"]),
    optional("transition_region", YES_NO, &["limburg", "transitieregio"]),
    optional("budget", Shape::Text, &["begroting"]),
    optional("year", Shape::Number, &["jaar"]),
];
const CONTRIBUTIONS: &[Field] = &[
    required("partner", Shape::Partner, &["partner", "gemeente", "ocmw", "lokaal bestuur", "bestuur"]),
    required("amount_euro", Shape::Number, &["bijdrage", "bedrag", "amount"]),
];
const EMPLOYMENTS: &[Field] = &[
    optional("employment_id", Shape::Text, &["tewerkstelling", "employment"]),
    required("worker_id", Shape::Text, &["medewerker", "worker"]),
    optional("organisation_id", Shape::Text, &["organisatie id", "organisation"]),
    required("partner", Shape::Partner, PARTNER),
    required("kbo", Shape::Text, &["kbo nummer", "ondernemingsnummer"]),
    COMPONENT,
    optional("valid_from", Shape::Day, &["van", "begindatum", "eerste dag", "in dienst"]),
    optional("valid_to", Shape::Day, &["tot", "einddatum", "laatste dag", "uit dienst"]),
    optional("fte", Shape::Number, &["vte", "deel van een voltijdse"]),
];
const TIME_ENTRIES: &[Field] = &[
    optional("entry_id", Shape::Text, &["prestatie"]),
    optional("time_sheet_id", Shape::Text, &["urenblad"]),
    optional("employment_id", Shape::Text, &["tewerkstelling", "employment"]),
    optional("worker_id", Shape::Text, &["medewerker", "worker"]),
    required("day", Shape::Day, &["dag", "datum"]),
    required("hour_class", CLASS, &["klasse"]),
    optional("minutes", Shape::Number, &["minuten"]),
    optional("hours", Shape::Number, &["uren"]),
    optional("correction", YES_NO, &["correctie"]),
    optional("reason", Shape::Text, &["reden"]),
];

impl ImportKind {
    /// Every member.
    pub const ALL: [Self; 5] =
        [Self::StaffLines, Self::Funding, Self::Contributions, Self::Employments, Self::TimeEntries];

    /// Its columns.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::StaffLines => STAFF_LINES,
            Self::Funding => FUNDING,
            Self::Contributions => CONTRIBUTIONS,
            Self::Employments => EMPLOYMENTS,
            Self::TimeEntries => TIME_ENTRIES,
        }
    }

    /// Its column of this name.
    pub fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// The column that is known under a heading.
    pub fn known(self, heading: &str) -> Option<&'static Field> {
        let heading = plain(heading);
        self.fields()
            .iter()
            .find(|field| plain(field.name) == heading || field.headings.contains(&heading.as_str()))
    }
}

/// A heading or a word without what people write in different ways: capitals, blanks in a row, signs, what stands in brackets.
pub fn plain(text: &str) -> String {
    let text = text.split('(').next().filter(|before| !before.trim().is_empty()).unwrap_or(text);
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            '+' => plain.push(letter),
            letter if letter.is_alphanumeric() => plain.push(letter),
            _ if !plain.is_empty() && !plain.ends_with(' ') => plain.push(' '),
            _ => {}
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ExportTable;

    #[test]
    fn headings_are_known_however_they_are_written() {
        let known = |heading| ImportKind::StaffLines.known(heading).map(|field| field.name);

        assert_eq!(known(" Bruto-maandloon (EUR) "), Some("wage_euro"));
        assert_eq!(known("gross_month_eur"), Some("wage_euro"));
        assert_eq!(known("WAGE_EURO"), Some("wage_euro"));
        assert_eq!(known("Naam"), None);
    }

    #[test]
    fn no_heading_means_two_columns_and_every_one_is_written_plainly() {
        for kind in ImportKind::ALL {
            let mut seen = std::collections::BTreeSet::new();
            for field in kind.fields() {
                for heading in field.headings {
                    assert_eq!(plain(heading), *heading);
                    assert!(seen.insert(*heading), "{kind:?}: {heading}");
                }
            }
        }
    }

    #[test]
    fn what_we_export_has_every_column_that_its_import_needs() {
        for (kind, table) in [
            (ImportKind::Employments, ExportTable::Staff),
            (ImportKind::TimeEntries, ExportTable::TimeSheets),
            (ImportKind::Funding, ExportTable::Funding),
        ] {
            let known: Vec<_> =
                table.columns().iter().filter_map(|(heading, _)| kind.known(heading)).collect();
            for field in kind.fields().iter().filter(|field| field.is_required) {
                assert!(known.contains(&field), "{kind:?}: {}", field.name);
            }
        }
    }
}
