//! Claims and ledger as requests, and a quarter to claim.

use chassis::caller::Caller;
use chassis::grpc::Authorized;
use proto::finance::v1::claim_service_client::ClaimServiceClient;
use proto::finance::v1::ledger_service_client::LedgerServiceClient;
use proto::finance::v1::{
    AcceptClaimRequest, Claim, ClaimKind, CorrectClaimRequest, CreateClaimRequest, Employment,
    GetClaimRequest, LedgerEntry, LedgerKind, PostLedgerEntryRequest, ReconcileClaimRequest, Reconciliation,
    RefreshClaimRequest, SubmitClaimRequest, ValidateClaimRequest,
};
use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;

use crate::desk::{AROUND, COACH, WITH, employment, entry};
use crate::house::{House, PROGRAMME, officer, with_key, with_tag};

type ClaimClient = ClaimServiceClient<InterceptedService<Channel, Authorized>>;
type LedgerClient = LedgerServiceClient<InterceptedService<Channel, Authorized>>;

/// A quarter of 2024, or the year with quarter 0.
pub fn claim_of(quarter: u32) -> CreateClaimRequest {
    let kind = if quarter == 0 { ClaimKind::Year } else { ClaimKind::Quarter };
    CreateClaimRequest { programme: PROGRAMME.to_owned(), kind: kind.into(), year: 2024, quarter }
}

pub fn booking(month: &str, kind: LedgerKind, euro: &str) -> PostLedgerEntryRequest {
    PostLedgerEntryRequest {
        programme: PROGRAMME.to_owned(),
        month: month.to_owned(),
        component: "operation".to_owned(),
        partner: "arktos".to_owned(),
        kind: kind.into(),
        account: "ESF.2024-01".to_owned(),
        amount_euro: euro.to_owned(),
        document: "loonstaat".to_owned(),
    }
}

impl House {
    pub fn claims(&self, caller: Caller) -> ClaimClient {
        ClaimServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    pub fn ledger(&self, caller: Caller) -> LedgerClient {
        LedgerServiceClient::new(self.running.client_channel(self.region.calls_as(caller).unwrap()).unwrap())
    }

    /// A coach with two wages and hours in January and March 2024; the quarter is locked.
    pub async fn quarter(&self) -> Employment {
        let made = self.employ(employment(COACH)).await.unwrap();
        self.pay(&made.employment_id, "2024-01-01", "2024-03-15", "3585.00").await.unwrap();
        self.pay(&made.employment_id, "2024-03-16", "", "3656.70").await.unwrap();
        let january = vec![entry("2024-01-08", WITH, 600), entry("2024-01-09", AROUND, 36)];
        self.approved_of(&made, "2024-01", january).await;
        let march = vec![entry("2024-03-15", WITH, 60), entry("2024-03-16", AROUND, 50)];
        self.approved_of(&made, "2024-03", march).await;
        for month in ["2024-01", "2024-02", "2024-03"] {
            self.lock(month, true).await.unwrap();
        }
        made
    }

    pub async fn claim(&self, request: CreateClaimRequest) -> Result<Claim, Status> {
        let answer = self.claims(officer()).create_claim(with_key(request)).await?;
        Ok(answer.into_inner().claim.unwrap())
    }

    pub async fn refresh(&self, read: &Claim) -> Result<Claim, Status> {
        let request = RefreshClaimRequest { claim_id: read.claim_id.clone() };
        let answer = self.claims(officer()).refresh_claim(with_tag(request, &read.etag)).await?;
        Ok(answer.into_inner().claim.unwrap())
    }

    pub async fn validate(&self, read: &Claim) -> Result<Claim, Status> {
        let request = ValidateClaimRequest { claim_id: read.claim_id.clone() };
        let answer = self.claims(officer()).validate_claim(with_tag(request, &read.etag)).await?;
        Ok(answer.into_inner().claim.unwrap())
    }

    pub async fn submit(&self, read: &Claim) -> Result<Claim, Status> {
        let request = SubmitClaimRequest { claim_id: read.claim_id.clone() };
        let answer = self.claims(officer()).submit_claim(with_tag(request, &read.etag)).await?;
        Ok(answer.into_inner().claim.unwrap())
    }

    pub async fn accept(&self, read: &Claim) -> Result<Claim, Status> {
        let request = AcceptClaimRequest { claim_id: read.claim_id.clone() };
        let answer = self.claims(officer()).accept_claim(with_tag(request, &read.etag)).await?;
        Ok(answer.into_inner().claim.unwrap())
    }

    pub async fn revise(&self, read: &Claim) -> Result<Claim, Status> {
        let request =
            CorrectClaimRequest { claim_id: read.claim_id.clone(), reason: "uren vergeten".to_owned() };
        let answer = self.claims(officer()).correct_claim(with_tag(request, &read.etag)).await?;
        Ok(answer.into_inner().claim.unwrap())
    }

    /// A revision; 0 is the latest.
    pub async fn read_claim(&self, read: &Claim, revision: u32) -> Claim {
        let request = GetClaimRequest { claim_id: read.claim_id.clone(), revision };
        self.claims(officer()).get_claim(request).await.unwrap().into_inner().claim.unwrap()
    }

    pub async fn reconcile(&self, read: &Claim) -> Reconciliation {
        let request = ReconcileClaimRequest { claim_id: read.claim_id.clone() };
        let answer = self.claims(officer()).reconcile_claim(request).await.unwrap();
        answer.into_inner().reconciliation.unwrap()
    }

    pub async fn book(&self, request: PostLedgerEntryRequest) -> Result<LedgerEntry, Status> {
        let answer = self.ledger(officer()).post_ledger_entry(with_key(request)).await?;
        Ok(answer.into_inner().entry.unwrap())
    }
}
