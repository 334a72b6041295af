//! What is wrong with a region file and its programme files: everything at once, each with its place and remedy.

use std::fmt;

use serde::Serialize;

use crate::closed_set::{ClosedSet, closed_set};

closed_set! {
    /// What kind of mistake it is; stable, for programs and for looking it up.
    pub enum MistakeKind is "kind of mistake" {
        /// The file could not be read at all.
        UnreadableFile = "unreadable-file",
        /// The file is not TOML.
        NotToml = "not-toml",
        /// The file is of another kind or format than expected.
        WrongFile = "wrong-file",
        /// A key that must be there is not.
        MissingKey = "missing-key",
        /// A key that has no meaning here.
        UnknownKey = "unknown-key",
        /// A value of another type, such as a number where a text is meant.
        WrongType = "wrong-type",
        /// A text that is empty.
        EmptyText = "empty-text",
        /// A word that is not in the closed set.
        UnknownWord = "unknown-word",
        /// A value that cannot be what the key says: a code, a number, a date.
        WrongValue = "wrong-value",
        /// A number outside its limits.
        OutOfRange = "out-of-range",
        /// The same thing twice.
        Duplicate = "duplicate",
        /// A list with too few items.
        TooFew = "too-few",
        /// A name of something that is not declared.
        UnknownReference = "unknown-reference",
        /// Two values that each may be right but not together.
        Contradiction = "contradiction",
        /// Numbers that must add up do not.
        WrongSum = "wrong-sum",
    }
}

/// One mistake in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The file, as the reader named it.
    pub file: String,
    /// The line, counted from 1; 0 when the file could not be read.
    pub line: usize,
    /// The column in characters, counted from 1; 0 when the file could not be read.
    pub column: usize,
    /// How many characters of the line it is about.
    pub width: usize,
    /// The line itself.
    pub source_line: String,
    /// What kind of mistake it is.
    pub kind: MistakeKind,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub remedy: String,
}

/// Every mistake of a region file and its programme files, in the order of files and lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The mistakes.
    pub mistakes: Vec<Mistake>,
}

impl Report {
    /// Gives the report as indented JSON: an object with the list `mistakes`.
    pub fn to_json(&self) -> String {
        let value = serde_json::json!({ "mistakes": self.mistakes });
        format!("{value:#}")
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "error[{}]: {}", self.kind.as_str(), self.message)?;
        if self.line == 0 {
            writeln!(formatter, "  --> {}", self.file)?;
            return writeln!(formatter, "   = remedy: {}", self.remedy);
        }
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        // Tabs stay tabs, so that the caret stands under its letter whatever their width.
        let indent: String = self
            .source_line
            .chars()
            .take(self.column.saturating_sub(1))
            .map(|letter| if letter == '\t' { '\t' } else { ' ' })
            .collect();
        let space = if self.source_line.is_empty() { "" } else { " " };
        writeln!(formatter, "{margin}--> {}:{}:{}", self.file, self.line, self.column)?;
        writeln!(formatter, "{margin} |")?;
        writeln!(formatter, "{number} |{space}{}", self.source_line)?;
        writeln!(formatter, "{margin} | {indent}{}", "^".repeat(self.width))?;
        writeln!(formatter, "{margin} = remedy: {}", self.remedy)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mistake in &self.mistakes {
            writeln!(formatter, "{mistake}")?;
        }
        let mut files: Vec<&str> = self.mistakes.iter().map(|mistake| mistake.file.as_str()).collect();
        files.sort_unstable();
        files.dedup();
        let plural =
            |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        write!(formatter, "{} in {}", plural(self.mistakes.len(), "mistake"), plural(files.len(), "file"))
    }
}

impl std::error::Error for Report {}
