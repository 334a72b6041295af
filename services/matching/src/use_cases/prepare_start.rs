//! What a process does before it serves: remember the files it works under, and give every programme its row.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use crate::error::Error;
use crate::storage::{file_versions, places};

/// Stores the region and programme files by hash.
#[derive(Debug, Clone)]
pub struct PrepareStart {
    /// The region.
    pub region: Arc<Region>,
}

impl Command for PrepareStart {
    const NAME: &'static str = "prepare_start";
    type Outcome = ();
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<(), Error> {
        let (now, region) = (work.now(), &self.region);
        file_versions::insert(work.connection(), "region", region.code.as_str(), &region.version, now)
            .await?;
        for programme in &region.programmes {
            let code = programme.code.as_str();
            file_versions::insert(work.connection(), "programme", code, &programme.version, now).await?;
            places::insert_programme(work.connection(), code).await?;
        }
        Ok(())
    }
}
