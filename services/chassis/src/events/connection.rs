//! One connection to the broker: a *generation*. Any trouble ends it and its supervisor starts the next one; the client's own
//! recovery is not used, because it hangs after a graceful stop of the broker. Every await has a time-out.

use std::future::Future;
use std::time::Duration;

use lapin::protocol::AMQPHardError;
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Connection, ConnectionProperties, ErrorKind};
use rand::Rng as _;
use secrecy::ExposeSecret as _;

use super::secure;
use crate::config::{BrokerConfig, read_secret};
use crate::error::Chain;
use crate::tls::{self, TlsError};

/// How long the broker may take for one answer.
pub(super) const ANSWER: Duration = Duration::from_secs(5);
/// How long a clean close may take: nobody waits for it.
const CLOSE: Duration = Duration::from_millis(500);
/// Seconds between heartbeats: a half-open connection is noticed after two.
const HEARTBEAT_SECONDS: u16 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Largest frame of ours, in bytes. The client keeps room for 64 frames per connection, so the broker's 128 KiB would cost
/// 8 MB of memory for events of one. Longer bodies come in several frames; headers cannot.
const FRAME_BYTES: u32 = 16 * 1024;
/// Marks a URL that stands in a file, which is read anew for every connection.
const FILE_PREFIX: &str = "file:";

/// A generation ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum BrokerError {
    #[error("the broker did not answer in time: {0}")]
    Slow(&'static str),
    #[error("the broker refused: {what}")]
    Refused {
        what: &'static str,
        #[source]
        source: lapin::Error,
    },
    #[error("the broker URL cannot be read: {0}")]
    Url(String),
    #[error("TLS to the broker cannot be set up")]
    Tls(#[from] TlsError),
    #[error("the broker ended the delivery of events")]
    Ended,
    #[error("the broker did not take an event")]
    NotConfirmed,
    #[error("an event of type {0} reached no queue")]
    Unroutable(String),
    #[error("events cannot be written as JSON")]
    Encode(#[source] serde_json::Error),
}

impl BrokerError {
    /// Whether the broker sent a frame that was longer than agreed, as it does with the headers of a message.
    pub(super) fn is_long_frame(&self) -> bool {
        let Self::Refused { source, .. } = self else { return false };
        matches!(source.kind(), ErrorKind::ProtocolError(error) if error.get_id() == AMQPHardError::FRAMEERROR.get_id())
    }
}

/// How long the frames of a connection may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frames {
    /// Enough for events.
    Short,
    /// As long as the broker allows anybody to send.
    AsBroker,
}

/// Waits for the broker, for a while.
pub(super) async fn timed<T>(
    what: &'static str,
    answer: impl Future<Output = lapin::Result<T>>,
) -> Result<T, BrokerError> {
    match tokio::time::timeout(ANSWER, answer).await {
        Ok(result) => result.map_err(|source| BrokerError::Refused { what, source }),
        Err(_) => Err(BrokerError::Slow(what)),
    }
}

/// Opens a connection that shows this name in the broker's management. The URL may be `file:/path`: then the file is read
/// now, so that changed credentials count from the next generation on; so do a password and certificates in files of their own.
pub(super) async fn connect(
    broker: &BrokerConfig,
    name: &str,
    frames: Frames,
) -> Result<Connection, BrokerError> {
    let url = match broker.url.expose_secret().strip_prefix(FILE_PREFIX) {
        Some(path) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            let text = tokio::fs::read_to_string(path).await;
            text.map_err(|error| BrokerError::Url(format!("{path}: {error}")))?.trim().to_owned()
        }
        None => broker.url.expose_secret().to_owned(),
    };
    let mut uri: AMQPUri = url
        .parse()
        .map_err(|_| BrokerError::Url("it should look like amqp://user:password@host/vhost".into()))?;
    if let Some(file) = &broker.password_file {
        let password = read_secret(file).map_err(|error| BrokerError::Url(Chain(&error).to_string()))?;
        password.expose_secret().clone_into(&mut uri.authority.userinfo.password);
    }
    uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
    if frames == Frames::Short {
        uri.query.frame_max.get_or_insert(FRAME_BYTES);
    }
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    match uri.scheme {
        AMQPScheme::AMQP => timed("connect", Connection::connect_uri(uri, properties)).await,
        AMQPScheme::AMQPS => {
            let client = tls::trusting("broker.ca_file", broker.ca_file.as_deref())?;
            timed("connect with TLS", secure::connect(uri, properties, client)).await
        }
    }
}

/// Closes what is left of a generation, without waiting long.
pub(super) async fn close(connection: &Connection) {
    let _ = tokio::time::timeout(CLOSE, connection.close(200, "generation ended".into())).await;
}

/// Growing, jittered pauses between generations.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(super) const fn new() -> Self {
        Self { next: FIRST_PAUSE }
    }

    /// It works again: the next pause is short.
    pub(super) const fn reset(&mut self) {
        self.next = FIRST_PAUSE;
    }

    /// The next pause: between half and all of 50 ms, 100 ms, ... 5 s.
    pub(super) fn pause(&mut self) -> Duration {
        let pause = jittered(self.next);
        self.next = (self.next * 2).min(LONGEST_PAUSE);
        pause
    }
}

/// Between half and all of a duration, so that instances do not move in step.
pub(super) fn jittered(duration: Duration) -> Duration {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(rand::rng().random_range(millis / 2..=millis))
}
