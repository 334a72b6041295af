//! The figures, against a set that was counted by hand.

use jiff::ToSpan as _;
use proto::intake::events::v1::ScreeningOutcome;
use proto::reporting::v1::{Count, GetIntakeFiguresResponse, WaitingTime};
use testkit::Sent;

use crate::house::{House, Quiet, coordinator, request};
use crate::naive;
use crate::story::{Story, at, wire};

fn counts(lines: &[(&str, i64)]) -> Vec<Count> {
    lines.iter().map(|(code, count)| Count { code: (*code).to_owned(), count: *count }).collect()
}

/// Eight referrals around March 2024, two of them outside of it by minutes.
fn march(house: &mut House) -> Vec<Sent> {
    let mut events = Vec::new();
    let producer = &mut house.producer;
    let [before, first, admitted, refused, withdrawn, screened, last, after] = [(); 8].map(|()| Story::new());

    // 23:59:59 on 29 February in the region.
    events.push(producer.next(before.referral, &before.submitted(at("2024-02-29T22:59:59Z"))));

    // 00:00 on 1 March; waits until 20 April: 50 days.
    events.push(producer.next(first.referral, &first.submitted(at("2024-02-29T23:00:00Z"))));

    // Received 10 March, admitted 12 March: 2 days. Two reasons.
    let mut event = admitted.submitted(at("2024-03-10T09:00:00Z"));
    event.reasons = vec!["work-search".to_owned(), "health".to_owned()];
    "outreach".clone_into(&mut event.channel);
    events.push(producer.next(admitted.referral, &event));
    let screening = admitted.screened(ScreeningOutcome::Eligible, at("2024-03-11T09:00:00Z"));
    events.push(producer.next(admitted.referral, &screening));
    events.push(producer.next(admitted.participation, &admitted.admitted(at("2024-03-12T08:00:00Z"))));

    // Received 30 March 23:30, refused 31 March 00:30 Brussels time, the night the clock goes forward: 1 day.
    let mut event = refused.submitted(at("2024-03-30T22:30:00Z"));
    "46020".clone_into(&mut event.municipality_nis);
    "outreach".clone_into(&mut event.channel);
    events.push(producer.next(refused.referral, &event));
    events.push(producer.next(refused.referral, &refused.refused("out-of-area", at("2024-03-30T23:30:00Z"))));

    // Withdrawn: waits no more, and counts in no waiting time.
    let mut event = withdrawn.submitted(at("2024-03-15T12:00:00Z"));
    "peer".clone_into(&mut event.channel);
    events.push(producer.next(withdrawn.referral, &event));
    let withdrawal = withdrawn.withdrawn("person-changed-mind", at("2024-04-02T12:00:00Z"));
    events.push(producer.next(withdrawn.referral, &withdrawal));

    // Screened twice, waits from 20 March until 20 April: 31 days.
    let mut event = screened.submitted(at("2024-03-20T12:00:00Z"));
    "outreach".clone_into(&mut event.channel);
    events.push(producer.next(screened.referral, &event));
    for (outcome, when) in [
        (ScreeningOutcome::Manual, "2024-03-21T12:00:00Z"),
        (ScreeningOutcome::Eligible, "2024-03-22T12:00:00Z"),
    ] {
        events.push(producer.next(screened.referral, &screened.screened(outcome, at(when))));
    }

    // 23:59:59 on 31 March, summer time; waits until 20 April: 20 days.
    events.push(producer.next(last.referral, &last.submitted(at("2024-03-31T21:59:59Z"))));
    // 00:00 on 1 April.
    events.push(producer.next(after.referral, &after.submitted(at("2024-03-31T22:00:00Z"))));
    events
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_of_a_month_are_as_counted_by_hand() {
    let mut house = House::start_on("2024-04-20").await;
    let events = march(&mut house);
    house.tell(&events).await;

    let figures = house.figures("2024-03-01", "2024-03-31").await;

    let expected = GetIntakeFiguresResponse {
        referrals: 6,
        by_channel: counts(&[("outreach", 3), ("partner", 2), ("peer", 1)]),
        by_state: counts(&[
            ("submitted", 2),
            ("admitted", 1),
            ("refused", 1),
            ("screened", 1),
            ("withdrawn", 1),
        ]),
        by_municipality: counts(&[("46014", 5), ("46020", 1)]),
        by_reason: counts(&[("work-search", 6), ("health", 1)]),
        by_refusal_reason: counts(&[("out-of-area", 1)]),
        by_withdrawal_reason: counts(&[("person-changed-mind", 1)]),
        waiting_to_decision: Some(WaitingTime { count: 2, median_days: 1, p90_days: 2, longest_days: 2 }),
        still_waiting: Some(WaitingTime { count: 3, median_days: 31, p90_days: 50, longest_days: 50 }),
        as_of: wire(at("2024-04-02T12:00:00Z")),
    };
    assert_eq!(figures, expected);
    let day = |text: &str| text.parse().unwrap();
    assert_eq!(naive::figures(&events, day("2024-03-01"), day("2024-03-31"), day("2024-04-20")), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_period_without_referrals_is_all_zero() {
    let house = Quiet::start_on("2024-04-20").await;

    let figures = house.ask(coordinator(), request("2024-03-01", "2024-03-31")).await.unwrap();

    let nothing = Some(WaitingTime::default());
    let expected = GetIntakeFiguresResponse {
        waiting_to_decision: nothing,
        still_waiting: nothing,
        ..GetIntakeFiguresResponse::default()
    };
    assert_eq!(figures, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_is_never_negative_when_the_played_clock_was_set_back() {
    let mut house = House::start_on("2024-03-01").await;
    let story = Story::new();
    let events = [house.producer.next(story.referral, &story.submitted(at("2024-03-10T09:00:00Z")))];
    house.tell(&events).await;

    let figures = house.figures("2024-03-01", "2024-03-31").await;

    let waiting = WaitingTime { count: 1, ..WaitingTime::default() };
    assert_eq!(figures.still_waiting, Some(waiting));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nine_in_ten_of_ten_is_the_ninth() {
    let mut house = House::start_on("2024-06-01").await;
    let received = at("2024-03-01T09:00:00Z");
    let mut events = Vec::new();
    for days in 1..=10 {
        let story = Story::new();
        events.push(house.producer.next(story.referral, &story.submitted(received)));
        let decided = received + (24 * days).hours();
        events.push(house.producer.next(story.referral, &story.refused("out-of-area", decided)));
    }
    house.tell(&events).await;

    let figures = house.figures("2024-03-01", "2024-03-01").await;

    let expected = WaitingTime { count: 10, median_days: 5, p90_days: 9, longest_days: 10 };
    assert_eq!(figures.waiting_to_decision, Some(expected));
}
