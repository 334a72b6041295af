//! Random cases in random order give the figures that a naive recomputation gives; a rebuild gives the same again.

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use proto::matching::events::v1::MatchEnd;
use proto::trajectory::events::v1::{DutyState, ExitOutcome};
use testkit::{Producer, Sent};
use tokio::runtime::Handle;

use crate::case::{Case, Contact, capacity, declined, fresh};
use crate::house::{House, brussels};
use crate::quarter_naive;
use crate::story::{at, wire};

const CASES: u32 = 24;
const START: Date = date(2024, 1, 1);

/// A day by its number in the year.
fn day(number: i64) -> String {
    START.checked_add(number.days()).unwrap().to_string()
}

/// A random contact, and what it was corrected to.
#[derive(Debug, Clone)]
struct Talk {
    day: i64,
    how: Contact,
    correction: Option<(i64, Contact, bool)>,
}

/// A random case.
#[derive(Debug, Clone)]
struct Course {
    referred: Timestamp,
    re_entry: bool,
    /// Minutes from referral to admission, and on to the match.
    pace: i64,
    is_declined: bool,
    flags: (bool, bool),
    /// Of the match, and of the one that follows in a handover.
    weights: (&'static str, &'static str),
    handover: Option<i64>,
    opened: i64,
    talks: Vec<Talk>,
    measures: Vec<(&'static str, i64)>,
    duties: Vec<(&'static str, i64, Vec<DutyState>)>,
    exit: Option<(&'static str, ExitOutcome, i64)>,
}

/// Instants of the year, many of them around midnight in the region (22:00 or 23:00 UTC).
fn instants() -> impl Strategy<Value = Timestamp> {
    let start = at("2024-01-01T00:00:00Z");
    let anywhere = (0_i64..250 * 86_400).prop_map(move |seconds| start + seconds.seconds());
    let borders = (0_i64..250, 21_i64..24, -2_i64..=2)
        .prop_map(move |(days, hours, seconds)| start + (24 * days + hours).hours() + seconds.seconds());
    prop_oneof![anywhere, borders]
}

/// Days of the year by their number, many of them on the borders of periods, which are tens.
fn days() -> impl Strategy<Value = i64> {
    prop_oneof![0_i64..250, (0_i64..25).prop_map(|tens| 10 * tens)]
}

/// Numbers of days, many of them tens.
fn after() -> impl Strategy<Value = i64> {
    prop_oneof![0_i64..120, (0_i64..12).prop_map(|tens| 10 * tens)]
}

/// Minutes, many of them whole days, so that what begins around midnight goes on around midnight.
fn paces() -> impl Strategy<Value = i64> {
    prop_oneof![0_i64..30 * 1_440, (0_i64..30).prop_map(|days| days * 1_440)]
}

fn contacts() -> impl Strategy<Value = Contact> {
    (any::<bool>(), any::<bool>(), 0_u32..=1_440).prop_map(|(reached, with, minutes)| Contact {
        reached,
        with,
        minutes,
    })
}

fn weights() -> impl Strategy<Value = &'static str> {
    select(vec!["regular", "intensive"])
}

fn courses() -> impl Strategy<Value = Course> {
    let talks = (days(), contacts(), prop::option::of((days(), contacts(), any::<bool>())))
        .prop_map(|(day, how, correction)| Talk { day, how, correction });
    let states = vec![DutyState::Due, DutyState::Kept, DutyState::Missed, DutyState::KeptLate];
    let duties =
        (select(vec!["quarterly-follow-up", "first-empowerment"]), days(), vec(select(states), 1..4));
    let exits = select(vec![
        ("work-regular", ExitOutcome::WithWork),
        ("work-social", ExitOutcome::WithWork),
        ("volunteering", ExitOutcome::StepBelowWork),
        ("regular-offer", ExitOutcome::RegularOffer),
        ("moved-away", ExitOutcome::WithoutWork),
    ]);
    (
        (instants(), any::<bool>(), paces(), any::<bool>(), any::<(bool, bool)>(), (weights(), weights())),
        prop::option::of(1_i64..60),
        days(),
        vec(talks, 0..5),
        vec((select(vec!["release", "star"]), days()), 0..3),
        vec(duties, 0..3),
        prop::option::of((exits, after())),
    )
        .prop_map(|(begin, handover, opened, talks, measures, duties, exit)| Course {
            referred: begin.0,
            re_entry: begin.1,
            pace: begin.2,
            is_declined: begin.3,
            flags: begin.4,
            weights: begin.5,
            handover,
            opened,
            talks,
            measures,
            duties,
            exit: exit.map(|((reason, outcome), after)| (reason, outcome, after)),
        })
}

/// Capacities of one worker: tenths of a full-timer, first day, days it holds or for good.
type Capacities = Vec<(u32, i64, Option<i64>)>;

fn workers() -> impl Strategy<Value = Vec<Capacities>> {
    vec(vec((1_u32..=10, days(), prop::option::of(after())), 1..4), 0..6)
}

impl Course {
    fn matched_at(&self) -> Timestamp {
        self.referred + (2 * self.pace).minutes()
    }

    /// Days on which a period may well end: something happens on them, or just after.
    fn borders(&self) -> Vec<String> {
        let matched = self.matched_at().to_zoned(brussels()).date();
        let exit = self.exit.map(|(_, _, after)| day(self.opened + after));
        [day(self.opened), matched.to_string(), matched.yesterday().unwrap().to_string()]
            .into_iter()
            .chain(exit)
            .collect()
    }

    fn events(&self, producer: &mut Producer) -> Vec<Sent> {
        let case = Case::new();
        let story = case.story;
        let admitted_at = self.referred + self.pace.minutes();
        let matched_at = self.matched_at();
        let mut events = vec![producer.next(story.referral, &story.submitted(self.referred))];
        let mut admitted = story.admitted(admitted_at);
        admitted.referred_at = wire(self.referred);
        admitted.re_entry = self.re_entry;
        events.push(producer.next(story.participation, &admitted));
        if self.is_declined {
            let proposal = fresh();
            events.push(producer.next(proposal, &declined(proposal, matched_at)));
        }
        let mut confirmed = case.confirmed(matched_at, &day(self.opened));
        (confirmed.overridden, confirmed.over_capacity) = self.flags;
        self.weights.0.clone_into(&mut confirmed.weight);
        events.push(producer.next(case.match_id, &confirmed));
        let mut last_match = case;
        if let Some(after) = self.handover {
            let ended = case.match_ended(&day(self.opened + after), MatchEnd::HandedOver);
            events.push(producer.next(case.match_id, &ended));
            last_match.match_id = fresh();
            let later = matched_at + (24 * after).hours();
            let mut follows = last_match.confirmed(later, &day(self.opened + after + 1));
            follows.follows_match_id = case.match_id.to_string();
            self.weights.1.clone_into(&mut follows.weight);
            events.push(producer.next(last_match.match_id, &follows));
        }
        events.push(producer.next(case.trajectory, &case.opened(&day(self.opened))));
        for talk in &self.talks {
            let contact = fresh();
            events.push(producer.next(case.trajectory, &case.logged(contact, &day(talk.day), talk.how)));
            if let Some((to, how, struck_out)) = talk.correction {
                let corrected = case.corrected(contact, &day(to), how, struck_out);
                events.push(producer.next(case.trajectory, &corrected));
            }
        }
        for (instrument, number) in &self.measures {
            events.push(producer.next(case.trajectory, &case.measured(instrument, &day(*number))));
        }
        for (code, number, states) in &self.duties {
            let duty = fresh();
            for state in states {
                events.push(producer.next(case.trajectory, &case.duty(duty, code, &day(*number), *state)));
            }
        }
        if let Some((reason, outcome, after)) = self.exit {
            let last = day(self.opened + after);
            events.push(producer.next(case.trajectory, &case.closed(&last, reason, outcome)));
            let ended = last_match.match_ended(&last, MatchEnd::TrajectoryClosed);
            events.push(producer.next(last_match.match_id, &ended));
            events.push(producer.next(story.participation, &case.episode_ended(&last)));
        }
        events
    }
}

fn capacities(producer: &mut Producer, workers: &[Capacities]) -> Vec<Sent> {
    let mut events = Vec::new();
    for periods in workers {
        let worker = fresh();
        for (share, first, length) in periods {
            let tenths = |cases: u32| format!("{}.{}", cases / 10, cases % 10);
            let cases = (tenths(share * 16), tenths(share * 18));
            let to = length.map(|length| day(first + length)).unwrap_or_default();
            let event = capacity(worker, (&cases.0, &cases.1), &day(*first), &to);
            events.push(producer.next(worker, &event));
        }
    }
    events
}

/// A permutation out of random numbers.
fn shuffled(events: &[Sent], keys: &[u32]) -> Vec<Sent> {
    let mut keyed: Vec<(u32, &Sent)> = keys.iter().copied().cycle().zip(events).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, event)| event.clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_cases_in_any_order_give_the_figures_of_a_naive_recomputation() {
    let mut house = House::start_on("2024-09-15").await;
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let period = (0_i64..20, 0_i64..12, any::<Index>());
    let strategy = (vec(courses(), 0..16), workers(), vec(any::<u32>(), 300), period);
    let house = std::sync::Mutex::new(&mut house);

    let result = TestRunner::new(config).run(&strategy, |(courses, workers, keys, (first, length, pick))| {
        let mut house = house.lock().unwrap();
        tokio::task::block_in_place(|| {
            Handle::current().block_on(async {
                house
                    .execute(
                        "truncate referral_facts, admissions, worker_capacities, match_facts,
                                  declined_proposals, trajectory_facts, contact_facts, measure_facts, duty_facts",
                    )
                    .await;
                let mut events: Vec<Sent> =
                    courses.iter().flat_map(|course| course.events(&mut house.producer)).collect();
                events.extend(capacities(&mut house.producer, &workers));
                house.tell(&shuffled(&events, &keys)).await;

                let borders: Vec<String> = courses.iter().flat_map(Course::borders).collect();
                let to = if borders.is_empty() {
                    day(10 * (first + length))
                } else {
                    pick.get(&borders).clone()
                };
                let from = day(10 * first).min(to.clone());
                let figures = house.quarter(&from, &to).await;

                let expected = quarter_naive::figures(&events, from.parse().unwrap(), to.parse().unwrap());
                prop_assert_eq!(quarter_naive::recomputed_part(&figures), expected);
                let standing = figures.standing.unwrap();
                let exits = figures.exits.unwrap().exits;
                prop_assert_eq!(standing.running, standing.running_before + standing.opened - exits);
                Ok(())
            })
        })
    });

    result.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_of_random_cases_equals_what_was_there() {
    let mut house = House::start_on("2024-09-15").await;
    let strategy = (vec(courses(), 30), workers(), vec(any::<u32>(), 600));
    let (courses, workers, keys) = strategy.new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let mut events: Vec<Sent> =
        courses.iter().flat_map(|course| course.events(&mut house.producer)).collect();
    events.extend(capacities(&mut house.producer, &workers));
    house.tell(&shuffled(&events, &keys)).await;
    let before = (house.projections().await, house.quarter("2024-03-01", "2024-08-31").await);

    let last = house.rebuild().await;

    assert!(last.done);
    assert_eq!(last.generation, 2);
    assert_eq!(house.projections().await, before.0);
    assert_eq!(house.quarter("2024-03-01", "2024-08-31").await, before.1);
    for table in [
        "admissions",
        "worker_capacities",
        "match_facts",
        "trajectory_facts",
        "contact_facts",
        "measure_facts",
        "duty_facts",
    ] {
        assert_eq!(house.count(&format!("{table} where generation = 1")).await, 0, "{table}");
        assert!(house.count(table).await > 0, "{table} was not filled");
    }
}
