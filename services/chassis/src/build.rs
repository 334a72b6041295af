//! Which build this process is.

use std::path::Path;
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

/// The build this process runs: version, size and time of its executable, e.g. `0.1.0-53c1f8-18a3b2c4d5e6f708`.
///
/// Read from the open executable, so it stays true when the file is replaced by a newer build. `bondgenoot status` shows
/// it, and the test harness refuses a process whose build is not the file on disk.
pub fn id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    // Linux keeps the original file behind this name also after it was replaced.
    ID.get_or_init(|| {
        id_of(Path::new("/proc/self/exe")).unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned())
    })
}

/// The build an executable file is; `None` when it cannot be read.
pub fn id_of(executable: &Path) -> Option<String> {
    let metadata = std::fs::metadata(executable).ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    Some(format!("{}-{:x}-{modified:x}", env!("CARGO_PKG_VERSION"), metadata.len()))
}
