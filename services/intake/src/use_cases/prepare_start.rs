//! What a process does before it serves: remember the files it works under, and erase again who came back with a restore.

use std::sync::Arc;

use chassis::database::{Command, Work};
use region::Region;

use crate::error::Error;
use crate::storage::{erasures, file_versions, persons};

/// Stores the region and programme files by hash, and destroys every key whose person is in the ledger of erasures.
#[derive(Debug, Clone)]
pub struct PrepareStart {
    /// The region.
    pub region: Arc<Region>,
}

impl Command for PrepareStart {
    const NAME: &'static str = "prepare_start";
    /// How many persons were erased again.
    type Outcome = usize;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<usize, Error> {
        let (now, region) = (work.now(), &self.region);
        file_versions::insert(work.connection(), "region", region.code.as_str(), &region.version, now)
            .await?;
        for programme in &region.programmes {
            file_versions::insert(
                work.connection(),
                "programme",
                programme.code.as_str(),
                &programme.version,
                now,
            )
            .await?;
        }
        let undone = erasures::undone(work.connection()).await?;
        for (person, at) in &undone {
            persons::erase(work.connection(), *person, *at, None).await?;
            work.erase_answers_about(person.as_uuid()).await?;
            work.touches(person.as_uuid());
        }
        Ok(undone.len())
    }
}
