//! Writers that refer people through the gateway, as anybody would, and repeat what stayed without a definite answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chassis::id::IdGenerator;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::ledger::Ledger;

/// One attempt may take so long.
const ATTEMPT: Duration = Duration::from_secs(8);
/// A write must get a definite answer within so long, faults included.
pub(crate) const DEFINITE: Duration = Duration::from_mins(2);
pub(crate) const PAUSE: Duration = Duration::from_millis(50);
/// The RPC behind a referral.
pub const SUBMIT: &str = "SubmitReferral";
/// The channels that writers use in turn.
pub(crate) const CHANNELS: [&str; 3] = ["partner", "outreach", "peer"];

/// A referral with the canary marker in every personal field.
pub fn referral(channel: &str, number: u64) -> Value {
    json!({
        "programme": "waasland-esf",
        "channel": channel,
        "consent": "CONSENT_GIVEN",
        "personName": format!("Kanarie-Jansen {number}"),
        "personContact": format!("kanarie.{number}@example.org"),
        "municipalityNis": "46020",
        "reasons": ["work-search", "network"],
        "referrerName": "Kanarie-Peeters",
        "referrerOrganisation": "vzw Kanarienest",
        "referrerContact": "kanarie.referrer@example.org",
        "note": "kanarie: liever na vier uur bellen",
    })
}

/// Counts of attempts, for what must hold about them.
#[derive(Debug, Default)]
pub struct Attempts {
    /// Sent.
    pub sent: AtomicU64,
    /// Answered with a final success.
    pub succeeded: AtomicU64,
    /// Answered with "not now": 503, 504, 429.
    pub turned_away: AtomicU64,
    /// No answer: the connection broke or the time was up after it was accepted.
    pub broken: AtomicU64,
}

/// Running writers.
#[derive(Debug)]
pub struct Load {
    stop: CancellationToken,
    writers: JoinSet<anyhow::Result<()>>,
    /// What happened to single attempts.
    pub attempts: Arc<Attempts>,
}

impl Load {
    /// Starts so many writers against a gateway.
    pub fn start(gateway: &str, ledger: &Arc<Ledger>, writers: u64) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(ATTEMPT).build().context("no HTTP client")?;
        let stop = CancellationToken::new();
        let attempts = Arc::new(Attempts::default());
        let mut set = JoinSet::new();
        for writer in 0..writers {
            let (client, ledger, stop, attempts) =
                (client.clone(), Arc::clone(ledger), stop.clone(), Arc::clone(&attempts));
            let url = format!("{gateway}/api/v1/referrals");
            set.spawn(async move {
                let mut number = writer;
                while !stop.is_cancelled() {
                    write_one(&client, &url, &ledger, &attempts, number).await?;
                    number += writers;
                }
                Ok(())
            });
        }
        Ok(Self { stop, writers: set, attempts })
    }

    /// Stops the writers after the write each is at, and waits for their definite answers.
    pub async fn stop(mut self) -> anyhow::Result<Arc<Attempts>> {
        self.stop.cancel();
        while let Some(writer) = self.writers.join_next().await {
            writer??;
        }
        Ok(self.attempts)
    }
}

/// Sends one referral until the answer is definite.
pub async fn write_one(
    client: &Client,
    url: &str,
    ledger: &Ledger,
    attempts: &Attempts,
    number: u64,
) -> anyhow::Result<()> {
    let key = IdGenerator.uuid();
    let channel = CHANNELS.get(usize::try_from(number % 3)?).copied().unwrap_or("partner");
    ledger.intend(key, SUBMIT)?;
    until_definite(client, url, ledger, attempts, key, &referral(channel, number)).await
}

/// Sends what was intended until the answer is definite.
pub async fn until_definite(
    client: &Client,
    url: &str,
    ledger: &Ledger,
    attempts: &Attempts,
    key: Uuid,
    body: &Value,
) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        attempts.sent.fetch_add(1, Ordering::Relaxed);
        let answer = client.post(url).header("Idempotency-Key", key.to_string()).json(body).send().await;
        match answer {
            Ok(response) if response.status() == StatusCode::OK => {
                // A body that breaks off is no answer.
                if let Ok(body) = response.json::<Value>().await {
                    let receipt = body
                        .get("receiptNumber")
                        .and_then(Value::as_str)
                        .context("an answer without receipt number")?;
                    attempts.succeeded.fetch_add(1, Ordering::Relaxed);
                    ledger.acknowledge(key, receipt)?;
                    return Ok(());
                }
                attempts.broken.fetch_add(1, Ordering::Relaxed);
            }
            Ok(response) if may_pass(response.status().as_u16()) => {
                attempts.turned_away.fetch_add(1, Ordering::Relaxed);
            }
            Ok(response) => {
                let status = response.status();
                ledger.refuse(key, status.as_u16())?;
                anyhow::bail!(
                    "a good referral was refused with {status}: {}",
                    response.text().await.unwrap_or_default()
                );
            }
            Err(_) => {
                attempts.broken.fetch_add(1, Ordering::Relaxed);
            }
        }
        anyhow::ensure!(started.elapsed() < DEFINITE, "no definite answer within {DEFINITE:?} for {key}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether an answer says "not now": the same request may succeed later.
pub(crate) fn may_pass(status: u16) -> bool {
    matches!(status, 429 | 503 | 504)
}
