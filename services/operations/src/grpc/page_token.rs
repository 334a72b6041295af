//! Where a page of findings begins, as a token.
//!
//! The chassis binds tokens to a list with a key of the region. Operations holds none: its only filter stands in the token.

use std::str::FromStr as _;

use chassis::error::Violation;
use chassis::page::Cursor;
use jiff::Timestamp;
use uuid::Uuid;

/// The token of the page after this place.
pub(super) fn to_token(cursor: Cursor, open_only: bool) -> String {
    format!("{}{:016x}{}", list(open_only), cursor.at.as_microsecond(), cursor.id.as_simple())
}

/// Reads `page_token`; an empty one is the first page.
pub(super) fn from_token(token: &str, open_only: bool) -> Result<Cursor, Violation> {
    if token.is_empty() {
        return Ok(Cursor::START);
    }
    parse(token, open_only).ok_or_else(|| {
        Violation::new(
            "page_token",
            "PAGE_TOKEN",
            "this page token does not belong to this list",
            "use `next_page_token` of the page before with the same filter, or leave it empty to start again",
        )
    })
}

const fn list(open_only: bool) -> &'static str {
    if open_only { "o" } else { "a" }
}

fn parse(token: &str, open_only: bool) -> Option<Cursor> {
    let (at, id) = token.strip_prefix(list(open_only))?.split_at_checked(16)?;
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
        let token = to_token(cursor, true);

        assert_eq!(from_token(&token, true), Ok(cursor));
        assert_eq!(from_token("", true), Ok(Cursor::START));
        for broken in ["x", "é", &token[1..], &token[..40]] {
            assert!(from_token(broken, true).is_err(), "{broken}");
        }
        assert_eq!(from_token(&token, false).unwrap_err().reason, "PAGE_TOKEN");
    }
}
