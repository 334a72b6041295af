//! The questions about money and hours. What would add a row asks for one that cannot be: the rules of the work refuse it after
//! those of access let it through.

use serde_json::json;
use tests::life::PROGRAMME;

use super::actions::{Action, NOBODY, action};
use super::oracle::Rule;
use super::stage::Stage;

/// All of them.
pub fn actions(stage: &Stage) -> Vec<Action> {
    let mut all = budgets(stage);
    all.extend(own_hours(stage));
    all.extend(staff(stage));
    all.extend(lists(stage));
    all.extend(claims(stage));
    all.extend(pot(stage));
    all.extend(imports(stage));
    all.extend(purchases(stage));
    all
}

/// About a budget.
fn budgets(stage: &Stage) -> Vec<Action> {
    use Rule::{KeepsBudgets, SeesClaims, SeesTotals};
    let budget = &stage.budget;
    let line = json!({"row": "r01", "component": "operation", "partner": "arktos", "wageEuro": "3000", "hours": "10"});
    let created = json!({"programme": "{id}", "year": 2026, "name": "Begroting"});
    // Its control is what it is, or there is none of this name: refused after access.
    let spread = json!({"component": "nowhere"});
    let accepted = json!({"subject": {"control": "nowhere"}, "reason": "Kanarie: afgesproken"});
    let withdrawn = json!({"subject": {"control": "nowhere"}});
    // Nothing is sought, nothing divides, and there is no such component: refused after access.
    let sought = json!({"target": "SEEK_TARGET_PROJECT", "totalEuro": "1.00", "lines": []});
    let divided = json!({"totalEuro": "1.00", "weights": [{"of": "ocmw-temse", "weight": "0"}]});
    let funded = json!({"component": "nowhere", "weights": []});
    vec![
        action("ListBudgets", SeesTotals, PROGRAMME, "/api/v1/budgets?programme={id}", None),
        action("GetBudgetTotals", SeesTotals, budget, "/api/v1/budgets/{id}/totals", None),
        action("GetBudget", KeepsBudgets, budget, "/api/v1/budgets/{id}", None),
        action("GetContributions", KeepsBudgets, budget, "/api/v1/budgets/{id}/contributions", None),
        action("PutStaffLine", KeepsBudgets, budget, "/api/v1/budgets/{id}:putStaffLine", Some(line)),
        action(
            "RemoveStaffLine",
            KeepsBudgets,
            budget,
            "/api/v1/budgets/{id}:removeStaffLine",
            Some(json!({"lineId": NOBODY})),
        ),
        action(
            "PutFunding",
            KeepsBudgets,
            budget,
            "/api/v1/budgets/{id}:putFunding",
            Some(json!({"lines": []})),
        ),
        action("ApproveBudget", KeepsBudgets, budget, "/api/v1/budgets/{id}:approve", Some(json!({}))),
        action(
            "DistributeDifference",
            KeepsBudgets,
            budget,
            "/api/v1/budgets/{id}:distributeDifference",
            Some(spread),
        ),
        action(
            "AcceptDifference",
            KeepsBudgets,
            budget,
            "/api/v1/budgets/{id}:acceptDifference",
            Some(accepted),
        ),
        action(
            "WithdrawAcceptance",
            KeepsBudgets,
            budget,
            "/api/v1/budgets/{id}:withdrawAcceptance",
            Some(withdrawn),
        ),
        action("GetTermPlan", SeesClaims, PROGRAMME, "/api/v1/term-plans/{id}", None),
        action(
            "DecideTermReading",
            KeepsBudgets,
            PROGRAMME,
            "/api/v1/term-plans/{id}:decide",
            Some(
                json!({"reading": "TERM_READING_STATED_TOTAL", "reason": "Kanarie: beslist door de stuurgroep"}),
            ),
        ),
        action(
            "ForecastTerm",
            KeepsBudgets,
            budget,
            "/api/v1/budgets/{id}:forecast?indexPercent=2&firstStep=2026-03",
            None,
        ),
        action("SeekHours", KeepsBudgets, budget, "/api/v1/budgets/{id}:seekHours", Some(sought)),
        action(
            "SeekContributions",
            KeepsBudgets,
            budget,
            "/api/v1/budgets/{id}:seekContributions",
            Some(divided),
        ),
        action("SeekFunding", KeepsBudgets, budget, "/api/v1/budgets/{id}:seekFunding", Some(funded)),
        action("ListSuggestedHours", KeepsBudgets, PROGRAMME, "/api/v1/suggested-hours?programme={id}", None),
        action("CreateBudget", KeepsBudgets, PROGRAMME, "/api/v1/budgets", Some(created)),
    ]
}

