//! The server of a service.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;

use super::access::AccessLayer;
use super::secure;
use crate::caller::Verifier;
use crate::clock::Clock;
use crate::config::{GrpcConfig, millis};
use crate::error::Chain;
use crate::tasks::Tasks;
use crate::tls::Tls;

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} (grpc.address)")]
pub struct ServerError {
    address: SocketAddr,
    #[source]
    source: std::io::Error,
}

/// The gRPC server of a service, behind the access rules.
#[derive(Debug)]
pub struct Server {
    layer: AccessLayer,
    tls: Tls,
}

impl Server {
    /// A server that trusts these caller tokens, and speaks in clear.
    pub fn new(verifier: Verifier, clock: Clock, config: &GrpcConfig) -> Self {
        Self { layer: AccessLayer { verifier, clock, deadline: millis(config.deadline_ms) }, tls: Tls::off() }
    }

    /// With TLS instead, when there is a certificate to show.
    #[must_use]
    pub fn with_tls(self, tls: Tls) -> Self {
        Self { tls, ..self }
    }

    /// Listens, and serves in the background until the tasks shut down; calls in flight are finished. Gives the address,
    /// which tells the port when the setting says 0.
    pub async fn spawn(
        self,
        routes: Routes,
        address: SocketAddr,
        tasks: &Tasks,
    ) -> Result<SocketAddr, ServerError> {
        let failed = |source| ServerError { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let shutdown = tasks.shutdown().clone();
        let layer = self.layer;
        // Answers are small: held back until the caller acknowledges the one before, each would wait some 40 ms. The
        // builder's own setting of this does nothing for a listener that is handed over.
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        tasks.background("grpc server", async move {
            let behind = tonic::transport::Server::builder().layer(layer).add_routes(routes);
            let served = if self.tls.server().is_some() {
                let incoming = secure::accept(incoming, self.tls);
                behind.serve_with_incoming_shutdown(incoming, shutdown.cancelled()).await
            } else {
                behind.serve_with_incoming_shutdown(incoming, shutdown.cancelled()).await
            };
            if let Err(error) = served {
                tracing::error!(error.chain = %Chain(&error), "the gRPC server ended");
            }
        });
        Ok(bound)
    }
}
