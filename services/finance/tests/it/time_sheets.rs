//! A time sheet from opening to approval, and what it refuses.

use proto::finance::v1::{
    GetOwnTimeSheetRequest, ListOwnTimeSheetsRequest, ReturnTimeSheetRequest, TimeSheet, TimeSheetState,
};
use tonic::Status;

use crate::desk::{AROUND, COACH, MONTH, WITH, coach, employment, entry, officer_id};
use crate::house::{House, PROGRAMME, fields, officer, pair, refusal, told, violations, with_tag};

async fn give_back(house: &House, read: &TimeSheet) -> Result<TimeSheet, Status> {
    let request = ReturnTimeSheetRequest {
        time_sheet_id: read.time_sheet_id.clone(),
        reason: "12 maart was verlof".to_owned(),
    };
    let answer = house.sheets(officer()).return_time_sheet(with_tag(request, &read.etag)).await?;
    Ok(answer.into_inner().time_sheet.unwrap())
}

#[tokio::test]
async fn a_person_writes_and_confirms_and_an_officer_approves() {
    let house = House::open().await;
    let made = house.employ(employment(COACH)).await.unwrap();
    let sheet = house.open_sheet(COACH, &made.employment_id, MONTH).await.unwrap();
    assert_eq!((sheet.state(), sheet.entries.len()), (TimeSheetState::Draft, 0));

    let days =
        vec![entry("2024-03-01", WITH, 456), entry("2024-03-01", AROUND, 30), entry("2024-03-31", WITH, 50)];
    let written = house.put_sheet(&sheet, days).await.unwrap();
    assert_eq!((written.with_participant_minutes, written.around_participant_minutes), (506, 30));
    assert_eq!(written.hours, "8.933", "536 minutes, rounded once and from the sum");
    let confirmed = house.confirm_sheet(&written).await.unwrap();
    let refused = house.put_sheet(&confirmed, vec![]).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "TIME_SHEET_NOT_DRAFT"));

    let back = give_back(&house, &confirmed).await.unwrap();
    assert_eq!((back.state(), back.returned_reason.as_str()), (TimeSheetState::Draft, "12 maart was verlof"));
    let refused = house.approve_sheet(officer(), &back).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "TIME_SHEET_NOT_CONFIRMED"));
    let confirmed = house.confirm_sheet(&back).await.unwrap();
    let approved = house.approve_sheet(officer(), &confirmed).await.unwrap();
    assert_eq!((approved.state(), approved.approved_by.clone()), (TimeSheetState::Approved, officer_id()));
    assert_eq!(house.read_sheet(&approved).await, approved);
    let own = GetOwnTimeSheetRequest { time_sheet_id: approved.time_sheet_id.clone() };
    let own = house.sheets(coach(COACH)).get_own_time_sheet(own).await.unwrap().into_inner();
    assert_eq!(own.time_sheet.unwrap(), approved);
    let list = ListOwnTimeSheetsRequest { programme: PROGRAMME.to_owned(), ..Default::default() };
    let listed = house.sheets(coach(COACH)).list_own_time_sheets(list).await.unwrap().into_inner();
    assert_eq!(listed.time_sheets.len(), 1);
    assert_eq!(listed.time_sheets[0].with_participant_minutes, 506);
}

#[tokio::test]
async fn what_cannot_be_hours_is_refused_with_field_and_remedy_and_nothing_changes() {
    let house = House::open().await;
    let mut request = employment(COACH);
    request.valid_from = "2024-03-10".to_owned();
    let made = house.employ(request).await.unwrap();
    let sheet = house.open_sheet(COACH, &made.employment_id, MONTH).await.unwrap();
    let sheet = house.put_sheet(&sheet, vec![entry("2024-03-12", WITH, 60)]).await.unwrap();

    let wrong = vec![
        entry("2024-03-11", WITH, -60),
        entry("2024-03-11", AROUND, 0),
        entry("2024-03-12", WITH, 1_441),
        entry("2024-03-12", AROUND, i32::MAX),
        entry("2024-03-09", WITH, 60),
        entry("2024-04-01", WITH, 60),
        entry("kanarie", WITH, 60),
        entry("", WITH, 60),
        entry("2024-03-20", WITH, 60),
        entry("2024-03-20", WITH, 60),
    ];
    let refused = house.put_sheet(&sheet, wrong).await.unwrap_err();

    let expected = fields(&[
        ("entries[0].minutes", "MINUTES_NOT_POSITIVE"),
        ("entries[1].minutes", "MINUTES_NOT_POSITIVE"),
        ("entries[2].minutes", "MINUTES_OVER_DAY"),
        ("entries[3].minutes", "MINUTES_OVER_DAY"),
        ("entries[4].day", "DAY_OUTSIDE_EMPLOYMENT"),
        ("entries[5].day", "DAY_OUTSIDE_MONTH"),
        ("entries[6].day", "DAY_SHAPE"),
        ("entries[7].day", "REQUIRED"),
        ("entries[9].day", "REPEATED"),
    ]);
    assert_eq!(violations(&refused), expected);
    let long = vec![entry("2024-03-11", WITH, 1_440), entry("2024-03-11", AROUND, 60)];
    let refused = house.put_sheet(&sheet, long).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        fields(&[("entries[0].minutes", "MINUTES_OVER_DAY")]),
        "a day of 25 hours"
    );
    assert_eq!(house.read_sheet(&sheet).await, sheet, "nothing changed");
    let second = house.open_sheet(COACH, &made.employment_id, MONTH).await.unwrap_err();
    assert_eq!(refusal(&second), pair("ALREADY_EXISTS", "TIME_SHEET_EXISTS"));
    for (month, reason) in [("2024-02", "MONTH_OUTSIDE_EMPLOYMENT"), ("2999-01", "MONTH_NOT_OVER")] {
        let refused = house.open_sheet(COACH, &made.employment_id, month).await.unwrap_err();
        assert_eq!(violations(&refused), fields(&[("month", reason)]));
    }
    assert_eq!(house.count("select count(*) from time_sheets").await, 1);
}

