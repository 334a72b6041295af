//! `ApproveBudget`: what it asks for, and what it closes.

use proto::finance::v1::way_out;

use crate::house::{House, case_funding, euro, line, pair, refusal, told};

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
    assert_eq!(refusal(&house.remove(&approved, &first).await.unwrap_err()), expected);
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