/// About what samira wrote, as its writer sees it.
fn own_hours(stage: &Stage) -> Vec<Action> {
    use Rule::OwnHours;
    let (employment, sheet) = (&stage.hours.employment, &stage.hours.sheet);
    // No month of the employment.
    let opened = json!({"employmentId": "{id}", "month": "2023-01"});
    let entries = json!({"entries": []});
    vec![
        action("OpenTimeSheet", OwnHours, employment, "/api/v1/own-time-sheets", Some(opened)),
        action("GetOwnTimeSheet", OwnHours, sheet, "/api/v1/own-time-sheets/{id}", None),
        action("PutTimeSheet", OwnHours, sheet, "/api/v1/own-time-sheets/{id}:put", Some(entries)),
        action("ConfirmTimeSheet", OwnHours, sheet, "/api/v1/own-time-sheets/{id}:confirm", Some(json!({}))),
    ]
}

/// About her employment, sheet and wage, as finance officers see them.
fn staff(stage: &Stage) -> Vec<Action> {
    use Rule::{KeepsBudgets, KeepsOrganisation, KeepsStaff, ReadsHours};
    let (employment, sheet) = (&stage.hours.employment, &stage.hours.sheet);
    // No enterprise has no number.
    let employed = json!({
        "programme": "{id}", "workerId": stage.worker, "organisationId": stage.organisation, "partner": "arktos",
        "kbo": "", "component": "operation", "validFrom": "2024-03-01", "fte": "1",
    });
    let changed = json!({"validTo": "2024-12-31", "fte": "1"});
    let counter = json!({
        "day": "2024-04-04", "hourClass": "HOUR_CLASS_WITH_PARTICIPANT", "minutes": 1, "reason": "Kanarie: vergeten",
    });
    let reason = json!({"reason": "Kanarie: 4 april was verlof"});
    let wage = json!({"validFrom": "2025-01-01", "basis": "WAGE_BASIS_GROSS_MONTH", "amountEuro": "3000.00"});
    // A month that never ends.
    let locked = json!({"programme": "{id}", "month": "2999-01", "acceptMissing": false});
    vec![
        action("CreateEmployment", KeepsOrganisation, PROGRAMME, "/api/v1/employments", Some(employed)),
        action("ChangeEmployment", KeepsStaff, employment, "/api/v1/employments/{id}:change", Some(changed)),
        action("GetTimeSheet", ReadsHours, sheet, "/api/v1/time-sheets/{id}", None),
        action("ApproveTimeSheet", KeepsStaff, sheet, "/api/v1/time-sheets/{id}:approve", Some(json!({}))),
        action("ReturnTimeSheet", KeepsStaff, sheet, "/api/v1/time-sheets/{id}:return", Some(reason)),
        action("CorrectTimeSheet", KeepsStaff, sheet, "/api/v1/time-sheets/{id}:correct", Some(counter)),
        action("GetWageHistory", KeepsStaff, employment, "/api/v1/employments/{id}/wages", None),
        action("PutWage", KeepsStaff, employment, "/api/v1/employments/{id}:putWage", Some(wage)),
        action(
            "RemoveWage",
            KeepsStaff,
            employment,
            "/api/v1/employments/{id}:removeWage",
            Some(json!({"wageId": stage.hours.wage})),
        ),
        action("LockMonth", KeepsBudgets, PROGRAMME, "/api/v1/months:lock", Some(locked)),
    ]
}

