//! `PreviewBudgetImport` and `ApplyBudgetImport`: files as people have them.

use std::fmt::Write as _;

use chassis::caller::Caller;
use chassis::grpc::Authorized;
use proto::finance::v1::import_service_client::ImportServiceClient;
use proto::finance::v1::{
    ApplyBudgetImportRequest, ApplyBudgetImportResponse, Budget, DecimalSign, ImportCode, ImportColumn,
    ImportFile, ImportKind, ImportPreview, PreviewBudgetImportRequest,
};
use rust_xlsxwriter::{Formula, Workbook};
use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::case::rows;
use crate::desk::coach;
use crate::house::{
    House, board, case_funding, case_lines, officer, pair, refusal, stranger, violations, with_key, with_tag,
};

type Client = ImportServiceClient<InterceptedService<Channel, Authorized>>;

pub fn file(content: impl Into<Vec<u8>>) -> ImportFile {
    ImportFile { content: content.into(), ..ImportFile::default() }
}

/// What a column is for, and what its codes mean.
pub fn column(header: &str, field: &str, codes: &[(&str, &str)]) -> ImportColumn {
    let code =
        |(code, value): &(&str, &str)| ImportCode { code: (*code).to_owned(), value: (*value).to_owned() };
    ImportColumn {
        header: header.to_owned(),
        field: field.to_owned(),
        codes: codes.iter().map(code).collect(),
        ..ImportColumn::default()
    }
}

impl House {
    pub fn imports(&self, caller: Caller) -> Client {
        ImportServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    async fn preview(
        &self,
        budget: &Budget,
        kind: ImportKind,
        file: &ImportFile,
    ) -> Result<ImportPreview, Status> {
        let (budget_id, file) = (budget.budget_id.clone(), Some(file.clone()));
        let request = PreviewBudgetImportRequest { budget_id, kind: kind.into(), file };
        Ok(self.imports(officer()).preview_budget_import(request).await?.into_inner().preview.unwrap())
    }

    async fn apply(
        &self,
        preview: &ImportPreview,
        budget: &Budget,
        kind: ImportKind,
        file: &ImportFile,
    ) -> Result<ApplyBudgetImportResponse, Status> {
        let request = applying(preview, budget, kind, file);
        Ok(self.imports(officer()).apply_budget_import(with_tag(request, &budget.etag)).await?.into_inner())
    }

    /// Previews without a problem, and applies.
    async fn take_in(&self, budget: &Budget, kind: ImportKind, file: &ImportFile) -> Budget {
        let preview = self.preview(budget, kind, file).await.unwrap();
        assert_eq!(
            (preview.problems.as_slice(), preview.etag.as_str()),
            ([].as_slice(), budget.etag.as_str())
        );
        self.apply(&preview, budget, kind, file).await.unwrap().budget.unwrap()
    }
}

fn applying(
    preview: &ImportPreview,
    budget: &Budget,
    kind: ImportKind,
    file: &ImportFile,
) -> ApplyBudgetImportRequest {
    ApplyBudgetImportRequest {
        budget_id: budget.budget_id.clone(),
        kind: kind.into(),
        file: Some(file.clone()),
        plan: preview.plan.clone(),
    }
}

/// The neutral codes of the case as partners of the region.
fn partners() -> Vec<(String, String)> {
    rows().iter().zip(case_lines()).map(|(row, line)| (row.fields[2].clone(), line.partner)).collect()
}

fn partner_column(header: &str) -> ImportColumn {
    let known = partners();
    let codes: Vec<(&str, &str)> =
        known.iter().map(|(code, partner)| (code.as_str(), partner.as_str())).collect();
    column(header, "partner", &codes)
}

/// `1234.5` as `1.234,50`, or with blanks.
fn grouped(number: &str, thousands: &str, decimal: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut text = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push_str(thousands);
        }
        text.push(digit);
    }
    if fraction.is_empty() { text } else { format!("{text}{decimal}{fraction}") }
}

