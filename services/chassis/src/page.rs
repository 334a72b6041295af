//! Pages of lists: keyset, newest first, with a token that only this service can make and only for the same filter.

use std::str::FromStr as _;

use jiff::Timestamp;
use uuid::Uuid;

use crate::error::Violation;
use crate::vault::Vault;

/// Rows on a page when the caller asks for none in particular.
pub const DEFAULT_SIZE: i64 = 50;
/// Most rows on a page.
pub const MAX_SIZE: i64 = 200;
/// Bytes of the tag that binds a token to its list.
const TAG_BYTES: usize = 16;

/// Where a page begins: after the row with this key. Newest first, so the first page begins after the last instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the row came into being.
    pub at: Timestamp,
    /// Its id, which decides between rows of one instant.
    pub id: Uuid,
}

impl Cursor {
    /// Before everything: the first page.
    pub const START: Self = Self { at: Timestamp::MAX, id: Uuid::max() };

    /// The token of the page after this row. `list` names the RPC and its whole filter.
    pub fn to_token(self, vault: &Vault, list: &str) -> String {
        let place = format!("{:016x}{}", self.at.as_microsecond(), self.id.as_simple());
        let tag = tag(vault, list, &place);
        place + &tag
    }

    /// Reads `page_token`; an empty one is the first page. A token of another list, filter or service is a violation.
    pub fn from_token(vault: &Vault, list: &str, token: &str) -> Result<Self, Violation> {
        if token.is_empty() {
            return Ok(Self::START);
        }
        Self::parse(vault, list, token).ok_or_else(|| {
            Violation::new(
                "page_token",
                "PAGE_TOKEN",
                "this page token does not belong to this list",
                "use `next_page_token` of the page before with the same filter, or leave it empty to start again",
            )
        })
    }

    fn parse(vault: &Vault, list: &str, token: &str) -> Option<Self> {
        let (place, given) = token.split_at_checked(48)?;
        if tag(vault, list, place) != given {
            return None;
        }
        let (at, id) = place.split_at_checked(16)?;
        let at = i64::from_str_radix(at, 16).ok()?;
        Some(Self { at: Timestamp::from_microsecond(at).ok()?, id: Uuid::from_str(id).ok()? })
    }
}

/// Not a secret comparison: a forged tag would lead to rows that the caller may list anyway.
fn tag(vault: &Vault, list: &str, place: &str) -> String {
    let mut tag = vault.blind_index("page_token", &format!("{list}\n{place}"));
    tag.truncate(TAG_BYTES);
    hex::encode(tag)
}

/// Reads `page_size`: 0 is [`DEFAULT_SIZE`], at most [`MAX_SIZE`].
pub fn size(requested: i32) -> Result<i64, Violation> {
    match i64::from(requested) {
        0 => Ok(DEFAULT_SIZE),
        size @ 1..=MAX_SIZE => Ok(size),
        _ => Err(Violation::new(
            "page_size",
            "PAGE_SIZE",
            "a page cannot have that many rows",
            format!("ask for 1 to {MAX_SIZE} rows, or 0 for {DEFAULT_SIZE}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor { at: Timestamp::from_microsecond(1_700_000_000_123_456).unwrap(), id: Uuid::from_u128(7) }
    }

    #[test]
    fn a_token_leads_back_to_its_place_in_its_own_list_only() {
        let vault = crate::vault::tests::vault();
        let token = cursor().to_token(&vault, "referrals/w");

        assert_eq!(Cursor::from_token(&vault, "referrals/w", &token), Ok(cursor()));
        assert_eq!(Cursor::from_token(&vault, "referrals/v", &token).unwrap_err().reason, "PAGE_TOKEN");
        assert_eq!(Cursor::from_token(&vault, "referrals/w", ""), Ok(Cursor::START));
    }

    #[test]
    fn a_broken_token_is_a_violation() {
        let vault = crate::vault::tests::vault();
        let token = cursor().to_token(&vault, "l");

        for broken in ["x", "é", &token[1..], &token[..40], &format!("{token}0"), &token.replace('0', "1")] {
            assert!(Cursor::from_token(&vault, "l", broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_page_has_1_to_200_rows_and_50_when_nobody_asks() {
        assert_eq!(size(0), Ok(50));
        assert_eq!(size(200), Ok(200));
        assert!(size(201).is_err());
        assert!(size(-1).is_err());
    }
}
