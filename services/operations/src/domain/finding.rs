//! Something that is not in order.

use jiff::Timestamp;
use uuid::Uuid;

use super::FindingCode;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Degraded, users notice little.
    Warning,
    /// Somebody must act.
    Failure,
}

impl Severity {
    /// As stored and in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }

    /// The severity with this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Warning, Self::Failure].into_iter().find(|severity| severity.as_str() == name)
    }
}

/// What a finding is about; at most one finding is open per key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Code, as stored: an older or newer build may know other codes.
    pub code: String,
    /// Service, queue, `broker` or `region`.
    pub subject: String,
}

/// What the rules found now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Code.
    pub code: FindingCode,
    /// Service, queue, `broker` or `region`.
    pub subject: String,
    /// How bad.
    pub severity: Severity,
    /// What is the case, in Dutch.
    pub message: String,
    /// Since when.
    pub since: Timestamp,
}

impl Found {
    /// What it is about.
    pub fn key(&self) -> Key {
        Key { code: self.code.as_str().to_owned(), subject: self.subject.clone() }
    }

    /// As a finding under this id, with the texts of its code.
    pub fn into_finding(self, finding_id: Uuid) -> Finding {
        let key = self.key();
        let (effect, action) = (self.code.effect(&self.subject), self.code.action(&self.subject));
        Finding {
            finding_id,
            key,
            severity: self.severity,
            message: self.message,
            effect,
            action,
            link: self.code.link(),
            since: self.since,
            until: None,
        }
    }
}

/// A finding as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id, `UUIDv7`.
    pub finding_id: Uuid,
    /// What it is about.
    pub key: Key,
    /// How bad.
    pub severity: Severity,
    /// What is the case, in Dutch.
    pub message: String,
    /// What users notice, in Dutch.
    pub effect: String,
    /// What to do, in Dutch.
    pub action: String,
    /// Page that explains it.
    pub link: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` while it lasts.
    pub until: Option<Timestamp>,
}
