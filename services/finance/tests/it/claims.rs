//! A claim from time sheets to acceptance, and its corrections.

use proto::finance::v1::{ClaimState, GetClaimRequest, ListTimeSheetsRequest, TimeSheet};

use crate::counter::claim_of;
use crate::desk::{AROUND, WITH};
use crate::house::{House, PROGRAMME, euro, fields, officer, pair, refusal, told, violations};

async fn sheet_of(house: &House, month: &str) -> TimeSheet {
    let request = ListTimeSheetsRequest {
        programme: PROGRAMME.to_owned(),
        month: month.to_owned(),
        ..Default::default()
    };
    let listed = house.sheets(officer()).list_time_sheets(request).await.unwrap().into_inner();
    let found = listed.time_sheets.into_iter().next().unwrap();
    house.read_sheet(&TimeSheet { time_sheet_id: found.time_sheet_id, ..Default::default() }).await
}

#[tokio::test]
async fn a_quarter_is_claimed_to_the_cent_and_accepted() {
    let house = House::open().await;
    let made = house.quarter().await;

    let saved = house.claim(claim_of(1)).await.unwrap();

    let lines: Vec<_> = saved
        .lines
        .iter()
        .map(|line| {
            assert_eq!(line.employment_id, made.employment_id);
            assert_eq!((line.partner.as_str(), line.programme_version.as_str()), ("arktos", "1"));
            let minutes = (line.with_participant_minutes, line.around_participant_minutes);
            (line.month.as_str(), minutes, line.hours.as_str(), line.hourly_rate, line.cost)
        })
        .collect();
    // By hand: 636 minutes are 10.6 hours; 10.6 x 43.02 = 456.012. 50 minutes are 0.833 hours; x 43.88 = 36.55204.
    assert_eq!(
        lines,
        [
            ("2024-01", (600, 36), "10.6", euro("43.02"), euro("456.01")),
            ("2024-03", (60, 0), "1", euro("43.02"), euro("43.02")),
            ("2024-03", (0, 50), "0.833", euro("43.88"), euro("36.55")),
        ]
    );
    // 535.58 x 40 % = 214.232.
    assert_eq!((saved.staff, saved.flat_rate, saved.total), (euro("535.58"), euro("214.23"), euro("749.81")));
    assert_eq!(saved.components.len(), 2, "support is there with nothing");
    assert_eq!((saved.state(), saved.revision), (ClaimState::Saved, 1));

    let early = house.submit(&saved).await.unwrap_err();
    assert_eq!(refusal(&early), pair("FAILED_PRECONDITION", "CLAIM_STATE"));
    let valid = house.validate(&saved).await.unwrap();
    let submitted = house.submit(&valid).await.unwrap();
    assert!(submitted.submitted_at.is_some());
    let accepted = house.accept(&submitted).await.unwrap();
    assert_eq!(accepted.state(), ClaimState::Accepted);
    assert_eq!(accepted.lines, saved.lines);
    assert_eq!(house.read_claim(&accepted, 0).await, accepted);
    let stale = house.accept(&submitted).await.unwrap_err();
    assert_eq!(refusal(&stale), pair("STALE_PRECONDITION", "STALE_ETAG"));
    for again in
        [house.refresh(&accepted).await, house.validate(&accepted).await, house.submit(&accepted).await]
    {
        assert_eq!(told(&again.unwrap_err()).metadata["state"], "accepted");
    }
}