/// The staff of the case as the funder's form has it: Windows-1252, codes without words, numbers in every way of writing.
fn form() -> ImportFile {
    let mut text = "Volgnummer;Naam organisatie;Werking of ondersteuning;Brutomaandloon (€);Projecturen;Publieke instelling;Persoonsgebonden;Standaarduurtarief;Kost\r\n".to_owned();
    for (number, row) in rows().iter().enumerate() {
        let field = |place: usize| row.fields[place].as_str();
        let styles = [(".", ","), (" ", ","), ("", "."), (" ", ", ")];
        let (thousands, decimal) = styles[number % styles.len()];
        let component = if field(1) == "operation" { "0" } else { "1" };
        let public = if matches!(field(3), "vdab" | "local-authority") { "0" } else { "1" };
        write!(
            text,
            "{};{};{component};{};{};{public};0;{};{}\r\n",
            field(0),
            field(2),
            grouped(field(4), thousands, decimal),
            field(5).replace('.', ","),
            field(6).replace('.', ","),
            grouped(field(7), ".", ","),
        )
        .unwrap();
    }
    let content: Vec<u8> =
        text.chars().map(|letter| if letter == '€' { 0x80 } else { u8::try_from(letter).unwrap() }).collect();
    let columns = vec![
        partner_column("Naam organisatie"),
        column("Werking of ondersteuning", "", &[("0", "operation"), ("1", "support")]),
        column("Publieke instelling", "", &[("0", "yes"), ("1", "no")]),
    ];
    ImportFile { columns, ..file(content) }
}

/// Funding as the form has it: sources and what is bound to persons as codes, a line for each.
fn funding() -> ImportFile {
    let text = "Werking of ondersteuning;Bron;Bedrag;Persoonsgebonden;Limburg;Bedrag in tekst\n\
        0;esf;198.868,59;1;1;\n0;vcf;149 151, 42;1;1;149151.45\n0;4;74.585,83;0;1;\n0;7;25 556,90;0;1;\n0;8;49028.93;1;1;\n\
        1;esf;22273,04;1;1;\n1;vcf;25057,16;1;1;\n1;8;8 352,39;1;1;\n";
    let columns = vec![
        column("Werking of ondersteuning", "", &[("0", "operation"), ("1", "support")]),
        column("Bron", "", &[("4", "local"), ("7", "vdab"), ("8", "vdab")]),
        column("Persoonsgebonden", "", &[("0", "yes"), ("1", "no")]),
        column("Limburg", "", &[("1", "no"), ("0", "yes")]),
    ];
    ImportFile { columns, ..file(text) }
}

fn contributions() -> ImportFile {
    let mut text = "\u{feff}Gemeente\tBijdrage\tOpmerking\n".to_owned();
    for one in case_funding().contributions {
        let name = one.partner.replacen("ocmw-", "OCMW ", 1);
        writeln!(text, "{name}\t{}\tkanarie", grouped(&one.amount_euro, " ", ", ")).unwrap();
    }
    file(text)
}

/// What a budget comes to, without what tells two budgets apart.
fn content(mut budget: Budget) -> Budget {
    (budget.budget_id, budget.name, budget.etag, budget.created_at) = Default::default();
    for line in &mut budget.lines {
        line.line_id.clear();
    }
    budget
}

#[tokio::test]
async fn the_case_comes_out_of_files_to_the_cent() {
    let house = House::open().await;
    let typed = content(house.waasland().await);
    let case =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/waasland-2024-staff.csv")).unwrap();
    let case = ImportFile { columns: vec![partner_column("partner")], ..file(case) };

    for (name, staff) in [("csv", case), ("xlsx", workbook()), ("form", form())] {
        let empty = house.create(2024, name).await.unwrap();
        let preview = house.preview(&empty, ImportKind::StaffLines, &staff).await.unwrap();
        assert_eq!(
            (preview.rows, preview.added, preview.changed, preview.left),
            (18, 18, 0, 0),
            "{preview:?}"
        );
        let differs: Vec<_> = preview.notes.iter().filter(|note| note.reason != "FORMULA").collect();
        assert!(differs.is_empty(), "{name}: {differs:?}");
        assert_eq!(house.get(&empty.budget_id).await, empty, "a preview writes nothing");

        let staffed = house.take_in(&empty, ImportKind::StaffLines, &staff).await;
        let funded = house.take_in(&staffed, ImportKind::Funding, &funding()).await;
        let whole = house.take_in(&funded, ImportKind::Contributions, &contributions()).await;

        assert_eq!(content(whole.clone()), typed, "{name}");
        for (kind, again) in [
            (ImportKind::StaffLines, &staff),
            (ImportKind::Funding, &funding()),
            (ImportKind::Contributions, &contributions()),
        ] {
            let preview = house.preview(&whole, kind, again).await.unwrap();
            assert_eq!((preview.added, preview.changed, preview.problems_total), (0, 0, 0));
        }
    }
}

