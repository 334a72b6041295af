//! The write ledger: what was tried is on disk before it is sent, what came back right after.
//!
//! The load generator is the only client, so everything in the databases must be explained by a line here.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One line of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// About to be sent.
    Intended {
        /// Idempotency key.
        key: Uuid,
        /// The RPC behind it, such as `SubmitReferral`.
        deed: String,
    },
    /// Acknowledged.
    Acknowledged {
        /// Idempotency key.
        key: Uuid,
        /// The id that came back: the receipt number of a referral, the id of what else was made or changed.
        id: String,
    },
    /// Refused for good: it must have no effect.
    Refused {
        /// Idempotency key.
        key: Uuid,
        /// HTTP status.
        status: u16,
    },
}

/// What became of an intended write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing definite came back yet: it may or may not have an effect.
    Unknown,
    /// It must have exactly one effect, under this id.
    Acknowledged(String),
    /// It must have none.
    Refused(u16),
}

/// Every intended write, by idempotency key: the RPC behind it and its outcome.
pub type Writes = BTreeMap<Uuid, (String, Outcome)>;

/// An append-only file, flushed to the disk at every line, with its content in memory.
#[derive(Debug)]
pub struct Ledger {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    writes: Writes,
    contradictions: Vec<String>,
}

impl Ledger {
    /// A new ledger in a file.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(path)
            .context("cannot create the ledger")?;
        Ok(Self { inner: Mutex::new(Inner { file, writes: BTreeMap::new(), contradictions: Vec::new() }) })
    }

    /// Writes down that a write will be sent. Called before the first attempt.
    pub fn intend(&self, key: Uuid, deed: &str) -> anyhow::Result<()> {
        let mut inner = self.lock()?;
        inner.append(&Line::Intended { key, deed: deed.to_owned() })?;
        inner.writes.insert(key, (deed.to_owned(), Outcome::Unknown));
        Ok(())
    }

    /// Writes down an acknowledgement. A second, different one for the same key is a contradiction.
    pub fn acknowledge(&self, key: Uuid, id: &str) -> anyhow::Result<()> {
        let mut inner = self.lock()?;
        inner.append(&Line::Acknowledged { key, id: id.to_owned() })?;
        let outcome = Outcome::Acknowledged(id.to_owned());
        let contradiction = match inner.writes.get_mut(&key) {
            Some((_, known)) if *known == Outcome::Unknown || *known == outcome => {
                *known = outcome;
                None
            }
            Some((_, known)) => Some(format!("{key} was {known:?} and then acknowledged with {id}")),
            None => Some(format!("{key} was acknowledged and never intended")),
        };
        inner.contradictions.extend(contradiction);
        Ok(())
    }

    /// Writes down a final refusal.
    pub fn refuse(&self, key: Uuid, status: u16) -> anyhow::Result<()> {
        let mut inner = self.lock()?;
        inner.append(&Line::Refused { key, status })?;
        if let Some((_, known)) = inner.writes.get_mut(&key) {
            *known = Outcome::Refused(status);
        }
        Ok(())
    }

    /// Every write with its channel and outcome, and what contradicted itself.
    pub fn read(&self) -> anyhow::Result<(Writes, Vec<String>)> {
        let inner = self.lock()?;
        Ok((inner.writes.clone(), inner.contradictions.clone()))
    }

    /// How many are acknowledged.
    pub fn acknowledged(&self) -> anyhow::Result<usize> {
        let inner = self.lock()?;
        Ok(inner.writes.values().filter(|(_, outcome)| matches!(outcome, Outcome::Acknowledged(_))).count())
    }

    fn lock(&self) -> anyhow::Result<std::sync::MutexGuard<'_, Inner>> {
        self.inner.lock().map_err(|_| anyhow::anyhow!("the ledger is poisoned"))
    }
}

impl Inner {
    fn append(&mut self, line: &Line) -> anyhow::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        Ok(())
    }
}
