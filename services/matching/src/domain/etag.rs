//! The version of a record as callers carry it.

use std::fmt;

/// Opaque, equal exactly when nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag(i64);

impl Etag {
    /// The tag of a version.
    pub const fn of(version: i64) -> Self {
        Self(version)
    }

    /// Whether the caller read this version. A caller who names none did not.
    pub fn is(self, if_match: Option<&str>) -> bool {
        if_match.is_some_and(|tag| tag == self.to_string())
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "v{}", self.0)
    }
}
