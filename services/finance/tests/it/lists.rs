//! `ListBudgets` and the filter of `ListSuggestedHours`.

use proto::finance::v1::{BudgetState, ListBudgetsRequest, ListSuggestedHoursRequest};

use crate::house::{House, board, fields, list, officer, violations};

#[tokio::test]
async fn pages_follow_each_other_and_filters_narrow() {
    let house = House::open().await;
    for (year, name) in [(2024, "a"), (2025, "b"), (2025, "c"), (2026, "d"), (2027, "e")] {
        house.create(year, name).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut request = ListBudgetsRequest { page_size: 2, ..list() };
    let mut pages = 0;

    loop {
        let page = house.budgets(board()).list_budgets(request.clone()).await.unwrap().into_inner();
        pages += 1;
        seen.extend(page.budgets.into_iter().map(|budget| budget.name));
        house.create(2028, &format!("late {pages}")).await.unwrap();
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }

    assert_eq!((seen, pages), (["e", "d", "c", "b", "a"].map(str::to_owned).to_vec(), 3));
    let of_2025 = ListBudgetsRequest { year: 2025, state: BudgetState::Draft.into(), ..list() };
    let page = house.budgets(board()).list_budgets(of_2025).await.unwrap().into_inner();
    assert_eq!(page.budgets.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["c", "b"]);
    let approved = ListBudgetsRequest { state: BudgetState::Approved.into(), ..list() };
    assert!(house.budgets(board()).list_budgets(approved).await.unwrap().into_inner().budgets.is_empty());
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
