//! `bondgenoot.finance.v1.DifferenceService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::finance::v1::difference_service_server::DifferenceService;
use proto::finance::v1::{
    AcceptDifferenceRequest, AcceptDifferenceResponse, DifferenceSubject, DistributeDifferenceRequest,
    DistributeDifferenceResponse, DistributedAmount, WithdrawAcceptanceRequest, WithdrawAcceptanceResponse,
};
use region::{ClosedSet as _, Region};
use tonic::{Request, Response, Status};

use super::to_proto::to_budget;
use crate::domain::FundingMove;
use crate::error::Error;
use crate::events::published::to_money;
use crate::fields::Fields;
use crate::use_cases::{
    AcceptDifference, DistributeDifference, Distributed, PreviewDistribution, SubjectInput,
    WithdrawAcceptance,
};

/// Closes differences.
#[derive(Debug, Clone)]
pub struct Differences {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl Differences {
    /// The service over a unit of work, for a region.
    pub const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }

    fn region(&self) -> Arc<Region> {
        Arc::clone(&self.region)
    }
}

fn subject(message: Option<DifferenceSubject>) -> SubjectInput {
    let DifferenceSubject { control, finding, component, source } = message.unwrap_or_default();
    SubjectInput { control, finding, component, source }
}

fn distribution(
    region: Arc<Region>,
    message: DistributeDifferenceRequest,
) -> Result<DistributeDifference, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &message.budget_id);
    let component = message.component;
    fields.finish(budget.map(|budget| DistributeDifference { region, budget, component }))
}

fn acceptance(region: Arc<Region>, message: AcceptDifferenceRequest) -> Result<AcceptDifference, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &message.budget_id);
    let (subject, reason) = (subject(message.subject), message.reason);
    fields.finish(budget.map(|budget| AcceptDifference { region, budget, subject, reason }))
}

fn withdrawal(region: Arc<Region>, message: WithdrawAcceptanceRequest) -> Result<WithdrawAcceptance, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &message.budget_id);
    let subject = subject(message.subject);
    fields.finish(budget.map(|budget| WithdrawAcceptance { region, budget, subject }))
}

fn to_amounts(moves: Vec<FundingMove>) -> Vec<DistributedAmount> {
    let to_amount = |one: FundingMove| DistributedAmount {
        source: one.source.as_str().to_owned(),
        from: Some(to_money(one.from)),
        to: Some(to_money(one.to)),
    };
    moves.into_iter().map(to_amount).collect()
}

#[tonic::async_trait]
impl DifferenceService for Differences {
    async fn distribute_difference(
        &self,
        request: Request<DistributeDifferenceRequest>,
    ) -> Result<Response<DistributeDifferenceResponse>, Status> {
        let (call, message) = open(request)?;
        let is_preview = message.validate_only;
        let command = distribution(self.region(), message).map_err(|error| status(&error))?;
        if is_preview {
            let query = PreviewDistribution(command);
            let moves = self.work.read(&call, query).await.map_err(|error| status(&error))?;
            return Ok(Response::new(DistributeDifferenceResponse {
                lines: to_amounts(moves),
                budget: None,
            }));
        }
        let respond = |done: Distributed| DistributeDifferenceResponse {
            lines: to_amounts(done.moves),
            budget: Some(to_budget(done.view)),
        };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn accept_difference(
        &self,
        request: Request<AcceptDifferenceRequest>,
    ) -> Result<Response<AcceptDifferenceResponse>, Status> {
        let (call, message) = open(request)?;
        let command = acceptance(self.region(), message).map_err(|error| status(&error))?;
        let respond = |view| AcceptDifferenceResponse { budget: Some(to_budget(view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn withdraw_acceptance(
        &self,
        request: Request<WithdrawAcceptanceRequest>,
    ) -> Result<Response<WithdrawAcceptanceResponse>, Status> {
        let (call, message) = open(request)?;
        let command = withdrawal(self.region(), message).map_err(|error| status(&error))?;
        let respond = |view| WithdrawAcceptanceResponse { budget: Some(to_budget(view)) };
        let answer = self.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }
}
