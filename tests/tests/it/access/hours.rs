//! Hours, a wage and a claim on the stage, made by the one whose hours they are and by the finance officer.

use serde_json::{Value, json};
use tests::life::{Coach, PROGRAMME, WAGE, text};
use tests::web::{Ask, Web};

/// A month that is locked and claimed, and one that is confirmed.
const LOCKED: &str = "2024-03";
const CONFIRMED: &str = "2024-04";

/// Ids of all of it.
#[derive(Debug)]
pub struct Hours {
    /// Of samira.
    pub employment: String,
    /// Its wage.
    pub wage: String,
    /// A sheet that waits for approval.
    pub sheet: String,
    /// The claim of the first quarter.
    pub claim: String,
    /// A booking that was reversed.
    pub entry: String,
    /// A decision about the pot of 2025 that was reversed.
    pub decision: String,
    /// A purchase that was taken back.
    pub purchase: String,
}

/// Writes as somebody, on the version that was read (may be empty).
async fn write(web: &Web, cookie: &str, path: &str, etag: &str, body: Value) -> Value {
    let ask = Ask::post(path, &body).as_person(cookie);
    let ask = if etag.is_empty() { ask } else { ask.on(etag) };
    web.send(&ask).await.unwrap().good().unwrap()
}

/// A sheet of a month as far as confirmed.
async fn confirmed(web: &Web, cookie: &str, employment: &str, month: &str) -> (String, String) {
    let own = "/api/v1/own-time-sheets";
    let opened = json!({"employmentId": employment, "month": month});
    let opened = write(web, cookie, own, "", opened).await;
    let id = text(&opened, "/timeSheet/timeSheetId").unwrap();
    let day = format!("{month}-04");
    let entries =
        json!({"entries": [{"day": day, "hourClass": "HOUR_CLASS_WITH_PARTICIPANT", "minutes": 60}]});
    let etag = text(&opened, "/timeSheet/etag").unwrap();
    let put = write(web, cookie, &format!("{own}/{id}:put"), &etag, entries).await;
    let etag = text(&put, "/timeSheet/etag").unwrap();
    let sheet = write(web, cookie, &format!("{own}/{id}:confirm"), &etag, json!({})).await;
    (id, text(&sheet, "/timeSheet/etag").unwrap())
}

impl Hours {
    /// Lets a coach work, and a finance officer pay and claim.
    pub async fn of(web: &Web, coach: &Coach, officer: &str) -> Self {
        let employed = json!({
            "programme": PROGRAMME, "workerId": coach.worker, "organisationId": coach.organisation,
            "partner": "arktos", "kbo": "0410.346.721", "component": "operation",
            "validFrom": "2024-03-01", "validTo": "2024-12-31", "fte": "1",
        });
        let employed = write(web, officer, "/api/v1/employments", "", employed).await;
        let employment = text(&employed, "/employment/employmentId").unwrap();
        let wage = json!({"validFrom": "2024-03-01", "basis": "WAGE_BASIS_GROSS_MONTH", "amountEuro": WAGE});
        let etag = text(&employed, "/employment/etag").unwrap();
        let paid =
            write(web, officer, &format!("/api/v1/employments/{employment}:putWage"), &etag, wage).await;

        let (first, etag) = confirmed(web, coach.hand.cookie(), &employment, LOCKED).await;
        write(web, officer, &format!("/api/v1/time-sheets/{first}:approve"), &etag, json!({})).await;
        for month in ["2024-01", "2024-02", LOCKED] {
            let lock = json!({"programme": PROGRAMME, "month": month, "acceptMissing": false});
            write(web, officer, "/api/v1/months:lock", "", lock).await;
        }
        let claim = json!({"programme": PROGRAMME, "kind": "CLAIM_KIND_QUARTER", "year": 2024, "quarter": 1});
        let claim = write(web, officer, "/api/v1/claims", "", claim).await;
        let booked = json!({
            "programme": PROGRAMME, "month": LOCKED, "component": "operation", "partner": "arktos",
            "kind": "LEDGER_KIND_STAFF", "account": "620000", "amountEuro": "10.00", "document": "Kanarie 1",
        });
        let booked = write(web, officer, "/api/v1/ledger-entries", "", booked).await;
        let entry = text(&booked, "/entry/entryId").unwrap();
        let back = json!({"reason": "Kanarie: dubbel geboekt"});
        write(web, officer, &format!("/api/v1/ledger-entries/{entry}:reverse"), "", back).await;
        Self {
            wage: text(&paid, "/history/wages/0/wageId").unwrap(),
            sheet: confirmed(web, coach.hand.cookie(), &employment, CONFIRMED).await.0,
            claim: text(&claim, "/claim/claimId").unwrap(),
            employment,
            entry,
            decision: decision(web, officer).await,
            purchase: purchase(web, officer).await,
        }
    }
}

/// A purchase is recorded and taken back.
async fn purchase(web: &Web, officer: &str) -> String {
    let bought = json!({
        "programme": PROGRAMME, "category": "vorming", "supplierKbo": "0566.988.259", "partner": "arktos",
        "boughtOn": "2024-03-01", "amountEuro": "10", "text": "Kanarie 3",
    });
    let bought = write(web, officer, "/api/v1/purchases", "", bought).await;
    let id = text(&bought, "/purchase/purchaseId").unwrap();
    let back = json!({"reason": "Kanarie: dubbel geboekt"});
    write(web, officer, &format!("/api/v1/purchases/{id}:reverse"), "", back).await;
    id
}

/// An approved budget gives 36.00 to the pot of its year: a tenth of 10 hours at 36.00. A decision about it is taken back.
async fn decision(web: &Web, officer: &str) -> String {
    let budget = json!({"programme": PROGRAMME, "year": 2025, "name": "Pot"});
    let budget = write(web, officer, "/api/v1/budgets", "", budget).await;
    let path = format!("/api/v1/budgets/{}", text(&budget, "/budget/budgetId").unwrap());
    let line = json!({"row": "r01", "component": "operation", "partner": "arktos", "wageEuro": "3000", "hours": "10"});
    let funding = json!({"lines": [{"component": "operation", "source": "vcf", "amountEuro": "504.00"}]});
    let mut etag = text(&budget, "/budget/etag").unwrap();
    for (step, body) in [("putStaffLine", line), ("putFunding", funding), ("approve", json!({}))] {
        let changed = write(web, officer, &format!("{path}:{step}"), &etag, body).await;
        etag = text(&changed, "/budget/etag").unwrap();
    }
    let decided = json!({
        "programme": PROGRAMME, "year": 2025, "day": "2024-03-01", "organ": "Kanarie", "subject": "Kanarie",
        "amountEuro": "10",
    });
    let decided = write(web, officer, "/api/v1/pot-decisions", "", decided).await;
    let id = text(&decided, "/entry/entryId").unwrap();
    let back = json!({"reason": "Kanarie: dubbel geboekt"});
    write(web, officer, &format!("/api/v1/pot-entries/{id}:reverse"), "", back).await;
    id
}
