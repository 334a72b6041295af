//! RabbitMQ's management API: queues and bindings of the region's vhost.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chassis::config::SecretFileError;
use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::reach::Reach;
use crate::config::BrokerConfig;
use crate::domain::{Binding, BrokerSeen, QueueSeen};

/// The exchange every event goes to.
const EVENTS_EXCHANGE: &str = "bondgenoot.events";
/// Most bytes an answer may have: some thousand queues.
const MAX_ANSWER: usize = 8 << 20;

/// A client of the management API.
#[derive(Clone)]
pub struct Broker {
    reach: Arc<Reach>,
    queues: Url,
    bindings: Url,
}

impl std::fmt::Debug for Broker {
    // The URLs hold a password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Broker").field("host", &self.queues.host_str()).finish_non_exhaustive()
    }
}

/// The broker cannot be asked. The messages hold no URL: it has a password in it.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// A URL cannot be read.
    #[error("{setting} is no URL; write {example}")]
    Url {
        /// The setting.
        setting: &'static str,
        /// What would be right.
        example: &'static str,
    },
    /// The password cannot be read.
    #[error("broker.password_file cannot be used; it should be a text file that the process may read")]
    Password(#[source] SecretFileError),
    /// The certificates cannot be read.
    #[error("the file {} (broker.ca_file) cannot be read; it should be a PEM file that the process may read", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file holds no certificates.
    #[error(
        "broker.ca_file holds no certificate in PEM; write those of who may sign the broker's into it, or leave it out"
    )]
    NoCertificate,
    /// No HTTP client can be made.
    #[error("no HTTP client can be made")]
    Client(#[source] reqwest::Error),
    /// The API did not answer.
    #[error("the management API did not answer")]
    Request(#[source] reqwest::Error),
    /// The API answered something else.
    #[error("the management API answered something else than a list")]
    Answer(#[source] serde_json::Error),
    /// The answer is too long.
    #[error("the answer of the management API is too long")]
    TooLong,
}

#[derive(Deserialize)]
struct QueueAnswer {
    name: String,
    // A queue that was just declared has no counts yet.
    #[serde(default)]
    messages: i64,
    #[serde(default)]
    consumers: i32,
}

#[derive(Deserialize)]
struct BindingAnswer {
    source: String,
    destination: String,
    destination_type: String,
    routing_key: String,
}

impl Broker {
    /// A client; every call ends `within` this time.
    pub fn new(config: &BrokerConfig, within: Duration) -> Result<Self, BrokerError> {
        let amqp = Url::parse(config.url.expose_secret()).map_err(|_| BrokerError::Url {
            setting: "broker.url",
            example: "amqp://user:password@host:5672/vhost",
        })?;
        let base = Url::parse(config.management_url.expose_secret())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or(BrokerError::Url {
                setting: "broker.management_url",
                example: "http://user:password@host:15672",
            })?;
        let vhost = vhost(&amqp);
        let of = |list: &str| {
            let mut url = base.clone();
            if let Ok(mut path) = url.path_segments_mut() {
                path.pop_if_empty().extend(["api", list, vhost.as_str()]);
            }
            url
        };
        let (mut queues, bindings) = (of("queues"), of("bindings"));
        queues.set_query(Some("columns=name,messages,consumers"));
        let reach = Arc::new(Reach::new(&base, config, within)?);
        Ok(Self { reach, queues, bindings })
    }

    /// Asks for queues and bindings.
    pub async fn look(&self) -> BrokerSeen {
        match futures::try_join!(
            self.list::<QueueAnswer>(&self.queues),
            self.list::<BindingAnswer>(&self.bindings)
        ) {
            Ok((queues, bindings)) => {
                BrokerSeen::Answered { queues: from_queues(queues), bindings: from_bindings(bindings) }
            }
            Err(error) => {
                tracing::debug!(error.chain = %chassis::error::Chain(&error), "the broker gave no status");
                BrokerSeen::Silent
            }
        }
    }

    async fn list<T: DeserializeOwned>(&self, url: &Url) -> Result<Vec<T>, BrokerError> {
        let failed = |error: reqwest::Error| BrokerError::Request(error.without_url());
        let mut answer = self
            .reach
            .client()
            .get(self.reach.with_password(url))
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if body.len().saturating_add(chunk.len()) > MAX_ANSWER {
                return Err(BrokerError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(BrokerError::Answer)
    }
}

/// The vhost of an AMQP URL, as RabbitMQ reads it: no path, and an empty one, is `/`.
fn vhost(amqp: &Url) -> String {
    let path = amqp.path().strip_prefix('/').unwrap_or_default();
    if path.is_empty() { "/".to_owned() } else { percent_decode_str(path).decode_utf8_lossy().into_owned() }
}

fn from_queues(queues: Vec<QueueAnswer>) -> Vec<QueueSeen> {
    queues
        .into_iter()
        .map(|queue| QueueSeen { name: queue.name, messages: queue.messages, consumers: queue.consumers })
        .collect()
}

fn from_bindings(bindings: Vec<BindingAnswer>) -> BTreeSet<Binding> {
    bindings
        .into_iter()
        .filter(|binding| binding.source == EVENTS_EXCHANGE && binding.destination_type == "queue")
        .map(|binding| Binding { queue: binding.destination, routing_key: binding.routing_key })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vhost_is_read_as_rabbitmq_reads_it() {
        for (url, expected) in [
            ("amqp://u:p@host", "/"),
            ("amqp://u:p@host/", "/"),
            ("amqp://u:p@host/%2f", "/"),
            ("amqp://u:p@host/waasland", "waasland"),
            ("amqp://u:p@host/region%2Fone", "region/one"),
        ] {
            assert_eq!(vhost(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
