//! The figures, computed in the plainest way from the events themselves: what reporting must agree with.
//!
//! Periods by the local day of each referral (reporting compares instants), percentiles by counting, no SQL.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use prost::Message as _;
use proto::Event as _;
use proto::intake::events::v1::{
    ParticipantAdmitted, ParticipantRefused, ReferralScreened, ReferralSubmitted, ReferralWithdrawn,
};
use proto::reporting::v1::{Count, GetIntakeFiguresResponse, WaitingTime};
use testkit::Sent;

use crate::house::brussels;

/// What is known of one referral.
#[derive(Default)]
struct Known {
    submitted: Option<ReferralSubmitted>,
    screened: Vec<Timestamp>,
    admitted: Option<Timestamp>,
    refused: Option<(String, Timestamp)>,
    withdrawn: Option<(String, Timestamp)>,
}

fn instant(value: Option<prost_types::Timestamp>) -> Timestamp {
    let value = value.unwrap();
    Timestamp::new(value.seconds, value.nanos).unwrap()
}

fn local_day(instant: Timestamp) -> Date {
    instant.to_zoned(brussels()).date()
}

fn collect<'a>(events: impl IntoIterator<Item = &'a Sent>) -> BTreeMap<String, Known> {
    let mut referrals: BTreeMap<String, Known> = BTreeMap::new();
    for event in events {
        let bytes = event.payload.as_slice();
        match event.event_type.as_str() {
            ReferralSubmitted::TYPE => {
                let event = ReferralSubmitted::decode(bytes).unwrap();
                let known = referrals.entry(event.referral_id.clone()).or_default();
                known.submitted = Some(event);
            }
            ReferralScreened::TYPE => {
                let event = ReferralScreened::decode(bytes).unwrap();
                referrals.entry(event.referral_id).or_default().screened.push(instant(event.screened_at));
            }
            ReferralWithdrawn::TYPE => {
                let event = ReferralWithdrawn::decode(bytes).unwrap();
                let known = referrals.entry(event.referral_id).or_default();
                known.withdrawn = Some((event.reason, instant(event.withdrawn_at)));
            }
            ParticipantRefused::TYPE => {
                let event = ParticipantRefused::decode(bytes).unwrap();
                let known = referrals.entry(event.referral_id).or_default();
                known.refused = Some((event.reason, instant(event.refused_at)));
            }
            ParticipantAdmitted::TYPE => {
                let event = ParticipantAdmitted::decode(bytes).unwrap();
                referrals.entry(event.referral_id).or_default().admitted = Some(instant(event.admitted_at));
            }
            _ => {}
        }
    }
    referrals
}

/// The figures over some events, in any order; every event once, the screenings of a referral in their order.
pub fn figures<'a>(
    events: impl IntoIterator<Item = &'a Sent>,
    from: Date,
    to: Date,
    today: Date,
) -> GetIntakeFiguresResponse {
    let [mut channels, mut states, mut municipalities, mut reasons, mut refusals, mut withdrawals] =
        [(); 6].map(|()| Table::new());
    let (mut to_decision, mut still, mut newest) = (Vec::new(), Vec::new(), None);
    let mut referrals = 0;
    for known in collect(events).into_values() {
        let submitted = known.submitted.unwrap();
        let received = instant(submitted.submitted_at);
        let day = local_day(received);
        if day < from || to < day {
            continue;
        }
        referrals += 1;
        let state = match (&known.admitted, &known.refused, &known.withdrawn) {
            (Some(_), ..) => "admitted",
            (_, Some(_), _) => "refused",
            (.., Some(_)) => "withdrawn",
            _ if known.screened.is_empty() => "submitted",
            _ => "screened",
        };
        count(&mut channels, &submitted.channel);
        count(&mut states, state);
        count(&mut municipalities, &submitted.municipality_nis);
        for reason in submitted.reasons.into_iter().collect::<BTreeSet<_>>() {
            count(&mut reasons, &reason);
        }
        if let Some((reason, _)) = &known.refused {
            count(&mut refusals, reason);
        }
        if let Some((reason, _)) = &known.withdrawn {
            count(&mut withdrawals, reason);
        }
        let decided = known.admitted.or(known.refused.as_ref().map(|(_, when)| *when));
        if let Some(decided) = decided {
            to_decision.push(days_between(day, local_day(decided)));
        } else if known.withdrawn.is_none() {
            still.push(days_between(day, today));
        }
        let instants =
            [Some(received), decided, known.withdrawn.map(|(_, when)| when), known.screened.last().copied()];
        newest = newest.max(instants.into_iter().flatten().max());
    }
    GetIntakeFiguresResponse {
        referrals,
        by_channel: in_order(channels),
        by_state: in_order(states),
        by_municipality: in_order(municipalities),
        by_reason: in_order(reasons),
        by_refusal_reason: in_order(refusals),
        by_withdrawal_reason: in_order(withdrawals),
        waiting_to_decision: Some(waiting_time(to_decision)),
        still_waiting: Some(waiting_time(still)),
        as_of: newest.map(|when| prost_types::Timestamp { seconds: when.as_second(), nanos: 0 }),
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    let mut days = 0;
    let mut day = from;
    while day < to {
        day = day.tomorrow().unwrap();
        days += 1;
    }
    days
}

type Table = BTreeMap<String, i64>;

fn count(table: &mut Table, code: &str) {
    *table.entry(code.to_owned()).or_default() += 1;
}

fn in_order(table: Table) -> Vec<Count> {
    let mut counts: Vec<Count> = table.into_iter().map(|(code, count)| Count { code, count }).collect();
    // Stable: codes stay in order among equals.
    counts.sort_by_key(|line| -line.count);
    counts
}

fn waiting_time(mut days: Vec<i64>) -> WaitingTime {
    days.sort_unstable();
    // The smallest value that at least so many tenths of all values do not exceed.
    let rank = |tenths: usize| {
        let reached =
            |value: i64| days.iter().filter(|other| **other <= value).count() * 10 >= days.len() * tenths;
        days.iter().copied().find(|value| reached(*value)).unwrap_or(0)
    };
    WaitingTime {
        count: i64::try_from(days.len()).unwrap(),
        median_days: rank(5),
        p90_days: rank(9),
        longest_days: days.last().copied().unwrap_or(0),
    }
}
