//! Wages stay here, and are sealed where they are kept.

use proto::finance::v1::GetBudgetRequest;
use tonic::Code;

use crate::house::{House, board, line, list, officer, totals};

/// Wages of the case and two of its hourly rates, in euro. None can be a part of an instant: no minute has 63 seconds.
const IN_EURO: [&str; 4] = ["5263.86", "3585.00", "63.17", "69.35"];
/// The same in cents.
const IN_CENTS: [&str; 4] = ["526386", "358500", "6317", "6935"];

#[tokio::test]
async fn a_wage_is_nowhere_to_be_read() {
    let house = House::open().await;
    let budget = house.waasland().await;
    house.approve(&budget).await.unwrap();
    assert!(format!("{budget:?}").contains("cents: 526386 "), "the officer's own answer shows it");

    assert_eq!(house.tables_with(&IN_EURO, &IN_CENTS).await, Vec::<String>::new());
    let shown = format!(
        "{:?}{:?}",
        house.budgets(board()).get_budget_totals(totals(&budget)).await.unwrap(),
        house.budgets(board()).list_budgets(list()).await.unwrap()
    );
    for cents in IN_CENTS {
        assert!(!shown.contains(&format!("cents: {cents} ")), "{cents} in {shown}");
    }
    assert_eq!(house.count("select count(*) from staff_lines where octet_length(wage) > 28").await, 18);
}

#[tokio::test]
async fn a_wage_that_was_moved_to_another_line_does_not_open() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    let one = house.put(&budget, line("r01")).await.unwrap();
    house.put(&one, line("r02")).await.unwrap();
    sqlx::query("update staff_lines set wage = (select wage from staff_lines where row_key = 'r01') where row_key = 'r02'")
        .execute(&house.running.database.admin)
        .await
        .unwrap();

    let request = GetBudgetRequest { budget_id: budget.budget_id.clone() };
    let refused = house.budgets(officer()).get_budget(request).await.unwrap_err();

    assert_eq!(refused.code(), Code::Internal);
}

#[test]
fn no_event_of_finance_can_carry_a_wage() {
    let words = ["wage", "rate", "salary", "line", "gross", "worker"];
    let pool = prost_fields(proto::DESCRIPTORS);

    let suspicious: Vec<&String> = pool
        .iter()
        .filter(|field| field.starts_with("bondgenoot.finance.events."))
        .filter(|field| {
            let name = field.rsplit('.').next().unwrap();
            name != "flat_rate" && words.iter().any(|word| name.split('_').any(|part| part == *word))
        })
        .collect();

    assert_eq!(suspicious, Vec::<&String>::new());
    assert!(pool.iter().any(|field| field == "bondgenoot.finance.events.v1.BudgetApproved.total"));
}

/// Every field of the contract by its full name.
fn prost_fields(descriptors: &[u8]) -> Vec<String> {
    use prost::Message as _;
    let set = prost_types::FileDescriptorSet::decode(descriptors).unwrap();
    set.file
        .iter()
        .flat_map(|file| {
            file.message_type.iter().flat_map(move |message| {
                message
                    .field
                    .iter()
                    .map(move |field| format!("{}.{}.{}", file.package(), message.name(), field.name()))
            })
        })
        .collect()
}