/// Hours of the person in another programme of the region, as they would be stored.
async fn elsewhere(house: &House, day: &str, minutes: i32) {
    let statement = format!(
        "with made as (
             insert into employments (employment_id, programme, worker_id, organisation_id, partner, component, valid_from, version,
                                      created_at, changed_at, changed_by)
             values (gen_random_uuid(), 'elsewhere', '{worker}', gen_random_uuid(), 'arktos', 'operation', '2020-01-01', 1, now(), now(),
                     gen_random_uuid())
             returning *),
         sheet as (
             insert into time_sheets (time_sheet_id, employment_id, programme, worker_id, organisation_id, month, state, version,
                                      changed_at, changed_by)
             select gen_random_uuid(), employment_id, programme, worker_id, organisation_id, date_trunc('month', '{day}'::timestamp)::date,
                    'draft', 1, now(), changed_by
             from made returning *)
         insert into time_entries (entry_id, time_sheet_id, day, hour_class, minutes, correction, entered_at, entered_by)
         select gen_random_uuid(), time_sheet_id, '{day}', 'with_participant', {minutes}, false, now(), changed_by from sheet",
        worker = uuid::Uuid::from_u128(COACH),
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&house.running.database.admin).await.unwrap();
}

#[tokio::test]
async fn the_limits_of_a_person_hold_over_every_project_of_the_region() {
    let house = House::open().await;
    let made = house.employ(employment(COACH)).await.unwrap();
    elsewhere(&house, "2024-03-01", 1_000).await;
    // 1,720 hours are 103,200 minutes: 72 days of 1,431 minutes elsewhere and the 1,000 above leave 120.
    for place in 0..71 {
        let day = jiff::civil::date(2024, 4, 1).checked_add(jiff::Span::new().days(place)).unwrap();
        elsewhere(&house, &day.to_string(), 1_438).await;
    }
    let left = 103_200 - 1_000 - 71 * 1_438;
    assert_eq!(left, 102);
    let sheet = house.open_sheet(COACH, &made.employment_id, MONTH).await.unwrap();

    let day = house.put_sheet(&sheet, vec![entry("2024-03-01", WITH, 441)]).await.unwrap_err();
    assert_eq!(violations(&day), fields(&[("entries[0].minutes", "MINUTES_OVER_DAY")]));
    let year = house.put_sheet(&sheet, vec![entry("2024-03-02", WITH, 103)]).await.unwrap_err();
    assert_eq!(violations(&year), fields(&[("entries", "HOURS_OVER_CAP")]));
    assert!(told(&year).violations[0].remedy.contains("102 minutes"), "{:?}", told(&year));
    let full = house.put_sheet(&sheet, vec![entry("2024-03-02", WITH, 102)]).await.unwrap();
    let moved = house.put_sheet(&full, vec![entry("2024-03-03", AROUND, 102)]).await.unwrap();
    assert_eq!(moved.around_participant_minutes, 102, "what is replaced counts no more");
    let last_year = house.employ(proto::finance::v1::CreateEmploymentRequest {
        valid_from: "2023-01-01".to_owned(),
        valid_to: "2023-12-31".to_owned(),
        ..employment(COACH)
    });
    let last_year = last_year.await.unwrap();
    let sheet = house.open_sheet(COACH, &last_year.employment_id, "2023-03").await.unwrap();
    house.put_sheet(&sheet, vec![entry("2023-03-03", WITH, 600)]).await.unwrap();
}

#[tokio::test]
async fn contacts_fill_a_sheet_that_is_opened() {
    let house = House::open().await;
    let made = house.employ(employment(COACH)).await.unwrap();
    for (day, class, minutes, struck_out) in [
        ("2024-03-05", "with_participant", 50, false),
        ("2024-03-05", "with_participant", 40, false),
        ("2024-03-05", "around_participant", 20, false),
        ("2024-03-06", "with_participant", 30, true),
        ("2024-02-05", "with_participant", 60, false),
    ] {
        let statement = format!(
            "insert into suggested_hours (generation, contact_id, trajectory_id, trajectory_sequence, worker_id, organisation_id,
                                          programme, day, time_class, minutes, struck_out)
             values (1, gen_random_uuid(), gen_random_uuid(), 1, '{}', '{}', '{PROGRAMME}', '{day}', '{class}', {minutes}, {struck_out})",
            made.worker_id, made.organisation_id,
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&house.running.database.admin).await.unwrap();
    }

    let sheet = house.open_sheet(COACH, &made.employment_id, MONTH).await.unwrap();

    let days: Vec<_> =
        sheet.entries.iter().map(|one| (one.day.as_str(), one.hour_class(), one.minutes)).collect();
    assert_eq!(days, [("2024-03-05", WITH, 90), ("2024-03-05", AROUND, 20)]);
    let other = house.employ(proto::finance::v1::CreateEmploymentRequest {
        component: "support".to_owned(),
        ..employment(COACH)
    });
    let other = other.await.unwrap();
    let beside = house.open_sheet(COACH, &other.employment_id, MONTH).await.unwrap();
    assert_eq!(beside.entries, [], "the same contact is not suggested twice");
}
