//! Who may do what with employments and time sheets: roles, organisations, other people's sheets.

use chassis::caller::{Caller, Role, Scope};
use proto::finance::v1::{
    ApproveTimeSheetRequest, ChangeEmploymentRequest, ConfirmTimeSheetRequest, CorrectTimeSheetRequest,
    GetOwnTimeSheetRequest, GetTimeSheetRequest, ListEmploymentsRequest, ListMissingTimeSheetsRequest,
    ListOwnEmploymentsRequest, ListOwnTimeSheetsRequest, ListTimeSheetsRequest, OpenTimeSheetRequest,
    PutTimeSheetRequest, ReturnTimeSheetRequest, TimeSheet,
};
use testkit::{mandate, worker};
use tonic::{Code, Status};

use crate::desk::{
    COACH, MONTH, WITH, coach, employment, entry, lock_request, of_programme, officer_of, organisation,
};
use crate::house::{House, PROGRAMME, board, officer, pair, refusal, stranger, with_key, with_tag};

/// Every RPC as somebody, on a confirmed sheet of the coach: what each answers. A refusal by the state of the sheet is an answer.
async fn every_rpc(
    house: &House,
    caller: &Caller,
    sheet: &TimeSheet,
) -> Vec<(&'static str, Result<(), Status>)> {
    let sheets = || house.sheets(caller.clone());
    let staff = || house.staff(caller.clone());
    let id = || sheet.time_sheet_id.clone();
    let programme = || PROGRAMME.to_owned();
    let change = ChangeEmploymentRequest { employment_id: sheet.employment_id.clone(), ..Default::default() };
    let open =
        OpenTimeSheetRequest { employment_id: sheet.employment_id.clone(), month: "2024-05".to_owned() };
    let put = PutTimeSheetRequest { time_sheet_id: id(), entries: vec![] };
    let confirm = ConfirmTimeSheetRequest { time_sheet_id: id() };
    let approve = ApproveTimeSheetRequest { time_sheet_id: id() };
    let give_back = ReturnTimeSheetRequest { time_sheet_id: id(), reason: "x".to_owned() };
    let correct = CorrectTimeSheetRequest {
        time_sheet_id: id(),
        day: "2024-03-01".to_owned(),
        hour_class: WITH.into(),
        minutes: 1,
        reason: "x".to_owned(),
    };
    let missing = ListMissingTimeSheetsRequest {
        programme: programme(),
        from_month: MONTH.to_owned(),
        to_month: MONTH.to_owned(),
        ..Default::default()
    };
    let list = ListTimeSheetsRequest { programme: programme(), ..Default::default() };
    let list_own = ListOwnTimeSheetsRequest { programme: programme(), ..Default::default() };
    let staff_list = ListEmploymentsRequest { programme: programme(), ..Default::default() };
    let own_staff = ListOwnEmploymentsRequest { programme: programme(), ..Default::default() };
    let tag = "v9";
    vec![
        ("ListOwnEmployments", staff().list_own_employments(own_staff).await.map(|_| ())),
        ("ListOwnTimeSheets", sheets().list_own_time_sheets(list_own).await.map(|_| ())),
        (
            "GetOwnTimeSheet",
            sheets().get_own_time_sheet(GetOwnTimeSheetRequest { time_sheet_id: id() }).await.map(|_| ()),
        ),
        ("PutTimeSheet", sheets().put_time_sheet(with_tag(put, tag)).await.map(|_| ())),
        ("ConfirmTimeSheet", sheets().confirm_time_sheet(with_tag(confirm, tag)).await.map(|_| ())),
        ("OpenTimeSheet", sheets().open_time_sheet(with_key(open)).await.map(|_| ())),
        ("ListEmployments", staff().list_employments(staff_list).await.map(|_| ())),
        ("ListTimeSheets", sheets().list_time_sheets(list).await.map(|_| ())),
        ("ListMissingTimeSheets", sheets().list_missing_time_sheets(missing).await.map(|_| ())),
        (
            "GetTimeSheet",
            sheets().get_time_sheet(GetTimeSheetRequest { time_sheet_id: id() }).await.map(|_| ()),
        ),
        ("CreateEmployment", staff().create_employment(with_key(employment(0x4242))).await.map(|_| ())),
        ("ChangeEmployment", staff().change_employment(with_tag(change, tag)).await.map(|_| ())),
        ("ApproveTimeSheet", sheets().approve_time_sheet(with_tag(approve, tag)).await.map(|_| ())),
        ("ReturnTimeSheet", sheets().return_time_sheet(with_tag(give_back, tag)).await.map(|_| ())),
        ("CorrectTimeSheet", sheets().correct_time_sheet(with_tag(correct, tag)).await.map(|_| ())),
        ("LockMonth", sheets().lock_month(with_key(lock_request(MONTH, false))).await.map(|_| ())),
    ]
}

/// The RPCs of the contract, so that a new one cannot be forgotten here.
fn rpcs() -> usize {
    let of = |service: &str| {
        let path = format!("/bondgenoot.finance.v1.{service}/");
        proto::METHODS.iter().filter(|method| method.path.starts_with(&path)).count()
    };
    of("TimeSheetService") + of("EmploymentService")
}