/// The staff of the case as a workbook: numbers as numbers, wages of one row as a formula, a sheet of its own.
fn workbook() -> ImportFile {
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "Leeg").unwrap();
    let sheet = book.add_worksheet().set_name("Personeel").unwrap();
    let headings = ["Rij", "Onderdeel", "Organisatie", "", "Brutomaandloon", "Uren", "SUT", "Kost"];
    for (row, fields) in std::iter::once(headings.map(str::to_owned).to_vec())
        .chain(rows().into_iter().map(|row| row.fields))
        .enumerate()
    {
        let row = u32::try_from(row + 2).unwrap();
        for (place, text) in (0_u16..).zip(&fields) {
            match text.parse::<rust_decimal::Decimal>() {
                Ok(_) if place == 4 && row == 3 => {
                    sheet.write_formula(row, place, Formula::new("=3000+585").set_result(text)).unwrap();
                }
                Ok(number) => {
                    sheet
                        .write_number(
                            row,
                            place,
                            rust_decimal::prelude::ToPrimitive::to_f64(&number).unwrap(),
                        )
                        .unwrap();
                }
                Err(_) => {
                    sheet.write_string(row, place, text).unwrap();
                }
            }
        }
    }
    let columns = vec![partner_column("Organisatie")];
    ImportFile { sheet: "Personeel".to_owned(), columns, ..file(book.save_to_buffer().unwrap()) }
}

#[tokio::test]
async fn every_cell_that_cannot_be_taken_is_named_with_its_readings_and_nothing_is_written() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    let text = "Rij;Onderdeel;Partner;Brutomaandloon;Uren;Naam\n\
        r01;operation;arktos;1.234;1720;Kanarie Jansen\n\
        \n\
        r02;1;arktos;3585,00;10;\n\
        r03;operation;kanarie;3585,00;drie;\n\
        r01;operation;arktos;3585,00;10;\n\
        ;operation;arktos;3585,005;10;\n\
        r05;operation;arktos;3585;10;x;meer\n";
    let preview = house.preview(&budget, ImportKind::StaffLines, &file(text)).await.unwrap();

    let told: Vec<(&str, &str, &str)> = preview
        .problems
        .iter()
        .map(|problem| (problem.cell.as_str(), problem.field.as_str(), problem.reason.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("D2", "wage_euro", "CELL_AMBIGUOUS"),
            ("B4", "component", "CODE_NOT_MAPPED"),
            ("E5", "hours", "CELL_NOT_A_NUMBER"),
            ("C5", "partner", "UNKNOWN_PARTNER"),
            ("A6", "row", "REPEATED"),
            ("7", "row", "REQUIRED"),
            ("D7", "wage_euro", "AMOUNT_DECIMALS"),
            ("G8", "", "CELL_WITHOUT_COLUMN"),
        ]
    );
    assert_eq!(preview.problems[0].readings, ["1.234", "1234"]);
    assert_eq!(preview.problems[0].read, "1.234");
    assert!(preview.problems.iter().all(|problem| !problem.remedy.is_empty()), "{preview:?}");
    assert_eq!((preview.plan.as_str(), preview.problems_total), ("", 8));
    let columns: Vec<(&str, &str)> =
        preview.columns.iter().map(|column| (column.column.as_str(), column.field.as_str())).collect();
    assert_eq!(
        columns,
        [("A", "row"), ("B", "component"), ("C", "partner"), ("D", "wage_euro"), ("E", "hours"), ("F", "")]
    );

    let refused = house.apply(&preview, &budget, ImportKind::StaffLines, &file(text)).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "IMPORT_HAS_PROBLEMS"));
    assert_eq!(house.get(&budget.budget_id).await, budget);

    // What the request says of a column settles a cell, and nothing else does.
    let column =
        ImportColumn { decimal_sign: DecimalSign::Comma.into(), ..column("Brutomaandloon", "", &[]) };
    let one = ImportFile {
        columns: vec![column],
        ..file("Rij;Onderdeel;Partner;Brutomaandloon;Uren\nr01;operation;arktos;1.234;10\n")
    };
    let read = house.take_in(&budget, ImportKind::StaffLines, &one).await;
    assert_eq!(read.lines[0].wage, crate::house::euro("1234.00"));
    let many =
        format!("Rij;Onderdeel;Partner;Brutomaandloon;Uren\n{}", "r;operation;arktos;1.234;10\n".repeat(300));
    let preview = house.preview(&read, ImportKind::StaffLines, &file(many)).await.unwrap();
    assert_eq!((preview.problems.len(), preview.problems_total), (200, 599));
}

