//! Purchases: bands, evidence, splitting, and who may do what.

use chassis::caller::{Caller, Role};
use chassis::grpc::Authorized;
use proto::finance::v1::procurement_service_client::ProcurementServiceClient;
use proto::finance::v1::{
    CheckProcurementRequest, ListPurchasesRequest, ProcurementAdvice, Purchase, RecordPurchaseRequest,
    ReversePurchaseRequest,
};
use sqlx::Executor as _;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::desk::{coach, kbo, of_programme};
use crate::house::{
    House, PROGRAMME, board, euro, fields, officer, pair, refusal, stranger, violations, with_key,
    with_this_key,
};

type Client = ProcurementServiceClient<InterceptedService<Channel, Authorized>>;

fn purchase(partner: &str, day: &str, amount: &str) -> RecordPurchaseRequest {
    RecordPurchaseRequest {
        programme: PROGRAMME.to_owned(),
        category: "vorming".to_owned(),
        supplier_kbo: kbo("emino"),
        partner: partner.to_owned(),
        bought_on: day.to_owned(),
        amount_euro: amount.to_owned(),
        text: "Vormingsreeks".to_owned(),
        evidence: String::new(),
    }
}

fn question(day: &str, amount: &str) -> CheckProcurementRequest {
    let RecordPurchaseRequest { programme, category, supplier_kbo, bought_on, amount_euro, .. } =
        purchase("arktos", day, amount);
    CheckProcurementRequest { programme, category, supplier_kbo, bought_on, amount_euro }
}

fn all() -> ListPurchasesRequest {
    ListPurchasesRequest { programme: PROGRAMME.to_owned(), ..Default::default() }
}

impl House {
    fn purchases(&self, caller: Caller) -> Client {
        ProcurementServiceClient::new(
            self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap(),
        )
    }

    async fn buy(&self, request: RecordPurchaseRequest) -> Result<(Purchase, ProcurementAdvice), Status> {
        let answer = self.purchases(officer()).record_purchase(with_key(request)).await?.into_inner();
        Ok((answer.purchase.unwrap(), answer.advice.unwrap()))
    }

    async fn ask(&self, day: &str, amount: &str) -> Result<ProcurementAdvice, Status> {
        let answer = self.purchases(officer()).check_procurement(question(day, amount)).await?;
        Ok(answer.into_inner().advice.unwrap())
    }

    async fn take_back(&self, id: &str) -> Result<Purchase, Status> {
        let request = ReversePurchaseRequest { purchase_id: id.to_owned(), reason: "dubbel".to_owned() };
        let answer = self.purchases(officer()).reverse_purchase(with_key(request)).await?;
        Ok(answer.into_inner().purchase.unwrap())
    }
}

#[tokio::test]
async fn the_band_of_the_day_says_the_procedure_and_whether_evidence_is_needed() {
    let house = House::open().await;
    let cases = [
        ("2024-06-01", "29999.99", "accepted_invoice", euro("30000.00"), false),
        ("2024-06-01", "30000.00", "negotiated", euro("143000.00"), true),
        ("2023-06-01", "141000.00", "national_call", euro("215000.00"), true),
        ("2026-06-01", "141000.00", "national_call", euro("216000.00"), true),
        ("2024-06-01", "141000.00", "negotiated", euro("143000.00"), true),
        ("2024-06-01", "221000.00", "european_call", None, true),
    ];
    for (day, amount, procedure, below, evidence) in cases {
        let advice = house.ask(day, amount).await.unwrap();
        let found = (advice.procedure.as_str(), advice.below, advice.evidence_needed);
        assert_eq!(found, (procedure, below, evidence), "{day} {amount}");
        assert!(advice.certainty.starts_with('[') && advice.warnings.is_empty());
    }
    let before = house.ask("2021-12-31", "1.00").await.unwrap_err();
    assert_eq!(refusal(&before), pair("FAILED_PRECONDITION", "PROCUREMENT_BAND_MISSING"));

    let large =
        RecordPurchaseRequest { evidence: " ".to_owned(), ..purchase("arktos", "2024-06-01", "30000.00") };
    let refused = house.buy(large.clone()).await.unwrap_err();
    assert_eq!(violations(&refused), fields(&[("evidence", "EVIDENCE_NEEDED")]));
    let (made, _) =
        house.buy(RecordPurchaseRequest { evidence: "dossier 7".to_owned(), ..large }).await.unwrap();
    assert_eq!((made.evidence.as_str(), made.supplier_kbo), ("dossier 7", kbo("emino")));
}

