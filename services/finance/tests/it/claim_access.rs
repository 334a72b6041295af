//! Who may do what with claims and the ledger.

use chassis::caller::{Caller, Role, Scope};
use proto::finance::v1::{
    AcceptClaimRequest, Claim, CorrectClaimRequest, GetClaimRequest, LedgerKind, ListClaimsRequest,
    ListLedgerEntriesRequest, ReconcileClaimRequest, RefreshClaimRequest, ReverseLedgerEntryRequest,
    SubmitClaimRequest, ValidateClaimRequest,
};
use testkit::{mandate, worker};
use tonic::{Code, Status};

use crate::counter::{booking, claim_of};
use crate::desk::{coach, of_programme, officer_of, organisation};
use crate::house::{House, PROGRAMME, board, officer, pair, refusal, stranger, with_key, with_tag};

/// Every RPC as somebody, on a claim that exists.
async fn every_rpc(house: &House, caller: &Caller, claim: &Claim) -> Vec<(&'static str, Result<(), Status>)> {
    let claims = || house.claims(caller.clone());
    let ledger = || house.ledger(caller.clone());
    let claim_id = || claim.claim_id.clone();
    let tag = claim.etag.as_str();
    let programme = || PROGRAMME.to_owned();
    let list = ListClaimsRequest { programme: programme(), ..Default::default() };
    let entries = ListLedgerEntriesRequest { programme: programme(), ..Default::default() };
    let book = booking("2024-01", LedgerKind::Staff, "1.00");
    let reverse = ReverseLedgerEntryRequest { entry_id: claim_id(), reason: "x".to_owned() };
    let correct = CorrectClaimRequest { claim_id: claim_id(), reason: "x".to_owned() };
    vec![
        ("ListClaims", claims().list_claims(list).await.map(|_| ())),
        (
            "GetClaim",
            claims().get_claim(GetClaimRequest { claim_id: claim_id(), revision: 0 }).await.map(|_| ()),
        ),
        (
            "ReconcileClaim",
            claims().reconcile_claim(ReconcileClaimRequest { claim_id: claim_id() }).await.map(|_| ()),
        ),
        ("ListLedgerEntries", ledger().list_ledger_entries(entries).await.map(|_| ())),
        ("CreateClaim", claims().create_claim(with_key(claim_of(1))).await.map(|_| ())),
        (
            "AcceptClaim",
            claims()
                .accept_claim(with_tag(AcceptClaimRequest { claim_id: claim_id() }, tag))
                .await
                .map(|_| ()),
        ),
        (
            "SubmitClaim",
            claims()
                .submit_claim(with_tag(SubmitClaimRequest { claim_id: claim_id() }, tag))
                .await
                .map(|_| ()),
        ),
        ("CorrectClaim", claims().correct_claim(with_tag(correct, tag)).await.map(|_| ())),
        (
            "ValidateClaim",
            claims()
                .validate_claim(with_tag(ValidateClaimRequest { claim_id: claim_id() }, "v9"))
                .await
                .map(|_| ()),
        ),
        (
            "RefreshClaim",
            claims()
                .refresh_claim(with_tag(RefreshClaimRequest { claim_id: claim_id() }, "v9"))
                .await
                .map(|_| ()),
        ),
        ("PostLedgerEntry", ledger().post_ledger_entry(with_key(book)).await.map(|_| ())),
        ("ReverseLedgerEntry", ledger().reverse_ledger_entry(with_key(reverse)).await.map(|_| ())),
    ]
}

/// The RPCs of the contract, so that a new one cannot be forgotten here.
fn rpcs() -> usize {
    let of = |service: &str| {
        let path = format!("/bondgenoot.finance.v1.{service}/");
        proto::METHODS.iter().filter(|method| method.path.starts_with(&path)).count()
    };
    of("ClaimService") + of("LedgerService")
}

