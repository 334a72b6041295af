//! The figures about trajectories, computed in the plainest way from the events: what reporting must agree with.
//!
//! By the local day of each instant, by loops over all events, no SQL. Indicators, budgets and definitions are not
//! recomputed here: `quarter_figures` has them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use proto::Event;
use proto::intake::events::v1::{EpisodeEnded, ParticipantAdmitted};
use proto::matching::events::v1::{
    MatchConfirmed, MatchEnd, MatchEnded, ProposalDeclined, WorkerCapacityChanged,
};
use proto::reporting::v1::{
    AdmissionFigures, ContactFigures, Count, DaysSpread, DutyFigures, ExitFigures, Fraction,
    GetTrajectoryFiguresResponse, MatchFigures, StandingFigures,
};
use proto::trajectory::events::v1::{
    ContactCorrected, ContactLogged, ContactOutcome, DutyChanged, DutyState, ExitOutcome, MeasureTaken,
    TimeClass, TrajectoryClosed, TrajectoryOpened,
};
use testkit::Sent;

use crate::house::brussels;

/// All events of one type, each history in its order.
fn all<E: Event>(events: &[Sent]) -> Vec<E> {
    let mut found: Vec<&Sent> = events.iter().filter(|event| event.event_type == E::TYPE).collect();
    found.sort_by_key(|event| event.sequence);
    found.into_iter().map(|event| E::decode(event.payload.as_slice()).unwrap()).collect()
}

fn instant(value: Option<prost_types::Timestamp>) -> Timestamp {
    let value = value.unwrap();
    Timestamp::new(value.seconds, value.nanos).unwrap()
}

fn local(value: Option<prost_types::Timestamp>) -> Date {
    instant(value).to_zoned(brussels()).date()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}

fn days(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).unwrap().get_days()).max(0)
}

fn spread(mut values: Vec<i64>) -> DaysSpread {
    values.sort_unstable();
    let rank = |tenths: usize| {
        let index = (values.len() * tenths).div_ceil(10).max(1) - 1;
        values.get(index).copied().unwrap_or(0)
    };
    DaysSpread {
        count: number(values.len()),
        median_days: rank(5),
        p90_days: rank(9),
        longest_days: values.last().copied().unwrap_or(0),
    }
}

fn table(codes: impl IntoIterator<Item = String>) -> Vec<Count> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for code in codes {
        *counts.entry(code).or_default() += 1;
    }
    let mut lines: Vec<Count> = counts.into_iter().map(|(code, count)| Count { code, count }).collect();
    lines.sort_by_key(|line| -line.count);
    lines
}

/// What holds of a contact: day, reached, with the participant, minutes, struck out, when it was told.
type Known = (Date, bool, bool, i64, bool, Timestamp);

