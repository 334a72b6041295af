//! Files of a data folder: private, whole or not at all, and locked by one run at a time.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};

/// Makes a folder and its parents; only the running user may enter it (parents that exist stay as they are).
pub fn private_folder(path: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(Error::file("making the folder", path))
}

/// Makes a folder and its parents with the usual rights.
pub(crate) fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(Error::file("making the folder", path))
}

/// Writes a file that only the running user can read (mode 0600): to a temporary name first, then renamed, so a reader
/// sees the old content or the new.
pub fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    write_with(path, content, 0o600)
}

/// The same for a file that holds nothing secret and that other users read (mode 0644).
pub fn write_readable(path: &Path, content: &[u8]) -> Result<()> {
    write_with(path, content, 0o644)
}

fn write_with(path: &Path, content: &[u8], mode: u32) -> Result<()> {
    let temporary = temporary_name(path);
    let write = || {
        // A temporary file of a run that died may have other rights.
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(Error::file("writing", path))
}

/// Writes a value as readable JSON, private.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| Error::Content {
        path: path.to_owned(),
        expected: "JSON",
        reason: error.to_string(),
    })?;
    text.push(b'\n');
    write_private(path, &text)
}

/// Reads a JSON file; `None` when there is no such file.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let Some(text) = read_text(path)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| Error::Content {
        path: path.to_owned(),
        expected: "JSON",
        reason: error.to_string(),
    })
}

/// Reads a text file; `None` when there is no such file.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file("reading", path)(error)),
    }
}

/// Removes a file or folder with everything in it; nothing there is fine.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let done = match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match done {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file("removing", path)(error))
        }
        _ => Ok(()),
    }
}

/// Opens a log file for appending. A log that has grown beyond 16 MiB moves to `<name>.1` first.
pub(crate) fn open_log(path: &Path) -> Result<File> {
    const LARGEST: u64 = 16 * 1024 * 1024;
    if let Some(parent) = path.parent() {
        folder(parent)?;
    }
    if fs::metadata(path).is_ok_and(|about| about.len() > LARGEST) {
        let mut old = path.as_os_str().to_owned();
        old.push(".1");
        fs::rename(path, old).map_err(Error::file("moving", path))?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(Error::file("opening", path))
}

/// The last lines of a log file, for an error text; empty when it cannot be read.
pub(crate) fn tail(path: &Path, lines: usize) -> String {
    const LOOK_BACK: u64 = 16 * 1024;
    let read = || {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(std::io::SeekFrom::Start(length.saturating_sub(LOOK_BACK)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        std::io::Result::Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
}

fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    PathBuf::from(name)
}

/// The exclusive use of a data folder by this process. The kernel gives it back when the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, which must exist.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process has it.
    pub fn take(folder: &Path) -> Result<Self> {
        let path = folder.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(Error::file("opening", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                let mut owner = String::new();
                let read = file.read_to_string(&mut owner);
                let owner = owner.trim().to_owned();
                let unknown = read.is_err() || owner.is_empty();
                return Err(Error::InUse {
                    folder: folder.to_owned(),
                    owner: if unknown { "unknown".to_owned() } else { owner },
                });
            }
            Err(fs::TryLockError::Error(error)) => return Err(Error::file("locking", &path)(error)),
        }
        let mut write = || {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(std::process::id().to_string().as_bytes())
        };
        write().map_err(Error::file("writing", &path))?;
        Ok(Self { _file: file })
    }
}

/// The mode bits of a file.
#[cfg(test)]
pub(crate) fn mode(path: &Path) -> Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path).map_err(Error::file("reading", path))?.permissions().mode() & 0o777)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_private_file_is_readable_by_its_owner_only_even_over_an_open_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

        write_private(&path, b"new").unwrap();

        assert_eq!(mode(&path).unwrap(), 0o600);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn the_tail_is_the_last_lines_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "one\ntwo\nthree\n").unwrap();

        assert_eq!(tail(&path, 2), "two\nthree");
        assert_eq!(tail(&path, 9), "one\ntwo\nthree");
    }

    #[test]
    fn a_folder_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = FolderLock::take(folder.path()).unwrap();

        let refused = FolderLock::take(folder.path()).unwrap_err();
        assert!(
            matches!(&refused, Error::InUse { owner, .. } if *owner == std::process::id().to_string()),
            "{refused}"
        );

        drop(first);
        FolderLock::take(folder.path()).unwrap();
    }
}