#[tokio::test]
async fn each_role_can_do_what_it_must_and_no_more() {
    let house = House::open().await;
    house.quarter().await;
    let claim = house.claim(claim_of(1)).await.unwrap();
    let reads = ["ListClaims", "GetClaim", "ReconcileClaim", "ListLedgerEntries"];
    let region = worker(0x97, vec![mandate(Role::Administrator, Scope::Region, None)]);
    let callers: Vec<(&str, Caller, &[&str])> = vec![
        ("auditor", of_programme(Role::Auditor), &reads),
        ("board", board(), &reads[..1]),
        ("coordinator", of_programme(Role::Coordinator), &reads[..1]),
        ("coach", coach(0x0c), &[]),
        ("officer of an organisation", officer_of(organisation(0x0a)), &[]),
        ("administrator", region, &[]),
        ("nobody", Caller::anonymous(), &[]),
    ];

    for (who, caller, allowed) in callers {
        let answers = every_rpc(&house, &caller, &claim).await;
        assert_eq!(answers.len(), rpcs());
        for (rpc, answer) in answers {
            match answer {
                Ok(()) => assert!(allowed.contains(&rpc), "{who} may {rpc}"),
                Err(refused) => {
                    let code = if who == "nobody" { Code::Unauthenticated } else { Code::PermissionDenied };
                    assert_eq!(
                        (refused.code(), allowed.contains(&rpc)),
                        (code, false),
                        "{who} {rpc}: {refused:?}"
                    );
                }
            }
        }
    }
    assert_eq!(house.read_claim(&claim, 0).await, claim, "nothing changed");
    assert_eq!(house.count("select count(*) from ledger_entries").await, 0);
}

#[tokio::test]
async fn a_claim_of_another_programme_is_as_one_that_is_not_there() {
    let house = House::open().await;
    house.quarter().await;
    let claim = house.claim(claim_of(1)).await.unwrap();

    for (rpc, answer) in every_rpc(&house, &stranger(), &claim).await {
        let refused = answer.unwrap_err();
        let expected = match rpc {
            "ListClaims" | "CreateClaim" | "ListLedgerEntries" | "PostLedgerEntry" => "PROGRAMME_NOT_FOUND",
            "ReverseLedgerEntry" => "LEDGER_ENTRY_NOT_FOUND",
            _ => "CLAIM_NOT_FOUND",
        };
        assert_eq!(refusal(&refused), pair("NOT_FOUND", expected), "{rpc}");
    }
    assert_eq!(house.read_claim(&claim, 0).await, claim, "nothing changed");
}

#[tokio::test]
async fn a_board_sees_totals_and_no_rate_is_to_be_read_anywhere() {
    let house = House::open().await;
    house.quarter().await;
    let claim = house.claim(claim_of(1)).await.unwrap();

    let list = ListClaimsRequest { programme: PROGRAMME.to_owned(), ..Default::default() };
    let seen = house.claims(board()).list_claims(list).await.unwrap().into_inner().claims;

    assert_eq!((seen.len(), seen[0].total, seen[0].etag.as_str()), (1, claim.total, claim.etag.as_str()));
    let shown = format!("{seen:?}");
    for cents in ["4302", "4388", "358500", "365670", "45601"] {
        assert!(!shown.contains(&format!("cents: {cents} ")), "{cents} in {shown}");
    }
    let texts = ["3585.00", "3656.70", "43.02", "43.88"];
    assert_eq!(house.tables_with(&texts, &["358500", "365670", "4302", "4388"]).await, Vec::<String>::new());
    assert_eq!(house.count("select count(*) from claim_lines where octet_length(price) > 28").await, 3);
    let missing = GetClaimRequest { claim_id: claim.claim_id.clone(), revision: 7 };
    let missing = house.claims(officer()).get_claim(missing).await.unwrap_err();
    assert_eq!(refusal(&missing), pair("NOT_FOUND", "CLAIM_NOT_FOUND"));
}
