//! The ledger, and a claim held against it.

use proto::finance::v1::{LedgerKind, ListLedgerEntriesRequest, ReverseLedgerEntryRequest};

use crate::counter::{booking, claim_of};
use crate::house::{House, PROGRAMME, euro, fields, officer, pair, refusal, violations, with_key};

#[tokio::test]
async fn claim_ledger_and_time_sheets_are_one_or_every_difference_is_a_line() {
    let house = House::open().await;
    house.quarter().await;
    let claim = house.claim(claim_of(1)).await.unwrap();
    house.book(booking("2024-01", LedgerKind::Staff, "456.01")).await.unwrap();
    house.book(booking("2024-03", LedgerKind::Staff, "79.58")).await.unwrap();
    house.book(booking("2024-02", LedgerKind::FlatRate, "214.23")).await.unwrap();
    house.book(booking("2024-04", LedgerKind::Staff, "999.99")).await.unwrap();

    let open = house.reconcile(&claim).await;

    assert!(!open.reconciled && open.hour_differences.is_empty());
    assert_eq!((open.claimed_minutes, open.sheet_minutes), (746, 746));
    assert_eq!((open.claimed, open.booked), (euro("749.81"), euro("749.82")));
    let line = &open.ledger_differences[0];
    assert_eq!(open.ledger_differences.len(), 1, "{open:?}");
    assert_eq!(
        (line.kind(), line.month.as_str(), line.partner.as_str()),
        (LedgerKind::Staff, "2024-03", "arktos")
    );
    assert_eq!((line.claimed, line.booked), (euro("79.57"), euro("79.58")));
    assert_eq!(line.difference.unwrap().cents, -1);

    let wrong = house.ledger(officer()).list_ledger_entries(list("2024-03")).await.unwrap().into_inner();
    let wrong = &wrong.entries[0];
    let reverse =
        ReverseLedgerEntryRequest { entry_id: wrong.entry_id.clone(), reason: "een cent te veel".to_owned() };
    let back = house.ledger(officer()).reverse_ledger_entry(with_key(reverse.clone())).await.unwrap();
    let back = back.into_inner().entry.unwrap();
    assert_eq!((back.amount.unwrap().cents, back.reverses.as_str()), (-7_958, wrong.entry_id.as_str()));
    house.book(booking("2024-03", LedgerKind::Staff, "79.57")).await.unwrap();
    assert!(house.reconcile(&claim).await.reconciled);

    let twice = house.ledger(officer()).reverse_ledger_entry(with_key(reverse)).await.unwrap_err();
    assert_eq!(refusal(&twice), pair("FAILED_PRECONDITION", "LEDGER_ENTRY_REVERSED"));
    let counter = ReverseLedgerEntryRequest { entry_id: back.entry_id, reason: "x".to_owned() };
    let counter = house.ledger(officer()).reverse_ledger_entry(with_key(counter)).await.unwrap_err();
    assert_eq!(refusal(&counter), pair("FAILED_PRECONDITION", "LEDGER_ENTRY_REVERSED"));
}

fn list(month: &str) -> ListLedgerEntriesRequest {
    ListLedgerEntriesRequest {
        programme: PROGRAMME.to_owned(),
        month: month.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_ledger_is_read_page_by_page_newest_first() {
    let house = House::open().await;
    for cents in 1..=5 {
        house.book(booking("2024-01", LedgerKind::Staff, &format!("0.0{cents}"))).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut request = ListLedgerEntriesRequest { page_size: 2, ..list("") };
    loop {
        let page = house.ledger(officer()).list_ledger_entries(request.clone()).await.unwrap().into_inner();
        seen.extend(page.entries.iter().map(|one| one.amount.unwrap().cents));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn what_cannot_be_booked_is_refused_all_at_once() {
    let house = House::open().await;
    let mut wrong = booking("2024-01", LedgerKind::Staff, "0");
    wrong.component = "kanarie".to_owned();
    wrong.partner = "kanarie".to_owned();
    wrong.account = "=kanarie".to_owned();
    wrong.document = String::new();

    let refused = house.book(wrong).await.unwrap_err();

    let expected = fields(&[
        ("component", "UNKNOWN_COMPONENT"),
        ("partner", "UNKNOWN_PARTNER"),
        ("account", "ACCOUNT_SHAPE"),
        ("amount_euro", "AMOUNT_NOT_POSITIVE"),
        ("document", "REQUIRED"),
    ]);
    assert_eq!(violations(&refused), expected);
    assert_eq!(house.count("select count(*) from ledger_entries").await, 0);
}
