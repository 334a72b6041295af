//! Asking for the figures about trajectories.

use chassis::caller::Caller;
use proto::reporting::v1::trajectory_report_service_client::TrajectoryReportServiceClient;
use proto::reporting::v1::{GetTrajectoryFiguresRequest, GetTrajectoryFiguresResponse};
use testkit::{Running, TestRegion};
use tonic::Status;

use crate::house::{House, Quiet, coordinator};
use crate::story::PROGRAMME;

/// The quarter of most tests.
pub const FROM: &str = "2024-04-01";
pub const TO: &str = "2024-06-30";

/// A request about the programme of all stories.
pub fn quarter(from: &str, to: &str) -> GetTrajectoryFiguresRequest {
    GetTrajectoryFiguresRequest { programme: PROGRAMME.to_owned(), from: from.to_owned(), to: to.to_owned() }
}

async fn ask(
    region: &TestRegion,
    running: &Running,
    caller: Caller,
    request: GetTrajectoryFiguresRequest,
) -> Result<GetTrajectoryFiguresResponse, Status> {
    let channel = running.client_channel(region.calls_as(caller).unwrap()).unwrap();
    Ok(TrajectoryReportServiceClient::new(channel).get_trajectory_figures(request).await?.into_inner())
}

impl House {
    /// The figures of a period, for the coordinator.
    pub async fn quarter(&self, from: &str, to: &str) -> GetTrajectoryFiguresResponse {
        ask(&self.region, &self.running, coordinator(), quarter(from, to)).await.unwrap()
    }
}

impl Quiet {
    /// Asks as somebody.
    pub async fn ask_quarter(
        &self,
        caller: Caller,
        request: GetTrajectoryFiguresRequest,
    ) -> Result<GetTrajectoryFiguresResponse, Status> {
        ask(&self.region, &self.running, caller, request).await
    }
}
