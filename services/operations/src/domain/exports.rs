//! What waits to be exported, and which run of a schedule missed it.

use jiff::{SignedDuration, Timestamp};

use super::{ClusterSeen, Condition, FindingCode, RunState, ScheduleSeen, Severity, Thresholds};

/// Subject of the finding that nothing makes exports.
const FINANCE: &str = "finance";
/// Periods that a message names.
const NAMED: usize = 3;

/// What finance says about exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExportsSeen {
    /// Finance is not watched.
    Unwatched,
    /// It did not answer.
    Silent,
    /// Submitted claims without an export, first submitted first.
    Answered(Vec<WaitingExport>),
}

/// A submitted claim that was not exported yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingExport {
    /// Code of the programme.
    pub programme: String,
    /// Period: `2024-Q1`, or `2024` for a year.
    pub period: String,
    /// Revision of the claim.
    pub revision: u32,
    /// When it was submitted, business time.
    pub submitted_at: Timestamp,
    /// When that was, real time.
    pub submitted: Timestamp,
}

/// What runs of exports missed; at most one per schedule. Outside of Kubernetes nothing is scheduled, so nothing is missed.
pub fn missed_exports(
    cluster: &ClusterSeen,
    exports: &ExportsSeen,
    at: Timestamp,
    thresholds: &Thresholds,
) -> Vec<Condition> {
    let (Some(state), ExportsSeen::Answered(waiting)) = (cluster.state(), exports) else { return Vec::new() };
    let mut schedules = state.schedules.iter().filter(|schedule| schedule.is_export()).peekable();
    if schedules.peek().is_none() {
        return unplanned(waiting, at, thresholds).into_iter().collect();
    }
    schedules.filter_map(|schedule| missed_by(schedule, waiting, at, thresholds)).collect()
}

fn missed_by(
    schedule: &ScheduleSeen,
    waiting: &[WaitingExport],
    at: Timestamp,
    thresholds: &Thresholds,
) -> Option<Condition> {
    let times = schedule.times.as_ref()?;
    // A run may begin late and take its time.
    let due = times.last(at - SignedDuration::from_secs(thresholds.export_missed_seconds))?;
    // What was submitted before there was a schedule waits for its first run.
    let from = |one: &WaitingExport| schedule.created.map_or(one.submitted, |made| made.max(one.submitted));
    let missed: Vec<&WaitingExport> = waiting.iter().filter(|one| from(one) < due).collect();
    let first = missed.iter().map(|one| from(one)).min()?;
    let why = match schedule.last_ended().map(|run| &run.state) {
        _ if schedule.suspended => "de planning is uitgezet".to_owned(),
        _ if schedule.last_scheduled.is_none_or(|started| started < due) => {
            "de planning startte niet op tijd".to_owned()
        }
        Some(RunState::Failed { reason }) => format!("de laatste uitvoering mislukte ({reason})"),
        _ => "de laatste uitvoering maakte ze niet".to_owned(),
    };
    let message = format!("{} bij {}: {why}", named(&missed), schedule.name);
    let severity = if schedule.suspended { Severity::Warning } else { Severity::Failure };
    let condition = Condition::new(FindingCode::ExportMissed, &schedule.name, severity, message);
    Some(condition.began(times.next(first).unwrap_or(due)))
}

fn unplanned(waiting: &[WaitingExport], at: Timestamp, thresholds: &Thresholds) -> Option<Condition> {
    let latest = at - SignedDuration::from_secs(thresholds.export_unplanned_seconds);
    let missed: Vec<&WaitingExport> = waiting.iter().filter(|one| one.submitted <= latest).collect();
    let first = missed.iter().map(|one| one.submitted).min()?;
    let message = format!("{}: geen enkele planning maakt exports", named(&missed));
    let condition = Condition::new(FindingCode::ExportMissed, FINANCE, Severity::Warning, message);
    Some(condition.began(first))
}

