//! The port for probes and metrics. It speaks HTTP/1 for people and Prometheus, and on the same port, without TLS, the health
//! protocol of gRPC, which a kubelet asks natively.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::config::HealthConfig;
use crate::tasks::Tasks;

/// Bounds of the histograms, in seconds.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The name under which readiness is asked. Every other known name, the empty one too, asks whether the process lives.
const READINESS: &str = "readiness";
/// The name under which life is asked.
const LIVENESS: &str = "liveness";

/// Whether the process wants traffic: true after start, false before the drain.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    ready: watch::Sender<bool>,
}

impl Readiness {
    /// Not ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says whether the process wants traffic.
    pub fn set(&self, ready: bool) {
        self.ready.send_replace(ready);
    }

    /// Whether it does.
    pub fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }
}

/// The health port cannot open.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address} (health.address)")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The metrics recorder cannot be made.
    #[error("the metrics recorder cannot be made")]
    Metrics(#[from] BuildError),
}

/// The health protocol of gRPC: `readiness` follows [`Readiness`]; `liveness` answers as long as the process does, and looks at
/// no database and no broker, because a restart mends neither.
#[derive(Debug)]
struct Protocol {
    readiness: Readiness,
    /// Ends the streams of who watches: the server waits for them before it stops.
    shutdown: CancellationToken,
}

#[tonic::async_trait]
impl Health for Protocol {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let serving = match request.get_ref().service.as_str() {
            READINESS => self.readiness.is_ready(),
            LIVENESS | "" => true,
            _ => return Err(Status::not_found("ask for `readiness` or `liveness`")),
        };
        Ok(Response::new(answer(serving)))
    }

    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        if request.get_ref().service != READINESS {
            return Err(Status::unimplemented("only `readiness` changes"));
        }
        let changes = WatchStream::new(self.readiness.ready.subscribe());
        let shutdown = self.shutdown.clone().cancelled_owned();
        Ok(Response::new(changes.map(|ready| Ok(answer(ready))).take_until(shutdown).boxed()))
    }
}

fn answer(serving: bool) -> HealthCheckResponse {
    let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
    HealthCheckResponse { status: status.into() }
}

/// Serves `/livez`, `/readyz`, `/metrics` and `grpc.health.v1.Health` in the background.
pub async fn spawn(config: &HealthConfig, readiness: Readiness, tasks: &Tasks) -> Result<(), HealthError> {
    let recorder = PrometheusBuilder::new().set_buckets(BUCKETS)?.build_recorder();
    let handle = recorder.handle();
    // In one test process several services run; the first recorder serves them all.
    let _ = metrics::set_global_recorder(recorder);
    let address = config.address;
    let listener =
        TcpListener::bind(address).await.map_err(|source| HealthError::Listen { address, source })?;
    let shutdown = tasks.shutdown().clone();
    let protocol = HealthServer::new(Protocol { readiness: readiness.clone(), shutdown: shutdown.clone() });
    let router = Router::new()
        .route_service("/grpc.health.v1.Health/{method}", protocol)
        .route("/livez", get(|| async { "alive\n" }))
        .route(
            "/readyz",
            get(move || async move {
                if readiness.is_ready() {
                    (StatusCode::OK, "ready\n")
                } else {
                    (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
                }
            }),
        )
        .route("/metrics", get(move || async move { render(&handle) }));
    tasks.background("health server", async move {
        let served = axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await;
        if let Err(error) = served {
            tracing::error!(error.chain = %crate::error::Chain(&error), "the health server ended");
        }
    });
    Ok(())
}

fn render(handle: &PrometheusHandle) -> String {
    handle.run_upkeep();
    let mut text = handle.render();
    if let Some(bytes) = resident_bytes() {
        text.push_str("# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes ");
        text.push_str(&bytes.to_string());
        text.push('\n');
    }
    text
}

/// Memory of this process that is in RAM, from the kernel.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok()?.checked_mul(1024)
}
