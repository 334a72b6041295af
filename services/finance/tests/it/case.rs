//! The case of Waasland 2024, read from `tests/cases`, as lines and funding; and the model of the programme file.

use std::path::Path;

use finance::domain::{
    Contribution, Figures, FinanceModel, Funding, FundingLine, Hours, LineId, Money, RowKey, StaffLine, Wage,
    figures, parse_amount, parse_wage,
};
use region::programme::FundingSource;
use region::{PartnerCode, PartnerKind, Region};
use toml::{Table, Value};
use uuid::Uuid;

pub struct Case {
    pub region: Region,
    pub model: FinanceModel,
    pub lines: Vec<StaffLine>,
    pub funding: Funding,
    /// The file with what was entered.
    pub entered: Table,
    /// The file with what must come out.
    pub expected: Table,
}

/// A row of the staff file, with the answers that stand in it.
pub struct Row {
    pub fields: Vec<String>,
}

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The region file of this repository.
pub fn waasland() -> Region {
    region::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/waasland")).unwrap()
}

/// The rules of the programme of Waasland.
pub fn model(region: &Region) -> FinanceModel {
    region.programme(&"waasland-esf".parse().unwrap()).unwrap().finance.clone().unwrap()
}

pub fn rows() -> Vec<Row> {
    file("waasland-2024-staff.csv")
        .lines()
        .skip(1)
        .map(|line| Row { fields: line.split(',').map(str::to_owned).collect() })
        .collect()
}

fn kind(word: &str) -> PartnerKind {
    match word {
        "civil-society" => PartnerKind::CivilSociety,
        "vdab" => PartnerKind::PublicEmploymentService,
        "local-authority" => PartnerKind::LocalAuthority,
        "support-body" => PartnerKind::SupportBody,
        other => panic!("{other}"),
    }
}

impl Row {
    pub fn line(&self, model: &FinanceModel, number: u128) -> StaffLine {
        let field = |place: usize| self.fields[place].as_str();
        StaffLine {
            id: LineId::from_uuid(Uuid::from_u128(number)),
            row: RowKey::parse(field(0)).unwrap(),
            component: field(1).parse().unwrap(),
            partner: field(2).parse().unwrap(),
            partner_kind: kind(field(3)),
            worker: None,
            wage: Wage::new(parse_wage(field(4)).unwrap()),
            hours: Hours::parse(field(5), model.hour_decimals, model.yearly_hours_max).unwrap(),
        }
    }
}

pub fn money(text: &str) -> Money {
    parse_amount(text).unwrap()
}

/// A text in a table, by its path.
pub fn text<'t>(table: &'t Table, path: &[&str]) -> &'t str {
    let (last, tables) = path.split_last().unwrap();
    let table = tables.iter().fold(table, |table, key| table[*key].as_table().unwrap());
    table[*last].as_str().unwrap_or_else(|| panic!("{path:?}"))
}

fn source(word: &str) -> FundingSource {
    word.parse().unwrap()
}

/// The code under which the region knows the body of a municipality.
fn body(municipality: &str) -> PartnerCode {
    format!("ocmw-{}", municipality.to_lowercase()).parse().unwrap()
}

fn funding(entered: &Table) -> Funding {
    let cofinancing =
        |key: &str| entered["cofinancing"].as_table().unwrap().get(key).and_then(Value::as_str).map(money);
    let mut lines = Vec::new();
    for component in ["operation", "support"] {
        for (word, amount) in entered["funding"][component].as_table().unwrap() {
            let in_kind = if component == "operation" {
                cofinancing(&format!("{word}_staff_in_kind")).unwrap_or(Money::ZERO)
            } else {
                Money::ZERO
            };
            let stated =
                entered["text"].get(format!("{word}_{component}")).map(|text| money(text.as_str().unwrap()));
            lines.push(FundingLine {
                component: component.parse().unwrap(),
                source: source(word),
                amount: money(amount.as_str().unwrap()),
                in_kind,
                stated,
                basis: None,
            });
        }
    }
    let contributions = entered["municipal_contributions"]
        .as_table()
        .unwrap()
        .iter()
        .map(|(name, amount)| Contribution { partner: body(name), amount: money(amount.as_str().unwrap()) })
        .collect();
    Funding { lines, contributions }
}

impl Case {
    pub fn read() -> Self {
        let region = waasland();
        let model = model(&region);
        let lines = (1..).zip(rows()).map(|(number, row)| row.line(&model, number)).collect();
        let entered: Table = file("waasland-2024-funding.toml").parse().unwrap();
        let expected: Table = file("waasland-2024-expected.toml").parse().unwrap();
        Self { funding: funding(&entered), region, model, lines, entered, expected }
    }

    pub fn figures(&self) -> Figures {
        figures(&self.model, &self.lines, &self.funding).unwrap()
    }

    /// An amount that must come out.
    pub fn expected(&self, path: &[&str]) -> Money {
        money(text(&self.expected, path))
    }
}
