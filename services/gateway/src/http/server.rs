//! Accepts connections, keeps them within bounds, and lets them go without cutting a request.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chassis::tasks::Tasks;
use futures::FutureExt as _;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::Outer;

/// The pause after `accept` failed, for instance because there are no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection may still send a request after the listener closed: one that was just opened has a request on its way.
/// Answers during that time close their connection.
const LAST_WORD: Duration = Duration::from_millis(500);

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

    /// Accepts until `closing` is cancelled, and then what the kernel has accepted for us already. Open connections finish the
    /// request they are in, or the one on its way, and close.
    pub async fn serve(self, listener: TcpListener, closing: CancellationToken) {
        let places = Arc::new(Semaphore::new(self.config.max_connections.clamp(1, Semaphore::MAX_PERMITS)));
        loop {
            let accepted = tokio::select! {
                biased;
                () = closing.cancelled() => break,
                accepted = accept(&listener, &places) => accepted,
            };
            match accepted {
                Ok((stream, peer, place)) => self.attend(stream, peer, place, &closing),
                Err(error) => {
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        while let Some(Ok((stream, peer, place))) = accept(&listener, &places).now_or_never() {
            self.attend(stream, peer, place, &closing);
        }
    }

    /// Serves a connection in a task of its own.
    fn attend(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        place: OwnedSemaphorePermit,
        closing: &CancellationToken,
    ) {
        let connection = self.clone().connection(stream, peer, closing.clone());
        self.tasks.run(async move {
            connection.await;
            drop(place);
        });
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
            () = closed_for(&closing, LAST_WORD) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error = %error, "a connection ended early");
        }
    }
}

/// Resolves so long after `closing` was cancelled.
async fn closed_for(closing: &CancellationToken, time: Duration) {
    closing.cancelled().await;
    tokio::time::sleep(time).await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}
