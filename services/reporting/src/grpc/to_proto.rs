//! From values that several reports share to the contract.

use jiff::Timestamp;
use proto::common::v1::Money;
use proto::reporting::v1::{Count, DaysSpread};

use crate::projections;

pub(super) fn to_counts(counts: Vec<projections::Count>) -> Vec<Count> {
    counts.into_iter().map(|count| Count { code: count.code, count: count.count }).collect()
}

pub(super) fn to_spread(spread: projections::WaitingTime) -> DaysSpread {
    DaysSpread {
        count: spread.count,
        median_days: spread.median_days,
        p90_days: spread.p90_days,
        longest_days: spread.longest_days,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a message field")]
pub(super) const fn to_money(cents: i64) -> Option<Money> {
    Some(Money { cents })
}

pub(super) fn to_timestamp(instant: Timestamp) -> prost_types::Timestamp {
    // Before 1970 jiff counts nanoseconds down, protobuf up.
    let nanos = instant.subsec_nanosecond();
    let (seconds, nanos) = if nanos < 0 {
        (instant.as_second() - 1, nanos + 1_000_000_000)
    } else {
        (instant.as_second(), nanos)
    };
    prost_types::Timestamp { seconds, nanos }
}
