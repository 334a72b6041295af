//! Instants between the contract and people.

use jiff::Timestamp;

/// An instant of the contract; `None` when it is out of range.
pub fn of_proto(instant: &prost_types::Timestamp) -> Option<Timestamp> {
    Timestamp::new(instant.seconds, instant.nanos).ok()
}

/// An instant as RFC 3339 text in UTC.
pub fn text(instant: &prost_types::Timestamp) -> Option<String> {
    of_proto(instant).map(|instant| format!("{instant:.0}"))
}

/// An instant for the contract.
pub fn to_proto(instant: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: instant.as_second(), nanos: instant.subsec_nanosecond() }
}

/// An instant for people, in the time zone of the machine.
pub fn local(instant: &prost_types::Timestamp) -> Option<String> {
    let zoned = of_proto(instant)?.to_zoned(jiff::tz::TimeZone::system());
    Some(zoned.strftime("%Y-%m-%d %H:%M:%S %Z").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_goes_through_the_contract_unchanged() {
        let instant: Timestamp = "2025-01-01T00:00:00.25Z".parse().unwrap();

        let there = to_proto(instant);

        assert_eq!(of_proto(&there), Some(instant));
        assert_eq!(text(&there).unwrap(), "2025-01-01T00:00:00Z");
        assert_eq!(of_proto(&prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }), None);
    }
}
