//! Writes down who looked at the health of the region.

use chassis::database::{Command, Work};

use crate::error::Error;

/// Nothing but the audit row: the health itself comes from [`RegionWatch`](super::RegionWatch).
#[derive(Debug, Clone, Copy)]
pub struct GetRegionHealth;

impl Command for GetRegionHealth {
    const NAME: &'static str = "get_region_health";
    type Outcome = ();
    type Error = Error;

    async fn execute(&self, _work: &mut Work) -> Result<(), Error> {
        Ok(())
    }
}
