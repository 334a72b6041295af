//! Counts.

use std::fmt;

/// How many tests and steps passed, failed and were skipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
    /// Skipped (ignored by the test itself).
    pub skipped: u64,
}

impl fmt::Display for Tally {
    /// The one line that other tools read; alone on its line.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn the_line_has_the_form_other_tools_read() {
        assert_eq!(
            Tally { passed: 412, failed: 0, skipped: 1 }.to_string(),
            "412 passed, 0 failed, 1 skipped"
        );
    }
}
