//! `bondgenoot.reporting.v1.IntakeReportService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::reporting::v1::intake_report_service_server::IntakeReportService;
use proto::reporting::v1::{GetIntakeFiguresRequest, GetIntakeFiguresResponse, WaitingTime};
use region::Region;
use tonic::{Request, Response, Status};

use super::to_proto::{to_counts, to_timestamp};
use crate::projections::{self, IntakeFigures};
use crate::use_cases::GetIntakeFigures;

/// Reports on intake.
#[derive(Debug)]
pub(crate) struct IntakeReports {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl IntakeReports {
    /// Reports of a region over one database.
    pub(crate) const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }
}

#[tonic::async_trait]
impl IntakeReportService for IntakeReports {
    async fn get_intake_figures(
        &self,
        request: Request<GetIntakeFiguresRequest>,
    ) -> Result<Response<GetIntakeFiguresResponse>, Status> {
        let (call, request) = open(request)?;
        let query =
            GetIntakeFigures::parse(Arc::clone(&self.region), &request.programme, &request.from, &request.to)
                .map_err(|error| status(&error))?;
        let figures = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(to_response(figures)))
    }
}

fn to_response(figures: IntakeFigures) -> GetIntakeFiguresResponse {
    GetIntakeFiguresResponse {
        referrals: figures.referrals,
        by_channel: to_counts(figures.by_channel),
        by_state: to_counts(figures.by_state),
        by_municipality: to_counts(figures.by_municipality),
        by_reason: to_counts(figures.by_reason),
        by_refusal_reason: to_counts(figures.by_refusal_reason),
        by_withdrawal_reason: to_counts(figures.by_withdrawal_reason),
        waiting_to_decision: Some(to_waiting_time(figures.waiting_to_decision)),
        still_waiting: Some(to_waiting_time(figures.still_waiting)),
        as_of: figures.as_of.map(to_timestamp),
    }
}

fn to_waiting_time(waiting: projections::WaitingTime) -> WaitingTime {
    WaitingTime {
        count: waiting.count,
        median_days: waiting.median_days,
        p90_days: waiting.p90_days,
        longest_days: waiting.longest_days,
    }
}
