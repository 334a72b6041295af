//! `PreviewHoursImport` and `ApplyHoursImport`: employments and time sheets out of files, also out of our own exports.

use chassis::caller::Caller;
use proto::finance::v1::{
    ApplyHoursImportRequest, ApplyHoursImportResponse, ImportFile, ImportKind, ImportPreview,
    ListTimeSheetsRequest, PreviewHoursImportRequest, TimeSheetState,
};
use tonic::Status;
use uuid::Uuid;

use crate::desk::{
    AROUND, COACH, WITH, coach, employment, entry, kbo, of_programme, officer_of, organisation,
};
use crate::exports::Desk;
use crate::house::{House, PROGRAMME, board, officer, pair, refusal, stranger, with_key};
use crate::imports::file;

impl House {
    async fn preview_hours(
        &self,
        caller: Caller,
        kind: ImportKind,
        file: &ImportFile,
    ) -> Result<ImportPreview, Status> {
        let programme = PROGRAMME.to_owned();
        let request = PreviewHoursImportRequest { programme, kind: kind.into(), file: Some(file.clone()) };
        Ok(self.imports(caller).preview_hours_import(request).await?.into_inner().preview.unwrap())
    }

    async fn apply_hours(
        &self,
        caller: Caller,
        plan: &str,
        kind: ImportKind,
        file: &ImportFile,
    ) -> Result<ApplyHoursImportResponse, Status> {
        let (programme, plan) = (PROGRAMME.to_owned(), plan.to_owned());
        let request =
            ApplyHoursImportRequest { programme, kind: kind.into(), file: Some(file.clone()), plan };
        Ok(self.imports(caller).apply_hours_import(with_key(request)).await?.into_inner())
    }
}

