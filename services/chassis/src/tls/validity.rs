//! Until when a certificate counts.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const VERSION: u8 = 0xA0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The end of the validity of a certificate (RFC 5280, 4.1.2.5), in seconds since 1970; `None` when it cannot be read.
pub(super) fn expires_at(certificate: &[u8]) -> Option<i64> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut rest, _) = element(certificate)?;
    if let (VERSION, _, behind) = element(rest)? {
        rest = behind;
    }
    // serial number, algorithm of the signature, issuer
    for _ in 0..3 {
        (_, _, rest) = element(rest)?;
    }
    let (_, validity, _) = element(rest)?;
    let (_, _, rest) = element(validity)?;
    let (tag, time, _) = element(rest)?;
    let time = std::str::from_utf8(time).ok()?;
    let time = match tag {
        UTC_TIME if time.get(..2)?.parse::<u8>().ok()? < 50 => format!("20{time}"),
        UTC_TIME => format!("19{time}"),
        GENERALIZED_TIME => time.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", time).ok()?;
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
}

/// Tag and content of the first element (DER), and what comes after it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (length, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
        let mut sum = 0_usize;
        for byte in length {
            sum = sum.checked_mul(256)?.checked_add(usize::from(*byte))?;
        }
        (sum, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use testkit::Authority;

    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read_and_garbage_is_not() {
        let authority = Authority::new();

        for (year, expected) in
            [(2032, 1_956_528_000), (2049, 2_493_072_000), (2050, 2_524_608_000), (2060, 2_840_140_800)]
        {
            let certificate = authority.issue_until(year);
            assert_eq!(expires_at(&certificate), Some(expected));
            for end in 0..certificate.len() {
                let _ = expires_at(&certificate[..end]);
            }
        }
        assert_eq!(expires_at(b""), None);
        assert_eq!(expires_at(&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]), None);
        assert_eq!(expires_at(&[0x30, 0xFF]), None);
    }
}
