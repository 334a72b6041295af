//! Steps on a budget: what is refused, with field and remedy, and changes nothing.

use proto::finance::v1::{
    Budget, CreateBudgetRequest, ListBudgetsRequest, ListSuggestedHoursRequest, PutFundingRequest,
    PutStaffLineRequest, RemoveStaffLineRequest, way_out,
};
use tonic::{Code, Status};

use crate::house::{
    House, case_funding, contribution, create, euro, funding_line, line, list, officer, pair, refusal, told,
    violations, with_key, with_tag, with_this_key,
};

fn fields(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(field, reason)| pair(field, reason)).collect()
}

async fn remove(house: &House, read: &Budget, line_id: &str) -> Result<Budget, Status> {
    let request = RemoveStaffLineRequest { budget_id: read.budget_id.clone(), line_id: line_id.to_owned() };
    let request = with_tag(request, &read.etag);
    Ok(house.budgets(officer()).remove_staff_line(request).await?.into_inner().budget.unwrap())
}

#[tokio::test]
async fn a_line_is_added_changed_and_removed() {
    let house = House::open().await;
    let empty = house.create(2024, "Aanvraag").await.unwrap();
    assert_eq!(empty.controls.len(), 3, "operation, support, project");

    let added = house.put(&empty, line("r02")).await.unwrap();
    let two = house.put(&added, line("r01")).await.unwrap();
    assert_eq!(two.lines.iter().map(|one| one.row.as_str()).collect::<Vec<_>>(), ["r01", "r02"]);

    let changed = PutStaffLineRequest {
        line_id: two.lines[0].line_id.clone(),
        row: "r09".to_owned(),
        wage_euro: "4700".to_owned(),
        hours: "602".to_owned(),
        component: "support".to_owned(),
        partner: "vvsg".to_owned(),
        ..line("r01")
    };
    let changed = house.put(&two, changed).await.unwrap();
    let last = &changed.lines[1];
    assert_eq!((last.row.as_str(), last.cost, last.hourly_rate), ("r09", euro("33952.80"), euro("56.40")));
    assert_eq!(
        (last.hours.as_str(), last.wage, last.partner_kind.as_str()),
        ("602.000", euro("4700"), "support_body")
    );
    assert_eq!(changed.lines.len(), 2);

    let removed = remove(&house, &changed, &last.line_id).await.unwrap();
    assert_eq!(removed.lines.len(), 1);
    assert_eq!(house.get(&empty.budget_id).await, removed);
    assert_eq!(
        house.count("select count(*) from wage_keys").await,
        1,
        "the key of a removed line is destroyed"
    );
}

#[tokio::test]
async fn every_violation_of_a_line_is_named_at_once() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();

    let wrong = PutStaffLineRequest {
        row: "Kanarie Jansen".to_owned(),
        component: "kanarie".to_owned(),
        partner: "kanarie".to_owned(),
        worker_id: "kanarie".to_owned(),
        wage_euro: "kanarie".to_owned(),
        hours: "kanarie".to_owned(),
        ..PutStaffLineRequest::default()
    };
    let refused = house.put(&budget, wrong).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        fields(&[
            ("row", "ROW_KEY_SHAPE"),
            ("component", "UNKNOWN_COMPONENT"),
            ("partner", "UNKNOWN_PARTNER"),
            ("worker_id", "NOT_AN_ID"),
            ("wage_euro", "AMOUNT_SHAPE"),
            ("hours", "HOURS_SHAPE"),
        ])
    );
    let refused = house.put(&budget, PutStaffLineRequest::default()).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        fields(&[
            ("row", "REQUIRED"),
            ("component", "REQUIRED"),
            ("partner", "REQUIRED"),
            ("wage_euro", "REQUIRED"),
            ("hours", "REQUIRED"),
        ])
    );
    assert_eq!(house.get(&budget.budget_id).await, budget, "nothing changed");
}

