//! The part of the management API that development, tests and the fault campaign need.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, Response};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::Credentials;
use crate::error::{Error, Result};

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A queue as the management API lists it. Counts lag by about a second on a private broker.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// `quorum`, `classic` or `stream`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// All messages in it.
    #[serde(default)]
    pub messages: u64,
    /// Messages that wait to be delivered.
    #[serde(default)]
    pub messages_ready: u64,
    /// Messages delivered and not yet acknowledged.
    #[serde(default)]
    pub messages_unacknowledged: u64,
    /// How many consume from it.
    #[serde(default)]
    pub consumers: u64,
}

/// A connection of a client.
#[derive(Debug, Deserialize)]
struct Connection {
    name: String,
    vhost: String,
}

/// A client of the management API.
#[derive(Debug, Clone)]
pub struct Management {
    base: String,
    credentials: Credentials,
    client: reqwest::Client,
}

impl Management {
    /// A client for the API at `base` (such as `http://127.0.0.1:15672`).
    ///
    /// # Errors
    /// [`Error::Management`] when no HTTP client can be made.
    pub fn new(base: impl Into<String>, credentials: Credentials) -> Result<Self> {
        // reqwest panics without a provider, even for plain http. A second installation changes nothing.
        rustls::crypto::ring::default_provider().install_default().ok();
        // No idle connections: tests share one client over runtimes that end, and a connection ends with its runtime.
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|error| Error::Management {
                doing: "making an HTTP client".to_owned(),
                reason: error.to_string(),
            })?;
        Ok(Self { base: base.into().trim_end_matches('/').to_owned(), credentials, client })
    }

    /// Whether the API answers us.
    pub async fn is_ready(&self) -> bool {
        self.call(Method::GET, "overview".to_owned(), None, "asking").await.is_ok()
    }

    /// Makes a virtual host in which our user may do everything. One that is there stays as it is.
    pub async fn create_vhost(&self, vhost: &str) -> Result<()> {
        let doing = format!("making the virtual host {vhost}");
        self.call(Method::PUT, format!("vhosts/{}", encode(vhost)), None, &doing).await?;
        let path = format!("permissions/{}/{}", encode(vhost), encode(&self.credentials.user));
        let rights = json!({ "configure": ".*", "write": ".*", "read": ".*" });
        self.call(Method::PUT, path, Some(rights), &doing).await?;
        Ok(())
    }

    /// Deletes a virtual host with everything in it. None there is fine.
    pub async fn delete_vhost(&self, vhost: &str) -> Result<()> {
        let doing = format!("deleting the virtual host {vhost}");
        self.delete(format!("vhosts/{}", encode(vhost)), &doing).await
    }

    /// Names of all virtual hosts.
    pub async fn vhosts(&self) -> Result<Vec<String>> {
        #[derive(Deserialize)]
        struct VirtualHost {
            name: String,
        }
        let all: Vec<VirtualHost> = self.list("vhosts", "listing virtual hosts").await?;
        Ok(all.into_iter().map(|vhost| vhost.name).collect())
    }

    /// All queues of a virtual host.
    pub async fn queues(&self, vhost: &str) -> Result<Vec<Queue>> {
        self.list(&format!("queues/{}", encode(vhost)), &format!("listing the queues of {vhost}")).await
    }

    /// Empties a queue.
    pub async fn purge_queue(&self, vhost: &str, queue: &str) -> Result<()> {
        let path = format!("queues/{}/{}/contents", encode(vhost), encode(queue));
        self.call(Method::DELETE, path, None, &format!("emptying the queue {queue}")).await.map(drop)
    }

    /// Deletes a queue with what is in it. None there is fine.
    pub async fn delete_queue(&self, vhost: &str, queue: &str) -> Result<()> {
        let path = format!("queues/{}/{}", encode(vhost), encode(queue));
        self.delete(path, &format!("deleting the queue {queue}")).await
    }

    /// Lets a queue hold no more than so many messages; beyond that it refuses what is published.
    pub async fn limit_queue(&self, vhost: &str, queue: &str, messages: u64) -> Result<()> {
        let path = format!("policies/{}/{}", encode(vhost), encode(queue));
        let pattern = format!("^{}$", queue.replace('.', "\\."));
        let policy =
            json!({ "pattern": pattern, "definition": { "max-length": messages }, "apply-to": "queues" });
        self.call(Method::PUT, path, Some(policy), &format!("limiting the queue {queue}")).await.map(drop)
    }

    /// Takes the limit of [`limit_queue`](Self::limit_queue) away.
    pub async fn unlimit_queue(&self, vhost: &str, queue: &str) -> Result<()> {
        let path = format!("policies/{}/{}", encode(vhost), encode(queue));
        self.delete(path, &format!("no longer limiting the queue {queue}")).await
    }

    /// Deletes an exchange with its bindings. None there is fine.
    pub async fn delete_exchange(&self, vhost: &str, exchange: &str) -> Result<()> {
        let path = format!("exchanges/{}/{}", encode(vhost), encode(exchange));
        self.delete(path, &format!("deleting the exchange {exchange}")).await
    }

    /// Closes every client connection to a virtual host and says how many. The list of connections lags by some seconds:
    /// a connection that was just made may not be in it yet.
    pub async fn close_connections(&self, vhost: &str) -> Result<usize> {
        let all: Vec<Connection> = self.list("connections", "listing connections").await?;
        let mut closed = 0;
        for connection in all.iter().filter(|connection| connection.vhost == vhost) {
            self.delete(format!("connections/{}", encode(&connection.name)), "closing a connection").await?;
            closed += 1;
        }
        Ok(closed)
    }

    async fn list<T: DeserializeOwned>(&self, path: &str, doing: &str) -> Result<Vec<T>> {
        let answer = self.call(Method::GET, path.to_owned(), None, doing).await?;
        answer.json().await.map_err(failed(doing))
    }

    async fn delete(&self, path: String, doing: &str) -> Result<()> {
        let answer = self.send(Method::DELETE, path, None, doing).await?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(());
        }
        check(answer, doing).await.map(drop)
    }

    async fn call(&self, method: Method, path: String, body: Option<Value>, doing: &str) -> Result<Response> {
        check(self.send(method, path, body, doing).await?, doing).await
    }

    async fn send(&self, method: Method, path: String, body: Option<Value>, doing: &str) -> Result<Response> {
        let request = self
            .client
            .request(method, format!("{}/api/{path}", self.base))
            .basic_auth(&self.credentials.user, Some(&self.credentials.password));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        request.send().await.map_err(failed(doing))
    }
}

async fn check(answer: Response, doing: &str) -> Result<Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let text = answer.text().await.unwrap_or_default();
    Err(Error::Management { doing: doing.to_owned(), reason: format!("{status} {text}") })
}

fn failed(doing: &str) -> impl FnOnce(reqwest::Error) -> Error {
    move |error| Error::Management { doing: doing.to_owned(), reason: error.without_url().to_string() }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