#[tokio::test]
async fn purchases_of_all_partners_that_cross_a_limit_together_are_named_and_block_nothing() {
    let house = House::open().await;
    let (first, _) = house.buy(purchase("arktos", "2024-02-01", "12000.00")).await.unwrap();
    let (second, alone) = house.buy(purchase("compaan", "2024-05-01", "12000.00")).await.unwrap();
    assert!(alone.warnings.is_empty());

    let (third, advice) = house.buy(purchase("emino", "2025-01-31", "6000.00")).await.unwrap();
    let same: Vec<&str> = advice.warnings.iter().map(|one| one.same.as_str()).collect();
    assert_eq!(same, ["category", "supplier"]);
    for warning in &advice.warnings {
        assert_eq!((warning.limit, warning.sum), (euro("30000.00"), euro("30000.00")));
        assert_eq!(warning.purchase_ids, [first.purchase_id.clone(), second.purchase_id.clone()]);
    }

    // What is taken back counts no more; a year after the first it lies outside the window.
    house.take_back(&third.purchase_id).await.unwrap();
    assert_eq!(house.ask("2025-02-01", "17999.99").await.unwrap().warnings, []);
    assert_eq!(house.ask("2025-02-01", "18000.00").await.unwrap().warnings.len(), 2);
    let twice = house.take_back(&third.purchase_id).await.unwrap_err();
    assert_eq!(refusal(&twice), pair("FAILED_PRECONDITION", "PURCHASE_REVERSED"));

    let mut request = ListPurchasesRequest { page_size: 3, ..all() };
    let page = house.purchases(officer()).list_purchases(request.clone()).await.unwrap().into_inner();
    request.page_token = page.next_page_token;
    let rest = house.purchases(officer()).list_purchases(request).await.unwrap().into_inner();
    let listed: Vec<i64> =
        page.purchases.iter().chain(&rest.purchases).map(|one| one.amount.unwrap().cents).collect();
    assert_eq!(listed, [-600_000, 600_000, 1_200_000, 1_200_000]);
    assert_eq!(page.purchases[0].reverses, third.purchase_id);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused_all_at_once_and_a_key_records_once() {
    let house = House::open().await;
    let wrong = RecordPurchaseRequest {
        category: "Kanarie!".to_owned(),
        supplier_kbo: "0566.988.250".to_owned(),
        partner: "kanarie".to_owned(),
        bought_on: "morgen".to_owned(),
        amount_euro: "0".to_owned(),
        text: String::new(),
        evidence: "k".repeat(201),
        ..purchase("arktos", "", "")
    };
    let expected = fields(&[
        ("category", "CATEGORY_SHAPE"),
        ("supplier_kbo", "KBO_CHECK_DIGITS"),
        ("bought_on", "DAY_SHAPE"),
        ("amount_euro", "AMOUNT_NOT_POSITIVE"),
        ("partner", "UNKNOWN_PARTNER"),
        ("text", "REQUIRED"),
        ("evidence", "TOO_LONG"),
    ]);
    assert_eq!(violations(&house.buy(wrong).await.unwrap_err()), expected);

    let again =
        || with_this_key(purchase("arktos", "2024-02-01", "1.00"), "0198c0de-0000-7000-8000-000000000002");
    let first = house.purchases(officer()).record_purchase(again()).await.unwrap().into_inner();
    let second = house.purchases(officer()).record_purchase(again()).await.unwrap().into_inner();
    assert_eq!(first, second);
    assert_eq!(house.count("select count(*) from purchases").await, 1);
}

#[tokio::test]
async fn only_officer_and_auditor_reach_purchases_and_nobody_changes_one() {
    let house = House::open().await;
    let (made, _) = house.buy(purchase("arktos", "2024-02-01", "1.00")).await.unwrap();
    let reverse = ReversePurchaseRequest { purchase_id: made.purchase_id.clone(), reason: "x".to_owned() };
    let callers = [
        ("auditor", of_programme(Role::Auditor), true),
        ("board", board(), false),
        ("coordinator", of_programme(Role::Coordinator), false),
        ("coach", coach(0x0c), false),
        ("stranger", stranger(), false),
    ];
    for (who, caller, reads) in callers {
        let client = || house.purchases(caller.clone());
        let code = if who == "stranger" { Code::NotFound } else { Code::PermissionDenied };
        for read in [
            client().list_purchases(all()).await.map(|_| ()),
            client().check_procurement(question("2024-02-01", "1.00")).await.map(|_| ()),
        ] {
            assert_eq!(
                read.map_err(|refused| refused.code()),
                if reads { Ok(()) } else { Err(code) },
                "{who}"
            );
        }
        let written = client().record_purchase(with_key(purchase("arktos", "2024-02-01", "1.00"))).await;
        assert_eq!(written.unwrap_err().code(), code, "{who}");
        let written = client().reverse_purchase(with_key(reverse.clone())).await;
        assert_eq!(written.unwrap_err().code(), code, "{who}");
    }
    assert_eq!(house.count("select count(*) from purchases").await, 1);
    for change in ["update purchases set amount_cents = 2", "delete from purchases"] {
        let refused = house.running.database.admin.execute(change).await.unwrap_err();
        assert!(refused.to_string().contains("a purchase stays as it is"), "{refused}");
    }
}
