//! State of the process, its database and its events; and the epoch.

use std::collections::BTreeMap;

use proto::admin::v1::{GetStatusResponse, RaiseEpochRequest};

use super::{Admin, AdminError};
use crate::database::{Command, DatabaseError, Work};
use crate::events;

const MAX_REASON: usize = 200;

/// What the database says about a service.
#[derive(Debug)]
pub(super) struct State {
    epoch: i64,
    unpublished: i64,
    oldest_seconds: i64,
    held: events::Held,
    settings: BTreeMap<String, String>,
    migration: i64,
    pending_oldest_seconds: i64,
}

/// Reads what the database says.
#[derive(Debug)]
pub(super) struct ReadState;

impl Command for ReadState {
    const NAME: &'static str = "read_state";
    type Outcome = State;
    type Error = AdminError;

    async fn execute(&self, work: &mut Work) -> Result<State, AdminError> {
        let now = work.clock().now();
        let age = |oldest| now.duration_since(oldest).as_secs().max(0);
        let connection = work.connection();
        let outbox = events::backlog(connection).await.map_err(DatabaseError::from)?;
        let held = events::held(connection).await?;
        let epoch = sqlx::query_scalar!("select epoch from chassis.deployment")
            .fetch_one(&mut *connection)
            .await
            .map_err(DatabaseError::from)?;
        let settings = sqlx::query!(
            r#"select name as "name!", setting as "setting!" from pg_settings
               where name in ('fsync', 'synchronous_commit', 'full_page_writes')"#
        )
        .fetch_all(&mut *connection)
        .await
        .map_err(DatabaseError::from)?;
        // Not checked at compile time: these tables are made by the migrator, not by a migration.
        let migration: Option<i64> = sqlx::query_scalar(
            "select greatest((select max(version) from _sqlx_migrations where success),
                             (select max(version) from _chassis_migrations where success))",
        )
        .fetch_one(connection)
        .await
        .map_err(DatabaseError::from)?;
        Ok(State {
            epoch,
            unpublished: outbox.rows,
            oldest_seconds: outbox.oldest.map_or(0, age),
            held,
            settings: settings.into_iter().map(|row| (row.name, row.setting)).collect(),
            migration: migration.unwrap_or_default(),
            pending_oldest_seconds: held.oldest.map_or(0, age),
        })
    }
}

/// Does nothing but leave an audit row, for calls whose work runs outside of a unit of work.
#[derive(Debug)]
pub(super) struct RecordOnly;

impl Command for RecordOnly {
    const NAME: &'static str = "record_call";
    type Outcome = ();
    type Error = AdminError;

    async fn execute(&self, _work: &mut Work) -> Result<(), AdminError> {
        Ok(())
    }
}

/// Raises the producer epoch.
#[derive(Debug)]
pub(super) struct RaiseEpoch {
    reason: String,
}

impl RaiseEpoch {
    pub(super) fn parse(request: &RaiseEpochRequest) -> Result<Self, AdminError> {
        let reason = request.reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            return Err(AdminError::invalid(
                "reason",
                "REQUIRED",
                format!("is empty or longer than {MAX_REASON} characters"),
                "say which backup was restored, e.g. `restored from backup of 2026-11-21`".into(),
            ));
        }
        Ok(Self { reason: reason.to_owned() })
    }
}

impl Command for RaiseEpoch {
    const NAME: &'static str = "raise_epoch";
    type Outcome = i64;
    type Error = AdminError;

    async fn execute(&self, work: &mut Work) -> Result<i64, AdminError> {
        work.states_purpose(&self.reason);
        Ok(work.raise_epoch().await?)
    }
}

impl Admin {
    pub(super) fn to_status(&self, state: State) -> GetStatusResponse {
        let deployment = self.uow.deployment();
        let relay = self.relay.as_ref();
        let consumer = self.consumer.as_ref();
        GetStatusResponse {
            service: deployment.service().to_owned(),
            region: deployment.region().to_owned(),
            build_id: crate::build::id().to_owned(),
            started_at: Some(super::timestamp(self.started_at)),
            epoch: state.epoch,
            outbox_unpublished: state.unpublished,
            outbox_oldest_seconds: state.oldest_seconds,
            pending: state.held.pending,
            parked: state.held.parked,
            relay_leader: relay.is_some_and(events::RelayHandle::is_leader),
            // A stand-by relay has no connection and needs none.
            broker_connected: consumer.is_none_or(events::ConsumerHandle::is_connected)
                && relay.is_none_or(|relay| relay.is_connected() || !relay.is_leader()),
            consumes: consumer.is_some(),
            queue: consumer.map(events::ConsumerHandle::queue).unwrap_or_default(),
            database_settings: state.settings,
            migration: state.migration,
            pending_oldest_seconds: state.pending_oldest_seconds,
        }
    }
}
