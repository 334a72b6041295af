//! What is wrong with a request, field by field.

use std::borrow::Cow;

use serde::Serialize;

/// How many mistakes are reported at most.
const MOST: usize = 100;

/// One field that is wrong. Texts never repeat a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Path of the field as the client wrote it, e.g. `reasons[2]`; empty for the body as a whole.
    pub field: String,
    /// Stable reason.
    pub reason: Cow<'static, str>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub remedy: String,
}

/// The mistakes of one request.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Notes a mistake.
    pub fn add(
        &mut self,
        field: String,
        reason: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.0.len() < MOST {
            self.0.push(Violation {
                field,
                reason: Cow::Borrowed(reason),
                message: message.into(),
                remedy: remedy.into(),
            });
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives them away.
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }
}

/// Shortens a name that a client made up, so that an answer never carries pages of it back.
pub(super) fn shorten(name: &str) -> String {
    if name.chars().count() <= 64 { name.to_owned() } else { name.chars().take(63).chain(['…']).collect() }
}

/// `` `a`, `b`, `c` ``
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