/// Lists of hours: whoever may ask sees the rows that are theirs to see.
fn lists(stage: &Stage) -> Vec<Action> {
    use Rule::{ListsHours, ListsOwnHours, OwnHours, ReadsHours};
    let list = |rpc, rule, path, rows, id: &String| {
        let mut asked = action(rpc, rule, PROGRAMME, path, None);
        asked.shows = Some((rows, id.clone()));
        asked
    };
    let (employment, sheet) = (&stage.hours.employment, &stage.hours.sheet);
    let missing = "/api/v1/missing-time-sheets?programme={id}&fromMonth=2024-05&toMonth=2024-06";
    vec![
        list("ListEmployments", ListsHours, "/api/v1/employments?programme={id}", ReadsHours, employment),
        list("ListTimeSheets", ListsHours, "/api/v1/time-sheets?programme={id}", ReadsHours, sheet),
        list("ListMissingTimeSheets", ListsHours, missing, ReadsHours, employment),
        list(
            "ListOwnEmployments",
            ListsOwnHours,
            "/api/v1/own-employments?programme={id}",
            OwnHours,
            employment,
        ),
        list("ListOwnTimeSheets", ListsOwnHours, "/api/v1/own-time-sheets?programme={id}", OwnHours, sheet),
    ]
}

/// About a claim and the ledger.
fn claims(stage: &Stage) -> Vec<Action> {
    use Rule::{KeepsBudgets, ReadsClaims, SeesClaims};
    let claim = &stage.hours.claim;
    // No month of that quarter is locked; nothing is worth nothing; what was reversed is not reversed again.
    let created = json!({"programme": "{id}", "kind": "CLAIM_KIND_QUARTER", "year": 2025, "quarter": 1});
    let booked = json!({
        "programme": "{id}", "month": "2024-03", "component": "operation", "partner": "arktos",
        "kind": "LEDGER_KIND_STAFF", "account": "620000", "amountEuro": "0", "document": "Kanarie 2",
    });
    let reason = json!({"reason": "Kanarie: dubbel geboekt"});
    let step = |rpc, path, body| action(rpc, KeepsBudgets, claim, path, Some(body));
    vec![
        action("CreateClaim", KeepsBudgets, PROGRAMME, "/api/v1/claims", Some(created)),
        step("RefreshClaim", "/api/v1/claims/{id}:refresh", json!({})),
        step("ValidateClaim", "/api/v1/claims/{id}:validate", json!({})),
        step("SubmitClaim", "/api/v1/claims/{id}:submit", json!({})),
        step("AcceptClaim", "/api/v1/claims/{id}:accept", json!({})),
        step("CorrectClaim", "/api/v1/claims/{id}:correct", reason.clone()),
        action("GetClaim", ReadsClaims, claim, "/api/v1/claims/{id}", None),
        action("ReconcileClaim", ReadsClaims, claim, "/api/v1/claims/{id}/reconciliation", None),
        action("ListClaims", SeesClaims, PROGRAMME, "/api/v1/claims?programme={id}", None),
        action("PostLedgerEntry", KeepsBudgets, PROGRAMME, "/api/v1/ledger-entries", Some(booked)),
        action(
            "ReverseLedgerEntry",
            KeepsBudgets,
            &stage.hours.entry,
            "/api/v1/ledger-entries/{id}:reverse",
            Some(reason),
        ),
        action("ListLedgerEntries", ReadsClaims, PROGRAMME, "/api/v1/ledger-entries?programme={id}", None),
    ]
}

/// About purchases: one of nothing is none, and what nobody bought is not taken back.
fn purchases(stage: &Stage) -> Vec<Action> {
    use Rule::{KeepsBudgets, ReadsClaims};
    let bought = json!({
        "programme": "{id}", "category": "vorming", "supplierKbo": "0566.988.259", "partner": "arktos",
        "boughtOn": "2024-03-01", "amountEuro": "0", "text": "Kanarie 3", "evidence": "",
    });
    let check = "/api/v1/procurement-check?programme={id}&category=vorming&supplierKbo=0566988259&boughtOn=2024-03-01&amountEuro=1";
    vec![
        action("RecordPurchase", KeepsBudgets, PROGRAMME, "/api/v1/purchases", Some(bought)),
        action(
            "ReversePurchase",
            KeepsBudgets,
            &stage.hours.purchase,
            "/api/v1/purchases/{id}:reverse",
            Some(json!({"reason": "Kanarie: dubbel geboekt"})),
        ),
        action("ListPurchases", ReadsClaims, PROGRAMME, "/api/v1/purchases?programme={id}", None),
        action("CheckProcurement", ReadsClaims, PROGRAMME, check, None),
    ]
}

