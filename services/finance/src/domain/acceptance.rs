//! Differences that somebody accepts, with a reason and at exactly their amount.

use std::fmt;

use chassis::money::Money;
use jiff::Timestamp;
use region::{ClosedSet as _, Explained};
use uuid::Uuid;

use super::control::Control;
use super::figures::Figures;
use super::finding::Finding;

/// Fewest characters of a reason: a word is none.
const SHORTEST: usize = 10;
/// Most characters of a reason.
const LONGEST: usize = 500;

/// What is accepted: a control or a finding, by what tells it from the others of its budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// A control.
    pub fn control(of: &str) -> Self {
        Self(format!("control/{of}"))
    }

    /// A finding.
    pub fn finding(code: &str, component: &str, source: &str) -> Self {
        Self(format!("finding/{code}/{component}/{source}"))
    }

    /// A subject as it was stored.
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// Its parts: the control, or code, component and source of the finding.
    pub fn parts(&self) -> (&str, &str, &str, &str) {
        let mut parts = self.0.split('/');
        let (kind, first) = (parts.next(), parts.next().unwrap_or_default());
        if kind == Some("control") {
            return (first, "", "", "");
        }
        ("", first, parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How large the difference is now; `None` when there is no such control or finding (any more). A control has a sign, a finding
    /// none.
    pub fn amount(&self, figures: &Figures) -> Option<Money> {
        let of_control = |control: &Control| Self::control(control.of.as_str());
        let of_finding = |finding: &Finding| {
            let component = finding.component.as_ref().map(ToString::to_string).unwrap_or_default();
            let source = finding.source.map(|source| source.as_str().to_owned()).unwrap_or_default();
            Self::finding(&finding.code(), &component, &source)
        };
        let control = figures.controls.iter().find(|one| of_control(one) == *self);
        let finding = || figures.findings.iter().find(|one| of_finding(one) == *self);
        control.map(|one| one.difference).or_else(|| finding().map(|one| one.amount))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A difference that somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// What.
    pub subject: Subject,
    /// Exactly how much. Another amount is not accepted by this.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Uuid,
}

impl Acceptance {
    /// Whether it lapsed: the difference is another than it was, or gone.
    pub fn is_lapsed(&self, figures: &Figures) -> bool {
        self.subject.amount(figures) != Some(self.amount)
    }
}

/// A text that cannot be the reason of an acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AcceptanceReasonError {
    /// Nothing but white space.
    #[error("no reason is given")]
    Missing,
    /// Too few characters.
    #[error("the reason is too short to tell an auditor anything")]
    TooShort,
    /// Too many characters.
    #[error("the reason is too long")]
    TooLong,
    /// A character that cannot be shown.
    #[error("the reason has a character that cannot be shown")]
    Control,
}

impl Explained for AcceptanceReasonError {
    fn remedy(&self) -> String {
        match self {
            Self::Missing | Self::TooShort => format!(
                "write in at least {SHORTEST} characters why this difference is right, without the name of a person"
            ),
            Self::TooLong => format!("write at most {LONGEST} characters"),
            Self::Control => "write it again without line breaks and control characters".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::TooShort => "TOO_SHORT",
            Self::TooLong => "TOO_LONG",
            Self::Control => "CONTROL_CHARACTER",
        }
    }
}

/// Reads the reason of an acceptance; white space around it is cut off.
///
/// # Errors
/// Says what is wrong without repeating it.
pub fn parse_acceptance_reason(text: &str) -> Result<String, AcceptanceReasonError> {
    let text = text.trim();
    let characters = text.chars().count();
    if text.is_empty() {
        Err(AcceptanceReasonError::Missing)
    } else if characters < SHORTEST {
        Err(AcceptanceReasonError::TooShort)
    } else if characters > LONGEST {
        Err(AcceptanceReasonError::TooLong)
    } else if text.chars().any(char::is_control) {
        Err(AcceptanceReasonError::Control)
    } else {
        Ok(text.to_owned())
    }
}
