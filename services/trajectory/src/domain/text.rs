//! Texts that people wrote about people. None of them shows itself in logs, and none of them holds a national number.

use std::fmt;

use region::{Explained, InszNumber};
use thiserror::Error;

/// A text that cannot be taken. Holds no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("this is empty")]
    Blank,
    /// Too long.
    #[error("this is longer than {max} characters")]
    TooLong {
        /// Most characters.
        max: usize,
    },
    /// A character that no keyboard writes: NUL, escape, a line end in a one-line field.
    #[error("this contains a character that cannot be shown")]
    ControlCharacter,
    /// Eleven digits that are a national or bis number.
    #[error("this contains a national number")]
    NationalNumber,
}

impl Explained for TextError {
    fn remedy(&self) -> String {
        match self {
            Self::Blank => "fill in this field".to_owned(),
            Self::TooLong { max } => format!("write at most {max} characters"),
            Self::ControlCharacter => "type the text instead of pasting it".to_owned(),
            Self::NationalNumber => "leave the national number out; nothing here needs it".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Blank => "REQUIRED",
            Self::TooLong { .. } => "TOO_LONG",
            Self::ControlCharacter => "CONTROL_CHARACTER",
            Self::NationalNumber => "NATIONAL_NUMBER",
        }
    }
}

/// Whether a text may run over several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

fn read(text: &str, max: usize, lines: Lines) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Blank);
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    let is_shown =
        |letter: char| !letter.is_control() || (lines == Lines::Many && matches!(letter, '\n' | '\r' | '\t'));
    if !text.chars().all(is_shown) {
        return Err(TextError::ControlCharacter);
    }
    if holds_national_number(text) { Err(TextError::NationalNumber) } else { Ok(text.to_owned()) }
}

/// Whether eleven digits, with or without separators between them, are a national or bis number. A number begins where no
/// digit stands right before it.
fn holds_national_number(text: &str) -> bool {
    let mut before = None;
    text.char_indices().any(|(at, letter)| {
        let begins = letter.is_ascii_digit() && !before.is_some_and(|before: char| before.is_ascii_digit());
        before = Some(letter);
        begins && text.get(at..).is_some_and(begins_with_national_number)
    })
}

fn begins_with_national_number(text: &str) -> bool {
    let digits: String = text
        .chars()
        .take_while(|letter| letter.is_ascii_digit() || is_separator(*letter))
        .filter(char::is_ascii_digit)
        .take(11)
        .collect();
    InszNumber::parse(&digits).is_ok()
}

/// What people put between the digits of one number.
fn is_separator(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '.' | '-' | '/' | ',' | '_' | '(' | ')' | '\u{2010}'..='\u{2015}')
}

macro_rules! define_texts {
    ($( $(#[$meta:meta])* $name:ident: $max:expr, $lines:expr; )+) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Reads it, without the white space around it.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                read(text, $max, $lines).map(Self)
            }

            /// Reads it, or nothing when there is nothing but white space.
            pub fn parse_optional(text: &str) -> Result<Option<Self>, TextError> {
                match Self::parse(text) {
                    Err(TextError::Blank) => Ok(None),
                    other => other.map(Some),
                }
            }

            /// The text. Personal: sealed before it is stored, never logged.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    )+ };
}

define_texts! {
    /// What a worker adds to a contact or an evaluation.
    Note: 4000, Lines::Many;
    /// A goal in the participant's own words.
    GoalWords: 1000, Lines::Many;
    /// What is to be done next.
    StepWords: 500, Lines::Many;
    /// Who takes over at a handover.
    Receiver: 200, Lines::One;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_national_number_is_found_however_it_is_written() {
        for text in [
            "93051822361",
            "93.05.18-223.61",
            "93 05 18 223 61",
            "rrn:93051822361.",
            "0478 12 34 56, of 93.05.18-223.61",
            "93 05 18 – 223 61",
        ] {
            assert_eq!(Note::parse(text), Err(TextError::NationalNumber), "{text}");
        }
        for text in
            ["0478 12 34 56", "+32 471 23 45 67", "93051822362", "om 10.30 op 2024-05-01", "193051822361"]
        {
            assert!(Note::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn lengths_count_characters_and_lines_are_for_long_texts() {
        assert!(Receiver::parse(&"é".repeat(200)).is_ok());
        assert_eq!(Receiver::parse(&"é".repeat(201)), Err(TextError::TooLong { max: 200 }));
        assert_eq!(Receiver::parse("een\ntwee"), Err(TextError::ControlCharacter));
        assert!(GoalWords::parse("een\ntwee").is_ok());
        assert_eq!(GoalWords::parse(" \u{a0}\t "), Err(TextError::Blank));
        assert_eq!(Note::parse_optional("  "), Ok(None));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Note::parse("Kanarie").unwrap()), "Note(hidden)");
    }

    proptest! {
        #[test]
        fn what_is_taken_is_the_trimmed_text(text in "\\PC{0,150}") {
            if let Ok(note) = Note::parse(&text) {
                prop_assert_eq!(note.expose(), text.trim());
            }
        }
    }
}
