//! A whole region on this machine: servers, keys, databases, services and sign-in issuer, started together as far as they
//! do not wait for each other, and stopped together. `bondgenoot dev` and the whole-path tests are thin around this.
//!
//! The data folder holds everything of a region: `keys/`, `postgres/` (or elsewhere, see [`crate::postgres`]),
//! `rabbitmq/`, `issuer/`, `logs/`, `pids/` and, while it runs, `region.json`. It survives a restart and is used by one
//! run at a time.

mod environment;
mod folder;
mod instance;
mod options;
mod parts;
mod region;
mod state;

pub use environment::Service;
pub use folder::default_data_folder;
pub use options::{GivenBroker, IssuerMode, PortPlan, RegionOptions};
pub use region::LocalRegion;
pub use state::{RegionState, ServiceState};
