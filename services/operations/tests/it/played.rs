//! Services that a test plays for operations, behind the real access rules.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use chassis::caller::Verifier;
use chassis::clock::Clock;
use chassis::config::{GrpcConfig, TlsConfig};
use chassis::grpc::Server;
use chassis::tasks::Tasks;
use chassis::tls::Tls;
use futures::Stream;
use proto::admin::v1::admin_service_server::{AdminService, AdminServiceServer};
use proto::admin::v1::{self as admin, GetStatusResponse, History};
use proto::finance::v1::export_service_server::{ExportService, ExportServiceServer};
use proto::finance::v1::{self as finance, ExportRun};
use testkit::TestRegion;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

/// What a played service says of itself.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub status: GetStatusResponse,
    pub produced: Vec<History>,
    pub consumed: Vec<History>,
    /// What it was asked to try again.
    pub redriven: Vec<admin::RedriveParkedRequest>,
    /// What waits to be exported, last submitted first; of finance.
    pub outstanding: Vec<ExportRun>,
}

/// A played service behind the real access rules.
#[derive(Debug, Clone)]
pub struct Played {
    pub address: SocketAddr,
    pub tasks: Tasks,
    said: Arc<Mutex<Said>>,
}

impl Played {
    /// Plays a service in order: intake publishes, reporting consumes.
    pub async fn start(region: &TestRegion, service: &str) -> Self {
        Self::start_at(region, service, "127.0.0.1:0".parse().unwrap()).await
    }

    pub async fn start_at(region: &TestRegion, service: &str, address: SocketAddr) -> Self {
        Self::start_with(region, service, address, &TlsConfig::default()).await
    }

    /// With certificates.
    pub async fn start_with(
        region: &TestRegion,
        service: &str,
        address: SocketAddr,
        tls: &TlsConfig,
    ) -> Self {
        let verifier = Verifier::from_file(&region.keys.caller_keys_file, &region.code).unwrap();
        let clock = Clock::new("Europe/Brussels", None).unwrap();
        let config = GrpcConfig { address, deadline_ms: 10_000, drain_ms: 0 };
        let tasks = Tasks::new();
        let said = Arc::new(Mutex::new(Said { status: in_order(service, &region.code), ..Said::default() }));
        let routes = Routes::new(AdminServiceServer::new(Admin(said.clone())))
            .add_service(ExportServiceServer::new(Admin(said.clone())));
        let server =
            Server::new(verifier, clock, &config).with_tls(Tls::open_for_server(tls, &tasks).unwrap());
        let address = server.spawn(routes, address, &tasks).await.unwrap();
        Self { address, tasks, said }
    }

    /// Changes what it says; gives back what it said before.
    pub fn says(&self, change: impl FnOnce(&mut Said)) -> Said {
        let mut said = self.said.lock().unwrap();
        let before = said.clone();
        change(&mut said);
        before
    }
}

fn in_order(service: &str, region: &str) -> GetStatusResponse {
    let settings = ["fsync", "synchronous_commit", "full_page_writes"];
    GetStatusResponse {
        service: service.to_owned(),
        region: region.to_owned(),
        build_id: "0.1.0-aa-1".to_owned(),
        epoch: 1,
        relay_leader: service != "reporting",
        broker_connected: true,
        consumes: service == "reporting",
        queue: if service == "reporting" { "bondgenoot.reporting".to_owned() } else { String::new() },
        database_settings: settings.map(|name| (name.to_owned(), "on".to_owned())).into(),
        ..GetStatusResponse::default()
    }
}

#[derive(Debug)]
struct Admin(Arc<Mutex<Said>>);

impl Admin {
    fn said(&self) -> Said {
        self.0.lock().unwrap().clone()
    }
}

fn not_played<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("not played"))
}

#[tonic::async_trait]
impl AdminService for Admin {
    type RebuildProjectionsStream =
        Pin<Box<dyn Stream<Item = Result<admin::RebuildProjectionsResponse, Status>> + Send>>;

    async fn get_status(
        &self,
        _: Request<admin::GetStatusRequest>,
    ) -> Result<Response<GetStatusResponse>, Status> {
        Ok(Response::new(self.said().status))
    }

    async fn list_produced_histories(
        &self,
        request: Request<admin::ListProducedHistoriesRequest>,
    ) -> Result<Response<admin::ListProducedHistoriesResponse>, Status> {
        let (histories, next_page_token) = one_by_one(self.said().produced, &request.into_inner().page_token);
        Ok(Response::new(admin::ListProducedHistoriesResponse { histories, next_page_token }))
    }

    async fn list_consumed_histories(
        &self,
        request: Request<admin::ListConsumedHistoriesRequest>,
    ) -> Result<Response<admin::ListConsumedHistoriesResponse>, Status> {
        let (histories, next_page_token) = one_by_one(self.said().consumed, &request.into_inner().page_token);
        Ok(Response::new(admin::ListConsumedHistoriesResponse { histories, next_page_token }))
    }

    async fn list_parked(
        &self,
        _: Request<admin::ListParkedRequest>,
    ) -> Result<Response<admin::ListParkedResponse>, Status> {
        not_played()
    }

    async fn redrive_parked(
        &self,
        request: Request<admin::RedriveParkedRequest>,
    ) -> Result<Response<admin::RedriveParkedResponse>, Status> {
        let mut said = self.0.lock().unwrap();
        said.redriven.push(request.into_inner());
        let applied = said.status.parked;
        Ok(Response::new(admin::RedriveParkedResponse { applied, parked_again: 1 }))
    }

    async fn republish_events(
        &self,
        _: Request<admin::RepublishEventsRequest>,
    ) -> Result<Response<admin::RepublishEventsResponse>, Status> {
        not_played()
    }

    async fn rebuild_projections(
        &self,
        _: Request<admin::RebuildProjectionsRequest>,
    ) -> Result<Response<Self::RebuildProjectionsStream>, Status> {
        not_played()
    }

    async fn forget_histories(
        &self,
        _: Request<admin::ForgetHistoriesRequest>,
    ) -> Result<Response<admin::ForgetHistoriesResponse>, Status> {
        not_played()
    }

    async fn raise_epoch(
        &self,
        _: Request<admin::RaiseEpochRequest>,
    ) -> Result<Response<admin::RaiseEpochResponse>, Status> {
        not_played()
    }
}

#[tonic::async_trait]
impl ExportService for Admin {
    async fn list_exports(
        &self,
        _: Request<finance::ListExportsRequest>,
    ) -> Result<Response<finance::ListExportsResponse>, Status> {
        not_played()
    }

    async fn get_export(
        &self,
        _: Request<finance::GetExportRequest>,
    ) -> Result<Response<finance::GetExportResponse>, Status> {
        not_played()
    }

    async fn list_export_runs(
        &self,
        request: Request<finance::ListExportRunsRequest>,
    ) -> Result<Response<finance::ListExportRunsResponse>, Status> {
        let request = request.into_inner();
        assert!(request.only_outstanding);
        let (runs, next_page_token) = one_by_one(self.said().outstanding, &request.page_token);
        Ok(Response::new(finance::ListExportRunsResponse { runs, next_page_token }))
    }
}

/// Pages of one, so that following the pages is part of every test.
fn one_by_one<T>(histories: Vec<T>, page_token: &str) -> (Vec<T>, String) {
    let at: usize = if page_token.is_empty() { 0 } else { page_token.parse().unwrap() };
    let next = if at + 1 < histories.len() { (at + 1).to_string() } else { String::new() };
    (histories.into_iter().skip(at).take(1).collect(), next)
}