#[tokio::test]
async fn what_was_previewed_is_applied_once_and_nothing_else() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    let staff = |wage: &str| {
        file(format!("Rij,Onderdeel,Partner,Brutomaandloon,Uren\nr01,werking,Arktos,{wage},10\n"))
    };
    let kind = ImportKind::StaffLines;
    let first = staff("3585.00");
    let preview = house.preview(&budget, kind, &first).await.unwrap();

    // Another file, and one about which something else is said, is not what was previewed.
    let refused = house.apply(&preview, &budget, kind, &staff("9999.00")).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "IMPORT_OUTDATED"));
    let other = ImportFile { heading_row: 1, ..first.clone() };
    let refused = house.apply(&preview, &budget, kind, &other).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "IMPORT_OUTDATED"));

    let key = chassis::id::IdGenerator.uuid().to_string();
    let mut answers = Vec::new();
    for _ in 0..2 {
        let mut request = with_tag(applying(&preview, &budget, kind, &first), &budget.etag);
        request.metadata_mut().insert("idempotency-key", key.parse().unwrap());
        answers.push(house.imports(officer()).apply_budget_import(request).await.unwrap().into_inner());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!((answers[0].added, answers[0].changed, answers[0].left), (1, 0, 0));
    let after = answers[0].budget.clone().unwrap();
    assert_eq!(house.get(&budget.budget_id).await, after);
    assert_eq!(
        house.count("select count(*) from chassis.audit where action like '%/ApplyBudgetImport'").await,
        1
    );

    // The budget is another by now.
    let refused = house.apply(&preview, &budget, kind, &first).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("STALE_PRECONDITION", "STALE_ETAG"));
    let refused = house.apply(&preview, &after, kind, &first).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "IMPORT_OUTDATED"));

    // Old and new are shown; what the file does not name stays.
    let second = file(
        "Rij,Onderdeel,Partner,Brutomaandloon,Uren\nr01,operation,arktos,3600,10\nr02,operation,arktos,3600,5\n",
    );
    let preview = house.preview(&after, kind, &second).await.unwrap();
    let change = &preview.changes[0];
    assert_eq!((change.record.as_str(), change.added, change.fields.len()), ("r01", false, 1));
    let field = &change.fields[0];
    assert_eq!(
        (field.field.as_str(), field.old.as_str(), field.new.as_str()),
        ("wage_euro", "3585.00", "3600.00")
    );
    let grown = house.take_in(&after, kind, &second).await;
    let less = file("Rij,Onderdeel,Partner,Brutomaandloon,Uren\nr02,operation,arktos,3600,5\n");
    let preview = house.preview(&grown, kind, &less).await.unwrap();
    assert_eq!((preview.added, preview.changed, preview.left), (0, 0, 1));
    assert_eq!(house.apply(&preview, &grown, kind, &less).await.unwrap().budget.unwrap(), grown);
}

#[tokio::test]
async fn files_are_for_the_finance_officer_and_for_drafts() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let staff = file("Rij;Onderdeel;Partner;Brutomaandloon;Uren\nr99;operation;arktos;3585,00;10\n");
    let kind: i32 = ImportKind::StaffLines.into();
    let request = || PreviewBudgetImportRequest {
        budget_id: budget.budget_id.clone(),
        kind,
        file: Some(staff.clone()),
    };
    for (caller, expected) in [
        (board(), ("PERMISSION_DENIED", "NO_MANDATE")),
        (coach(0xc0), ("PERMISSION_DENIED", "NO_MANDATE")),
        (stranger(), ("NOT_FOUND", "BUDGET_NOT_FOUND")),
    ] {
        let refused = house.imports(caller).preview_budget_import(request()).await.unwrap_err();
        assert_eq!(refusal(&refused), pair(expected.0, expected.1));
    }
    let preview = house.preview(&budget, ImportKind::StaffLines, &staff).await.unwrap();
    let untagged = with_key(applying(&preview, &budget, ImportKind::StaffLines, &staff));
    let refused = house.imports(officer()).apply_budget_import(untagged).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("PRECONDITION_REQUIRED", "IF_MATCH_REQUIRED"));

    let wrong = PreviewBudgetImportRequest { kind: ImportKind::Employments.into(), ..request() };
    let refused = house.imports(officer()).preview_budget_import(wrong).await.unwrap_err();
    assert_eq!(violations(&refused), [pair("kind", "UNKNOWN_VALUE")]);
    let unread = ImportFile {
        columns: vec![column("Onderdeel", "kanarie", &[]), column("Kanarie", "", &[])],
        ..file("Onderdeel;Uren;Projecturen\n0;1;1\n")
    };
    let refused = house.preview(&budget, ImportKind::StaffLines, &unread).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        [
            pair("file.columns[0].field", "UNKNOWN_VALUE"),
            pair("file.columns[1].header", "UNKNOWN_COLUMN"),
            pair("file.columns.row", "COLUMN_MISSING"),
            pair("file.columns.partner", "COLUMN_MISSING"),
            pair("file.columns.wage_euro", "COLUMN_MISSING"),
            pair("file.columns.hours", "COLUMN_REPEATED"),
        ]
    );

    let approved = house.approve(&budget).await.unwrap();
    let refused = house.preview(&approved, ImportKind::StaffLines, &staff).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "BUDGET_APPROVED"));
}