#[tokio::test]
async fn each_wrong_field_of_a_line_has_its_reason() {
    let house = House::open().await;
    let empty = house.create(2025, "Aanvraag").await.unwrap();
    let worker = chassis::id::IdGenerator.uuid().to_string();
    let of_worker = |row: &str, hours: &str| PutStaffLineRequest {
        worker_id: worker.clone(),
        hours: hours.to_owned(),
        ..line(row)
    };
    let budget = house.put(&empty, of_worker("r01", "1000")).await.unwrap();

    for (wrong, field, reason) in [
        (PutStaffLineRequest { wage_euro: "3585.005".into(), ..line("r02") }, "wage_euro", "AMOUNT_DECIMALS"),
        (PutStaffLineRequest { wage_euro: "0.00".into(), ..line("r02") }, "wage_euro", "AMOUNT_NOT_POSITIVE"),
        (
            PutStaffLineRequest { wage_euro: "-3585".into(), ..line("r02") },
            "wage_euro",
            "AMOUNT_NOT_POSITIVE",
        ),
        (PutStaffLineRequest { wage_euro: "3.585,00".into(), ..line("r02") }, "wage_euro", "AMOUNT_SHAPE"),
        (
            PutStaffLineRequest { wage_euro: "9999999999".into(), ..line("r02") },
            "wage_euro",
            "AMOUNT_TOO_LARGE",
        ),
        (PutStaffLineRequest { hours: "1720.001".into(), ..line("r02") }, "hours", "HOURS_OVER_CAP"),
        (PutStaffLineRequest { hours: "602.0471".into(), ..line("r02") }, "hours", "HOURS_DECIMALS"),
        (PutStaffLineRequest { hours: "0".into(), ..line("r02") }, "hours", "HOURS_NOT_POSITIVE"),
        (PutStaffLineRequest { hours: "-8".into(), ..line("r02") }, "hours", "HOURS_NOT_POSITIVE"),
        (
            PutStaffLineRequest { partner: "ocmw-moerbeke".into(), ..line("r02") },
            "partner",
            "PARTNER_NOT_IN_YEAR",
        ),
        (line("r01"), "row", "DUPLICATE_ROW"),
        (of_worker("r02", "720.001"), "hours", "HOURS_OVER_CAP"),
    ] {
        let refused = house.put(&budget, wrong).await.unwrap_err();
        assert_eq!(violations(&refused), fields(&[(field, reason)]));
    }
    let merged = PutStaffLineRequest { partner: "ocmw-moerbeke".into(), ..line("r02") };
    let refused = house.put(&budget, merged).await.unwrap_err();
    assert!(told(&refused).violations[0].remedy.contains("ocmw-lokeren"), "{refused:?}");
    assert_eq!(house.get(&budget.budget_id).await, budget, "nothing changed");
    assert!(house.put(&budget, of_worker("r02", "720")).await.is_ok(), "up to the cap it is fine");
}

#[tokio::test]
async fn a_line_of_another_budget_is_not_there() {
    let house = House::open().await;
    let one = house.create(2024, "Een").await.unwrap();
    let one = house.put(&one, line("r01")).await.unwrap();
    let other = house.create(2024, "Twee").await.unwrap();
    let theirs = one.lines[0].line_id.clone();

    let put = house.put(&other, PutStaffLineRequest { line_id: theirs.clone(), ..line("r01") }).await;
    let removed = remove(&house, &other, &theirs).await;

    let expected = pair("NOT_FOUND", "STAFF_LINE_NOT_FOUND");
    assert_eq!(refusal(&put.unwrap_err()), expected);
    assert_eq!(refusal(&removed.unwrap_err()), expected);
    assert_eq!(house.get(&one.budget_id).await, one);
}

