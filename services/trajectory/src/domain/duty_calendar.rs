//! Which duties a trajectory has, by the programme file.

use chassis::id::IdGenerator;
use jiff::ToSpan as _;
use jiff::civil::Date;
use region::programme::{Anchor, Due, Duty as Rule};

use super::duty::Term;
use super::{Duty, DutyId};

/// The days from which duties are counted.
///
/// The programme file counts from the admission; here that is the first day on which somebody accompanies the participant:
/// before it nobody is there who could keep a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchors {
    /// First day of the trajectory.
    pub opened_on: Date,
    /// Last day, once closed.
    pub closed_on: Option<Date>,
}

/// The rules of a programme for one trajectory.
#[derive(Debug, Clone, Copy)]
pub struct DutyCalendar<'r> {
    rules: &'r [Rule],
    anchors: Anchors,
}

impl<'r> DutyCalendar<'r> {
    /// The calendar of a trajectory.
    pub const fn new(rules: &'r [Rule], anchors: Anchors) -> Self {
        Self { rules, anchors }
    }

    /// The duties that `known` lacks: for every rule up to the first time that is not announced yet on `today`.
    ///
    /// Once the trajectory is closed, only those that are counted from the exit are added.
    pub fn lacking(&self, known: &[Duty], today: Date, ids: IdGenerator) -> Vec<Duty> {
        let mut added = Vec::new();
        for rule in self.rules {
            let Some(anchor) = self.anchor(rule) else { continue };
            let last = known.iter().filter(|duty| duty.code == rule.code).max_by_key(|duty| duty.occurrence);
            let mut ahead = last.is_some_and(|duty| today < duty.term.announced_on);
            let mut occurrence = last.map_or(0, |duty| duty.occurrence);
            while !ahead {
                occurrence += 1;
                let Some(term) = term(rule, anchor, occurrence) else { break };
                ahead = today < term.announced_on;
                let id = DutyId::generate(ids);
                added.push(Duty::planned(id, rule.code.clone(), occurrence, term, rule.instruments.clone()));
            }
        }
        added
    }

    fn anchor(&self, rule: &Rule) -> Option<Date> {
        match (rule.anchor, self.anchors.closed_on) {
            (Anchor::Admission, None) => Some(self.anchors.opened_on),
            (Anchor::Admission, Some(_)) => None,
            (Anchor::Exit, closed_on) => closed_on,
        }
    }
}

/// The days of the `occurrence`-th time; `None` when there is no such time.
fn term(rule: &Rule, anchor: Date, occurrence: u32) -> Option<Term> {
    let due_on = rule.due_on(anchor, occurrence)?;
    let announced_on = announced_on(rule, due_on)?;
    let counts_until = match rule.due {
        Due::EveryMonths { .. } => rule
            .due_on(anchor, occurrence.checked_add(1)?)
            .and_then(|next| announced_on_day_before(rule, next)),
        Due::AfterWeeks { .. } | Due::AfterMonths { .. } => None,
    };
    let grace_until = due_on.checked_add(i64::from(rule.grace_days).days()).ok()?;
    Some(Term { announced_on, due_on, grace_until, counts_until })
}

fn announced_on(rule: &Rule, due_on: Date) -> Option<Date> {
    due_on.checked_sub(i64::from(rule.announce_days).days()).ok()
}

