//! `CreateBudget`.

use proto::finance::v1::CreateBudgetRequest;

use crate::house::{House, create, fields, officer, pair, refusal, told, violations, with_key};

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