#[tokio::test]
async fn every_violation_of_funding_is_named_at_once() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    let mut too_much_in_kind = funding_line("operation", "local", "10.00");
    too_much_in_kind.in_kind_euro = "10.01".to_owned();
    let mut stated = funding_line("operation", "vcf", "1.00");
    stated.stated_euro = "-1".to_owned();

    let wrong = PutFundingRequest {
        lines: vec![
            funding_line("kanarie", "esf", "1"),
            funding_line("support", "local", "1"),
            funding_line("operation", "kanarie", "1.001"),
            too_much_in_kind,
            stated,
            funding_line("operation", "esf", "1"),
            funding_line("operation", "esf", "2"),
        ],
        contributions: vec![
            contribution("kanarie", "1"),
            contribution("arktos", "1"),
            contribution("ocmw-temse", "1"),
            contribution("ocmw-temse", ""),
        ],
        ..PutFundingRequest::default()
    };
    let refused = house.fund(&budget, wrong).await.unwrap_err();

    assert_eq!(
        violations(&refused),
        fields(&[
            ("lines[0].component", "UNKNOWN_COMPONENT"),
            ("lines[1].source", "UNKNOWN_SOURCE"),
            ("lines[2].source", "UNKNOWN_SOURCE"),
            ("lines[2].amount_euro", "AMOUNT_DECIMALS"),
            ("lines[3].in_kind_euro", "IN_KIND_OVER_AMOUNT"),
            ("lines[4].stated_euro", "AMOUNT_NEGATIVE"),
            ("lines[6].source", "REPEATED"),
            ("contributions[0].partner", "UNKNOWN_PARTNER"),
            ("contributions[1].partner", "NOT_A_LOCAL_AUTHORITY"),
            ("contributions[3].amount_euro", "REQUIRED"),
        ])
    );
    let mut basis = funding_line("operation", "esf", "1");
    basis.basis = 9;
    let many = PutFundingRequest {
        lines: vec![basis; 101],
        contributions: vec![contribution("ocmw-temse", "1"); 101],
        ..PutFundingRequest::default()
    };
    let refused = violations(&house.fund(&budget, many).await.unwrap_err());
    assert_eq!(
        refused[..3],
        fields(&[("lines", "TOO_MANY"), ("contributions", "TOO_MANY"), ("lines[0].basis", "UNKNOWN_VALUE")])
    );
    assert_eq!(house.get(&budget.budget_id).await, budget, "nothing changed");
}

#[tokio::test]
async fn a_budget_is_refused_outside_its_term_or_without_a_name() {
    let house = House::open().await;

    for (request, expected) in [
        (create(2023, "Aanvraag"), vec![("year", "YEAR_OUTSIDE_TERM")]),
        (create(2030, "Aanvraag"), vec![("year", "YEAR_OUTSIDE_TERM")]),
        (create(0, " "), vec![("name", "REQUIRED"), ("year", "YEAR_OUTSIDE_TERM")]),
        (create(u32::MAX, &"kanarie".repeat(12)), vec![("name", "TOO_LONG"), ("year", "YEAR_OUTSIDE_TERM")]),
        (create(2024, "kanarie\n"), vec![]),
        (create(2024, "kan\narie"), vec![("name", "CONTROL_CHARACTER")]),
        (
            CreateBudgetRequest { programme: "Kanarie!".into(), ..create(2024, "x") },
            vec![("programme", "UNKNOWN_PROGRAMME")],
        ),
        (CreateBudgetRequest::default(), vec![("programme", "REQUIRED")]),
    ] {
        let answer = house.budgets(officer()).create_budget(with_key(request)).await;
        match answer {
            Ok(_) => assert!(expected.is_empty()),
            Err(refused) => assert_eq!(violations(&refused), fields(&expected)),
        }
    }
    let refused = house.create(2030, "Aanvraag").await.unwrap_err();
    assert_eq!(told(&refused).violations[0].remedy, "choose a year from 2024 to 2029");
    let unknown = CreateBudgetRequest { programme: "nowhere".into(), ..create(2024, "x") };
    let refused = house.budgets(officer()).create_budget(with_key(unknown)).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("NOT_FOUND", "PROGRAMME_NOT_FOUND"));
}

#[tokio::test]
async fn two_budgets_of_a_year_have_two_names() {
    let house = House::open().await;
    house.create(2024, "Aanvraag").await.unwrap();

    let refused = house.create(2024, " Aanvraag ").await.unwrap_err();

    assert_eq!(refusal(&refused), pair("ALREADY_EXISTS", "BUDGET_EXISTS"));
    assert!(house.create(2025, "Aanvraag").await.is_ok());
}

