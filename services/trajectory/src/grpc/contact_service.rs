//! `bondgenoot.trajectory.v1.ContactService`.

use chassis::grpc::{open, status};
use proto::trajectory::v1::contact_service_server::ContactService;
use proto::trajectory::v1::{
    CorrectContactRequest, CorrectContactResponse, ListContactsRequest, ListContactsResponse,
    LogContactRequest, LogContactResponse, StrikeOutContactRequest, StrikeOutContactResponse,
};
use tonic::{Request, Response, Status};

use super::from_proto::contacts;
use super::{Doors, to_proto};

/// The logbook.
#[derive(Debug, Clone)]
pub struct Contacts(pub(crate) Doors);

#[tonic::async_trait]
impl ContactService for Contacts {
    async fn log_contact(
        &self,
        request: Request<LogContactRequest>,
    ) -> Result<Response<LogContactResponse>, Status> {
        let (call, message) = open(request)?;
        let command =
            contacts::log(self.0.region(), self.0.today(), &message).map_err(|error| status(&error))?;
        let respond = |view| LogContactResponse { contact: Some(to_proto::contact(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn correct_contact(
        &self,
        request: Request<CorrectContactRequest>,
    ) -> Result<Response<CorrectContactResponse>, Status> {
        let (call, message) = open(request)?;
        let command =
            contacts::correct(self.0.region(), self.0.today(), &message).map_err(|error| status(&error))?;
        let respond = |view| CorrectContactResponse { contact: Some(to_proto::contact(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn strike_out_contact(
        &self,
        request: Request<StrikeOutContactRequest>,
    ) -> Result<Response<StrikeOutContactResponse>, Status> {
        let (call, message) = open(request)?;
        let command = contacts::strike_out(&message).map_err(|error| status(&error))?;
        let respond = |view| StrikeOutContactResponse { contact: Some(to_proto::contact(view)) };
        let answer = self.0.work.write(&call, command, respond).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }

    async fn list_contacts(
        &self,
        request: Request<ListContactsRequest>,
    ) -> Result<Response<ListContactsResponse>, Status> {
        let (call, message) = open(request)?;
        let vault = self.0.work.vault();
        let query = contacts::list(vault, &message).map_err(|error| status(&error))?;
        let page = self.0.work.read(&call, query).await.map_err(|error| status(&error))?;
        let next = page.next.map(|cursor| cursor.to_token(vault, &contacts::list_name(&message)));
        Ok(Response::new(ListContactsResponse {
            contacts: page.rows.into_iter().map(to_proto::contact).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}
