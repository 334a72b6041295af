//! A folder that nobody sees until it is whole.

use std::path::{Path, PathBuf};

/// A hidden folder beside the exports; removed unless it is published.
pub(super) struct Staging {
    path: PathBuf,
}

impl Staging {
    pub(super) fn create(path: PathBuf) -> std::io::Result<Self> {
        std::fs::create_dir(&path)?;
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a small file, durably.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        let path = self.path.join(name);
        std::fs::write(&path, bytes)?;
        super::sync(&path)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a publication there is nothing left under this name.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
