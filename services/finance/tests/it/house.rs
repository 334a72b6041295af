//! A running finance with callers, and the case of Waasland as requests. Every personal text contains `kanarie`.

use chassis::caller::{Caller, Role, Scope};
use chassis::grpc::{Authorized, detail};
use finance::Finance;
use finance::error::{FIELD_REASONS, REASONS};
use proto::common::v1::{ErrorDetail, Money};
use proto::finance::v1::budget_service_client::BudgetServiceClient;
use proto::finance::v1::{
    ApproveBudgetRequest, Budget, ContributionInput, CreateBudgetRequest, FundingLineInput, GetBudgetRequest,
    GetBudgetTotalsRequest, ListBudgetsRequest, PutFundingRequest, PutStaffLineRequest,
    RemoveStaffLineRequest,
};
use sqlx::AssertSqlSafe;
use testkit::{Running, TestRegion, mandate, worker};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::case::{Case, rows, text};

pub const PROGRAMME: &str = "waasland-esf";
pub const OFFICER: u128 = 0xf1;

type Client = BudgetServiceClient<InterceptedService<Channel, Authorized>>;

pub struct House {
    pub region: TestRegion,
    pub running: Running,
}

impl House {
    pub async fn open() -> Self {
        let region = TestRegion::without_broker().await.unwrap();
        let running = region.run::<Finance>("").await.unwrap();
        Self { region, running }
    }

    pub fn budgets(&self, caller: Caller) -> Client {
        let caller = self.region.calls_as(caller).unwrap();
        BudgetServiceClient::new(self.running.client_channel(caller).unwrap())
    }

    pub async fn create(&self, year: u32, name: &str) -> Result<Budget, Status> {
        let request = create(year, name);
        Ok(self.budgets(officer()).create_budget(with_key(request)).await?.into_inner().budget.unwrap())
    }

    pub async fn put(&self, read: &Budget, line: PutStaffLineRequest) -> Result<Budget, Status> {
        let request = PutStaffLineRequest { budget_id: read.budget_id.clone(), ..line };
        let request = with_tag(request, &read.etag);
        Ok(self.budgets(officer()).put_staff_line(request).await?.into_inner().budget.unwrap())
    }

    pub async fn fund(&self, read: &Budget, funding: PutFundingRequest) -> Result<Budget, Status> {
        let request = PutFundingRequest { budget_id: read.budget_id.clone(), ..funding };
        let request = with_tag(request, &read.etag);
        Ok(self.budgets(officer()).put_funding(request).await?.into_inner().budget.unwrap())
    }

    pub async fn remove(&self, read: &Budget, line_id: &str) -> Result<Budget, Status> {
        let request =
            RemoveStaffLineRequest { budget_id: read.budget_id.clone(), line_id: line_id.to_owned() };
        let request = with_tag(request, &read.etag);
        Ok(self.budgets(officer()).remove_staff_line(request).await?.into_inner().budget.unwrap())
    }

    pub async fn approve(&self, read: &Budget) -> Result<Budget, Status> {
        let request = with_tag(ApproveBudgetRequest { budget_id: read.budget_id.clone() }, &read.etag);
        Ok(self.budgets(officer()).approve_budget(request).await?.into_inner().budget.unwrap())
    }

    pub async fn get(&self, id: &str) -> Budget {
        let request = GetBudgetRequest { budget_id: id.to_owned() };
        self.budgets(officer()).get_budget(request).await.unwrap().into_inner().budget.unwrap()
    }

    /// The whole case of Waasland, entered through the door.
    pub async fn waasland(&self) -> Budget {
        let mut budget = self.create(2024, "Aanvraag").await.unwrap();
        for line in case_lines() {
            budget = self.put(&budget, line).await.unwrap();
        }
        self.fund(&budget, case_funding()).await.unwrap()
    }

    /// One number out of the database, as a superuser.
    pub async fn count(&self, query: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
            .fetch_one(&self.running.database.admin)
            .await
            .unwrap()
    }