#[tokio::test]
async fn a_correction_is_a_new_revision_and_the_submitted_one_stays() {
    let house = House::open().await;
    house.quarter().await;
    let saved = house.claim(claim_of(1)).await.unwrap();
    let sheet = sheet_of(&house, "2024-01").await;

    // A counter-entry before it is submitted: the claim says so and is made again.
    let sheet = house.correct_sheet(&sheet, "2024-01-10", WITH, 60).await.unwrap();
    let outdated = house.validate(&saved).await.unwrap_err();
    assert_eq!(refusal(&outdated), pair("FAILED_PRECONDITION", "CLAIM_OUTDATED"));
    let refreshed = house.refresh(&saved).await.unwrap();
    assert_eq!(refreshed.lines[0].hours, "11.6");
    let valid = house.validate(&refreshed).await.unwrap();
    // The same between validation and submission.
    let sheet = house.correct_sheet(&sheet, "2024-01-10", WITH, -60).await.unwrap();
    let outdated = house.submit(&valid).await.unwrap_err();
    assert_eq!(refusal(&outdated), pair("FAILED_PRECONDITION", "CLAIM_OUTDATED"));
    let refreshed = house.refresh(&valid).await.unwrap();
    assert_eq!((refreshed.state(), refreshed.total), (ClaimState::Saved, euro("749.81")));
    let submitted = house.submit(&house.validate(&refreshed).await.unwrap()).await.unwrap();

    house.correct_sheet(&sheet, "2024-01-09", AROUND, -36).await.unwrap();
    assert_eq!(
        house.read_claim(&submitted, 0).await,
        submitted,
        "a late correction changes no submitted claim"
    );
    let open = house.reconcile(&submitted).await;
    assert!(!open.reconciled);
    let late = &open.hour_differences[0];
    assert_eq!((late.month.as_str(), late.claimed_minutes, late.sheet_minutes), ("2024-01", 636, 600));
    let second = house.revise(&submitted).await.unwrap();
    assert_eq!(
        (second.revision, second.state(), second.reason.as_str()),
        (2, ClaimState::Saved, "uren vergeten")
    );
    assert_eq!(second.lines[0].cost, euro("430.20"), "10 hours");
    assert_eq!(house.read_claim(&submitted, 1).await, submitted, "it stands until the new one is submitted");
    let again = house.revise(&second).await.unwrap_err();
    assert_eq!(refusal(&again), pair("FAILED_PRECONDITION", "CLAIM_STATE"));
    let second = house.submit(&house.validate(&second).await.unwrap()).await.unwrap();
    let first = house.read_claim(&submitted, 1).await;
    assert_eq!(first.state(), ClaimState::Corrected);
    assert_eq!((first.lines, first.total), (submitted.lines, submitted.total));
    assert!(house.reconcile(&second).await.hour_differences.is_empty());
}

#[tokio::test]
async fn a_wage_that_is_corrected_later_changes_no_submitted_claim() {
    let house = House::open().await;
    let made = house.quarter().await;
    let saved = house.claim(claim_of(1)).await.unwrap();
    let submitted = house.submit(&house.validate(&saved).await.unwrap()).await.unwrap();

    house.pay(&made.employment_id, "2024-01-01", "2024-03-15", "1.00").await.unwrap_err();
    sqlx::raw_sql("delete from wages").execute(&house.running.database.admin).await.unwrap();

    assert_eq!(house.read_claim(&submitted, 0).await, submitted);
    let unpriced = house.revise(&submitted).await.unwrap_err();
    assert_eq!(refusal(&unpriced), pair("FAILED_PRECONDITION", "WAGE_MISSING"));
    let named = told(&unpriced).metadata;
    assert_eq!(named[&format!("{}/2024-01", made.employment_id)], "no wage");
    assert_eq!(house.count("select count(*) from claim_revisions").await, 1, "nothing changed");
}

#[tokio::test]
async fn an_hour_stands_in_one_claim() {
    let house = House::open().await;
    house.quarter().await;
    for month in 4..=12 {
        house.lock(&format!("2024-{month:02}"), true).await.unwrap();
    }
    house.claim(claim_of(1)).await.unwrap();

    let twice = house.claim(claim_of(0)).await.unwrap_err();

    assert_eq!(refusal(&twice), pair("FAILED_PRECONDITION", "HOURS_CLAIMED"));
    let same = house.claim(claim_of(1)).await.unwrap_err();
    assert_eq!(refusal(&same), pair("ALREADY_EXISTS", "CLAIM_EXISTS"));
    assert_eq!(house.count("select count(*) from claims").await, 1, "nothing changed");
    let empty = house.claim(claim_of(2)).await.unwrap_err();
    assert_eq!(refusal(&empty), pair("FAILED_PRECONDITION", "CLAIM_EMPTY"));
}