/// Files with a cell that cannot be taken in: a preview shows it, and nothing is applied.
fn imports(stage: &Stage) -> Vec<Action> {
    use Rule::{KeepsBudgets, KeepsOrganisation};
    let contributions = "UGFydG5lcjtCZWRyYWcKa2FuYXJpZTsxCg==";
    let employments =
        "TWVkZXdlcmtlcjtQYXJ0bmVyO0tCTy1udW1tZXI7T25kZXJkZWVsCmthbmFyaWU7YXJrdG9zOzA7b3BlcmF0aW9uCg==";
    let budget = json!({"kind": "IMPORT_KIND_CONTRIBUTIONS", "file": {"content": contributions}, "plan": ""});
    let hours = json!({"programme": "{id}", "kind": "IMPORT_KIND_EMPLOYMENTS", "file": {"content": employments}, "plan": ""});
    let mut previewed = (budget.clone(), hours.clone());
    for body in [&mut previewed.0, &mut previewed.1] {
        body.as_object_mut().into_iter().for_each(|body| drop(body.remove("plan")));
    }
    vec![
        action(
            "PreviewBudgetImport",
            KeepsBudgets,
            &stage.budget,
            "/api/v1/budgets/{id}:previewImport",
            Some(previewed.0),
        ),
        action(
            "ApplyBudgetImport",
            KeepsBudgets,
            &stage.budget,
            "/api/v1/budgets/{id}:applyImport",
            Some(budget),
        ),
        action(
            "PreviewHoursImport",
            KeepsOrganisation,
            PROGRAMME,
            "/api/v1/hours:previewImport",
            Some(previewed.1),
        ),
        action("ApplyHoursImport", KeepsOrganisation, PROGRAMME, "/api/v1/hours:applyImport", Some(hours)),
    ]
}

/// About a pot: nothing is worth nothing, and nothing falls under a decision that was taken back.
fn pot(stage: &Stage) -> Vec<Action> {
    use Rule::{KeepsBudgets, ReadsClaims, ReadsPot, SeesClaims};
    let decision = &stage.hours.decision;
    let reason = json!({"reason": "Kanarie: dubbel geboekt"});
    let spent = json!({
        "day": "2024-03-02", "partner": "arktos", "subject": "Kanarie", "amountEuro": "1", "evidence": "Kanarie 3", "account": "610000",
    });
    let decided = json!({
        "programme": "{id}", "year": 2024, "day": "2024-03-01", "organ": "Kanarie", "subject": "Kanarie", "amountEuro": "0",
    });
    vec![
        action("RecordPotDecision", KeepsBudgets, PROGRAMME, "/api/v1/pot-decisions", Some(decided)),
        action("RecordPotSpending", KeepsBudgets, decision, "/api/v1/pot-decisions/{id}:spend", Some(spent)),
        action(
            "CloseDecision",
            KeepsBudgets,
            decision,
            "/api/v1/pot-decisions/{id}:close",
            Some(reason.clone()),
        ),
        action("ReversePotEntry", KeepsBudgets, decision, "/api/v1/pot-entries/{id}:reverse", Some(reason)),
        action("ListPotEntries", ReadsPot, PROGRAMME, "/api/v1/pot-entries?programme={id}&year=2024", None),
        action("GetPot", ReadsClaims, PROGRAMME, "/api/v1/pot?programme={id}&year=2024", None),
        action("GetPotTotals", SeesClaims, PROGRAMME, "/api/v1/pot/totals?programme={id}&year=2024", None),
    ]
}