fn problems(preview: &ImportPreview) -> Vec<(&str, &str)> {
    preview.problems.iter().map(|problem| (problem.cell.as_str(), problem.reason.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_exports_come_back_with_no_difference() {
    let desk = Desk::open().await;
    let house = &desk.house;
    // A counter-entry comes back as well.
    let listed =
        ListTimeSheetsRequest { programme: PROGRAMME.to_owned(), ..ListTimeSheetsRequest::default() };
    assert!(
        !house.sheets(officer()).list_time_sheets(listed).await.unwrap().into_inner().time_sheets.is_empty()
    );
    desk.told(&[]);
    let files = desk.files();
    let staff: ImportFile = file(files["staff.csv"].clone());
    let hours: ImportFile = file(files["time_sheets.csv"].clone());
    let sheet = |name: &str| ImportFile { sheet: name.to_owned(), ..file(files["export.xlsx"].clone()) };

    for (kind, import, rows) in [
        (ImportKind::Employments, staff, 1),
        (ImportKind::Employments, sheet("staff"), 1),
        (ImportKind::TimeEntries, hours, 4),
        (ImportKind::TimeEntries, sheet("time_sheets"), 4),
    ] {
        let preview = house.preview_hours(officer(), kind, &import).await.unwrap();
        assert_eq!(problems(&preview), [], "{preview:?}");
        assert_eq!((preview.added, preview.changed, preview.left), (0, 0, rows));
        let applied = house.apply_hours(officer(), &preview.plan, kind, &import).await.unwrap();
        assert_eq!((applied.added, applied.changed, applied.left), (0, 0, rows));
    }
    // What is locked is not written over.
    let text = String::from_utf8(files["time_sheets.csv"].clone()).unwrap().replacen(";600;", ";599;", 1);
    let preview = house.preview_hours(officer(), ImportKind::TimeEntries, &file(text)).await.unwrap();
    assert_eq!(
        preview.problems.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>(),
        ["TIME_SHEET_CLOSED"]
    );
}

#[tokio::test]
async fn employments_are_written_down_and_changed() {
    let house = House::open().await;
    let (one, other) = (Uuid::from_u128(COACH), Uuid::from_u128(0xc1));
    let of = organisation(0x0a);
    let text = format!(
        "Medewerker;Organisatie-id;Partner;KBO-nummer;Onderdeel;Van;Tot;VTE\n\
         {one};{of};Arktos;{kbo};Werking;01/01/2024;31-12-2024;0,8\n\
         {other};{of};arktos;{kbo};operation;2024-03-15;;1\n",
        kbo = kbo("arktos")
    );
    // 1 January is a day either way around; 31 can only be a day.
    let import = file(text.clone());
    let preview = house.preview_hours(officer(), ImportKind::Employments, &import).await.unwrap();
    assert_eq!(problems(&preview), []);
    assert_eq!(house.count("select count(*) from employments").await, 0);
    let applied =
        house.apply_hours(officer(), &preview.plan, ImportKind::Employments, &import).await.unwrap();
    assert_eq!((applied.added, applied.changed, applied.left), (2, 0, 0));
    let again = house.preview_hours(officer(), ImportKind::Employments, &import).await.unwrap();
    assert_eq!((again.added, again.changed, again.left), (0, 0, 2));
    let refused =
        house.apply_hours(officer(), &preview.plan, ImportKind::Employments, &import).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "IMPORT_OUTDATED"));

    let ended = file(text.replace("2024-03-15;;1", "2024-03-15;30/06/2024;0,5"));
    let preview = house.preview_hours(officer(), ImportKind::Employments, &ended).await.unwrap();
    let changed: Vec<_> =
        preview.changes[0].fields.iter().map(|field| (field.field.as_str(), field.new.as_str())).collect();
    assert_eq!(changed, [("valid_to", "2024-06-30"), ("fte", "0.5")]);
    house.apply_hours(officer(), &preview.plan, ImportKind::Employments, &ended).await.unwrap();
    assert_eq!(
        house.count("select count(*) from employments where valid_to = '2024-06-30' and version = 2").await,
        1
    );

    let wrong = format!(
        "Medewerker;Organisatie-id;Partner;KBO-nummer;Onderdeel;Van;Tot;VTE\n\
         kanarie;{of};arktos;{kbo};operation;2024-01-01;;1\n\
         {one};{of};arktos;0212194131;operation;2024-06-01;;2\n\
         {one};{of};arktos;{kbo};operation;03/04/2024;;1\n\
         {one};{of};arktos;{kbo};operation;2024-06-01;;1\n",
        kbo = kbo("arktos")
    );
    let preview = house.preview_hours(officer(), ImportKind::Employments, &file(wrong)).await.unwrap();
    assert_eq!(
        problems(&preview),
        [
            ("A2", "NOT_AN_ID"),
            ("D3", "KBO_OTHER_PARTNER"),
            ("H3", "FTE_SHAPE"),
            ("F4", "DAY_AMBIGUOUS"),
            ("F5", "EMPLOYMENT_OVERLAPS"),
        ]
    );
    assert_eq!(preview.problems[3].readings, ["2024-04-03", "2024-03-04"]);
}

#[tokio::test]
async fn hours_go_into_drafts_that_the_person_confirms() {
    let house = House::open().await;
    let made = house.employ(employment(COACH)).await.unwrap();
    let id = &made.employment_id;
    let text = format!(
        "Tewerkstelling;Datum;Klasse;Uren\n{id};2024-03-04;met deelnemer;7,6\n{id};2024-03-05;rond deelnemer;0,5\n{id};2024-04-02;met deelnemer;1\n"
    );
    let import = file(text.clone());
    let kind = ImportKind::TimeEntries;
    let preview = house.preview_hours(officer(), kind, &import).await.unwrap();
    assert_eq!(problems(&preview), []);
    assert_eq!((preview.added, house.count("select count(*) from time_sheets").await), (3, 0));
    house.apply_hours(officer(), &preview.plan, kind, &import).await.unwrap();
    assert_eq!(house.count("select count(*) from time_sheets where state = 'draft'").await, 2);
    assert_eq!(house.count("select sum(minutes) from time_entries").await, 456 + 30 + 60);

    let sheets = ListTimeSheetsRequest {
        programme: PROGRAMME.to_owned(),
        month: "2024-03".to_owned(),
        ..ListTimeSheetsRequest::default()
    };
    let listed = house.sheets(officer()).list_time_sheets(sheets).await.unwrap().into_inner().time_sheets;
    assert_eq!(listed.len(), 1);
    // Another day in the draft: changed, and the rest left.
    let more = file(text.replace("0,5", "0,75"));
    let preview = house.preview_hours(officer(), kind, &more).await.unwrap();
    assert_eq!((preview.added, preview.changed, preview.left), (0, 1, 2));
    house.apply_hours(officer(), &preview.plan, kind, &more).await.unwrap();

    // What the person wrote meanwhile makes the plan an old one.
    let again = file(text.clone());
    let preview = house.preview_hours(officer(), kind, &again).await.unwrap();
    let own = proto::finance::v1::GetOwnTimeSheetRequest { time_sheet_id: listed[0].time_sheet_id.clone() };
    let sheet =
        house.sheets(coach(COACH)).get_own_time_sheet(own).await.unwrap().into_inner().time_sheet.unwrap();
    assert_eq!((sheet.state(), sheet.entries.len()), (TimeSheetState::Draft, 2));
    let written = vec![entry("2024-03-04", WITH, 456), entry("2024-03-05", AROUND, 31)];
    let sheet = house.put_sheet(&sheet, written).await.unwrap();
    let refused = house.apply_hours(officer(), &preview.plan, kind, &again).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "IMPORT_OUTDATED"));
    house.confirm_sheet(&sheet).await.unwrap();
    let preview = house.preview_hours(officer(), kind, &again).await.unwrap();
    assert_eq!(problems(&preview), [("B3", "TIME_SHEET_CLOSED")]);
}