#[tokio::test]
async fn a_year_is_claimed_as_well() {
    let house = House::open().await;
    house.quarter().await;
    for month in 4..=12 {
        house.lock(&format!("2024-{month:02}"), true).await.unwrap();
    }

    let year = house.claim(claim_of(0)).await.unwrap();

    assert_eq!((year.first_month.as_str(), year.last_month.as_str()), ("2024-01", "2024-12"));
    assert_eq!(year.total, euro("749.81"));
}

#[tokio::test]
async fn what_cannot_be_claimed_is_refused() {
    let house = House::open().await;

    for (change, field, reason) in [
        ((0, 1, 2024), "kind", "UNKNOWN_VALUE"),
        ((1, 0, 2024), "quarter", "CLAIM_PERIOD"),
        ((1, 5, 2024), "quarter", "CLAIM_PERIOD"),
        ((2, 1, 2024), "quarter", "CLAIM_PERIOD"),
        ((2, 0, 24), "year", "CLAIM_PERIOD"),
        ((1, 1, 70_000), "year", "CLAIM_PERIOD"),
    ] {
        let mut request = claim_of(1);
        (request.kind, request.quarter, request.year) = change;
        let refused = house.claim(request).await.unwrap_err();
        assert_eq!(violations(&refused), fields(&[(field, reason)]), "{change:?}");
    }
    house.lock("2024-01", true).await.unwrap();
    let refused = house.claim(claim_of(1)).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "MONTHS_NOT_LOCKED"));
    assert_eq!(told(&refused).metadata["months"], "2024-02,2024-03");
}

/// The database holds to it, without any check of the service in front.
#[tokio::test]
async fn also_the_owner_changes_no_submitted_claim() {
    let house = House::open().await;
    house.quarter().await;
    let saved = house.claim(claim_of(1)).await.unwrap();
    house.submit(&house.validate(&saved).await.unwrap()).await.unwrap();

    for statement in [
        "update claim_lines set with_minutes = 1",
        "delete from claim_lines",
        "insert into claim_lines select claim_id, revision, 99, employment_id, worker_id, wage_id, partner, component, month,
             with_minutes, around_minutes, hours, price, programme_version, programme_hash from claim_lines limit 1",
        "update claim_totals set staff_cents = 0",
        "delete from claim_totals",
        "delete from claim_keys",
        "delete from claimed_entries",
        "update claim_revisions set state = 'saved', submitted_at = null, submitted_by = null",
        "update claim_revisions set submitted_at = now()",
        "update claim_revisions set reason = 'x', revision = 2",
        "delete from claim_revisions",
    ] {
        let refused = sqlx::raw_sql(statement).execute(&house.running.database.admin).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code().map(|code| code.to_string()));
        assert_eq!(code.as_deref(), Some("P0001"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn a_claim_is_divided_over_its_funders_to_the_cent() {
    let house = House::open().await;
    house.quarter().await;
    let claim = house.claim(claim_of(1)).await.unwrap();

    let request = GetClaimRequest { claim_id: claim.claim_id.clone(), revision: 0 };
    let answer = house.claims(officer()).get_claim(request).await.unwrap().into_inner();

    assert_eq!((answer.claim.as_ref(), answer.shares_programme_version.as_str()), (Some(&claim), "1"));
    let operation = answer.shares.iter().filter(|share| share.component == "operation");
    let shares: Vec<_> = operation
        .map(|share| {
            (
                share.source.as_str(),
                share.percent.as_str(),
                share.exact_euro.as_str(),
                share.amount,
                share.balancing,
            )
        })
        .collect();
    // 749.81 euro: the cent that is left goes to the largest remainder, and the programme names another source for what rounding leaves.
    assert_eq!(
        shares,
        [
            ("esf", "40", "299.924", euro("299.93"), false),
            ("vcf", "30", "224.943", euro("224.94"), true),
            ("local", "15", "112.4715", euro("112.47"), false),
            ("vdab", "15", "112.4715", euro("112.47"), false),
        ]
    );
    for component in &claim.components {
        let own = answer.shares.iter().filter(|share| share.component == component.component);
        let cents: i64 = own.map(|share| share.amount.unwrap().cents).sum();
        assert_eq!(cents, component.total.unwrap().cents);
    }
}
