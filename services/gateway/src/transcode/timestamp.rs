//! `google.protobuf.Timestamp` as RFC 3339 text.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

use super::wire::{self, Raw, Reader};

/// Seconds and nanoseconds of a text such as `2026-06-14T10:00:00Z`.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    // jiff accepts more than RFC 3339 (for instance a space); canonical JSON does not.
    let strict =
        text.as_bytes().get(10).is_some_and(|byte| matches!(byte, b'T' | b't')) && !text.contains('[');
    strict.then(|| text.parse().ok()).flatten()
}

/// Appends the message body.
pub(super) fn put(out: &mut Vec<u8>, timestamp: Timestamp) {
    let (mut seconds, mut nanoseconds) = (timestamp.as_second(), i64::from(timestamp.subsec_nanosecond()));
    if nanoseconds < 0 {
        seconds -= 1;
        nanoseconds += 1_000_000_000;
    }
    wire::put_tag(out, 1, wire::VARINT);
    wire::put_varint(out, wire::signed(seconds));
    wire::put_tag(out, 2, wire::VARINT);
    wire::put_varint(out, wire::signed(nanoseconds));
}

/// Appends the quoted text of a message body, with 0, 3, 6 or 9 decimals.
pub(super) fn print(bytes: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (mut seconds, mut nanoseconds) = (0_i64, 0_i64);
    for field in Reader(bytes) {
        match field.ok()? {
            (1, Raw::Varint(value)) => seconds = value.cast_signed(),
            (2, Raw::Varint(value)) => nanoseconds = value.cast_signed(),
            _ => {}
        }
    }
    let nanoseconds =
        i32::try_from(nanoseconds).ok().filter(|nanoseconds| (0..1_000_000_000).contains(nanoseconds))?;
    let timestamp = Timestamp::new(seconds, nanoseconds).ok()?;
    let decimals = match nanoseconds {
        0 => 0,
        nanoseconds if nanoseconds % 1_000_000 == 0 => 3,
        nanoseconds if nanoseconds % 1_000 == 0 => 6,
        _ => 9,
    };
    out.push(b'"');
    let printer = DateTimePrinter::new().precision(Some(decimals));
    let mut text = String::with_capacity(32);
    printer.print_timestamp(&timestamp, &mut text).ok()?;
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_come_back_with_the_decimals_of_canonical_json() {
        for text in [
            "2026-06-14T10:00:00Z",
            "2026-06-14T10:00:00.500Z",
            "1969-12-31T23:59:59.000001Z",
            "0001-01-01T00:00:00Z",
            "9999-12-30T21:59:59.999999999Z",
        ] {
            let mut bytes = Vec::new();
            put(&mut bytes, parse(text).unwrap());
            let mut out = Vec::new();
            print(&bytes, &mut out).unwrap();

            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn only_rfc_3339_is_an_instant() {
        assert!(parse("2026-06-14T12:00:00+02:00").is_some());
        for text in
            ["2026-06-14", "2026-06-14 10:00:00Z", "2026-06-14T10:00:00", "now", "2026-06-14T10:00:00Z[UTC]"]
        {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
