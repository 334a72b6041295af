//! Which programme file something was made under.

use region::{ContentHash, Programme, ProgrammeCode};

/// The programme file a record is made under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Code of the programme.
    pub programme: ProgrammeCode,
    /// Version of its file.
    pub version: u32,
    /// Hash of its file.
    pub hash: ContentHash,
}

impl Origin {
    /// The origin of what is made under a programme file.
    pub fn of(programme: &Programme) -> Self {
        Self {
            programme: programme.code.clone(),
            version: programme.version.number,
            hash: programme.version.hash.clone(),
        }
    }
}
