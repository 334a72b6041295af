//! What has to be done when.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::Serialize;

use crate::closed_set::closed_set;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::{DutyCode, InstrumentCode};

closed_set! {
    /// From which day a duty is counted.
    pub enum Anchor is "anchor" {
        /// The day of admission.
        Admission = "admission",
        /// The day of exit.
        Exit = "exit",
    }
}

/// When a duty is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Due {
    /// Again and again while the trajectory runs, every so many months after the anchor.
    EveryMonths {
        /// The months between two.
        months: u32,
    },
    /// Once, so many weeks after the anchor.
    AfterWeeks {
        /// The weeks.
        weeks: u32,
    },
    /// Once, so many months after the anchor.
    AfterMonths {
        /// The months.
        months: u32,
    },
}

/// Something that has to be done for every participation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    /// Its code.
    pub code: DutyCode,
    /// What it is called.
    pub label: String,
    /// From which day it is counted.
    pub anchor: Anchor,
    /// When it is due.
    pub due: Due,
    /// How many days before the due day it is announced.
    pub announce_days: u32,
    /// How many days after the due day it still counts as done in time.
    pub grace_days: u32,
    /// What is measured on the occasion.
    pub instruments: Vec<InstrumentCode>,
}

impl Duty {
    /// Gives the day on which the duty is due for the `occurrence`-th time, counted from 1; `None` when there is no
    /// such time. A month without that day gives its last day.
    pub fn due_on(&self, anchor: Date, occurrence: u32) -> Option<Date> {
        let span = match self.due {
            _ if occurrence == 0 => return None,
            Due::EveryMonths { months } => months_of(months.checked_mul(occurrence)?)?,
            Due::AfterWeeks { .. } | Due::AfterMonths { .. } if occurrence > 1 => return None,
            Due::AfterWeeks { weeks } => i64::from(weeks).weeks(),
            Due::AfterMonths { months } => months_of(months)?,
        };
        anchor.checked_add(span).ok()
    }

    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::Duty, "quarterly-follow-up");
        let label = section.text("label");
        let anchor: Option<Anchor> = section.word("anchor");
        let due = read_due(section);
        if let (Some(Anchor::Exit), Some(Due::EveryMonths { .. })) = (anchor, due) {
            section.complain(
                "every_months",
                MistakeKind::Contradiction,
                "a duty after the exit cannot come again without end",
                "write `after_weeks` or `after_months`, one duty for each time",
            );
        }
        let announce_days = section.integer("announce_days", 0..=180);
        let grace_days = section.integer("grace_days", 0..=180);
        let instruments = section.references("instruments", Namespace::Instrument);
        Some(Self {
            code: code?,
            label: label?,
            anchor: anchor?,
            due: due?,
            announce_days: announce_days?,
            grace_days: grace_days?,
            instruments: instruments?,
        })
    }
}

fn months_of(months: u32) -> Option<Span> {
    Span::new().try_months(i64::from(months)).ok()
}

fn read_due(section: &mut Section<'_, '_>) -> Option<Due> {
    let every_months = section.optional_integer("every_months", 1..=60);
    let after_weeks = section.optional_integer("after_weeks", 0..=260);
    let after_months = section.optional_integer("after_months", 1..=60);
    let keys = ["every_months", "after_weeks", "after_months"];
    let given: Vec<&str> = keys.into_iter().filter(|key| section.has(key)).collect();
    match given.as_slice() {
        [_] => {}
        [] => {
            section.missing("every_months", "3`, `after_weeks = 4` or `after_months = 6");
            return None;
        }
        [first, others @ ..] => {
            section.complain(
                first,
                MistakeKind::Contradiction,
                format!("`{first}` and `{}` say different things", others.join("` and `")),
                "keep one of them, and write a second duty for the other",
            );
            return None;
        }
    }
    every_months
        .map(|months| Due::EveryMonths { months })
        .or(after_weeks.map(|weeks| Due::AfterWeeks { weeks }))
        .or(after_months.map(|months| Due::AfterMonths { months }))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn duty(due: Due) -> Duty {
        Duty {
            code: "follow-up".parse().unwrap(),
            label: "opvolging".to_owned(),
            anchor: Anchor::Admission,
            due,
            announce_days: 14,
            grace_days: 0,
            instruments: Vec::new(),
        }
    }

    #[test]
    fn every_quarter_is_counted_from_the_admission_and_not_from_the_last_time() {
        let quarterly = duty(Due::EveryMonths { months: 3 });
        let admitted = date(2024, 11, 30);

        assert_eq!(quarterly.due_on(admitted, 1), Some(date(2025, 2, 28)));
        assert_eq!(quarterly.due_on(admitted, 2), Some(date(2025, 5, 30)));
        assert_eq!(quarterly.due_on(admitted, 0), None);
    }

    #[test]
    fn what_comes_once_has_no_second_time() {
        let exited = date(2024, 8, 31);

        assert_eq!(duty(Due::AfterWeeks { weeks: 4 }).due_on(exited, 1), Some(date(2024, 9, 28)));
        assert_eq!(duty(Due::AfterMonths { months: 6 }).due_on(exited, 1), Some(date(2025, 2, 28)));
        assert_eq!(duty(Due::AfterMonths { months: 6 }).due_on(exited, 2), None);
    }
}
