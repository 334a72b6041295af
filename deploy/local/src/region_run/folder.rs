//! The data folder of a region.

use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    files::{self, FolderLock},
    postgres::PrivatePostgres,
};

/// What a run makes in its data folder, and `fresh` removes. Nothing else in it is ever removed.
const MADE: [&str; 6] = ["keys", "postgres", "rabbitmq", "issuer", "logs", "region.json"];

/// The data folder of a checkout: `.bondgenoot` in it, which git ignores.
pub fn default_data_folder(checkout: &Path) -> PathBuf {
    checkout.join(".bondgenoot")
}

/// Makes the folder if needed, and takes it for this run.
///
/// # Errors
/// [`Error::InUse`] when another run has it; [`Error::Invalid`] for a folder with other things in it.
pub(super) fn open(folder: &Path) -> Result<(PathBuf, FolderLock)> {
    // Others may pass through (PostgreSQL runs as another user under root) but not look around.
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o711)
        .create(folder)
        .map_err(Error::file("making the folder", folder))?;
    let folder = folder.canonicalize().map_err(Error::file("finding", folder))?;
    let mut entries = fs::read_dir(&folder).map_err(Error::file("reading", &folder))?;
    if !folder.join("lock").exists() && entries.next().is_some() {
        return Err(Error::Invalid(format!(
            "{} is not empty and not a data folder of a region; give an empty or a new folder",
            folder.display()
        )));
    }
    let lock = FolderLock::take(&folder)?;
    Ok((folder, lock))
}

/// Throws the data of earlier runs away. The folder must be taken and its processes stopped.
pub(super) fn clear(folder: &Path) -> Result<()> {
    for name in MADE {
        files::remove(&folder.join(name))?;
    }
    let postgres = PrivatePostgres::data_folder(folder)?;
    files::remove(&postgres)?;
    match postgres.parent() {
        // As root the data may be in a folder of its own elsewhere.
        Some(parent) if parent != folder => files::remove(parent),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_elses_folder_is_not_taken() {
        let theirs = tempfile::tempdir().unwrap();
        fs::create_dir(theirs.path().join("postgres")).unwrap();

        assert!(matches!(open(theirs.path()), Err(Error::Invalid(_))));
        assert!(!theirs.path().join("lock").exists());
    }

    #[test]
    fn clearing_removes_what_we_made_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let (folder, _lock) = open(&parent.path().join("new/data")).unwrap();
        fs::create_dir_all(folder.join("keys")).unwrap();
        fs::write(folder.join("keys/region-key.json"), "{}").unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();

        clear(&folder).unwrap();

        assert!(!folder.join("keys").exists());
        assert!(folder.join("notes.txt").exists());
    }
}
