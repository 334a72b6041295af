//! Accepts connections, keeps them within bounds, and lets them go without cutting a request.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chassis::tasks::Tasks;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::Outer;

/// The pause after `accept` failed, for instance because there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Settings of the server.
#[derive(Debug, Clone, Copy)]
pub struct ServerConfig {
    /// How long a client may take over the headers of a request; also the longest pause between two requests.
    pub header_timeout: Duration,
    /// Most connections at once; more wait to be accepted.
    pub max_connections: usize,
}

/// The HTTP server.
#[derive(Clone)]
pub struct Server {
    outer: Outer,
    config: ServerConfig,
    tasks: Tasks,
}

impl Server {
    /// A server over the outermost layer. Connections run as tasks that are waited for at the end.
    pub fn new(outer: Outer, config: ServerConfig, tasks: Tasks) -> Self {
        Self { outer, config, tasks }
    }

    /// Accepts until `closing` is cancelled. Open connections then finish the request they are in and close.
    pub async fn serve(self, listener: TcpListener, closing: CancellationToken) {
        let places = Arc::new(Semaphore::new(self.config.max_connections.clamp(1, Semaphore::MAX_PERMITS)));
        loop {
            let accepted = tokio::select! {
                biased;
                () = closing.cancelled() => return,
                accepted = accept(&listener, &places) => accepted,
            };
            match accepted {
                Ok((stream, peer, place)) => {
                    let connection = self.clone().connection(stream, peer, closing.clone());
                    self.tasks.run(async move {
                        connection.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn connection(self, stream: TcpStream, peer: SocketAddr, closing: CancellationToken) {
        let _ = stream.set_nodelay(true);
        let outer = self.outer;
        let service = service_fn(move |request| {
            let outer = outer.clone();
            async move { Ok::<_, Infallible>(outer.answer(request, peer).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.config.header_timeout)
            .max_headers(64)
            .max_buf_size(64 << 10)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = closing.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error = %error, "a connection ended early");
        }
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}
