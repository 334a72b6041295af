//! The report of the quarter against what one counts by SQL, past every line of our code.

use local::region_run::RegionState;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::trouble::Trouble;

/// Minutes of all contacts that took place.
pub(super) async fn contact_minutes(state: &RegionState) -> Result<i64, Trouble> {
    let mut connection = connect(state, "trajectory").await?;
    sqlx::query_scalar("select coalesce(sum(minutes), 0)::bigint from contacts where not struck_out")
        .fetch_one(&mut connection)
        .await
        .map_err(Trouble::of)
}

async fn connect(state: &RegionState, service: &str) -> Result<PgConnection, Trouble> {
    let options: PgConnectOptions = state.postgres_url.parse().map_err(Trouble::of)?;
    let options = options.database(&super::figures::database(state, service)?);
    options.disable_statement_logging().connect().await.map_err(Trouble::of)
}
