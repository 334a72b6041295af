//! All duties of one trajectory, brought up to date together.

use chassis::id::IdGenerator;
use jiff::civil::Date;

use super::{Duty, DutyCalendar, DutyError, DutyId, DutyState};

/// A duty with what happened to it.
#[derive(Debug, Clone)]
pub struct Page {
    /// The duty.
    pub duty: Duty,
    /// Whether it was added.
    pub is_new: bool,
    /// Whether it changed.
    pub changed: bool,
    /// The states worth telling others, in order.
    pub told: Vec<DutyState>,
}

/// All duties of one trajectory.
#[derive(Debug, Clone)]
pub struct DutyBook {
    pages: Vec<Page>,
    today: Date,
}

impl DutyBook {
    /// The duties as they stand, on a day.
    pub fn new(duties: Vec<Duty>, today: Date) -> Self {
        let page = |duty| Page { duty, is_new: false, changed: false, told: Vec::new() };
        Self { pages: duties.into_iter().map(page).collect(), today }
    }

    /// Adds what the calendar says and lets the days pass.
    pub fn bring_up_to_date(&mut self, calendar: &DutyCalendar<'_>, ids: IdGenerator) {
        let known: Vec<Duty> = self.pages.iter().map(|page| page.duty.clone()).collect();
        let added = calendar.lacking(&known, self.today, ids);
        self.pages.extend(added.into_iter().map(|duty| Page {
            duty,
            is_new: true,
            changed: false,
            told: Vec::new(),
        }));
        for page in &mut self.pages {
            let before = page.duty.state();
            page.told.extend(page.duty.advance(self.today));
            page.changed |= page.duty.state() != before;
        }
    }

    /// Keeps every duty whose instruments were all used on days that count for it; `measured` is instrument and day of every
    /// measure, in the order of days.
    pub fn settle(&mut self, measured: &[(String, Date)]) {
        for page in &mut self.pages {
            if page.duty.instruments.is_empty() || !page.duty.state().is_open() {
                continue;
            }
            let first = |instrument: &str| {
                let of_it = measured.iter().filter(|(code, _)| code == instrument);
                of_it.map(|(_, day)| *day).find(|day| page.duty.counts(*day))
            };
            let days: Option<Vec<Date>> =
                page.duty.instruments.iter().map(|code| first(code.as_str())).collect();
            let Some(done) = days.and_then(|days| days.into_iter().max()) else { continue };
            if let Ok(state) = page.duty.keep(done, self.today) {
                page.told.push(state);
                page.changed = true;
            }
        }
    }

    /// Somebody says that a duty without instruments was done; `None` when it is not here.
    pub fn keep(&mut self, id: DutyId, day: Date) -> Option<Result<(), DutyError>> {
        let today = self.today;
        let page = self.pages.iter_mut().find(|page| page.duty.id == id)?;
        if !page.duty.state().is_open() {
            return Some(Err(DutyError::Settled));
        }
        if !page.duty.instruments.is_empty() {
            return Some(Err(DutyError::NeedsMeasures));
        }
        Some(page.duty.keep(day, today).map(|state| {
            page.told.push(state);
            page.changed = true;
        }))
    }

    /// The trajectory closed: what had not fallen due never will.
    pub fn lapse(&mut self) {
        for page in &mut self.pages {
            let before = page.duty.state();
            page.duty.lapse();
            page.changed |= page.duty.state() != before;
        }
    }

    /// Whether a duty that is open asks for this instrument.
    pub fn waits_for(&self, instrument: &str) -> bool {
        self.pages.iter().any(|page| {
            page.duty.state().is_open()
                && page.duty.instruments.iter().any(|code| code.as_str() == instrument)
        })
    }

    /// Every duty with what happened to it.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use region::programme::{Anchor, Due, Duty as Rule};

    use super::*;
    use crate::domain::Anchors;

    const OPENED: Date = date(2024, 3, 4);

    fn rules() -> [Rule; 1] {
        [Rule {
            code: "quarterly-follow-up".parse().unwrap(),
            label: "opvolging".to_owned(),
            anchor: Anchor::Admission,
            due: Due::EveryMonths { months: 3 },
            announce_days: 14,
            grace_days: 14,
            instruments: vec!["release".parse().unwrap(), "star".parse().unwrap()],
        }]
    }

    fn book(today: Date) -> DutyBook {
        let rules = rules();
        let calendar = DutyCalendar::new(&rules, Anchors { opened_on: OPENED, closed_on: None });
        let mut book = DutyBook::new(Vec::new(), today);
        book.bring_up_to_date(&calendar, IdGenerator);
        book
    }

    fn states(book: &DutyBook) -> Vec<DutyState> {
        book.pages().iter().map(|page| page.duty.state()).collect()
    }

    fn measured(days: &[(&str, Date)]) -> Vec<(String, Date)> {
        days.iter().map(|(code, day)| ((*code).to_owned(), *day)).collect()
    }

    #[test]
    fn a_duty_is_kept_when_all_its_instruments_were_used_on_days_that_count() {
        let mut book = book(date(2024, 6, 10));

        book.settle(&measured(&[("release", date(2024, 5, 20)), ("star", date(2024, 6, 5))]));
        assert_eq!(states(&book), [DutyState::Due, DutyState::Planned], "20 May is a day too early");
        book.settle(&measured(&[("release", date(2024, 5, 21)), ("star", date(2024, 6, 5))]));

        assert_eq!(states(&book), [DutyState::Kept, DutyState::Planned]);
        let kept = &book.pages()[0];
        assert_eq!(
            (kept.duty.kept_on(), kept.told.as_slice()),
            (Some(date(2024, 6, 5)), [DutyState::Due, DutyState::Kept].as_slice())
        );
    }

    #[test]
    fn one_late_measure_does_not_make_good_an_older_quarter() {
        let mut book = book(date(2024, 9, 10));
        assert_eq!(states(&book), [DutyState::Missed, DutyState::Due, DutyState::Planned]);

        book.settle(&measured(&[("release", date(2024, 9, 9)), ("star", date(2024, 9, 9))]));

        assert_eq!(states(&book), [DutyState::Missed, DutyState::Kept, DutyState::Planned]);
    }

    #[test]
    fn what_asks_for_measures_is_kept_by_measures_only() {
        let mut book = book(date(2024, 6, 10));
        let id = book.pages()[0].duty.id;

        assert_eq!(book.keep(id, date(2024, 6, 10)), Some(Err(DutyError::NeedsMeasures)));
        assert_eq!(book.keep(DutyId::generate(IdGenerator), date(2024, 6, 10)), None);
        assert!(book.waits_for("star") && !book.waits_for("empowerment"));
    }

    #[test]
    fn a_close_lets_lapse_what_had_not_fallen_due() {
        let mut book = book(date(2024, 6, 10));
        book.lapse();

        assert_eq!(states(&book), [DutyState::Due, DutyState::Lapsed]);
    }
}
