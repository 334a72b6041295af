//! Visits over school weeks, around the holidays.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use region::programme::VisitPlan as Size;
use region::{Explained, SchoolCalendar};
use thiserror::Error;

/// A plan that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The first day is no day from Monday to Friday.
    #[error("this day is no day from Monday to Friday")]
    Weekend,
    /// A day on which the school is closed.
    #[error("the school is closed on this day: {name}")]
    Free {
        /// What the free day is called.
        name: String,
        /// The next day on which it is open; `None` when the calendar ends before.
        next_open: Option<Date>,
    },
    /// Not as many days of the week as visits in a week.
    #[error("the programme has {visits} visits in a week")]
    Weekdays {
        /// Visits in a week.
        visits: u32,
    },
    /// The calendar of the region does not reach so far.
    #[error("the school calendar of the region does not reach over {weeks} school weeks from this day")]
    CalendarEnds {
        /// School weeks of the plan.
        weeks: u32,
    },
    /// Too many free days.
    #[error("the school is open on too few days for all visits")]
    DoesNotFit,
}

impl Explained for PlanError {
    fn remedy(&self) -> String {
        match self {
            Self::Weekend => "give a day from Monday to Friday".to_owned(),
            Self::Free { next_open: Some(day), .. } => format!("give {day} or a later school day"),
            Self::Free { next_open: None, .. } => "give a school day".to_owned(),
            Self::Weekdays { visits } => {
                format!("give {visits} different days of the week, 1 for Monday to 5 for Friday")
            }
            Self::CalendarEnds { .. } => {
                "begin earlier, or ask the administrator of the region for the next school year".to_owned()
            }
            Self::DoesNotFit => "begin in another week, or check the free days of the school".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Weekend => "WEEKEND",
            Self::Free { .. } => "SCHOOL_HOLIDAY",
            Self::Weekdays { .. } => "WEEKDAYS",
            Self::CalendarEnds { .. } => "CALENDAR_ENDS",
            Self::DoesNotFit => "DOES_NOT_FIT",
        }
    }
}

/// When the school of one family is closed: the holidays of the region, and its own free days.
#[derive(Debug, Clone, Copy)]
pub struct FreeDays<'c> {
    calendar: &'c SchoolCalendar,
    own: &'c [Date],
}

impl<'c> FreeDays<'c> {
    /// The free days of one school.
    pub const fn new(calendar: &'c SchoolCalendar, own: &'c [Date]) -> Self {
        Self { calendar, own }
    }

