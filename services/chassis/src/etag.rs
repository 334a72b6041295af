//! The version of a record as callers carry it: what `If-Match` names.

use std::fmt;

/// The version of a record: opaque, equal exactly when nothing changed.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_that_of_its_version_only() {
        let tag = Etag::of(3);

        assert!(tag.is(Some("v3")));
        for other in [Some("v2"), Some("3"), Some("v30"), Some("*"), Some(""), None] {
            assert!(!tag.is(other), "{other:?}");
        }
    }
}
