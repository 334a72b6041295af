//! Where exports go. A folder today; an object store would be another [`Target`].

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chassis::id::IdGenerator;

use super::staging::Staging;
use super::{MANIFEST, sync};

/// Where whole exports are published.
pub trait Target {
    /// Publishes a finished local folder under a name, all of it or nothing. `false` when the same export is there already;
    /// one with another manifest, or without its files, is put aside and replaced.
    fn publish(&self, name: &str, folder: &Path) -> anyhow::Result<bool>;
}

/// A folder with a folder for each export.
#[derive(Debug, Clone)]
pub struct FolderTarget {
    root: PathBuf,
}

/// The right to make one export, of the processes on this file system.
pub(super) struct Held<'t> {
    target: &'t FolderTarget,
    name: String,
    _lock: File,
}

impl FolderTarget {
    /// Opens the folder, and makes it when it is not there.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(root)
            .with_context(|| format!("cannot make export.target {}", root.display()))?;
        Ok(Self { root: root.to_owned() })
    }

    /// Waits until no other process makes this export. Only saves work and clears up: without it two would publish the same bytes.
    pub(super) fn hold(&self, name: &str) -> anyhow::Result<Held<'_>> {
        let lock = File::options().create(true).append(true).open(self.root.join(format!(".lock-{name}")))?;
        lock.lock().context("cannot lock the export")?;
        Ok(Held { target: self, name: name.to_owned(), _lock: lock })
    }
}

impl Held<'_> {
    /// A new staging folder; what a killed process left of this export is removed.
    pub(super) fn staging(&self) -> anyhow::Result<Staging> {
        let prefix = format!(".staging-{}.", self.name);
        for entry in std::fs::read_dir(&self.target.root)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                std::fs::remove_dir_all(entry.path())?;
            }
        }
        let path = self.target.root.join(format!("{prefix}{}", IdGenerator.uuid()));
        Ok(Staging::create(path)?)
    }

    pub(super) fn publish(&self, staging: Staging) -> anyhow::Result<bool> {
        let result = self.target.publish(&self.name, staging.path());
        drop(staging);
        result
    }
}

/// Whether two folders hold the same files with the same bytes.
fn is_same(one: &Path, other: &Path) -> anyhow::Result<bool> {
    for entry in std::fs::read_dir(one)? {
        let entry = entry?;
        let there = other.join(entry.file_name());
        let is_long =
            entry.metadata()?.len() != std::fs::metadata(&there).map_or(u64::MAX, |found| found.len());
        if is_long || digest(&entry.path())? != digest(&there)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn digest(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let mut reader = std::io::BufReader::with_capacity(65_536, File::open(path)?);
    loop {
        let read = std::io::BufRead::fill_buf(&mut reader)?;
        if read.is_empty() {
            return Ok(context.finish().as_ref().to_vec());
        }
        context.update(read);
        let length = read.len();
        std::io::BufRead::consume(&mut reader, length);
    }
}

impl Target for FolderTarget {
    fn publish(&self, name: &str, folder: &Path) -> anyhow::Result<bool> {
        let place = self.root.join(name);
        sync(folder)?;
        if place.join(MANIFEST).exists() && is_same(folder, &place)? {
            return Ok(false);
        }
        if place.exists() {
            let aside = self.root.join(format!(".replaced-{name}.{}", IdGenerator.uuid()));
            std::fs::rename(&place, aside)?;
        }
        std::fs::rename(folder, &place).with_context(|| format!("cannot publish {}", place.display()))?;
        sync(&self.root)?;
        Ok(true)
    }
}
