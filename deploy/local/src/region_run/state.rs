//! What a running region tells other commands: the file `region.json` in its data folder.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    error::Result,
    files,
    processes::{Identity, Ledger, Record},
};

/// A running region. The file is private: it holds passwords.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionState {
    /// The process that supervises the others.
    pub supervisor: Identity,
    /// The data folder.
    pub folder: PathBuf,
    /// The region file.
    pub region_file: PathBuf,
    /// What people open in a browser.
    pub public_url: String,
    /// The sign-in issuer.
    pub issuer_url: String,
    /// PostgreSQL, as its superuser.
    pub postgres_url: String,
    /// RabbitMQ with the virtual host of the region.
    pub amqp_url: String,
    /// The management API of RabbitMQ, with user and password.
    pub management_url: String,
    /// The virtual host of the region.
    pub vhost: String,
    /// The public keys whose tokens services trust.
    pub caller_keys_file: PathBuf,
    /// The private key of the operator at the command line.
    pub operator_key_file: PathBuf,
    /// The id of that key.
    pub operator_key_id: String,
    /// Every service process by name (`intake`, and `intake-2` for a second one).
    pub services: BTreeMap<String, ServiceState>,
}

/// One service process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceState {
    /// Where it answers calls: gRPC, or HTTP for the gateway.
    pub address: SocketAddr,
    /// Where it shows `/livez`, `/readyz` and `/metrics`.
    pub health: SocketAddr,
    /// Its database as the role that owns nothing.
    pub database_url: Option<String>,
    /// Its log file.
    pub log: PathBuf,
}

impl RegionState {
    /// Reads the state of the region in this data folder; `None` when none runs there.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let state: Option<Self> = files::read_json(&Self::path(folder))?;
        // The file of a run that was killed stays: its supervisor tells.
        Ok(state.filter(|state| state.supervisor.is_running()))
    }

    /// The processes that run now, with their ids; these change when one is restarted.
    pub fn processes(&self) -> Result<Vec<Record>> {
        let mut records = Ledger::open(self.folder.join("pids"))?.records()?;
        records.retain(|record| record.identity.is_running());
        records.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(records)
    }

    pub(super) fn write(&self) -> Result<()> {
        files::write_json(&Self::path(&self.folder), self)
    }

    pub(super) fn remove(folder: &Path) -> Result<()> {
        files::remove(&Self::path(folder))
    }

    fn path(folder: &Path) -> PathBuf {
        folder.join("region.json")
    }
}