async fn confirmed(house: &House) -> TimeSheet {
    let made = house.employ(employment(COACH)).await.unwrap();
    let sheet = house.open_sheet(COACH, &made.employment_id, MONTH).await.unwrap();
    let sheet = house.put_sheet(&sheet, vec![entry("2024-03-01", WITH, 60)]).await.unwrap();
    house.confirm_sheet(&sheet).await.unwrap()
}

/// Whether an answer is the one of the access rule.
fn is_denied(answer: &Result<(), Status>) -> bool {
    matches!(answer, Err(refused) if matches!(refused.code(), Code::PermissionDenied | Code::Unauthenticated))
}

#[tokio::test]
async fn each_role_can_do_what_it_must_and_no_more() {
    let house = House::open().await;
    let sheet = confirmed(&house).await;
    let own: &[&str] = &[
        "ListOwnEmployments",
        "ListOwnTimeSheets",
        "GetOwnTimeSheet",
        "PutTimeSheet",
        "ConfirmTimeSheet",
        "OpenTimeSheet",
    ];
    let reads: &[&str] = &["ListEmployments", "ListTimeSheets", "ListMissingTimeSheets", "GetTimeSheet"];
    let keeps: &[&str] =
        &["CreateEmployment", "ChangeEmployment", "ApproveTimeSheet", "ReturnTimeSheet", "CorrectTimeSheet"];
    let callers: Vec<(&str, Caller, Vec<&str>)> = vec![
        ("coach", coach(0x0c), own.to_vec()),
        (
            "student",
            worker(0x0d, vec![mandate(Role::Student, Scope::OwnCases, Some(PROGRAMME))]),
            own.to_vec(),
        ),
        ("coordinator", of_programme(Role::Coordinator), [own, reads].concat()),
        ("auditor", of_programme(Role::Auditor), reads.to_vec()),
        ("officer of an organisation", officer_of(organisation(0x0b)), [own, reads, keeps].concat()),
        ("officer", officer(), [own, reads, keeps, &["LockMonth"]].concat()),
        ("board", board(), vec![]),
        ("administrator", worker(0x97, vec![mandate(Role::Administrator, Scope::Region, None)]), vec![]),
        ("nobody", Caller::anonymous(), vec![]),
    ];

    for (who, caller, allowed) in callers {
        let answers = every_rpc(&house, &caller, &sheet).await;
        assert_eq!(answers.len(), rpcs());
        for (rpc, answer) in answers {
            assert_eq!(is_denied(&answer), !allowed.contains(&rpc), "{who} {rpc}: {answer:?}");
        }
    }
    assert_eq!(house.read_sheet(&sheet).await, sheet, "nothing changed");
}

#[tokio::test]
async fn a_sheet_out_of_reach_is_as_one_that_is_not_there() {
    let house = House::open().await;
    let sheet = confirmed(&house).await;
    let own = ["GetOwnTimeSheet", "PutTimeSheet", "ConfirmTimeSheet"];
    let others = ["GetTimeSheet", "ApproveTimeSheet", "ReturnTimeSheet", "CorrectTimeSheet"];

    for (who, caller, rpcs) in [
        ("a colleague", coach(0x0c), own.as_slice()),
        ("the coordinator, as a person", of_programme(Role::Coordinator), own.as_slice()),
        ("an officer of another organisation", officer_of(organisation(0x0b)), others.as_slice()),
        ("an officer of another programme", stranger(), others.as_slice()),
    ] {
        for (rpc, answer) in every_rpc(&house, &caller, &sheet).await {
            if rpcs.contains(&rpc) {
                let refused = answer.unwrap_err();
                assert_eq!(refusal(&refused), pair("NOT_FOUND", "TIME_SHEET_NOT_FOUND"), "{who} {rpc}");
            }
        }
    }
    let ours = every_rpc(&house, &officer_of(organisation(0x0a)), &sheet).await;
    let read = ours.iter().find(|(rpc, _)| *rpc == "GetTimeSheet").unwrap();
    assert!(read.1.is_ok(), "the officer of the organisation reads it: {read:?}");
    assert_eq!(house.read_sheet(&sheet).await, sheet, "nothing changed");
}

#[tokio::test]
async fn nobody_approves_their_own_hours() {
    let house = House::open().await;
    let sheet = confirmed(&house).await;
    let both = worker(
        COACH,
        vec![
            mandate(Role::Coach, Scope::OwnCases, Some(PROGRAMME)),
            mandate(Role::FinanceOfficer, Scope::Programme, Some(PROGRAMME)),
        ],
    );

    let refused = house.approve_sheet(both, &sheet).await.unwrap_err();

    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "OWN_TIME_SHEET"));
}

#[tokio::test]
async fn the_audit_names_the_sheet_and_the_purpose() {
    let house = House::open().await;
    let sheet = confirmed(&house).await;
    house.read_sheet(&sheet).await;

    for (action, purpose) in [
        ("PutTimeSheet", "own_time_sheets"),
        ("ConfirmTimeSheet", "own_time_sheets"),
        ("GetTimeSheet", "time_sheets"),
    ] {
        let query = format!(
            "select count(*) from chassis.audit where action like '%/{action}' and purpose = '{purpose}'
             and subject_ids @> array['{}'::uuid]",
            sheet.time_sheet_id
        );
        assert_eq!(house.count(&query).await, 1, "{action}");
    }
}
