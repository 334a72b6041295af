//! Everything a proposal looks at. Encoded, it is what is kept; nothing else decides.

use std::collections::BTreeSet;

use jiff::civil::Date;
use region::programme::{HardRuleKind, MatchingTerm, Role, StarterGate, VisitPlan};
use region::{DomainCode, LanguageCode, NisCode, SchoolCalendar};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::Gender;

/// Days of a holiday that visits are not planned across: longer than Christmas and Easter, shorter than summer.
const LONG_HOLIDAY_DAYS: i32 = 28;

/// The input of a proposal. Fields are encoded in this order, sets in the order of their items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Which definition of rules, terms and order: 1.
    pub format: u32,
    /// Participation.
    pub participation: Uuid,
    /// Its episode.
    pub episode: Uuid,
    /// Code of the programme.
    pub programme: String,
    /// Version of its file.
    pub programme_version: u32,
    /// Hash of its file.
    pub programme_hash: String,
    /// First day of the match that is looked for.
    pub first_day: Date,
    /// Day on which it was proposed.
    pub made_on: Date,
    /// Day on which the referral was received.
    pub referred_on: Date,
    /// Municipality of the participant, by the code that is valid on the first day; `None` when the region does not know it any more.
    pub municipality: Option<NisCode>,
    /// What the participant needs.
    pub needs: Needs,
    /// The hard rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// The weights, in the order of the file.
    pub weights: Vec<TermWeight>,
    /// What the starter gate asks for.
    pub starter_gate: Vec<StarterGate>,
    /// When the visits would be; `None` in a programme without.
    pub visits: Option<VisitWindow>,
    /// The workers, in the order of their ids.
    pub workers: Vec<WorkerFacts>,
}

/// What a participant needs of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needs {
    /// Languages, the own one first; none is any.
    pub languages: Vec<LanguageCode>,
    /// Gender that is asked for.
    pub gender: Option<Gender>,
    /// Life domains it will be about.
    pub life_domains: BTreeSet<DomainCode>,
    /// Code of the case weight.
    pub weight_code: String,
    /// How many cases it counts for.
    pub weight: Decimal,
    /// Workers who are near the participant in private life.
    pub conflicts: BTreeSet<Uuid>,
}

/// A hard rule of the programme file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// What it asks for.
    pub kind: HardRuleKind,
    /// In the words of the file.
    pub explanation: String,
}

/// A weight of the programme file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermWeight {
    /// What counts.
    pub term: MatchingTerm,
    /// How much.
    pub weight: u32,
}

/// When the visits of a plan would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitWindow {
    /// Last day; `None` when the school calendar does not reach so far.
    pub last_day: Option<Date>,
    /// Name of the long holiday that lies between the first and the last visit.
    pub long_holiday: Option<String>,
}

/// When the visits of a plan would be that begins on a day: school weeks are counted around the holidays.
pub fn visit_window(calendar: &SchoolCalendar, plan: &VisitPlan, first_day: Date) -> VisitWindow {
    let last_day = calendar.end_of_school_weeks(first_day, plan.school_weeks);
    let is_long =
        |first: Date, last: Date| first.until(last).is_ok_and(|span| span.get_days() >= LONG_HOLIDAY_DAYS);
    let between = |last_day: Date| {
        calendar.holidays().iter().find(|holiday| {
            is_long(holiday.first, holiday.last) && holiday.first <= last_day && first_day <= holiday.last
        })
    };
    let long_holiday = last_day.and_then(between).map(|holiday| holiday.name.clone());
    VisitWindow { last_day, long_holiday }
}

/// What counts about a worker, as it was when it was proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerFacts {
    /// Worker.
    pub worker: Uuid,
    /// Accompanying roles in the programme, by role and first day.
    pub roles: Vec<RoleSpan>,
    /// Languages.
    pub languages: BTreeSet<LanguageCode>,
    /// Municipalities served, by the codes that are valid on the first day; none is anywhere.
    pub municipalities: BTreeSet<NisCode>,
    /// Life domains known most of.
    pub expertise: BTreeSet<DomainCode>,
    /// Gender, when it may be asked for.
    pub gender: Option<Gender>,
    /// What was passed of the starter gate.
    pub starter_gate: BTreeSet<StarterGate>,
    /// Share of full time in the programme on the first day; 0 without.
    pub share: Decimal,
    /// Weighted cases at most, exact.
    pub cases_max: Decimal,
    /// Weighted cases that run on the first day or begin later.
    pub cases_used: Decimal,
    /// Programmes for which the worker has a capacity on the first day.
    pub programmes: u32,
    /// Whether the worker accompanied this participation before.
    pub accompanied: Accompanied,
}

/// An accompanying role, dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleSpan {
    /// Role.
    pub role: Role,
    /// First day.
    pub first: Date,
    /// Last day; `None` when open.
    pub last: Option<Date>,
}

/// Whether a worker accompanied a participation before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accompanied {
    /// Never.
    Never,
    /// Before somebody else did.
    Earlier,
    /// As the last one.
    Latest,
}

impl RoleSpan {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.first <= day && self.last.is_none_or(|last| day <= last)
    }
}

impl WorkerFacts {
    /// The role in which the worker would accompany from a day on: the first of those that hold.
    pub fn role_on(&self, day: Date) -> Option<Role> {
        self.roles.iter().find(|span| span.holds_on(day)).map(|span| span.role)
    }
}
