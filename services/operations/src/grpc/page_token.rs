//! Where a page begins, as a token.
//!
//! The chassis binds tokens to a list with a key of the region. Operations holds none: the list, with its only filter, stands in the
//! token.

use std::str::FromStr as _;

use chassis::error::Violation;
use chassis::page::Cursor;
use jiff::Timestamp;
use uuid::Uuid;

/// The lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    /// Findings, with those that were closed.
    AllFindings,
    /// Findings that last.
    OpenFindings,
    /// Actions.
    Actions,
}

impl List {
    /// That of findings.
    pub(super) const fn findings(open_only: bool) -> Self {
        if open_only { Self::OpenFindings } else { Self::AllFindings }
    }

    const fn mark(self) -> &'static str {
        match self {
            Self::AllFindings => "a",
            Self::OpenFindings => "o",
            Self::Actions => "x",
        }
    }
}

/// What a token of a list by name begins with.
const NAMES: &str = "n";

/// The token of the page after this place.
pub(super) fn to_token(cursor: Cursor, list: List) -> String {
    format!("{}{:016x}{}", list.mark(), cursor.at.as_microsecond(), cursor.id.as_simple())
}

/// Reads `page_token`; an empty one is the first page.
pub(super) fn from_token(token: &str, list: List) -> Result<Cursor, Violation> {
    if token.is_empty() {
        return Ok(Cursor::START);
    }
    parse(token, list).ok_or_else(foreign)
}

/// The token of the page after this name.
pub(super) fn to_name_token(name: &str) -> String {
    format!("{NAMES}{name}")
}

/// Reads `page_token` of a list by name; an empty one is the first page.
pub(super) fn from_name_token(token: &str) -> Result<String, Violation> {
    if token.is_empty() {
        return Ok(String::new());
    }
    let named = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
    let name = token.strip_prefix(NAMES).filter(|name| !name.is_empty() && name.chars().all(named));
    name.map(ToOwned::to_owned).ok_or_else(foreign)
}

fn foreign() -> Violation {
    Violation::new(
        "page_token",
        "PAGE_TOKEN",
        "this page token does not belong to this list",
        "use `next_page_token` of the page before with the same filter, or leave it empty to start again",
    )
}

fn parse(token: &str, list: List) -> Option<Cursor> {
    let (at, id) = token.strip_prefix(list.mark())?.split_at_checked(16)?;
    let at = i64::from_str_radix(at, 16).ok()?;
    Some(Cursor { at: Timestamp::from_microsecond(at).ok()?, id: Uuid::from_str(id).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_back_to_its_place_in_its_own_list_only() {
        let cursor = Cursor {
            at: Timestamp::from_microsecond(1_700_000_000_123_456).unwrap(),
            id: Uuid::from_u128(7),
        };
        let token = to_token(cursor, List::OpenFindings);

        assert_eq!(from_token(&token, List::OpenFindings), Ok(cursor));
        assert_eq!(from_token("", List::OpenFindings), Ok(Cursor::START));
        for broken in ["x", "é", &token[1..], &token[..40]] {
            assert!(from_token(broken, List::OpenFindings).is_err(), "{broken}");
        }
        for other in [List::AllFindings, List::Actions] {
            assert_eq!(from_token(&token, other).unwrap_err().reason, "PAGE_TOKEN");
        }
    }

    #[test]
    fn a_token_by_name_is_a_name_that_kubernetes_could_give() {
        assert_eq!(from_name_token(&to_name_token("a-export")).as_deref(), Ok("a-export"));
        assert_eq!(from_name_token("").as_deref(), Ok(""));
        for broken in ["n", "nä", "xname", "n\n"] {
            assert_eq!(from_name_token(broken).unwrap_err().reason, "PAGE_TOKEN", "{broken}");
        }
    }
}
