//! `PutStaffLine` and `RemoveStaffLine`.

use proto::finance::v1::PutStaffLineRequest;

use crate::house::{House, euro, fields, line, pair, refusal, told, violations};

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

    let removed = house.remove(&changed, &last.line_id).await.unwrap();
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
    let removed = house.remove(&other, &theirs).await;

    let expected = pair("NOT_FOUND", "STAFF_LINE_NOT_FOUND");
    assert_eq!(refusal(&put.unwrap_err()), expected);
    assert_eq!(refusal(&removed.unwrap_err()), expected);
    assert_eq!(house.get(&one.budget_id).await, one);
}
