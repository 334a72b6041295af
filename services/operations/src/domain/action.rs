//! What a person has operations do, and what became of it.

use jiff::Timestamp;
use uuid::Uuid;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 200;
/// Most parked events that one action names.
pub const MOST_PARKED: usize = 200;

/// What kind of thing is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionKind {
    /// Run an export now.
    RunExport,
    /// Suspend the schedule of an export.
    SuspendExport,
    /// Let the schedule of an export go on.
    ResumeExport,
    /// Try parked events again.
    RedriveParked,
}

impl ActionKind {
    const ALL: [Self; 4] = [Self::RunExport, Self::SuspendExport, Self::ResumeExport, Self::RedriveParked];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RunExport => "run_export",
            Self::SuspendExport => "suspend_export",
            Self::ResumeExport => "resume_export",
            Self::RedriveParked => "redrive_parked",
        }
    }

    /// The kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What is asked, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What kind.
    pub kind: ActionKind,
    /// The schedule of an export, or a service.
    pub subject: String,
    /// Of an export: only this period; empty for everything that waits.
    pub period: String,
    /// Of an export with a period: also what was made before.
    pub again: bool,
    /// Of a redrive: these; none for all.
    pub parked_ids: Vec<Uuid>,
    /// Why.
    pub reason: String,
}

impl Asked {
    /// The arguments of `finance export` that do it.
    pub fn arguments(&self) -> Vec<String> {
        let flag = match (self.period.as_str(), self.again) {
            ("", _) => return Vec::new(),
            (_, false) => "--period",
            (_, true) => "--again",
        };
        vec![flag.to_owned(), self.period.clone()]
    }
}

/// What was asked, by whom, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Id, `UUIDv7`; names what it starts, so that nothing is started twice.
    pub action_id: Uuid,
    /// What.
    pub asked: Asked,
    /// Who.
    pub worker: Uuid,
    /// When, real time.
    pub asked_at: Timestamp,
    /// What became of it; `None` while that is not known.
    pub ended: Option<Ended>,
}

impl Action {
    /// Whether it was done, so that nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.ended.as_ref().is_some_and(|ended| ended.how == EndedAs::Done)
    }
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub how: EndedAs,
    /// When that was known, real time.
    pub at: Timestamp,
    /// Stable reason of a refusal or failure; else empty.
    pub error: String,
    /// Of a run: name of the job; else empty.
    pub job: String,
    /// Of a redrive: events that were applied.
    pub applied: i64,
    /// Of a redrive: events that were parked again.
    pub parked_again: i64,
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedAs {
    /// Done.
    Done,
    /// Not done, and it is known why.
    Refused,
    /// No answer came: it may have been done.
    Failed,
}

impl EndedAs {
    const ALL: [Self; 3] = [Self::Done, Self::Refused, Self::Failed];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// The one with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.as_str() == name)
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldError {
    /// Stable reason.
    pub reason: &'static str,
    /// What is wrong.
    pub message: &'static str,
    /// What would be right.
    pub remedy: &'static str,
}

/// Reads a reason: one short line; white space around it is cut off.
///
/// # Errors
/// Says what is wrong without repeating it.
pub fn parse_reason(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    let error = |reason, message, remedy| Err(FieldError { reason, message, remedy });
    if text.is_empty() {
        error("REQUIRED", "no reason is given", "write in a few words why, without the name of a person")
    } else if text.chars().count() > LONGEST_REASON {
        error("TOO_LONG", "the reason is too long", "write at most 200 characters")
    } else if text.chars().any(char::is_control) {
        let message = "the reason has a character that cannot be shown";
        error("CONTROL_CHARACTER", message, "write it again without line breaks and control characters")
    } else {
        Ok(text.to_owned())
    }
}

/// Reads the period of an export as finance writes it: `2024-Q1`, or `2024` for a year; empty for every period.
///
/// # Errors
/// When it is none, or when something is to be made again without one.
pub fn parse_period(text: &str, again: bool) -> Result<String, FieldError> {
    if text.is_empty() && again {
        return Err(FieldError {
            reason: "REQUIRED",
            message: "what is made again is one period",
            remedy: "name the period, as 2024-Q1 or 2024, or leave `again` out",
        });
    }
    let (year, quarter) = text.split_once('-').map_or((text, None), |(year, quarter)| (year, Some(quarter)));
    let is_year = year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit());
    if text.is_empty() || is_year && quarter.is_none_or(|quarter| ["Q1", "Q2", "Q3", "Q4"].contains(&quarter))
    {
        return Ok(text.to_owned());
    }
    Err(FieldError {
        reason: "PERIOD_SHAPE",
        message: "the text is not a period",
        remedy: "write a quarter as 2024-Q1, or a year as 2024",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        assert_eq!(parse_reason(" vergeten ").as_deref(), Ok("vergeten"));
        assert_eq!(parse_reason(" ").unwrap_err().reason, "REQUIRED");
        assert_eq!(parse_reason(&"é".repeat(201)).unwrap_err().reason, "TOO_LONG");
        assert_eq!(parse_reason("a\nb").unwrap_err().reason, "CONTROL_CHARACTER");
    }

    #[test]
    fn a_period_is_a_quarter_a_year_or_nothing() {
        for good in ["", "2024", "2024-Q1", "2024-Q4"] {
            assert_eq!(parse_period(good, false).as_deref(), Ok(good));
        }
        for bad in ["24", "2024-", "2024-Q5", "2024-q1", "2024-Q1-", "--again", "é024"] {
            assert_eq!(parse_period(bad, false).unwrap_err().reason, "PERIOD_SHAPE", "{bad}");
        }
        assert_eq!(parse_period("", true).unwrap_err().reason, "REQUIRED");
    }

    #[test]
    fn names_are_read_as_they_are_stored() {
        assert!(ActionKind::ALL.into_iter().all(|kind| ActionKind::parse(kind.as_str()) == Some(kind)));
        assert!(EndedAs::ALL.into_iter().all(|how| EndedAs::parse(how.as_str()) == Some(how)));
    }
}