#[tokio::test]
async fn hours_that_cannot_be_are_refused_at_their_cells() {
    let house = House::open().await;
    let made = house.employ(employment(COACH)).await.unwrap();
    let (id, nobody) = (&made.employment_id, Uuid::from_u128(7));
    let text = format!(
        "Tewerkstelling;Medewerker;Dag;Klasse;Minuten\n\
         {id};;2023-12-31;met deelnemer;60\n\
         {id};;2024-03-04;met deelnemer;1500\n\
         {id};;2024-03-05;1;60\n\
         {id};;2024-03-06;met deelnemer;7,5\n\
         {id};{nobody};2024-03-07;met deelnemer;60\n\
         {nobody};;2024-03-08;met deelnemer;60\n\
         ;;2024-03-08;met deelnemer;60\n\
         {id};;2024-03-11;met deelnemer;800\n\
         {id};;2024-03-11;rond deelnemer;800\n\
         {id};;2024-03-12;met deelnemer;60\n\
         {id};;2024-03-12;met deelnemer;60\n"
    );
    let preview = house.preview_hours(officer(), ImportKind::TimeEntries, &file(text)).await.unwrap();
    assert_eq!(
        problems(&preview),
        [
            ("C2", "DAY_OUTSIDE_EMPLOYMENT"),
            ("E3", "MINUTES_OVER_DAY"),
            ("D4", "CODE_NOT_MAPPED"),
            ("E5", "MINUTES_NOT_WHOLE"),
            ("B6", "OTHER_WORKER"),
            ("A7", "UNKNOWN_TIME_SHEET"),
            ("8", "REQUIRED"),
            ("C12", "REPEATED"),
            ("E9", "MINUTES_OVER_DAY"),
        ]
    );
    assert_eq!(house.count("select count(*) from time_sheets").await, 0);
}

#[tokio::test]
async fn others_take_no_hours_in() {
    let house = House::open().await;
    let made = house.employ(employment(COACH)).await.unwrap();
    let id = &made.employment_id;
    let import = file(format!("Tewerkstelling;Dag;Klasse;Minuten\n{id};2024-03-04;met deelnemer;60\n"));
    let kind = ImportKind::TimeEntries;
    for caller in [
        board(),
        coach(COACH),
        of_programme(chassis::caller::Role::Coordinator),
        of_programme(chassis::caller::Role::Auditor),
    ] {
        let refused = house.preview_hours(caller, kind, &import).await.unwrap_err();
        assert_eq!(refusal(&refused), pair("PERMISSION_DENIED", "NO_MANDATE"));
    }
    let refused = house.preview_hours(stranger(), kind, &import).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("NOT_FOUND", "PROGRAMME_NOT_FOUND"));
    // The officer of another organisation sees no such employment; that of its own does.
    let preview = house.preview_hours(officer_of(organisation(0x0b)), kind, &import).await.unwrap();
    assert_eq!(problems(&preview), [("A2", "UNKNOWN_TIME_SHEET")]);
    let preview = house.preview_hours(officer_of(organisation(0x0a)), kind, &import).await.unwrap();
    house.apply_hours(officer_of(organisation(0x0a)), &preview.plan, kind, &import).await.unwrap();
    assert_eq!(house.count("select count(*) from time_entries").await, 1);
}