    /// Refuses a day on which no visit can be: a weekend or a free day.
    pub fn check(&self, day: Date) -> Result<(), PlanError> {
        if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            return Err(PlanError::Weekend);
        }
        match self.name(day) {
            Some(name) => Err(PlanError::Free { name, next_open: self.first_open(day, |_| true) }),
            None => Ok(()),
        }
    }

    /// The first school day from `day` on that `fits`; `None` when the calendar ends before.
    pub fn first_open(&self, day: Date, fits: impl Fn(Date) -> bool) -> Option<Date> {
        let mut day = day;
        while self.calendar.covers(day) {
            if self.is_open(day) && fits(day) {
                return Some(day);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    fn is_open(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && self.name(day).is_none()
    }

    fn name(&self, day: Date) -> Option<String> {
        match self.calendar.holiday_on(day) {
            Some(holiday) => Some(holiday.name.clone()),
            None => self.own.contains(&day).then(|| "vrije dag van de school".to_owned()),
        }
    }

    /// The open days of a week, from Monday to Friday.
    fn open_days(&self, monday: Date) -> Vec<Date> {
        (0..5_i64)
            .filter_map(|days| monday.checked_add(days.days()).ok())
            .filter(|day| self.is_open(*day))
            .collect()
    }

    /// A week is a school week when the schools of the region are open on at least one day: free days of one school do not
    /// change that.
    fn is_school_week(&self, monday: Date) -> bool {
        (0..5_i64)
            .filter_map(|days| monday.checked_add(days.days()).ok())
            .any(|day| self.calendar.holiday_on(day).is_none())
    }
}

/// Every visit of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitPlan {
    /// School week, from 1, and day of each visit, by day.
    pub visits: Vec<(u32, Date)>,
    /// The Friday on which the last school week ends.
    pub ends_on: Date,
}

impl VisitPlan {
    /// Plans all visits from the week of `first_day` on.
    ///
    /// A visit is on a day of the week that was asked for. When the school is closed on it, the visit is on the last open day
    /// before it in that week, else on the first after it. What a week cannot take goes to the next week.
    pub fn make(
        size: Size,
        first_day: Date,
        weekdays: &[Weekday],
        free: &FreeDays<'_>,
    ) -> Result<Self, PlanError> {
        free.check(first_day)?;
        check_weekdays(size, weekdays)?;
        let ends = || PlanError::CalendarEnds { weeks: size.school_weeks };
        let ends_on = free.calendar.end_of_school_weeks(first_day, size.school_weeks).ok_or_else(ends)?;
        let mut monday = monday_of(first_day).ok_or_else(ends)?;
        let (mut visits, mut week, mut owed) = (Vec::new(), 0, 0_usize);
        while monday <= ends_on {
            if free.is_school_week(monday) {
                week += 1;
                let mut open = free.open_days(monday);
                open.retain(|day| first_day <= *day);
                let mut taken = choose(monday, weekdays, &open);
                owed += weekdays.len() - taken.len();
                for day in open {
                    if owed > 0 && !taken.contains(&day) {
                        taken.push(day);
                        owed -= 1;
                    }
                }
                taken.sort_unstable();
                visits.extend(taken.into_iter().map(|day| (week, day)));
            }
            monday = monday.checked_add(1.week()).map_err(|_| ends())?;
        }
        if owed > 0 { Err(PlanError::DoesNotFit) } else { Ok(Self { visits, ends_on }) }
    }
}

fn check_weekdays(size: Size, weekdays: &[Weekday]) -> Result<(), PlanError> {
    let mut different = weekdays.to_vec();
    different.sort_unstable_by_key(|day| day.to_monday_one_offset());
    different.dedup();
    let is_weekday = |day: &Weekday| !matches!(day, Weekday::Saturday | Weekday::Sunday);
    if different.len() == weekdays.len()
        && u32::try_from(weekdays.len()) == Ok(size.visits_per_week)
        && weekdays.iter().all(is_weekday)
    {
        Ok(())
    } else {
        Err(PlanError::Weekdays { visits: size.visits_per_week })
    }
}

/// One open day for each day of the week that was asked for, as far as there are any.
fn choose(monday: Date, weekdays: &[Weekday], open: &[Date]) -> Vec<Date> {
    let mut taken: Vec<Date> = Vec::new();
    let wished: Vec<Date> = weekdays
        .iter()
        .filter_map(|weekday| monday.checked_add(i64::from(weekday.to_monday_zero_offset()).days()).ok())
        .collect();
    taken.extend(wished.iter().filter(|day| open.contains(day)));
    for day in wished.iter().filter(|day| !open.contains(day)) {
        let left = || open.iter().filter(|open| !taken.contains(open));
        let before = left().filter(|open| *open < day).max();
        let found = before.or_else(|| left().min()).copied();
        taken.extend(found);
    }
    taken
}

fn monday_of(day: Date) -> Option<Date> {
    let past = i64::from(day.weekday().since(Weekday::Monday));
    day.checked_sub(past.days()).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::LazyLock;

    use jiff::civil::date;
    use proptest::prelude::*;
    use region::Region;

    use super::*;

    const KATROL: Size =
        Size { visits_per_week: 2, school_weeks: 8, families_per_worker: 1, running_max: None };
    static REGION: LazyLock<Region> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/katrol-asse");
        region::load(&folder).unwrap()
    });

    fn make(first: Date, weekdays: &[Weekday], own: &[Date]) -> Result<VisitPlan, PlanError> {
        VisitPlan::make(KATROL, first, weekdays, &FreeDays::new(&REGION.school_calendar, own))
    }

    fn days(plan: &VisitPlan) -> Vec<Date> {
        plan.visits.iter().map(|(_, day)| *day).collect()
    }

    #[test]
    fn eight_school_weeks_end_as_the_calendar_of_2025_says() {
        for (first, ends_on) in [
            (date(2025, 10, 6), date(2025, 12, 5)),
            (date(2026, 1, 12), date(2026, 3, 13)),
            (date(2026, 3, 9), date(2026, 5, 15)),
        ] {
            let plan = make(first, &[Weekday::Monday, Weekday::Thursday], &[]).unwrap();

            assert_eq!((plan.ends_on, plan.visits.len()), (ends_on, 16), "{first}");
        }
    }

    #[test]
    fn the_autumn_holiday_has_no_visits_and_the_eleventh_of_november_moves_one() {
        let plan = make(date(2025, 10, 6), &[Weekday::Tuesday, Weekday::Thursday], &[]).unwrap();

        assert!(days(&plan).iter().all(|day| !(date(2025, 10, 27)..=date(2025, 11, 2)).contains(day)));
        assert!(!days(&plan).contains(&date(2025, 11, 11)));
        assert!(days(&plan).contains(&date(2025, 11, 10)), "the day before, in the same week");
    }

    #[test]
    fn the_last_two_visits_are_early_before_ascension() {
        let plan = make(date(2026, 3, 9), &[Weekday::Thursday, Weekday::Friday], &[]).unwrap();

        assert_eq!(days(&plan)[14..], [date(2026, 5, 12), date(2026, 5, 13)]);
        assert_eq!(plan.visits[14].0, 8);
    }

    #[test]
    fn a_plan_begins_on_a_school_day_with_two_days_of_the_week() {
        let pair = [Weekday::Monday, Weekday::Thursday];
        assert_eq!(make(date(2025, 10, 4), &pair, &[]), Err(PlanError::Weekend));
        assert_eq!(
            make(date(2025, 10, 28), &pair, &[]),
            Err(PlanError::Free { name: "Herfstvakantie".to_owned(), next_open: Some(date(2025, 11, 3)) })
        );
        assert!(matches!(make(date(2025, 10, 6), &pair, &[date(2025, 10, 6)]), Err(PlanError::Free { .. })));
        for wrong in [&[Weekday::Monday][..], &[Weekday::Monday; 2], &[Weekday::Monday, Weekday::Sunday]] {
            assert_eq!(make(date(2025, 10, 6), wrong, &[]), Err(PlanError::Weekdays { visits: 2 }));
        }
        assert_eq!(make(date(2030, 6, 3), &pair, &[]), Err(PlanError::CalendarEnds { weeks: 8 }));
    }

    #[test]
    fn a_week_that_the_own_school_is_closed_is_made_good_later_or_does_not_fit() {
        let pair = [Weekday::Monday, Weekday::Thursday];
        let week = |monday: Date| (0..5_i64).map(move |days| monday.checked_add(days.days()).unwrap());
        let second: Vec<Date> = week(date(2025, 10, 13)).collect();
        let last: Vec<Date> = week(date(2025, 12, 1)).collect();

        let plan = make(date(2025, 10, 6), &pair, &second).unwrap();
        assert_eq!(plan.visits.iter().filter(|(week, _)| *week == 3).count(), 4);
        assert_eq!(make(date(2025, 10, 6), &pair, &last), Err(PlanError::DoesNotFit));
    }

    /// Two different days of the week.
    fn two_days() -> impl Strategy<Value = [Weekday; 2]> {
        let weekday = |number: i8| Weekday::from_monday_one_offset(number).unwrap();
        (0_i8..5, 1_i8..5).prop_map(move |(one, apart)| [weekday(one + 1), weekday((one + apart) % 5 + 1)])
    }

    proptest! {
        #[test]
        fn a_plan_has_every_visit_on_an_open_day_of_its_own(
            start in 0_i64..1900, weekdays in two_days(), own in proptest::collection::vec(0_i64..120, 0..8)
        ) {
            let first = date(2023, 11, 6).checked_add(start.days()).unwrap();
            let own: Vec<Date> = own.into_iter().map(|days| first.checked_add(days.days()).unwrap()).collect();
            let free = FreeDays::new(&REGION.school_calendar, &own);
            let Ok(plan) = VisitPlan::make(KATROL, first, &weekdays, &free) else {
                return Ok(());
            };

            let days = days(&plan);
            prop_assert_eq!(days.len(), 16);
            for pair in days.windows(2) {
                prop_assert!(pair[0] < pair[1], "two visits on one day");
            }
            for day in &days {
                prop_assert!(free.check(*day).is_ok() && first <= *day && *day <= plan.ends_on, "{}", day);
            }
            prop_assert_eq!(Some(plan.ends_on), REGION.school_calendar.end_of_school_weeks(first, 8));
            prop_assert_eq!(plan.visits.iter().map(|(week, _)| *week).max(), Some(8));
        }

        #[test]
        fn without_free_days_of_its_own_every_school_week_has_two(week in 0_i64..214, weekdays in two_days()) {
            let first = date(2023, 11, 6).checked_add(week.weeks()).unwrap();
            let Ok(plan) = make(first, &weekdays, &[]) else { return Ok(()) };

            let free = FreeDays::new(&REGION.school_calendar, &[]);
            let mondays = (0..80_i64).map(|weeks| first.checked_add(weeks.weeks()).unwrap());
            let mut school_weeks = mondays.filter(|monday| free.is_school_week(*monday)).take(8);
            // The thirtieth of June may be alone in its week: what it cannot take goes to September.
            prop_assume!(school_weeks.all(|monday| free.open_days(monday).len() >= 2));
            for week in 1..=8 {
                prop_assert_eq!(plan.visits.iter().filter(|(of, _)| *of == week).count(), 2);
            }
        }
    }
}
