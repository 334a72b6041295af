//! Months are locked, and corrected after that; who is missing is seen before.

use chassis::caller::Role;
use proto::finance::v1::{
    CreateEmploymentRequest, ListMissingTimeSheetsRequest, ListTimeSheetsRequest, MissingTimeSheet,
    TimeEntry, TimeSheetState,
};

use crate::desk::{AROUND, COACH, MONTH, WITH, employment, entry, of_programme, officer_id};
use crate::house::{House, PROGRAMME, fields, officer, pair, refusal, told, violations};

async fn missing(house: &House, from: &str, to: &str, size: i32) -> Vec<MissingTimeSheet> {
    let mut found = Vec::new();
    let mut request = ListMissingTimeSheetsRequest {
        programme: PROGRAMME.to_owned(),
        from_month: from.to_owned(),
        to_month: to.to_owned(),
        page_size: size,
        page_token: String::new(),
    };
    loop {
        let mut client = house.sheets(of_programme(Role::Coordinator));
        let page = client.list_missing_time_sheets(request.clone()).await.unwrap().into_inner();
        found.extend(page.missing);
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn who_owes_a_time_sheet_is_seen_before_the_quarter_closes() {
    let house = House::open().await;
    let late = CreateEmploymentRequest { valid_from: "2024-02-29".to_owned(), ..employment(0x71) };
    let late = house.employ(late).await.unwrap();
    house.approved(COACH, MONTH, vec![entry("2024-03-01", WITH, 60)]).await;
    house.open_sheet(0x71, &late.employment_id, MONTH).await.unwrap();

    let all = missing(&house, "2024-01", MONTH, 0).await;

    let seen: Vec<_> =
        all.iter().map(|one| (one.month.as_str(), one.worker_id == late.worker_id, one.state())).collect();
    assert_eq!(seen[0], (MONTH, true, TimeSheetState::Draft));
    assert_eq!(seen.len(), 4, "{seen:?}");
    assert!(seen.contains(&("2024-02", true, TimeSheetState::None)), "one day of February is enough");
    assert!(seen.contains(&("2024-01", false, TimeSheetState::None)));
    assert!(!seen.contains(&("2024-01", true, TimeSheetState::None)));
    assert_eq!(missing(&house, "2024-01", MONTH, 1).await, all, "page by page");
    let far = ListMissingTimeSheetsRequest {
        programme: PROGRAMME.to_owned(),
        from_month: "2022-01".to_owned(),
        to_month: "2024-01".to_owned(),
        ..Default::default()
    };
    let refused = house.sheets(officer()).list_missing_time_sheets(far).await.unwrap_err();
    assert_eq!(violations(&refused), fields(&[("to_month", "TOO_MANY_MONTHS")]));
}

#[tokio::test]
async fn a_locked_month_changes_by_visible_counter_entries_only() {
    let house = House::open().await;
    let days = vec![entry("2024-03-01", WITH, 60), entry("2024-03-02", AROUND, 30)];
    let approved = house.approved(COACH, MONTH, days).await;
    let absent = house.employ(employment(0x71)).await.unwrap();

    let refused = house.lock(MONTH, false).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "MONTH_OPEN"));
    assert_eq!(told(&refused).metadata["missing"], "1");
    let draft = house.correct_sheet(&approved, "2024-03-01", WITH, 5).await.unwrap_err();
    assert_eq!(refusal(&draft), pair("FAILED_PRECONDITION", "MONTH_NOT_LOCKED"));
    let locked = house.lock(MONTH, true).await.unwrap();
    assert_eq!((locked.time_sheets, locked.empty_time_sheets, locked.locked_by), (2, 1, officer_id()));
    assert_eq!(
        refusal(&house.lock(MONTH, true).await.unwrap_err()),
        pair("FAILED_PRECONDITION", "MONTH_LOCKED")
    );
    let second = house.open_sheet(0x71, &absent.employment_id, MONTH).await.unwrap_err();
    assert_eq!(refusal(&second), pair("FAILED_PRECONDITION", "MONTH_LOCKED"), "no late hour");

    let read = house.read_sheet(&approved).await;
    assert_eq!(read.state(), TimeSheetState::Locked);
    let refused = house.put_sheet(&read, vec![]).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "MONTH_LOCKED"));
    let corrected = house.correct_sheet(&read, "2024-03-01", WITH, -20).await.unwrap();
    let corrected = house.correct_sheet(&corrected, "2024-03-05", AROUND, 45).await.unwrap();
    assert_eq!((corrected.with_participant_minutes, corrected.around_participant_minutes), (40, 75));
    assert_eq!(corrected.entries[..2], read.entries[..], "what was locked stays as it was");
    let beside = |one: &TimeEntry| (one.day.clone(), one.minutes, one.correction, one.reason.clone());
    let counter = corrected.entries[2..].iter().map(beside).collect::<Vec<_>>();
    let reason = || "vergeten overleg".to_owned();
    let expected =
        [("2024-03-01".to_owned(), -20, true, reason()), ("2024-03-05".to_owned(), 45, true, reason())];
    assert_eq!(counter, expected);
    for (day, class, minutes, field, reason) in [
        ("2024-03-01", WITH, -41, "minutes", "MINUTES_BELOW_ZERO"),
        ("2024-03-01", WITH, 0, "minutes", "MINUTES_ZERO"),
        ("2024-03-01", WITH, 1_401, "minutes", "MINUTES_OVER_DAY"),
        ("2024-04-01", WITH, 1, "day", "DAY_OUTSIDE_MONTH"),
    ] {
        let refused = house.correct_sheet(&corrected, day, class, minutes).await.unwrap_err();
        assert_eq!(violations(&refused), fields(&[(field, reason)]), "{day} {minutes}");
    }
    assert_eq!(house.read_sheet(&corrected).await, corrected, "nothing changed");
}

#[tokio::test]
async fn an_employment_that_a_locked_month_knew_nothing_of_gets_an_empty_sheet() {
    let house = House::open().await;
    house.lock(MONTH, true).await.unwrap();
    let made = house.employ(employment(COACH)).await.unwrap();

    let request = ListTimeSheetsRequest { programme: PROGRAMME.to_owned(), ..Default::default() };
    let listed = house.sheets(of_programme(Role::Auditor)).list_time_sheets(request).await.unwrap();

    let listed = listed.into_inner().time_sheets;
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].employment_id.as_str(), listed[0].state()),
        (made.employment_id.as_str(), TimeSheetState::Locked)
    );
}

#[tokio::test]
async fn a_month_is_over_before_it_is_locked() {
    let house = House::open().await;

    let refused = house.lock("2999-01", true).await.unwrap_err();

    assert_eq!(violations(&refused), fields(&[("month", "MONTH_NOT_OVER")]));
    assert_eq!(house.count("select count(*) from locked_months").await, 0);
}

/// The database holds to it, without any check of the service in front.
#[tokio::test]
async fn also_the_owner_overwrites_no_locked_hour() {
    let house = House::open().await;
    house.approved(COACH, MONTH, vec![entry("2024-03-01", WITH, 60)]).await;
    house.lock(MONTH, false).await.unwrap();

    for statement in ["update time_entries set minutes = 600", "delete from time_entries"] {
        let refused = sqlx::raw_sql(statement).execute(&house.running.database.admin).await.unwrap_err();
        assert!(refused.to_string().contains("stay as they are"), "{refused}");
    }
}
