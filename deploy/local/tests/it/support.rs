//! What the tests share.

use std::{path::Path, time::Duration};

use local::{
    Progress,
    processes::{Identity, Ledger},
};
use tempfile::TempDir;

/// A data folder of a region with its ledger. Gone afterwards, also the part of it that PostgreSQL keeps elsewhere.
pub struct Folder {
    directory: TempDir,
    pub ledger: Ledger,
    pub progress: Progress,
}

impl Folder {
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("bondgenoot-local-").tempdir().unwrap();
        // As root PostgreSQL runs as another user, who has to be let through.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o711);
        std::fs::set_permissions(directory.path(), open).unwrap();
        let ledger = Ledger::open(directory.path().join("pids")).unwrap();
        Self { directory, ledger, progress: Progress::silent() }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// Waits until something holds, for at most twenty seconds.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while !condition().await {
        assert!(tokio::time::Instant::now() < deadline, "not within 20 s: {what}");
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Asserts that a process that ran is gone.
pub async fn gone(identity: &Identity) {
    eventually("the process is gone", async || !identity.is_running()).await;
}