fn announced_on_day_before(rule: &Rule, due_on: Date) -> Option<Date> {
    announced_on(rule, due_on)?.yesterday().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::DutyState;

    fn rule(anchor: Anchor, due: Due, announce_days: u32, grace_days: u32) -> Rule {
        Rule {
            code: "quarterly-follow-up".parse().unwrap(),
            label: "opvolging".to_owned(),
            anchor,
            due,
            announce_days,
            grace_days,
            instruments: Vec::new(),
        }
    }

    fn quarterly() -> Rule {
        rule(Anchor::Admission, Due::EveryMonths { months: 3 }, 14, 14)
    }

    fn open(opened_on: Date) -> Anchors {
        Anchors { opened_on, closed_on: None }
    }

    #[test]
    fn a_quarterly_duty_is_there_before_it_is_announced() {
        let rules = [quarterly()];
        let calendar = DutyCalendar::new(&rules, open(date(2024, 3, 4)));

        let first = calendar.lacking(&[], date(2024, 3, 4), IdGenerator);

        assert_eq!(first.len(), 1);
        assert_eq!(
            first[0].term,
            Term {
                announced_on: date(2024, 5, 21),
                due_on: date(2024, 6, 4),
                grace_until: date(2024, 6, 18),
                counts_until: Some(date(2024, 8, 20)),
            }
        );
        assert!(calendar.lacking(&first, date(2024, 5, 20), IdGenerator).is_empty());
        let second = calendar.lacking(&first, date(2024, 5, 21), IdGenerator);
        assert_eq!((second.len(), second[0].occurrence, second[0].term.due_on), (1, 2, date(2024, 9, 4)));
    }

    #[test]
    fn what_is_counted_from_the_exit_begins_with_it_and_the_rest_ends() {
        let rules = [quarterly(), rule(Anchor::Exit, Due::AfterWeeks { weeks: 4 }, 7, 14)];
        let anchors = Anchors { opened_on: date(2024, 3, 4), closed_on: Some(date(2024, 5, 31)) };

        let after = DutyCalendar::new(&rules, anchors).lacking(&[], date(2024, 6, 1), IdGenerator);
        let before = DutyCalendar::new(&rules[1..], open(date(2024, 3, 4))).lacking(
            &[],
            date(2024, 6, 1),
            IdGenerator,
        );

        assert_eq!(after.iter().map(|duty| duty.term.due_on).collect::<Vec<_>>(), [date(2024, 6, 28)]);
        assert!(before.is_empty());
    }

    #[test]
    fn a_day_in_time_keeps_and_a_later_one_keeps_late() {
        let rules = [quarterly()];
        let duty = DutyCalendar::new(&rules, open(date(2024, 3, 4)))
            .lacking(&[], date(2024, 3, 4), IdGenerator)
            .remove(0);
        for (done, today, expected) in [
            (
                date(2024, 5, 20),
                date(2024, 6, 1),
                Err(crate::domain::DutyError::BeforeAnnouncement { announced_on: date(2024, 5, 21) }),
            ),
            (date(2024, 5, 21), date(2024, 6, 1), Ok(DutyState::Kept)),
            (date(2024, 6, 18), date(2024, 7, 30), Ok(DutyState::Kept)),
            (date(2024, 6, 19), date(2024, 7, 30), Ok(DutyState::KeptLate)),
            (date(2024, 6, 19), date(2024, 6, 18), Err(crate::domain::DutyError::InFuture)),
        ] {
            let mut duty = duty.clone();
            duty.advance(today);
            assert_eq!(duty.keep(done, today), expected, "{done}");
        }
    }

    #[test]
    fn a_sweep_that_slept_tells_the_due_day_and_the_miss() {
        let rules = [quarterly()];
        let mut duty = DutyCalendar::new(&rules, open(date(2024, 3, 4)))
            .lacking(&[], date(2024, 3, 4), IdGenerator)
            .remove(0);

        assert_eq!(duty.advance(date(2024, 6, 18)), [DutyState::Due]);
        assert_eq!(duty.advance(date(2024, 6, 18)), []);
        assert_eq!(duty.advance(date(2024, 6, 19)), [DutyState::Missed]);
        let mut slept = duty.clone().standing(DutyState::Planned, None);
        assert_eq!(slept.advance(date(2024, 9, 1)), [DutyState::Due, DutyState::Missed]);
    }

    fn day() -> impl Strategy<Value = Date> {
        (0_i64..3000).prop_map(|days| date(2023, 1, 1).checked_add(days.days()).unwrap())
    }

    proptest! {
        #[test]
        fn days_of_a_duty_are_in_order_and_every_day_counts_for_one_time_only(
            opened_on in day(), months in 1_u32..13, announce in 0_u32..25, grace in 0_u32..60, passed in 0_i64..2000
        ) {
            let rules = [rule(Anchor::Admission, Due::EveryMonths { months }, announce, grace)];
            let today = opened_on.checked_add(passed.days()).unwrap();
            let duties = DutyCalendar::new(&rules, open(opened_on)).lacking(&[], today, IdGenerator);

            for (place, duty) in duties.iter().enumerate() {
                let term = duty.term;
                prop_assert_eq!(usize::try_from(duty.occurrence).unwrap(), place + 1);
                prop_assert!(opened_on < term.due_on && term.announced_on <= term.due_on && term.due_on <= term.grace_until);
                prop_assert_eq!((term.due_on - term.announced_on).get_days(), i32::try_from(announce).unwrap());
            }
            prop_assert_eq!(duties.iter().filter(|duty| today < duty.term.announced_on).count(), 1);
            let first = duties[0].term.announced_on;
            prop_assert_eq!(duties.iter().filter(|duty| duty.counts(today)).count(), usize::from(first <= today));
            for day in duties.iter().map(|duty| duty.term.announced_on).filter(|day| *day <= today) {
                prop_assert_eq!(duties.iter().filter(|duty| duty.counts(day)).count(), 1, "{}", day);
            }
        }

        #[test]
        fn passing_day_by_day_or_at_once_comes_to_the_same(
            opened_on in day(), months in 1_u32..7, announce in 0_u32..25, grace in 0_u32..40, passed in 0_i64..500
        ) {
            let rules = [rule(Anchor::Admission, Due::EveryMonths { months }, announce, grace)];
            let calendar = DutyCalendar::new(&rules, open(opened_on));
            let today = opened_on.checked_add(passed.days()).unwrap();
            let mut slow: Vec<Duty> = Vec::new();
            let mut told = Vec::new();
            let mut day = opened_on;
            while day <= today {
                slow.extend(calendar.lacking(&slow, day, IdGenerator));
                for duty in &mut slow {
                    told.extend(duty.advance(day).into_iter().map(|state| (duty.occurrence, state)));
                }
                day = day.tomorrow().unwrap();
            }
            let mut fast = calendar.lacking(&[], today, IdGenerator);
            let mut told_at_once = Vec::new();
            for duty in &mut fast {
                told_at_once.extend(duty.advance(today).into_iter().map(|state| (duty.occurrence, state)));
            }
            told.sort_by_key(|(occurrence, state)| (*occurrence, state.as_str()));
            told_at_once.sort_by_key(|(occurrence, state)| (*occurrence, state.as_str()));

            let states = |duties: &[Duty]| duties.iter().map(|duty| (duty.occurrence, duty.term, duty.state())).collect::<Vec<_>>();
            prop_assert_eq!(states(&slow), states(&fast));
            prop_assert_eq!(told, told_at_once);
        }

        #[test]
        fn the_day_of_the_next_change_is_right(
            opened_on in day(), announce in 0_u32..25, grace in 0_u32..40, passed in 0_i64..200
        ) {
            let rules = [rule(Anchor::Admission, Due::AfterMonths { months: 3 }, announce, grace)];
            let today = opened_on.checked_add(passed.days()).unwrap();
            let mut duty = DutyCalendar::new(&rules, open(opened_on)).lacking(&[], opened_on, IdGenerator).remove(0);
            duty.advance(today);
            if let Some(next) = duty.changes_on() {
                prop_assert!(today < next);
                let before = duty.state();
                duty.advance(next.yesterday().unwrap());
                prop_assert_eq!(duty.state(), before);
                duty.advance(next);
                prop_assert_ne!(duty.state(), before);
            } else {
                prop_assert_eq!(duty.state(), DutyState::Missed);
            }
        }
    }
}
