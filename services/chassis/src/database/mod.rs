//! The database of a service, and the one unit of work that leads to it.
//!
//! In one PostgreSQL transaction: the caller (for row-level security), the idempotency key, the change, the audit row, the
//! outbox rows. No audit, no data. Outside of it only the relay's lock and LISTEN touch the database.

mod audit;
mod begin;
mod deployment;
mod error;
mod histories;
mod idempotency;
mod look_up;
mod migrate;
mod outbox;
mod pool;
mod unit_of_work;
mod work;

pub use begin::begin;
pub use deployment::{Deployment, DeploymentError};
pub use error::DatabaseError;
pub use histories::extend_digest;
pub use look_up::LookUp;
pub use migrate::{MigrateError, Migrations, migrate, pending_migrations, wait_for_schema};
pub(crate) use pool::options;
pub use pool::{OpenError, open, open_migrated};
pub use unit_of_work::{Command, CommandError, UnitOfWork};
pub use work::Work;
