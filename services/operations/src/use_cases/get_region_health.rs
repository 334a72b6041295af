//! Writes down who looked at the health of the region, and reads what people did of late.

use chassis::database::{Command, Work};
use chassis::page::Cursor;

use crate::domain::Action;
use crate::error::Error;
use crate::storage::actions;

/// Actions that stand in the health.
const ACTIONS: i64 = 10;

/// The audit row and the last actions: the health itself comes from [`RegionWatch`](super::RegionWatch).
#[derive(Debug, Clone, Copy)]
pub struct GetRegionHealth;

impl Command for GetRegionHealth {
    const NAME: &'static str = "get_region_health";
    type Outcome = Vec<Action>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Vec<Action>, Error> {
        Ok(actions::page(work.connection(), Cursor::START, ACTIONS).await?)
    }
}