/// What waits, in words.
fn named(waiting: &[&WaitingExport]) -> String {
    let names: Vec<String> =
        waiting.iter().take(NAMED).map(|one| format!("{} van {}", one.period, one.programme)).collect();
    let more = waiting.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" en {more} andere") } else { String::new() };
    let (count, noun) =
        (waiting.len(), if waiting.len() == 1 { "declaratie wacht" } else { "declaraties wachten" });
    format!("{count} ingediende {noun} op een export ({}{more})", names.join(", "))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{ClusterState, ExportRun, Timetable, thresholds};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn waiting(submitted: &str) -> WaitingExport {
        WaitingExport {
            programme: "waasland-esf".to_owned(),
            period: "2026-Q3".to_owned(),
            revision: 1,
            submitted_at: at(submitted),
            submitted: at(submitted),
        }
    }

    /// Every night at half past four in UTC; the last run was in time and succeeded.
    fn schedule() -> ScheduleSeen {
        let run = ExportRun {
            job: "job".to_owned(),
            state: RunState::Succeeded,
            manual: false,
            started: None,
            ended: None,
        };
        ScheduleSeen {
            name: "nightly".to_owned(),
            component: "finance-export".to_owned(),
            times: Timetable::parse("30 4 * * *", TimeZone::UTC),
            last_scheduled: Some(at("2026-11-23T04:30:00Z")),
            runs: vec![run],
            ..ScheduleSeen::default()
        }
    }

    fn found(schedules: Vec<ScheduleSeen>, waiting: Vec<WaitingExport>, now: &str) -> Vec<Condition> {
        let cluster = ClusterSeen::Answered(ClusterState { schedules, ..ClusterState::default() });
        missed_exports(&cluster, &ExportsSeen::Answered(waiting), at(now), &thresholds())
    }

    const NOON: &str = "2026-11-23T12:00:00Z";

    #[test]
    fn what_waits_for_its_first_run_is_not_missed() {
        assert_eq!(found(vec![schedule()], Vec::new(), NOON), []);
        assert_eq!(found(vec![schedule()], vec![waiting("2026-11-23T05:00:00Z")], NOON), []);
        // There was no schedule when it was submitted.
        let new =
            ScheduleSeen { created: Some(at("2026-11-23T08:00:00Z")), last_scheduled: None, ..schedule() };
        assert_eq!(found(vec![new], vec![waiting("2026-11-20T15:00:00Z")], NOON), []);
        // The run began an hour ago: it may still be at it.
        let early = "2026-11-23T05:30:00Z";
        assert_eq!(found(vec![schedule()], vec![waiting("2026-11-22T15:00:00Z")], early), []);
    }

    #[test]
    fn what_a_run_left_behind_is_missed_since_that_run_and_says_why() {
        let one = waiting("2026-11-20T15:00:00Z");
        let of = |schedule: ScheduleSeen| found(vec![schedule], vec![one.clone()], NOON).remove(0);

        let left = of(schedule());
        assert_eq!((left.code, left.severity), (FindingCode::ExportMissed, Severity::Failure));
        assert_eq!(left.began, Some(at("2026-11-21T04:30:00Z")));
        assert!(left.message.contains("2026-Q3 van waasland-esf"), "{}", left.message);
        assert!(left.message.contains("maakte ze niet"), "{}", left.message);

        let stopped = ScheduleSeen { last_scheduled: Some(at("2026-11-19T04:30:00Z")), ..schedule() };
        assert!(of(stopped).message.contains("startte niet"));
        let mut broken = schedule();
        broken.runs[0].state = RunState::Failed { reason: "BackoffLimitExceeded".to_owned() };
        assert!(of(broken).message.contains("BackoffLimitExceeded"));
        let suspended = of(ScheduleSeen { suspended: true, ..schedule() });
        assert_eq!(suspended.severity, Severity::Warning);
        assert!(suspended.message.contains("uitgezet"));
    }

    #[test]
    fn only_schedules_of_exports_count_and_without_one_a_day_is_too_long() {
        let forget = ScheduleSeen { component: "intake-forget".to_owned(), ..schedule() };
        let found_of = |submitted: &str| found(vec![forget.clone()], vec![waiting(submitted)], NOON);

        assert_eq!(found_of("2026-11-22T13:00:00Z"), []);
        let unplanned = found_of("2026-11-22T11:00:00Z").remove(0);
        assert_eq!((unplanned.subject.as_str(), unplanned.severity), ("finance", Severity::Warning));
    }

    #[test]
    fn nothing_is_missed_where_nothing_is_known() {
        let cluster =
            ClusterSeen::Answered(ClusterState { schedules: vec![schedule()], ..Default::default() });
        let late = ExportsSeen::Answered(vec![waiting("2026-11-01T00:00:00Z")]);
        for (cluster, exports) in [
            (&ClusterSeen::Outside, &late),
            (&ClusterSeen::Silent { answered: None }, &late),
            (&cluster, &ExportsSeen::Unwatched),
            (&cluster, &ExportsSeen::Silent),
        ] {
            assert_eq!(missed_exports(cluster, exports, at(NOON), &thresholds()), []);
        }
    }
}
