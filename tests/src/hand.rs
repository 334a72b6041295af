//! The hand of somebody who writes through the gateway, repeats until the answer is definite, and keeps the ledger.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chassis::id::IdGenerator;
use serde_json::Value;

use crate::deeds;
use crate::ledger::Ledger;
use crate::load::{Attempts, DEFINITE, PAUSE, may_pass};
use crate::web::{Answer, Ask, Web};

/// How long what events bring may take, faults included.
const ARRIVE: Duration = Duration::from_mins(2);

/// Somebody at the door, with or without a session.
#[derive(Debug, Clone)]
pub struct Hand {
    web: Arc<Web>,
    cookie: Option<String>,
    ledger: Arc<Ledger>,
    attempts: Arc<Attempts>,
}

impl Hand {
    /// Somebody without an account.
    pub fn of_anybody(web: Arc<Web>, ledger: Arc<Ledger>, attempts: Arc<Attempts>) -> Self {
        Self { web, cookie: None, ledger, attempts }
    }

    /// The same door for somebody who signs in.
    pub async fn sign_in(&self, login: &str) -> anyhow::Result<Self> {
        Ok(Self { cookie: Some(self.web.sign_in(login).await?), ..self.clone() })
    }

    /// The session; empty without one.
    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap_or_default()
    }

    /// Writes, on the version that was read (`etag`, may be empty), and repeats under one key until the answer is definite.
    /// A refusal is a value: the ledger holds that it must have no effect.
    ///
    /// # Errors
    /// When no definite answer comes in time, or it lacks the id.
    pub async fn attempt(
        &self,
        rpc: &str,
        path: &str,
        etag: &str,
        body: &Value,
    ) -> anyhow::Result<Result<Value, Answer>> {
        let deed = deeds::of(rpc)?;
        let key = IdGenerator.uuid();
        self.ledger.intend(key, rpc)?;
        let mut ask = Ask::post(path, body).with("idempotency-key", key.to_string());
        if !etag.is_empty() {
            ask = ask.on(etag);
        }
        let answer = self.definite(ask, rpc).await?;
        if answer.status != 200 {
            self.ledger.refuse(key, answer.status)?;
            return Ok(Err(answer));
        }
        let id = answer.body.pointer(deed.id).and_then(Value::as_str).filter(|id| !id.is_empty());
        let id = id.with_context(|| format!("the answer to {rpc} has no {}: {}", deed.id, answer.text))?;
        self.ledger.acknowledge(key, id)?;
        self.attempts.succeeded.fetch_add(1, Ordering::Relaxed);
        Ok(Ok(answer.body))
    }

    /// Writes what must succeed.
    ///
    /// # Errors
    /// Also when it is refused.
    pub async fn write(&self, rpc: &str, path: &str, etag: &str, body: &Value) -> anyhow::Result<Value> {
        let answer = self.attempt(rpc, path, etag, body).await?;
        answer.map_err(|refused| anyhow::anyhow!("{rpc} was refused: {} {}", refused.status, refused.text))
    }

    /// Reads until somebody answers.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn read(&self, path: &str) -> anyhow::Result<Answer> {
        self.definite(Ask::get(path), path).await
    }

    /// Reads until there is something to see.
    ///
    /// # Errors
    /// When it does not come in time; the last answer is told.
    pub async fn arrives<T>(&self, path: &str, look: impl Fn(&Answer) -> Option<T>) -> anyhow::Result<T> {
        let started = Instant::now();
        loop {
            let answer = self.read(path).await?;
            if let Some(found) = look(&answer) {
                return Ok(found);
            }
            let (status, text) = (answer.status, answer.text.chars().take(300).collect::<String>());
            anyhow::ensure!(started.elapsed() < ARRIVE, "{path} does not show it: {status} {text}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn definite(&self, ask: Ask, what: &str) -> anyhow::Result<Answer> {
        let ask = match &self.cookie {
            Some(cookie) => ask.as_person(cookie),
            None => ask,
        };
        let started = Instant::now();
        loop {
            self.attempts.sent.fetch_add(1, Ordering::Relaxed);
            match self.web.send(&ask).await {
                Ok(answer) if may_pass(answer.status) => {
                    self.attempts.turned_away.fetch_add(1, Ordering::Relaxed);
                }
                Ok(answer) => return Ok(answer),
                Err(_) => {
                    self.attempts.broken.fetch_add(1, Ordering::Relaxed);
                }
            }
            anyhow::ensure!(started.elapsed() < DEFINITE, "no definite answer within {DEFINITE:?} to {what}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}
