//! Who may do what: roles, and other programmes.

use chassis::caller::{Caller, Role, Scope};
use proto::finance::v1::{
    ApproveBudgetRequest, CreateBudgetRequest, GetBudgetRequest, ListSuggestedHoursRequest,
    PutFundingRequest, RemoveStaffLineRequest,
};
use testkit::{mandate, worker};
use tonic::{Code, Status};

use crate::house::{
    House, PROGRAMME, board, case_funding, create, line, list, officer, pair, refusal, stranger, totals,
    with_key, with_tag,
};

fn suggested() -> ListSuggestedHoursRequest {
    ListSuggestedHoursRequest { programme: PROGRAMME.to_owned(), ..ListSuggestedHoursRequest::default() }
}

/// Every RPC as somebody, on a budget that exists: what each answers.
async fn every_rpc(
    house: &House,
    caller: &Caller,
    id: &str,
    line_id: &str,
    etag: &str,
) -> Vec<(&'static str, Result<(), Status>)> {
    let client = || house.budgets(caller.clone());
    let budget_id = id.to_owned();
    let put = proto::finance::v1::PutStaffLineRequest { budget_id: budget_id.clone(), ..line("r50") };
    let funding = PutFundingRequest { budget_id: budget_id.clone(), ..case_funding() };
    let remove = RemoveStaffLineRequest { budget_id: budget_id.clone(), line_id: line_id.to_owned() };
    vec![
        ("CreateBudget", client().create_budget(with_key(create(2026, "Nieuw"))).await.map(|_| ())),
        ("ListBudgets", client().list_budgets(list()).await.map(|_| ())),
        (
            "GetBudget",
            client().get_budget(GetBudgetRequest { budget_id: budget_id.clone() }).await.map(|_| ()),
        ),
        (
            "GetBudgetTotals",
            client()
                .get_budget_totals(proto::finance::v1::GetBudgetTotalsRequest {
                    budget_id: budget_id.clone(),
                })
                .await
                .map(|_| ()),
        ),
        ("PutStaffLine", client().put_staff_line(with_tag(put, etag)).await.map(|_| ())),
        ("PutFunding", client().put_funding(with_tag(funding, etag)).await.map(|_| ())),
        (
            "ApproveBudget",
            client().approve_budget(with_tag(ApproveBudgetRequest { budget_id }, etag)).await.map(|_| ()),
        ),
        ("RemoveStaffLine", client().remove_staff_line(with_tag(remove, etag)).await.map(|_| ())),
        ("ListSuggestedHours", client().list_suggested_hours(suggested()).await.map(|_| ())),
    ]
}

/// The RPCs on budgets, so that a new one cannot be forgotten here.
fn rpcs() -> usize {
    proto::METHODS
        .iter()
        .filter(|method| method.path.starts_with("/bondgenoot.finance.v1.BudgetService/"))
        .count()
}

#[tokio::test]
async fn nobody_but_the_officer_writes_and_the_board_reads_totals() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let of_programme = |role| worker(0x99, vec![mandate(role, Scope::Programme, Some(PROGRAMME))]);
    let of_organisation =
        worker(0x98, vec![mandate(Role::FinanceOfficer, Scope::Organisation, Some(PROGRAMME))]);
    let nothing: &[&str] = &[];
    let callers: Vec<(&str, Caller, &[&str])> = vec![
        ("board", board(), &["ListBudgets", "GetBudgetTotals"]),
        ("coordinator", of_programme(Role::Coordinator), nothing),
        ("coach", of_programme(Role::Coach), nothing),
        ("administrator", worker(0x97, vec![mandate(Role::Administrator, Scope::Region, None)]), nothing),
        (
            "data protection officer",
            worker(0x96, vec![mandate(Role::DataProtectionOfficer, Scope::Region, None)]),
            nothing,
        ),
        ("officer of an organisation only", of_organisation, nothing),
        ("nobody", Caller::anonymous(), nothing),
    ];

    for (who, caller, allowed) in callers {
        let answers =
            every_rpc(&house, &caller, &budget.budget_id, &budget.lines[0].line_id, &budget.etag).await;
        assert_eq!(answers.len(), rpcs());
        for (rpc, answer) in answers {
            match answer {
                Ok(()) => assert!(allowed.contains(&rpc), "{who} may {rpc}"),
                Err(refused) => {
                    assert!(!allowed.contains(&rpc), "{who} may not {rpc}: {refused:?}");
                    let expected =
                        if who == "nobody" { Code::Unauthenticated } else { Code::PermissionDenied };
                    assert_eq!(refused.code(), expected, "{who} {rpc}");
                }
            }
        }
    }
    assert_eq!(house.get(&budget.budget_id).await, budget);
}

#[tokio::test]
async fn another_programme_and_nothing_at_all_are_one_answer() {
    let house = House::open().await;
    let budget = house.waasland().await;
    let nowhere = chassis::id::IdGenerator.uuid().to_string();
    let strange_line = chassis::id::IdGenerator.uuid().to_string();

    let theirs =
        every_rpc(&house, &stranger(), &budget.budget_id, &budget.lines[0].line_id, &budget.etag).await;
    let none = every_rpc(&house, &officer(), &nowhere, &strange_line, "v1").await;

    for ((rpc, theirs), (_, none)) in theirs.into_iter().zip(none) {
        let theirs = theirs.unwrap_err();
        assert_eq!(theirs.code(), Code::NotFound, "{rpc}");
        match none {
            Err(none) => {
                assert_eq!(refusal(&theirs), refusal(&none), "{rpc}");
                assert_eq!(theirs.message(), none.message());
            }
            // What is of the officer's own programme is there, of course.
            Ok(()) => assert_eq!(refusal(&theirs), pair("NOT_FOUND", "PROGRAMME_NOT_FOUND"), "{rpc}"),
        }
    }
    let of_no_programme = CreateBudgetRequest { programme: "elsewhere".to_owned(), ..create(2024, "x") };
    let refused = house.budgets(stranger()).create_budget(with_key(of_no_programme)).await.unwrap_err();
    assert_eq!(refusal(&refused), pair("NOT_FOUND", "PROGRAMME_NOT_FOUND"));
    assert_eq!(house.get(&budget.budget_id).await, budget);
}

#[tokio::test]
async fn the_audit_names_the_budget_and_the_purpose() {
    let house = House::open().await;
    let budget = house.create(2024, "Aanvraag").await.unwrap();
    house.get(&budget.budget_id).await;
    house.budgets(board()).get_budget_totals(totals(&budget)).await.unwrap();

    for (action, purpose) in
        [("CreateBudget", "finance"), ("GetBudget", "finance"), ("GetBudgetTotals", "finance_totals")]
    {
        let query = format!(
            "select count(*) from chassis.audit where action like '%/{action}' and purpose = '{purpose}'
             and subject_ids = array['{}'::uuid]",
            budget.budget_id
        );
        assert_eq!(house.count(&query).await, 1, "{action}");
    }
}
