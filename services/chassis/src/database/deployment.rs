//! Which service of which region a database belongs to, and in which epoch it produces.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sqlx::{PgConnection, PgPool};

use super::DatabaseError;

/// The deployment a process works in; clones share the epoch.
#[derive(Debug, Clone)]
pub struct Deployment {
    service: Arc<str>,
    region: Arc<str>,
    epoch: Arc<AtomicI64>,
}

/// The database is not the one this process should have.
#[derive(Debug, thiserror::Error)]
pub enum DeploymentError {
    /// It has not been migrated.
    #[error("the database has no deployment row; run `{service} migrate` first")]
    NotMigrated {
        /// The service.
        service: String,
    },
    /// It belongs to another.
    #[error("the database belongs to {found}, this process is {expected}; check database.url")]
    Foreign {
        /// Service and region the database names.
        found: String,
        /// Service and region of this process.
        expected: String,
    },
    /// It cannot be read.
    #[error("the deployment row cannot be read")]
    Database(#[source] DatabaseError),
}

impl From<sqlx::Error> for DeploymentError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

impl Deployment {
    /// Reads the row, checks that it is ours, and raises the epoch when the database was restored from a copy: then system
    /// identifier, timeline or database id differ from what the row remembers.
    pub(crate) async fn read(pool: &PgPool, service: &str, region: &str) -> Result<Self, DeploymentError> {
        let mut connection = pool.acquire().await?;
        let exists =
            sqlx::query_scalar!(r#"select to_regclass('chassis.deployment') is not null as "exists!""#)
                .fetch_one(&mut *connection)
                .await?;
        let not_migrated = || DeploymentError::NotMigrated { service: service.to_owned() };
        if !exists {
            return Err(not_migrated());
        }
        let row = sqlx::query!("select service, region, epoch, database_identity from chassis.deployment")
            .fetch_optional(&mut *connection)
            .await?
            .ok_or_else(not_migrated)?;
        if row.service != service || row.region != region {
            return Err(DeploymentError::Foreign {
                found: format!("{} of {}", row.service, row.region),
                expected: format!("{service} of {region}"),
            });
        }
        let identity = identity(&mut connection).await?;
        let mut epoch = row.epoch;
        if row.database_identity != identity {
            // Guarded by the old identity, so that of several instances starting at once only one raises it.
            let raised = sqlx::query_scalar!(
                "update chassis.deployment set epoch = epoch + 1, database_identity = $1 where database_identity = $2 returning epoch",
                identity,
                row.database_identity,
            )
            .fetch_optional(&mut *connection)
            .await?;
            epoch = match raised {
                Some(epoch) => epoch,
                None => {
                    sqlx::query_scalar!("select epoch from chassis.deployment")
                        .fetch_one(&mut *connection)
                        .await?
                }
            };
            tracing::warn!(
                deployment.epoch = epoch,
                "the database is a restored copy: the epoch rises; run `bondgenoot reconcile`"
            );
        }
        Ok(Self { service: service.into(), region: region.into(), epoch: Arc::new(AtomicI64::new(epoch)) })
    }

    /// Writes the row of a new database; an existing one stays.
    pub(crate) async fn write(
        connection: &mut PgConnection,
        service: &str,
        region: &str,
    ) -> Result<(), sqlx::Error> {
        let identity = identity(connection).await?;
        sqlx::query!(
            "insert into chassis.deployment (service, region, database_identity) values ($1, $2, $3) on conflict do nothing",
            service,
            region,
            identity,
        )
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Raises the epoch by hand, after a restore that cannot be seen from inside (a copied data folder).
    pub(crate) async fn raise_epoch(&self, connection: &mut PgConnection) -> Result<i64, DatabaseError> {
        let epoch = sqlx::query_scalar!("update chassis.deployment set epoch = epoch + 1 returning epoch")
            .fetch_one(connection)
            .await?;
        Ok(epoch)
    }

    /// Takes over an epoch that was raised and committed.
    pub(crate) fn set_epoch(&self, epoch: i64) {
        self.epoch.fetch_max(epoch, Ordering::AcqRel);
    }

    /// Name of the service.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Code of the region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Producer epoch, as this process last knew it; events carry the one in the database.
    pub fn epoch(&self) -> i64 {
        self.epoch.load(Ordering::Acquire)
    }
}

async fn identity(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select format('%s/%s/%s', (select system_identifier from pg_control_system()),
                         (select timeline_id from pg_control_checkpoint()),
                         (select oid from pg_database where datname = current_database())) as "identity!""#
    )
    .fetch_one(connection)
    .await
}