    /// Tables with a row that holds one of these texts, also as hexadecimal bytes, or one of these numbers as a column.
    pub async fn tables_with(&self, texts: &[&str], numbers: &[&str]) -> Vec<String> {
        let tables: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('public', 'chassis') order by 1",
        )
        .fetch_all(&self.running.database.admin)
        .await
        .unwrap();
        // A number by itself would be found by chance in the hexadecimal digits of what is sealed.
        let patterns: Vec<String> =
            texts
                .iter()
                .flat_map(|text| [format!("%{text}%"), format!("%{}%", hex::encode(text))])
                .chain(numbers.iter().flat_map(|number| {
                    [format!("%,{number},%"), format!("({number},%"), format!("%,{number})")]
                }))
                .collect();
        let mut found = Vec::new();
        for table in tables {
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
                "select count(*) from {table} as scanned where scanned::text ilike any ($1)"
            )))
            .bind(&patterns)
            .fetch_one(&self.running.database.admin)
            .await
            .unwrap();
            if rows > 0 {
                found.push(table);
            }
        }
        found
    }
}

pub fn officer() -> Caller {
    worker(OFFICER, vec![mandate(Role::FinanceOfficer, Scope::Programme, Some(PROGRAMME))])
}

pub fn board() -> Caller {
    worker(0xb0, vec![mandate(Role::BoardMember, Scope::Programme, Some(PROGRAMME))])
}

/// A finance officer of another programme.
pub fn stranger() -> Caller {
    worker(0x5e, vec![mandate(Role::FinanceOfficer, Scope::Programme, Some("elsewhere"))])
}

pub fn create(year: u32, name: &str) -> CreateBudgetRequest {
    CreateBudgetRequest { programme: PROGRAMME.to_owned(), year, name: name.to_owned() }
}

pub fn list() -> ListBudgetsRequest {
    ListBudgetsRequest { programme: PROGRAMME.to_owned(), ..ListBudgetsRequest::default() }
}

pub fn totals(budget: &Budget) -> GetBudgetTotalsRequest {
    GetBudgetTotalsRequest { budget_id: budget.budget_id.clone() }
}

/// The partner of the region for a neutral code of the case; the kinds are those of the case.
fn partner(code: &str) -> &'static str {
    match code {
        "p01" => "arktos",
        "p02" => "emino",
        "p03" => "compaan",
        "p04" => "vdab",
        "p05" => "ocmw-lokeren",
        "p06" => "ocmw-moerbeke",
        "p07" => "ocmw-sint-gillis-waas",
        "p08" => "ocmw-stekene",
        "p09" => "ocmw-temse",
        "p10" => "ocmw-waasmunster",
        "p11" => "vvsg",
        other => panic!("{other}"),
    }
}

/// A line that fits.
pub fn line(row: &str) -> PutStaffLineRequest {
    PutStaffLineRequest {
        row: row.to_owned(),
        component: "operation".to_owned(),
        partner: "arktos".to_owned(),
        wage_euro: "3585.00".to_owned(),
        hours: "1720".to_owned(),
        ..PutStaffLineRequest::default()
    }
}

pub fn case_lines() -> Vec<PutStaffLineRequest> {
    rows()
        .into_iter()
        .map(|row| PutStaffLineRequest {
            row: row.fields[0].clone(),
            component: row.fields[1].clone(),
            partner: partner(&row.fields[2]).to_owned(),
            wage_euro: row.fields[4].clone(),
            hours: row.fields[5].clone(),
            ..PutStaffLineRequest::default()
        })
        .collect()
}

pub fn funding_line(component: &str, source: &str, amount: &str) -> FundingLineInput {
    FundingLineInput {
        component: component.to_owned(),
        source: source.to_owned(),
        amount_euro: amount.to_owned(),
        ..FundingLineInput::default()
    }
}

