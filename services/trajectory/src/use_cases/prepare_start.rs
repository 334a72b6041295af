//! What a process does before it serves: remember the files it works under.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use crate::error::Error;
use crate::storage::file_versions;

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
        let (code, version) = (region.code.as_str(), &region.version);
        file_versions::insert(work.connection(), "region", code, version, now).await?;
        for programme in &region.programmes {
            let (code, version) = (programme.code.as_str(), &programme.version);
            file_versions::insert(work.connection(), "programme", code, version, now).await?;
        }
        Ok(())
    }
}
