//! Why a write changed nothing: the row has seen the event before, or the event can never be applied.

use chassis::events::HandlerError;

/// Decides about an event that its row refused; `found` is the sequence of the newest event in the row. Harmless when the row
/// has seen it. `never` says that there is no row, `again` that it is there and does not take the event.
pub(super) fn unless_seen(
    found: Option<i64>,
    sequence: i64,
    never: &'static str,
    again: &'static str,
) -> Result<(), HandlerError> {
    match found {
        Some(newest) if newest >= sequence => Ok(()),
        Some(_) => Err(HandlerError::Poison(again.to_owned())),
        None => Err(HandlerError::Poison(never.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_row_has_seen_is_harmless() {
        assert!(unless_seen(Some(3), 3, "never", "again").is_ok());
        assert!(unless_seen(Some(4), 3, "never", "again").is_ok());
        for (found, expected) in [(Some(2), "again"), (None, "never")] {
            match unless_seen(found, 3, "never", "again") {
                Err(HandlerError::Poison(reason)) => assert_eq!(reason, expected),
                other => panic!("expected poison, got {other:?}"),
            }
        }
    }
}