#[tokio::test]
async fn a_budget_whose_controls_are_open_is_not_approved_and_says_what_would_close_them() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let mut funding = case_funding();
    let vcf =
        funding.lines.iter_mut().find(|one| one.component == "operation" && one.source == "vcf").unwrap();
    vcf.amount_euro = "149151.45".to_owned();

    let open = house.fund(&budget, funding).await.unwrap();
    let refused = house.approve(&open).await.unwrap_err();

    let detail = told(&refused);
    assert_eq!((detail.kind.as_str(), detail.reason.as_str()), ("FAILED_PRECONDITION", "CONTROLS_NOT_ZERO"));
    let open_controls: Vec<_> =
        detail.metadata.iter().map(|(name, off)| (name.as_str(), off.as_str())).collect();
    assert_eq!(open_controls, [("operation", "0.03"), ("project", "0.03")]);
    let Some(way_out::Change::Balance(balance)) = open.controls[0].ways_out[0].change.clone() else {
        panic!("{open:?}")
    };
    assert_eq!(
        (balance.source.as_str(), balance.from, balance.to),
        ("vcf", euro("149151.45"), euro("149151.42"))
    );
    assert_eq!(house.count("select count(*) from chassis.outbox").await, 0);

    let mended = house.fund(&open, case_funding()).await.unwrap();
    assert!(house.approve(&mended).await.is_ok());
}

#[tokio::test]
async fn nothing_of_an_approved_budget_changes() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let approved = house.approve(&budget).await.unwrap();
    let first = approved.lines[0].line_id.clone();

    let expected = pair("FAILED_PRECONDITION", "BUDGET_APPROVED");
    assert_eq!(refusal(&house.approve(&approved).await.unwrap_err()), expected, "a second approval");
    assert_eq!(refusal(&house.put(&approved, line("r99")).await.unwrap_err()), expected);
    assert_eq!(refusal(&remove(&house, &approved, &first).await.unwrap_err()), expected);
    assert_eq!(refusal(&house.fund(&approved, case_funding()).await.unwrap_err()), expected);
    assert_eq!(house.get(&budget.budget_id).await, approved);
}

#[tokio::test]
async fn an_empty_budget_is_not_approved() {
    let house = House::open().await;
    let empty = house.create(2024, "Aanvraag").await.unwrap();

    let refused = house.approve(&empty).await.unwrap_err();

    assert_eq!(refusal(&refused), pair("FAILED_PRECONDITION", "BUDGET_EMPTY"));
}

#[tokio::test]
async fn a_stale_step_is_told_who_came_before() {
    let house = House::open().await;
    let read = house.create(2024, "Aanvraag").await.unwrap();
    let now = house.put(&read, line("r01")).await.unwrap();

    let refused = house.put(&read, line("r02")).await.unwrap_err();

    assert_eq!(refused.code(), Code::Aborted);
    let detail = told(&refused);
    assert_eq!((detail.kind.as_str(), detail.reason.as_str()), ("STALE_PRECONDITION", "STALE_ETAG"));
    assert_eq!(detail.metadata["current_etag"], now.etag);
    assert_eq!(detail.metadata["changed_by"], uuid::Uuid::from_u128(crate::house::OFFICER).to_string());
    assert!(!detail.metadata["changed_at"].is_empty());
    assert_eq!(refusal(&house.fund(&read, case_funding()).await.unwrap_err()).1, "STALE_ETAG");
    assert_eq!(refusal(&house.approve(&read).await.unwrap_err()).1, "STALE_ETAG");
    assert_eq!(refusal(&remove(&house, &read, &now.lines[0].line_id).await.unwrap_err()).1, "STALE_ETAG");
    assert_eq!(house.get(&read.budget_id).await, now);
}

