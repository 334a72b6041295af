//! How long what is kept.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::Serialize;

use crate::closed_set::{ClosedSet, closed_set};
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;

closed_set! {
    /// What is kept.
    pub enum DataClass is "class of data" {
        /// A referral that led to nothing: not wanted, withdrawn, no first meeting.
        ReferralWithoutStart = "referral_without_start",
        /// A referral that was refused, with its reply.
        RefusedReferral = "refused_referral",
        /// Who a participant is.
        Identity = "identity",
        /// What was written in a trajectory.
        CaseNotes = "case_notes",
        /// What was measured.
        Measures = "measures",
        /// What proves to the funder that somebody took part.
        Evidence = "evidence",
        /// Hours, budgets and claims.
        Accounts = "accounts",
        /// Who read and changed what.
        AuditLog = "audit_log",
    }
}

closed_set! {
    /// From which day a term runs.
    pub enum RetentionFrom is "begin of a term" {
        /// The day on which it came in.
        Receipt = "receipt",
        /// The day of the decision.
        Decision = "decision",
        /// The end of the trajectory.
        TrajectoryEnd = "trajectory_end",
        /// The end of the programme.
        ProgrammeEnd = "programme_end",
    }
}

/// How long one class of data is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RetentionTerm {
    /// What is kept.
    pub class: DataClass,
    /// From which day the term runs.
    pub from: RetentionFrom,
    /// The years of the term.
    pub years: u32,
    /// The days of the term, on top of the years.
    pub days: u32,
}

impl RetentionTerm {
    /// Gives the last day on which something is kept; the day after, it must go. `None` beyond the calendar.
    pub fn keep_until(&self, from: Date) -> Option<Date> {
        let span = Span::new().try_years(i64::from(self.years)).ok()?;
        from.checked_add(span).ok()?.checked_add(i64::from(self.days).days()).ok()
    }
}

/// How long every class of data is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Retention(Vec<RetentionTerm>);

impl Retention {
    /// Gives the term of a class.
    pub fn term(&self, class: DataClass) -> Option<&RetentionTerm> {
        self.0.iter().find(|term| term.class == class)
    }

    /// Reads the terms: every class has exactly one.
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let terms = section.tables("retention", 1, read_term)?;
        let absent: Vec<String> = DataClass::ALL
            .iter()
            .filter(|class| !terms.iter().any(|term| term.class == **class))
            .map(|class| format!("`{class}`"))
            .collect();
        if !absent.is_empty() {
            section.complain(
                "retention",
                MistakeKind::TooFew,
                format!("nothing says how long {} is kept", absent.join(", ")),
                "add a table `[[retention]]` for each",
            );
        }
        Some(Self(terms))
    }
}

fn read_term(section: &mut Section<'_, '_>) -> Option<RetentionTerm> {
    let class: Option<DataClass> = section.word("class");
    if let Some(class) = class
        && !section.file.names.borrow_mut().declare(Namespace::DataClass, class.as_str())
    {
        section.complain(
            "class",
            MistakeKind::Duplicate,
            format!("`{class}` already has a term"),
            "remove one of the two",
        );
    }
    let from = section.word("from");
    let years = section.optional_integer("years", 0..=100);
    let days = section.optional_integer("days", 0..=3_650);
    if !section.has("years") && !section.has("days") {
        section.missing("years", "5` or `days = 90");
    }
    Some(RetentionTerm { class: class?, from: from?, years: years.unwrap_or(0), days: days.unwrap_or(0) })
}
