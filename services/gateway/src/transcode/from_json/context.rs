//! What is carried along while reading: the bytes so far, the place, the mistakes.

use crate::transcode::violation::{Violations, shorten};

/// What is carried along while reading.
pub(super) struct Context<'s> {
    pub(super) out: Vec<u8>,
    pub(super) violations: Violations,
    pub(super) path: Vec<Step<'s>>,
    pub(super) proto_names: bool,
}

/// One step of a place in the body.
pub(super) enum Step<'s> {
    Field(&'s str),
    Item(usize),
    Key(String),
}

impl Context<'_> {
    /// The place as people write it.
    pub(super) fn place(&self) -> String {
        let mut place = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) => {
                    if !place.is_empty() {
                        place.push('.');
                    }
                    place.push_str(name);
                }
                Step::Item(index) => {
                    place.push('[');
                    place.push_str(&index.to_string());
                    place.push(']');
                }
                Step::Key(key) => {
                    place.push('.');
                    place.push_str(&shorten(key));
                }
            }
        }
        place
    }

    /// Notes a mistake at this place.
    pub(super) fn violation(
        &mut self,
        reason: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let place = self.place();
        self.violations.add(place, reason, message, remedy);
    }
}