#[tokio::test]
async fn a_step_without_the_version_read_is_refused() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();

    let request = PutStaffLineRequest { budget_id: budget.budget_id.clone(), ..line("r01") };
    let refused = house.budgets(officer()).put_staff_line(with_key(request)).await.unwrap_err();

    assert_eq!(refusal(&refused), pair("PRECONDITION_REQUIRED", "IF_MATCH_REQUIRED"));
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_changes_nothing() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    let request = || {
        let line = PutStaffLineRequest { budget_id: budget.budget_id.clone(), ..line("r01") };
        let mut request = with_this_key(line, "the-same-key");
        request.metadata_mut().insert("if-match", budget.etag.parse().unwrap());
        request
    };

    let first = house.budgets(officer()).put_staff_line(request()).await.unwrap().into_inner();
    let again = house.budgets(officer()).put_staff_line(request()).await.unwrap().into_inner();

    assert_eq!(first, again);
    assert_eq!(house.count("select count(*) from staff_lines").await, 1);
    let mut other = request();
    other.get_mut().hours = "1".to_owned();
    let refused = house.budgets(officer()).put_staff_line(other).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("KEY_REUSED", "IDEMPOTENCY_KEY_REUSED"));
    let created = create(2024, "Nog een");
    let one = house.budgets(officer()).create_budget(with_this_key(created.clone(), "k")).await.unwrap();
    let two = house.budgets(officer()).create_budget(with_this_key(created, "k")).await.unwrap();
    assert_eq!(one.into_inner(), two.into_inner());
}

#[tokio::test]
async fn of_fifty_who_add_a_line_at_once_one_succeeds_per_version() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();

    let attempts = (0..50).map(|number| {
        let (house, budget) = (&house, &budget);
        async move { house.put(budget, line(&format!("r{number}"))).await }
    });
    let answers = futures::future::join_all(attempts).await;

    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(refusal(refused).1, "STALE_ETAG");
    }
    assert_eq!(house.count("select count(*) from staff_lines").await, 1);
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_refused() {
    let house = House::open().await;
    house.create(2024, "a").await.unwrap();
    house.create(2024, "b").await.unwrap();
    let one = ListBudgetsRequest { page_size: 1, ..list() };
    let token = house.budgets(officer()).list_budgets(one).await.unwrap().into_inner().next_page_token;

    for (request, field, reason) in [
        (ListBudgetsRequest { page_size: 201, ..list() }, "page_size", "PAGE_SIZE"),
        (ListBudgetsRequest { page_token: "x".repeat(80), ..list() }, "page_token", "PAGE_TOKEN"),
        (ListBudgetsRequest { page_token: token, year: 2024, ..list() }, "page_token", "PAGE_TOKEN"),
        (ListBudgetsRequest { state: 9, ..list() }, "state", "UNKNOWN_VALUE"),
        (ListBudgetsRequest { year: 70_000, ..list() }, "year", "YEAR_OUTSIDE_TERM"),
        (ListBudgetsRequest::default(), "programme", "REQUIRED"),
    ] {
        let refused = house.budgets(officer()).list_budgets(request).await.unwrap_err();
        assert_eq!(violations(&refused), fields(&[(field, reason)]));
    }
    let wrong = ListSuggestedHoursRequest {
        programme: "waasland-esf".to_owned(),
        from_month: "2024-03".to_owned(),
        to_month: "2024-02".to_owned(),
        worker_id: "kanarie".to_owned(),
        page_size: -1,
        ..ListSuggestedHoursRequest::default()
    };
    let refused = house.budgets(officer()).list_suggested_hours(wrong.clone()).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        fields(&[("to_month", "BEFORE_FROM"), ("worker_id", "NOT_AN_ID"), ("page_size", "PAGE_SIZE")])
    );
    let wrong = ListSuggestedHoursRequest {
        from_month: "maart".to_owned(),
        to_month: "2024-13".to_owned(),
        worker_id: String::new(),
        page_size: 0,
        ..wrong
    };
    let refused = house.budgets(officer()).list_suggested_hours(wrong).await.unwrap_err();
    assert_eq!(violations(&refused), fields(&[("from_month", "MONTH_SHAPE"), ("to_month", "MONTH_SHAPE")]));
}
