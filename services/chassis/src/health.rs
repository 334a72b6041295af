//! The port for probes and metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use crate::config::HealthConfig;
use crate::tasks::Tasks;

/// Bounds of the histograms, in seconds.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Whether the process wants traffic: true after start, false before the drain.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    ready: Arc<AtomicBool>,
}

impl Readiness {
    /// Not ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says whether the process wants traffic.
    pub fn set(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    /// Whether it does.
    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
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

/// Serves `/livez`, `/readyz` and `/metrics` in the background.
pub async fn spawn(config: &HealthConfig, readiness: Readiness, tasks: &Tasks) -> Result<(), HealthError> {
    let recorder = PrometheusBuilder::new().set_buckets(BUCKETS)?.build_recorder();
    let handle = recorder.handle();
    // In one test process several services run; the first recorder serves them all.
    let _ = metrics::set_global_recorder(recorder);
    let address = config.address;
    let listener =
        TcpListener::bind(address).await.map_err(|source| HealthError::Listen { address, source })?;
    let router = Router::new()
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
    let shutdown = tasks.shutdown().clone();
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
