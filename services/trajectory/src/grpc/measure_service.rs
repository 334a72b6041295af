//! `bondgenoot.trajectory.v1.MeasureService`.

use chassis::grpc::{open, status};
use proto::trajectory::v1::measure_service_server::MeasureService;
use proto::trajectory::v1::{
    ListMeasuresRequest, ListMeasuresResponse, TakeMeasureRequest, TakeMeasureResponse,
};
use tonic::{Request, Response, Status};

use super::from_proto::measures;
use super::{Doors, to_proto};

/// Measures.
#[derive(Debug, Clone)]
pub struct Measures(pub(crate) Doors);

#[tonic::async_trait]
impl MeasureService for Measures {
    async fn take_measure(
        &self,
        request: Request<TakeMeasureRequest>,
    ) -> Result<Response<TakeMeasureResponse>, Status> {
        let (call, message) = open(request)?;
        let command =
            measures::take(self.0.region(), self.0.today(), message).map_err(|error| status(&error))?;
        let respond = |view| TakeMeasureResponse { measure: Some(to_proto::measure(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_measures(
        &self,
        request: Request<ListMeasuresRequest>,
    ) -> Result<Response<ListMeasuresResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.0.work.vault();
        let query = measures::list(vault, &message).map_err(|error| status(&error))?;
        let page = self.0.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &measures::list_name(&message)));
        Ok(Response::new(ListMeasuresResponse {
            measures: page.rows.into_iter().map(to_proto::measure).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}
