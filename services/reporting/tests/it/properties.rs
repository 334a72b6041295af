//! Random histories in random order give the figures that a naive recomputation gives.

use jiff::{Timestamp, ToSpan as _};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use proto::intake::events::v1::ScreeningOutcome;
use testkit::{Producer, Sent};
use tokio::runtime::Handle;

use crate::house::House;
use crate::naive;
use crate::story::{Story, at};

const CASES: u32 = 24;

/// How a random referral ends.
#[derive(Debug, Clone)]
enum End {
    Open,
    Admitted,
    Refused(&'static str),
    Withdrawn(&'static str),
}

/// A random referral.
#[derive(Debug, Clone)]
struct Course {
    received: Timestamp,
    channel: &'static str,
    municipality: &'static str,
    reasons: Vec<&'static str>,
    screenings: Vec<ScreeningOutcome>,
    end: End,
    /// Between one event and the next.
    pace_minutes: i64,
    is_erased: bool,
}

/// Instants of the year around the borders of days, and anywhere.
fn instants() -> impl Strategy<Value = Timestamp> {
    let start = at("2023-12-25T00:00:00Z");
    let anywhere = (0_i64..330 * 86_400).prop_map(move |seconds| start + seconds.seconds());
    // Midnight in the region is 22:00 or 23:00 UTC.
    let borders = (0_i64..330, 21_i64..24, -2_i64..=2)
        .prop_map(move |(days, hours, seconds)| start + (24 * days + hours).hours() + seconds.seconds());
    prop_oneof![anywhere, borders]
}

fn courses() -> impl Strategy<Value = Course> {
    let end = prop_oneof![
        Just(End::Open),
        Just(End::Admitted),
        select(vec!["out-of-area", "other-age", "no-capacity"]).prop_map(End::Refused),
        select(vec!["person-changed-mind", "no-longer-wanted"]).prop_map(End::Withdrawn),
    ];
    let outcomes = vec![ScreeningOutcome::Eligible, ScreeningOutcome::Manual, ScreeningOutcome::NotEligible];
    (
        instants(),
        select(vec!["partner", "outreach", "peer", "inreach", "self"]),
        select(vec!["46014", "44045", "46020", "46029"]),
        subsequence(vec!["work-search", "health", "network", "education"], 1..=3),
        vec(select(outcomes), 0..3),
        end,
        0_i64..60 * 24 * 60,
        any::<bool>(),
    )
        .prop_map(
            |(received, channel, municipality, reasons, screenings, end, pace_minutes, is_erased)| Course {
                received,
                channel,
                municipality,
                reasons,
                screenings,
                end,
                pace_minutes,
                is_erased,
            },
        )
}

impl Course {
    fn events(&self, producer: &mut Producer) -> Vec<Sent> {
        let story = Story::new();
        let mut now = self.received;
        let mut submitted = story.submitted(now);
        self.channel.clone_into(&mut submitted.channel);
        self.municipality.clone_into(&mut submitted.municipality_nis);
        submitted.reasons = self.reasons.iter().map(|reason| (*reason).to_owned()).collect();
        let mut events = vec![producer.next(story.referral, &submitted)];
        let mut later = || {
            now += self.pace_minutes.minutes();
            now
        };
        for outcome in &self.screenings {
            events.push(producer.next(story.referral, &story.screened(*outcome, later())));
        }
        match self.end {
            End::Open => {}
            End::Admitted => events.push(producer.next(story.participation, &story.admitted(later()))),
            End::Refused(reason) => {
                events.push(producer.next(story.referral, &story.refused(reason, later())));
            }
            End::Withdrawn(reason) => {
                events.push(producer.next(story.referral, &story.withdrawn(reason, later())));
            }
        }
        if self.is_erased {
            events.push(producer.next(story.person, &story.erased(later())));
        }
        events
    }
}

/// A permutation out of random numbers.
fn shuffled(events: &[Sent], keys: &[u32]) -> Vec<Sent> {
    let mut keyed: Vec<(u32, &Sent)> = keys.iter().copied().cycle().zip(events).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, event)| event.clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_histories_in_any_order_give_the_figures_of_a_naive_recomputation() {
    let mut house = House::start_on("2024-09-15").await;
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let strategy = (vec(courses(), 0..40), vec(any::<u32>(), 240), 0_i32..320, 0_i32..320);
    let house = std::sync::Mutex::new(&mut house);

    let result = TestRunner::new(config).run(&strategy, |(courses, keys, first, length)| {
        let mut house = house.lock().unwrap();
        tokio::task::block_in_place(|| {
            Handle::current().block_on(async {
                house.execute("truncate referral_facts, admissions, erased_persons").await;
                let events: Vec<Sent> =
                    courses.iter().flat_map(|course| course.events(&mut house.producer)).collect();
                house.tell(&shuffled(&events, &keys)).await;

                let from = jiff::civil::date(2023, 12, 28) + first.days();
                let to = from + length.days();
                let figures = house.figures(&from.to_string(), &to.to_string()).await;

                let expected = naive::figures(&events, from, to, jiff::civil::date(2024, 9, 15));
                prop_assert_eq!(figures, expected);
                Ok(())
            })
        })
    });

    result.unwrap();
}