pub fn contribution(partner: &str, amount: &str) -> ContributionInput {
    ContributionInput { partner: partner.to_owned(), amount_euro: amount.to_owned() }
}

pub fn case_funding() -> PutFundingRequest {
    let case = Case::read();
    let entered = |path: &[&str]| text(&case.entered, path).to_owned();
    let mut request = PutFundingRequest::default();
    for component in ["support", "operation"] {
        for (source, amount) in case.entered["funding"][component].as_table().unwrap() {
            let mut line = funding_line(component, source, amount.as_str().unwrap());
            match (component, source.as_str()) {
                ("operation", "local") => {
                    line.in_kind_euro = entered(&["cofinancing", "local_staff_in_kind"]);
                }
                ("operation", "vdab") => {
                    line.in_kind_euro = entered(&["cofinancing", "vdab_staff_in_kind"]);
                }
                ("operation", "vcf") => line.stated_euro = entered(&["text", "vcf_operation"]),
                _ => {}
            }
            request.lines.push(line);
        }
    }
    for (name, amount) in case.entered["municipal_contributions"].as_table().unwrap() {
        let partner = format!("ocmw-{}", name.to_lowercase());
        request.contributions.push(contribution(&partner, amount.as_str().unwrap()));
    }
    request
}

/// An amount of the contract, from euro as they are written.
#[expect(clippy::unnecessary_wraps, reason = "as the messages of the contract hold it")]
pub fn euro(text: &str) -> Option<Money> {
    Some(Money { cents: crate::case::money(text).cents() })
}

/// A request under an idempotency key of its own.
pub fn with_key<T>(message: T) -> Request<T> {
    with_this_key(message, &chassis::id::IdGenerator.uuid().to_string())
}

pub fn with_this_key<T>(message: T, key: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

/// A request on a version that was read.
pub fn with_tag<T>(message: T, etag: &str) -> Request<T> {
    let mut request = with_key(message);
    request.metadata_mut().insert("if-match", etag.parse().unwrap());
    request
}

/// What a refusal tells programs. Every reason of finance stands in its list; no refusal repeats a value.
pub fn told(status: &Status) -> ErrorDetail {
    let detail = detail(status).unwrap_or_else(|| panic!("no detail: {status:?}"));
    let of_the_chassis = ["IF_MATCH_REQUIRED", "IDEMPOTENCY_KEY_REUSED", "NO_MANDATE", "SIGN_IN_REQUIRED"];
    assert!(
        REASONS.iter().any(|(reason, _)| *reason == detail.reason)
            || of_the_chassis.contains(&detail.reason.as_str()),
        "{} is not in REASONS",
        detail.reason
    );
    for violation in &detail.violations {
        assert!(
            FIELD_REASONS.iter().any(|(reason, _)| *reason == violation.reason)
                || detail.reason == "IF_MATCH_REQUIRED",
            "{} is not in FIELD_REASONS",
            violation.reason
        );
        assert!(!violation.message.is_empty() && !violation.remedy.is_empty(), "{violation:?}");
    }
    let shown = format!("{detail:?}{}", status.message()).to_lowercase();
    assert!(!shown.contains("kanarie"), "a refusal repeats what was typed: {shown}");
    detail
}

/// The violations of a refusal, as field and reason.
pub fn violations(status: &Status) -> Vec<(String, String)> {
    let detail = told(status);
    assert_eq!((detail.kind.as_str(), detail.reason.as_str()), ("INVALID_ARGUMENT", "INVALID_FIELDS"));
    detail.violations.into_iter().map(|violation| (violation.field, violation.reason)).collect()
}

/// Kind and reason of a refusal.
pub fn refusal(status: &Status) -> (String, String) {
    let detail = told(status);
    (detail.kind, detail.reason)
}

pub fn pair(kind: &str, reason: &str) -> (String, String) {
    (kind.to_owned(), reason.to_owned())
}

/// Violations as they are expected: field and reason.
pub fn fields(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(field, reason)| pair(field, reason)).collect()
}
