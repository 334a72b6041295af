//! `PutFunding`.

use proto::finance::v1::PutFundingRequest;

use crate::house::{House, contribution, fields, funding_line, violations};

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
