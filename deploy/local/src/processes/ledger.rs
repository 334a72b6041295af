//! The list of processes a run has started, one small file each, so that the next run can stop what a run that was
//! killed left behind.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::Signal;
use serde::{Deserialize, Serialize};

use super::Identity;
use crate::{
    error::{Error, Result},
    files,
    progress::{Progress, Step},
    task::until,
};

/// How long a leftover may take to stop by itself before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// The signal that makes a process stop in good order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// SIGTERM: services, RabbitMQ.
    Terminate,
    /// SIGINT: PostgreSQL, for which SIGTERM means to wait until every client has gone.
    Interrupt,
}

impl Stop {
    /// The signal.
    pub fn signal(self) -> Signal {
        match self {
            Self::Terminate => Signal::TERM,
            Self::Interrupt => Signal::INT,
        }
    }
}

/// One process that this crate started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its name: a service, `postgres`, `rabbitmq`, `epmd`.
    pub name: String,
    /// Which process.
    #[serde(flatten)]
    pub identity: Identity,
    /// What makes it stop in good order.
    pub stop: Stop,
}

/// The folder with one record per running process.
#[derive(Debug, Clone)]
pub struct Ledger {
    folder: PathBuf,
}

impl Ledger {
    /// Opens the ledger in this folder, which is made when it is not there.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        files::folder(&folder)?;
        Ok(Self { folder })
    }

    /// Writes down a process that was just started.
    pub fn add(&self, name: &str, identity: &Identity, stop: Stop) -> Result<()> {
        let record = Record { name: name.to_owned(), identity: identity.clone(), stop };
        files::write_json(&self.path(name), &record)
    }

    /// Strikes a process that ended. A record of another process under the same name stays.
    pub fn strike(&self, name: &str, identity: &Identity) {
        let path = self.path(name);
        if files::read_json::<Record>(&path)
            .is_ok_and(|found| found.is_some_and(|it| it.identity == *identity))
        {
            files::remove(&path).ok();
        }
    }

    /// All records, whether their process still runs or not.
    pub fn records(&self) -> Result<Vec<Record>> {
        let entries = fs::read_dir(&self.folder).map_err(Error::file("reading", &self.folder))?;
        let mut records = Vec::new();
        for entry in entries {
            let path = entry.map_err(Error::file("reading", &self.folder))?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                // A record that cannot be read was cut off by a crash of the machine: its process is gone too.
                records.extend(files::read_json::<Record>(&path).unwrap_or_default());
            }
        }
        Ok(records)
    }

    /// Stops every process of an earlier run that still runs, all at the same time: first in good order, after ten
    /// seconds by force. Afterwards the ledger is empty.
    pub async fn stop_leftovers(&self, progress: &Progress) -> Result<()> {
        let records = self.records()?;
        let stopped =
            futures::future::join_all(records.iter().map(|record| stop_leftover(record, progress))).await;
        for record in &records {
            files::remove(&self.path(&record.name))?;
        }
        stopped.into_iter().collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    /// The folder of this ledger.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

async fn stop_leftover(record: &Record, progress: &Progress) -> Result<()> {
    let identity = &record.identity;
    if !identity.is_running() {
        return Ok(());
    }
    let failed = |source| Error::Signal { name: record.name.clone(), source };
    // A paused process does not act on a signal before it continues.
    identity.signal_group(Signal::CONT).map_err(failed)?;
    identity.signal(record.stop.signal()).map_err(failed)?;
    let ended = async || {
        until(GRACE, Duration::from_millis(20), async || (!identity.is_running()).then_some(())).await
    };
    if ended().await.is_none() {
        identity.signal_group(Signal::KILL).map_err(failed)?;
        ended().await;
    }
    progress.tell(Step::LeftoverStopped { name: record.name.clone(), pid: identity.pid });
    Ok(())
}
