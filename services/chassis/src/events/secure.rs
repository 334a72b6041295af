//! AMQP over TLS. The client's own TLS would bring a second provider, and without it the client speaks in clear whatever its URL
//! says; so here it is given a network whose every connection is TLS.

use std::future::Future;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_rs::traits::{Executor as _, Reactor};
use async_rs::util::RuntimeParts;
use async_rs::{Runtime, Tokio};
use futures::io::{AsyncRead, AsyncWrite};
use futures::stream::Stream;
use lapin::uri::AMQPUri;
use lapin::{AsyncTcpStream, Connection, ConnectionProperties};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

/// Tokio, but what is connected is TLS with one server name.
#[derive(Clone)]
struct SecureNetwork {
    tokio: Tokio,
    client: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl std::fmt::Debug for SecureNetwork {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SecureNetwork").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Reactor for SecureNetwork {
    type TcpStream = Compat<TlsStream<TcpStream>>;
    type Sleep = <Tokio as Reactor>::Sleep;

    /// Never asked for: whatever is connected here is connected by its address.
    fn register<H: Read + Write + Send + 'static>(
        &self,
        _socket: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        Err::<Compat<TcpStream>, _>(io::ErrorKind::Unsupported.into())
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.tokio.sleep(duration)
    }

    fn interval(&self, duration: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        self.tokio.interval(duration)
    }

    fn tcp_connect_addr(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send + 'static {
        let (client, name) = (Arc::clone(&self.client), self.name.clone());
        // On the executor, because whoever polls this need not be inside of it.
        let connecting = self.tokio.spawn(async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            TlsConnector::from(client).connect(name, stream).await
        });
        async move { connecting.await.map(TokioAsyncReadCompatExt::compat) }
    }
}

/// Opens a connection over TLS; the broker shows a certificate for the host of the URL.
pub(super) async fn connect(
    uri: AMQPUri,
    properties: ConnectionProperties,
    client: Arc<ClientConfig>,
) -> lapin::Result<Connection> {
    let host = uri.authority.host.clone();
    let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']').to_owned())
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let tokio = Tokio::current();
    let network = SecureNetwork { tokio: tokio.clone(), client, name };
    let connect = async |uri: AMQPUri, runtime: Runtime<RuntimeParts<Tokio, SecureNetwork>>| {
        let addresses = runtime.to_socket_addrs((uri.authority.host, uri.authority.port));
        Ok(AsyncTcpStream::connect(&runtime, addresses).await?)
    };
    Connection::connector(uri, Runtime::new(RuntimeParts::new(tokio, network)), connect, properties).await
}
