//! gRPC over TLS, both ways. Each new connection takes the certificates as they are then.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};
use tonic::transport::server::{Connected, TcpConnectInfo};
use tonic::transport::{Channel, Endpoint, Uri};

use crate::error::Chain;
use crate::tls::Tls;

/// How long a caller may take to show who it is.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Most callers at once that do so; more wait to be accepted.
const HANDSHAKES: usize = 1024;

/// A connection of a caller, behind the handshake.
pub(super) struct SecureStream(TlsStream<TcpStream>);

impl Connected for SecureStream {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.0.get_ref().0.connect_info()
    }
}

impl AsyncRead for SecureStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for SecureStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// The connections of callers that passed the handshake. Who does not is dropped, and holds nobody up.
pub(super) fn accept(
    incoming: impl Stream<Item = io::Result<TcpStream>>,
    tls: Tls,
) -> impl Stream<Item = io::Result<SecureStream>> {
    let handshakes = incoming.map(move |accepted| {
        let server = tls.server();
        async move {
            match (accepted, server) {
                (Ok(stream), Some(server)) => handshake(stream, server).await.map(Ok),
                (Ok(_), None) => None,
                (Err(error), _) => Some(Err(error)),
            }
        }
    });
    handshakes.buffer_unordered(HANDSHAKES).filter_map(std::future::ready)
}

async fn handshake(stream: TcpStream, server: Arc<ServerConfig>) -> Option<SecureStream> {
    let trouble = match tokio::time::timeout(HANDSHAKE, TlsAcceptor::from(server).accept(stream)).await {
        Ok(Ok(stream)) => return Some(SecureStream(stream)),
        Ok(Err(error)) => Chain(&error).to_string(),
        Err(_) => "no handshake in time".to_owned(),
    };
    metrics::counter!("tls_handshakes_failed_total").increment(1);
    tracing::info!(error.chain = trouble, "a caller did not pass the TLS handshake");
    None
}

/// A connection over TLS to a server that shows a certificate for this name, made at the first call and again whenever it
/// breaks.
pub(super) fn connect_lazy(endpoint: &Endpoint, name: ServerName<'static>, tls: &Tls) -> Channel {
    let tls = tls.clone();
    endpoint.connect_with_connector_lazy(tower::service_fn(move |uri: Uri| {
        let (client, name) = (tls.client(), name.clone());
        async move {
            let client = client.ok_or(io::ErrorKind::Unsupported)?;
            let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
            let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(443))).await?;
            stream.set_nodelay(true)?;
            TlsConnector::from(client).connect(name, stream).await.map(TokioIo::new)
        }
    }))
}
