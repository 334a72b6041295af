//! A gRPC service in the place of intake: remembers what it was asked and answers what a test says.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chassis::caller::{Caller, Verifier};
use chassis::tasks::Tasks;
use prost::Message as _;
use proto::common::v1::{ErrorDetail, FieldViolation};
use proto::intake::v1::referral_service_server::{ReferralService, ReferralServiceServer};
use proto::intake::v1::{
    AdmitReferralRequest, AdmitReferralResponse, GetReferralRequest, GetReferralResponse,
    ListReferralsRequest, ListReferralsResponse, Referral, RefuseReferralRequest, RefuseReferralResponse,
    ScreenReferralRequest, ScreenReferralResponse, SubmitReferralRequest, SubmitReferralResponse,
    WithdrawReferralRequest, WithdrawReferralResponse,
};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Response, Status};

/// One call as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub rpc: &'static str,
    pub caller: Arc<Caller>,
    pub metadata: BTreeMap<String, String>,
    pub request: Vec<u8>,
}

impl Seen {
    pub fn meta(&self, name: &str) -> &str {
        self.metadata.get(name).map_or("", String::as_str)
    }
}

/// What it answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The ordinary answer.
    Ordinary,
    /// The ordinary answer, this much later.
    After(Duration),
    /// This status.
    Status(Status),
}

/// The service; clones share what was seen.
#[derive(Clone)]
pub struct FakeIntake {
    verifier: Verifier,
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<Mutex<Answer>>,
}

/// A running instance.
pub struct Instance {
    pub address: SocketAddr,
    stop: CancellationToken,
    tasks: Tasks,
}

impl Instance {
    /// Stops in good order: calls in flight are finished.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.finish().await;
    }
}

impl FakeIntake {
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier, seen: Arc::default(), answer: Arc::new(Mutex::new(Answer::Ordinary)) }
    }

    pub async fn serve(&self, address: SocketAddr) -> Instance {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tasks, stop) = (Tasks::new(), CancellationToken::new());
        let stopped = stop.clone();
        let service = ReferralServiceServer::new(self.clone());
        tasks.run(async move {
            tonic::transport::Server::builder()
                .add_service(service)
                .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stopped.cancelled())
                .await
                .unwrap();
        });
        Instance { address, stop, tasks }
    }

    pub fn answer_with(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn last(&self) -> Seen {
        self.seen().pop().expect("no call arrived")
    }

    async fn take<M: prost::Message>(&self, rpc: &'static str, request: &Request<M>) -> Result<(), Status> {
        let metadata: BTreeMap<String, String> = request
            .metadata()
            .clone()
            .into_headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let token =
            metadata.get("authorization").and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let caller =
            self.verifier.verify(token).map_err(|error| Status::unauthenticated(error.to_string()))?;
        self.seen.lock().unwrap().push(Seen {
            rpc,
            caller,
            metadata,
            request: request.get_ref().encode_to_vec(),
        });
        let answer = self.answer.lock().unwrap().clone();
        match answer {
            Answer::Ordinary => Ok(()),
            Answer::After(pause) => {
                tokio::time::sleep(pause).await;
                Ok(())
            }
            Answer::Status(status) => Err(status),
        }
    }
}

/// A status with detail, as the chassis makes it.
pub fn status(
    code: Code,
    kind: &str,
    reason: &str,
    violations: &[&str],
    metadata: &[(&str, &str)],
) -> Status {
    let detail = ErrorDetail {
        kind: kind.to_owned(),
        reason: reason.to_owned(),
        remedy: "do it right".to_owned(),
        violations: violations
            .iter()
            .map(|field| FieldViolation {
                field: (*field).to_owned(),
                reason: "REQUIRED".to_owned(),
                message: "is missing".to_owned(),
                remedy: "fill it in".to_owned(),
            })
            .collect(),
        metadata: metadata.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let any = prost_types::Any {
        type_url: "type.googleapis.com/bondgenoot.common.v1.ErrorDetail".to_owned(),
        value: detail.encode_to_vec(),
    };
    let rpc = proto::google::rpc::Status {
        code: code as i32,
        message: "text of intake".to_owned(),
        details: vec![any],
    };
    Status::with_details(code, "text of intake", rpc.encode_to_vec().into())
}

fn referral(id: &str) -> Referral {
    Referral { referral_id: id.to_owned(), etag: "7-kanarie".to_owned(), ..Referral::default() }
}

#[tonic::async_trait]
impl ReferralService for FakeIntake {
    async fn submit_referral(
        &self,
        request: Request<SubmitReferralRequest>,
    ) -> Result<Response<SubmitReferralResponse>, Status> {
        self.take("SubmitReferral", &request).await?;
        Ok(Response::new(SubmitReferralResponse { receipt_number: "KANARIE-1".to_owned(), stored: true }))
    }

    async fn list_referrals(
        &self,
        request: Request<ListReferralsRequest>,
    ) -> Result<Response<ListReferralsResponse>, Status> {
        self.take("ListReferrals", &request).await?;
        Ok(Response::new(ListReferralsResponse::default()))
    }

    async fn get_referral(
        &self,
        request: Request<GetReferralRequest>,
    ) -> Result<Response<GetReferralResponse>, Status> {
        self.take("GetReferral", &request).await?;
        Ok(Response::new(GetReferralResponse { referral: Some(referral(&request.get_ref().referral_id)) }))
    }

    async fn screen_referral(
        &self,
        request: Request<ScreenReferralRequest>,
    ) -> Result<Response<ScreenReferralResponse>, Status> {
        self.take("ScreenReferral", &request).await?;
        Ok(Response::new(ScreenReferralResponse { referral: Some(referral(&request.get_ref().referral_id)) }))
    }

    async fn admit_referral(
        &self,
        request: Request<AdmitReferralRequest>,
    ) -> Result<Response<AdmitReferralResponse>, Status> {
        self.take("AdmitReferral", &request).await?;
        Ok(Response::new(AdmitReferralResponse::default()))
    }

    async fn refuse_referral(
        &self,
        request: Request<RefuseReferralRequest>,
    ) -> Result<Response<RefuseReferralResponse>, Status> {
        self.take("RefuseReferral", &request).await?;
        Ok(Response::new(RefuseReferralResponse::default()))
    }

    async fn withdraw_referral(
        &self,
        request: Request<WithdrawReferralRequest>,
    ) -> Result<Response<WithdrawReferralResponse>, Status> {
        self.take("WithdrawReferral", &request).await?;
        Ok(Response::new(WithdrawReferralResponse::default()))
    }
}
