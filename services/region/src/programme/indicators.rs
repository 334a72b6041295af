//! What is counted, and out of how many.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::closed_set::closed_set;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::IndicatorCode;

closed_set! {
    /// What an indicator counts.
    pub enum Numerator is "numerator" {
        /// Exits into durable paid work, regular or social.
        ExitsWithWork = "exits_with_work",
        /// Exits to a step below work.
        ExitsWithStep = "exits_with_step",
        /// All exits.
        Exits = "exits",
        /// Participations that began.
        Admissions = "admissions",
        /// Children of the families that took part in the period; all children of a family count.
        Children = "children",
        /// Of these, in a school year that the programme is there for first of all.
        ChildrenInFocus = "children_in_focus",
        /// Trajectories that run on the last day.
        Running = "running",
        /// Referrals that came in.
        Referrals = "referrals",
        /// Quarterly follow-ups held in time.
        FollowUpsInTime = "follow_ups_in_time",
        /// Empowerment that went up between the first and the last measure.
        EmpowermentUp = "empowerment_up",
        /// Participants whose housing is stable.
        StableHousing = "stable_housing",
        /// Participants who volunteer.
        Volunteering = "volunteering",
        /// Participants whose support is stable.
        StableSupport = "stable_support",
        /// Employed four weeks after the exit.
        EmployedAfterFourWeeks = "employed_after_four_weeks",
        /// Employed six months after the exit.
        EmployedAfterSixMonths = "employed_after_six_months",
        /// The common output and result indicators of ESF+, by their own codes.
        EsfCommon = "esf_common",
    }
}

closed_set! {
    /// Out of how many. Every one that a partner or funder may mean is named, so that a share never stands alone.
    pub enum Denominator is "denominator" {
        /// All exits of the period.
        Exits = "exits",
        /// Everybody who took part in the period.
        Participants = "participants",
        /// Everybody who was admitted in the period.
        Admissions = "admissions",
        /// Children of the families that took part in the period.
        Children = "children",
        /// Trajectories that run on the last day of the period.
        Running = "running",
        /// The capacity by the lowest caseload per full-time equivalent (48).
        CapacityMin = "capacity_min",
        /// The capacity by the highest caseload per full-time equivalent (54).
        CapacityMax = "capacity_max",
        /// The highest number that may run at once (50).
        RunningMax = "running_max",
        /// Referrals of the period.
        Referrals = "referrals",
        /// Duties that were due in the period.
        DutiesDue = "duties_due",
        /// Everybody with a first and a last measure.
        MeasuredTwice = "measured_twice",
    }
}

/// A target, with whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// Whose target it is, in plain language.
    pub label: String,
    /// In percent of the denominator; `None` when the target is a number.
    pub percent: Option<Decimal>,
    /// As a number; `None` when the target is a share.
    pub count: Option<u32>,
}

/// An indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Indicator {
    /// Its code.
    pub code: IndicatorCode,
    /// What it is called.
    pub label: String,
    /// What it counts.
    pub numerator: Numerator,
    /// Out of how many, in every way in which it is shown; empty for a plain number.
    pub denominators: Vec<Denominator>,
    /// The denominator that reports use; `None` while the partnership has not chosen.
    pub reported_denominator: Option<Denominator>,
    /// The targets.
    pub targets: Vec<Target>,
}

impl Indicator {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::Indicator, "outflow-to-work");
        let label = section.text("label");
        let numerator = section.word("numerator");
        let denominators: Option<Vec<Denominator>> = section.words("denominators", 0);
        let reported_denominator = section.optional_word("reported_denominator");
        let targets = section.tables("target", 0, read_target);
        if let (Some(reported), Some(denominators)) = (reported_denominator, &denominators)
            && !denominators.contains(&reported)
        {
            section.complain(
                "reported_denominator",
                MistakeKind::Contradiction,
                format!("`{reported}` is not among the denominators of this indicator"),
                "add it to `denominators`, or choose one that stands there",
            );
        }
        let has_share = targets.iter().flatten().any(|target| target.percent.is_some());
        if has_share && denominators.as_ref().is_some_and(Vec::is_empty) {
            section.complain(
                "target",
                MistakeKind::Contradiction,
                "a target in percent needs something that it is a part of",
                "name at least one of the `denominators`, or give the target as a `count`",
            );
        }
        Some(Self {
            code: code?,
            label: label?,
            numerator: numerator?,
            denominators: denominators?,
            reported_denominator,
            targets: targets?,
        })
    }
}

fn read_target(section: &mut Section<'_, '_>) -> Option<Target> {
    let label = section.text("label");
    let percent = section.optional_decimal("percent", 0..=100);
    let count = section.optional_integer("count", 0..=1_000_000);
    match (section.has("percent"), section.has("count")) {
        (true, true) => section.complain(
            "count",
            MistakeKind::Contradiction,
            "a target is either a share or a number",
            "keep `percent` or `count`, and write a second target for the other",
        ),
        (false, false) => section.missing("percent", "\"15\"` or `count = 50"),
        _ => {}
    }
    Some(Target { label: label?, percent, count })
}