/// The figures over some events, in any order, each once.
#[expect(clippy::too_many_lines, reason = "one block after the other, each plain")]
pub fn figures(events: &[Sent], from: Date, to: Date) -> GetTrajectoryFiguresResponse {
    let inside = |day: Date| from <= day && day <= to;
    let mut newest: Vec<Timestamp> = Vec::new();

    // Admissions.
    let ends: BTreeMap<String, EpisodeEnded> =
        all::<EpisodeEnded>(events).into_iter().map(|end| (end.episode_id.clone(), end)).collect();
    let admissions = all::<ParticipantAdmitted>(events);
    let mut admitted = AdmissionFigures::default();
    let mut participants = BTreeSet::new();
    for admission in &admissions {
        let end = ends.get(&admission.episode_id);
        let began = local(admission.admitted_at);
        if began > to || end.is_some_and(|end| day(&end.ended_on) < from) {
            continue;
        }
        participants.insert(admission.participation_id.clone());
        newest.push(instant(admission.admitted_at));
        newest.extend(end.map(|end| instant(end.ended_at)));
        admitted.admissions += i64::from(began >= from);
        admitted.re_entries += i64::from(began >= from && admission.re_entry);
        admitted.episodes_ended += i64::from(end.is_some_and(|end| inside(day(&end.ended_on))));
    }
    admitted.participants = number(participants.len());

    // Trajectories.
    let closed: BTreeMap<String, TrajectoryClosed> =
        all::<TrajectoryClosed>(events).into_iter().map(|exit| (exit.trajectory_id.clone(), exit)).collect();
    let confirmations = all::<MatchConfirmed>(events);
    let mut standing = StandingFigures::default();
    let (mut ran, mut weight) = (0, 0);
    let (mut reasons, mut outcomes, mut lead) = (Vec::new(), Vec::new(), Vec::new());
    for opening in all::<TrajectoryOpened>(events) {
        let exit = closed.get(&opening.trajectory_id);
        let first = day(&opening.opened_on);
        let last = exit.map(|exit| day(&exit.closed_on));
        if first > to || last.is_some_and(|last| last < from) {
            continue;
        }
        ran += 1;
        newest.push(instant(opening.opened_at));
        newest.extend(exit.map(|exit| instant(exit.closed_at)));
        if first < from {
            standing.running_before += 1;
        } else {
            standing.opened += 1;
        }
        match exit {
            Some(exit) if day(&exit.closed_on) <= to => {
                reasons.push(exit.exit_reason.clone());
                outcomes.push(
                    match ExitOutcome::try_from(exit.outcome).unwrap() {
                        ExitOutcome::WithWork => "with_work",
                        ExitOutcome::StepBelowWork => "step_below_work",
                        ExitOutcome::RegularOffer => "regular_offer",
                        ExitOutcome::WithoutWork => "without_work",
                        ExitOutcome::Unspecified => panic!("no outcome"),
                    }
                    .to_owned(),
                );
                lead.push(days(first, day(&exit.closed_on)));
            }
            _ => {
                standing.running += 1;
                let mut own: Vec<&MatchConfirmed> = confirmations
                    .iter()
                    .filter(|one| one.episode_id == opening.episode_id && day(&one.first_day) <= to)
                    .collect();
                own.sort_by_key(|one| (day(&one.first_day), instant(one.confirmed_at), one.match_id.clone()));
                weight += if own.last().is_some_and(|one| one.weight == "intensive") { 15 } else { 10 };
            }
        }
    }
    let shown = |tenths: i64| match tenths % 10 {
        0 => (tenths / 10).to_string(),
        part => format!("{}.{part}", tenths / 10),
    };
    standing.running_weighted = shown(weight);
    (standing.running_min, standing.running_max) = (Some(10), Some(50));

    // Capacities: of each worker the one that began last, and of equal first days the newest.
    let mut current: BTreeMap<String, WorkerCapacityChanged> = BTreeMap::new();
    for change in all::<WorkerCapacityChanged>(events) {
        if day(&change.valid_from) > to {
            continue;
        }
        let is_newer =
            current.get(&change.worker_id).is_none_or(|known| known.valid_from <= change.valid_from);
        if is_newer {
            current.insert(change.worker_id.clone(), change);
        }
    }
    current.retain(|_, change| change.valid_to.is_empty() || day(&change.valid_to) >= to);
    standing.workers = number(current.len());
    let tenths = |text: &str| {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        whole.parse::<i64>().unwrap() * 10 + part.parse::<i64>().unwrap()
    };
    standing.capacity_min = shown(current.values().map(|change| tenths(&change.cases_min)).sum());
    standing.capacity_max = shown(current.values().map(|change| tenths(&change.cases_max)).sum());
    newest.extend(current.values().map(|change| instant(change.changed_at)));

    // Matches.
    let mut matched = MatchFigures::default();
    let mut waits = Vec::new();
    for one in confirmations.iter().filter(|one| inside(local(one.confirmed_at))) {
        newest.push(instant(one.confirmed_at));
        matched.confirmed += 1;
        matched.overridden += i64::from(one.overridden);
        matched.over_capacity += i64::from(one.over_capacity);
        matched.handovers += i64::from(!one.follows_match_id.is_empty());
        let key = |one: &MatchConfirmed| (instant(one.confirmed_at), one.match_id.clone());
        let is_first =
            !confirmations.iter().any(|other| other.episode_id == one.episode_id && key(other) < key(one));
        let admission = admissions.iter().find(|admission| admission.episode_id == one.episode_id);
        if let (true, Some(admission)) = (is_first, admission) {
            waits.push(days(local(admission.referred_at), local(one.confirmed_at)));
        }
    }
    matched.waiting_to_match = Some(spread(waits));
    let ended: Vec<MatchEnded> =
        all::<MatchEnded>(events).into_iter().filter(|end| inside(day(&end.last_day))).collect();
    newest.extend(ended.iter().map(|end| instant(end.ended_at)));
    matched.ended = table(ended.iter().map(|end| {
        match MatchEnd::try_from(end.why).unwrap() {
            MatchEnd::TrajectoryClosed => "trajectory_closed",
            MatchEnd::HandedOver => "handed_over",
            MatchEnd::Stopped => "stopped",
            MatchEnd::Unspecified => panic!("no cause"),
        }
        .to_owned()
    }));
    for decline in all::<ProposalDeclined>(events) {
        if inside(local(decline.declined_at)) {
            matched.proposals_declined += 1;
            newest.push(instant(decline.declined_at));
        }
    }

    // Contacts: as logged, then as corrected.
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let reached = |outcome: i32| outcome == ContactOutcome::Reached as i32;
    let with = |class: i32| class == TimeClass::WithParticipant as i32;
    for one in all::<ContactLogged>(events) {
        let values = (
            day(&one.day),
            reached(one.outcome),
            with(one.time_class),
            i64::from(one.minutes),
            false,
            instant(one.logged_at),
        );
        known.insert(one.contact_id, values);
    }
    for one in all::<ContactCorrected>(events) {
        let values = (
            day(&one.day),
            reached(one.outcome),
            with(one.time_class),
            i64::from(one.minutes),
            one.struck_out,
            instant(one.corrected_at),
        );
        known.insert(one.contact_id, values);
    }
    let mut contacts = ContactFigures { rule_percent: "60".to_owned(), ..ContactFigures::default() };
    for (when, reached, with, minutes, struck_out, told) in known.into_values() {
        if struck_out || !inside(when) {
            continue;
        }
        newest.push(told);
        *(if reached { &mut contacts.reached } else { &mut contacts.tried }) += 1;
        *(if with {
            &mut contacts.minutes_with_participant
        } else {
            &mut contacts.minutes_around_participant
        }) += minutes;
    }
    contacts.share_with_participant = Some(Fraction {
        numerator: contacts.minutes_with_participant,
        denominator: contacts.minutes_with_participant + contacts.minutes_around_participant,
    });
    contacts.intensity = Some(Fraction { numerator: contacts.reached, denominator: ran });

    // Duties in their newest state, measures.
    let mut states: BTreeMap<String, DutyChanged> = BTreeMap::new();
    for change in all::<DutyChanged>(events) {
        states.insert(change.duty_id.clone(), change);
    }
    let mut duties: BTreeMap<String, DutyFigures> = BTreeMap::new();
    for change in states.into_values().filter(|change| inside(day(&change.due_on))) {
        newest.push(instant(change.changed_at));
        let line = duties.entry(change.duty.clone()).or_default();
        line.code = change.duty;
        line.due += 1;
        *match DutyState::try_from(change.state).unwrap() {
            DutyState::Due => &mut line.open,
            DutyState::Kept => &mut line.kept,
            DutyState::Missed => &mut line.missed,
            DutyState::KeptLate => &mut line.kept_late,
            DutyState::Unspecified => panic!("no state"),
        } += 1;
    }
    let measures: Vec<MeasureTaken> =
        all::<MeasureTaken>(events).into_iter().filter(|one| inside(day(&one.day))).collect();
    newest.extend(measures.iter().map(|one| instant(one.taken_at)));

    GetTrajectoryFiguresResponse {
        admissions: Some(admitted),
        standing: Some(standing),
        matches: Some(matched),
        contacts: Some(contacts),
        duties: duties.into_values().collect(),
        measures: table(measures.into_iter().map(|one| one.instrument)),
        exits: Some(ExitFigures {
            exits: number(reasons.len()),
            by_reason: table(reasons),
            by_outcome: table(outcomes),
            lead_time: Some(spread(lead)),
        }),
        as_of: newest
            .into_iter()
            .max()
            .map(|when| prost_types::Timestamp { seconds: when.as_second(), nanos: 0 }),
        ..GetTrajectoryFiguresResponse::default()
    }
}

/// What of an answer is recomputed here.
pub fn recomputed_part(answer: &GetTrajectoryFiguresResponse) -> GetTrajectoryFiguresResponse {
    GetTrajectoryFiguresResponse {
        indicators: Vec::new(),
        indicators_not_counted: Vec::new(),
        budgets: Vec::new(),
        definitions: Vec::new(),
        ..answer.clone()
    }
}
