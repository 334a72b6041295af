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
    /// Too short to say anything.
    #[error("this is shorter than {min} characters")]
    TooShort {
        /// Fewest characters.
        min: usize,
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
            Self::TooShort { min } => format!("write at least {min} characters"),
            Self::ControlCharacter => "type the text instead of pasting it".to_owned(),
            Self::NationalNumber => {
                "leave the national number out; it is asked at the first conversation, if at all".to_owned()
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Blank => "REQUIRED",
            Self::TooLong { .. } => "TOO_LONG",
            Self::TooShort { .. } => "TOO_SHORT",
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

fn read(text: &str, lengths: std::ops::RangeInclusive<usize>, lines: Lines) -> Result<String, TextError> {
    let text = text.trim();
    let length = text.chars().count();
    if text.is_empty() {
        return Err(TextError::Blank);
    }
    if length > *lengths.end() {
        return Err(TextError::TooLong { max: *lengths.end() });
    }
    if length < *lengths.start() {
        return Err(TextError::TooShort { min: *lengths.start() });
    }
    let is_shown =
        |letter: char| !letter.is_control() || (lines == Lines::Many && matches!(letter, '\n' | '\r' | '\t'));
    if !text.chars().all(is_shown) {
        return Err(TextError::ControlCharacter);
    }
    if contains_national_number(text) { Err(TextError::NationalNumber) } else { Ok(text.to_owned()) }
}

/// Whether eleven digits in a row, with or without separators, are a national or bis number.
fn contains_national_number(text: &str) -> bool {
    let groups = digit_groups(text);
    (0..groups.len()).any(|start| {
        let mut digits = String::new();
        for group in groups.iter().skip(start) {
            // The country code of a phone number begins no national number.
            if group.after_plus && digits.is_empty() || (group.starts_run && !digits.is_empty()) {
                return false;
            }
            digits.push_str(group.digits);
            if digits.len() >= 11 {
                break;
            }
        }
        InszNumber::parse(&digits).is_ok()
    })
}

/// Digits that stand together.
pub(super) struct DigitGroup<'a> {
    /// The digits.
    pub(super) digits: &'a str,
    /// Whether something else than a separator stands before them.
    pub(super) starts_run: bool,
    /// Whether a plus stands before them.
    pub(super) after_plus: bool,
}

/// The groups of digits in a text, in order.
pub(super) fn digit_groups(text: &str) -> Vec<DigitGroup<'_>> {
    let mut groups = Vec::new();
    let (mut rest, mut starts_run, mut after_plus) = (text, true, false);
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, after) = rest.split_at(end);
            groups.push(DigitGroup { digits, starts_run, after_plus });
            (rest, starts_run, after_plus) = (after, false, false);
        } else {
            starts_run |= !is_separator(first);
            after_plus = first == '+';
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    groups
}

/// What people put between the digits of one number.
fn is_separator(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '.' | '-' | '/' | ',' | '_' | '(' | ')' | '\u{2010}'..='\u{2015}')
}

macro_rules! define_texts {
    ($( $(#[$meta:meta])* $name:ident: $lengths:expr, $lines:expr; )+) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Reads it, without the white space around it.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                read(text, $lengths, $lines).map(Self)
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
    /// A name, of a person or of who refers; a first name is enough.
    Name: 1..=120, Lines::One;
    /// How to reach somebody: a phone number, a mail address, or where and when.
    Contact: 1..=200, Lines::One;
    /// Service, school or organisation of who refers.
    OrganisationName: 1..=160, Lines::One;
    /// What the referrer adds.
    Note: 1..=2000, Lines::Many;
    /// Where a refused person can go instead.
    Alternative: 1..=500, Lines::Many;
    /// Why a rule that does not hold is set aside.
    Motivation: 20..=2000, Lines::Many;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A valid number: 930518223 with check digits 61 (reference facts of the domain).
    const NUMBER: &str = "93051822361";

    #[test]
    fn a_national_number_is_found_however_it_is_written() {
        for text in [
            "93051822361",
            "93.05.18-223.61",
            "93 05 18 223 61",
            "93/05/18 - 223 / 61",
            "rrn:93051822361.",
            "0478 12 34 56, 93.05.18-223.61",
            "93051822361 of 0478 12 34 56",
            "93 05 18 – 223 61",
        ] {
            assert_eq!(Note::parse(text), Err(TextError::NationalNumber), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_taken() {
        for text in [
            "0478 12 34 56",
            "+32 471 23 45 67",
            "0032471234567",
            "93051822362",
            "tel 93 of 0518 of 22361",
            "2024-05-01 10:30",
        ] {
            assert!(Contact::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn lengths_count_characters() {
        assert!(Name::parse(&"é".repeat(120)).is_ok());
        assert_eq!(Name::parse(&"é".repeat(121)), Err(TextError::TooLong { max: 120 }));
        assert_eq!(Motivation::parse("te kort"), Err(TextError::TooShort { min: 20 }));
        assert_eq!(Name::parse(" \u{a0}\t "), Err(TextError::Blank));
        assert_eq!(Note::parse_optional("  "), Ok(None));
    }

    #[test]
    fn control_characters_are_refused_but_a_note_has_lines() {
        for text in ["a\0b", "a\u{1b}[31mb", "a\u{7f}b", "a\u{85}b"] {
            assert_eq!(Note::parse(text), Err(TextError::ControlCharacter), "{text:?}");
        }
        assert!(Note::parse("een\r\ntwee\n\tdrie").is_ok());
        assert_eq!(Name::parse("een\ntwee"), Err(TextError::ControlCharacter));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Name::parse("Kanarie").unwrap()), "Name(hidden)");
    }

    proptest! {
        #[test]
        fn a_number_is_found_between_any_words(before in "[a-zA-Z :]{0,12}", after in "[a-zA-Z ,!]{0,12}") {
            let text = format!("{before}x {NUMBER} y{after}");
            prop_assert_eq!(Note::parse(&text), Err(TextError::NationalNumber));
        }

        #[test]
        fn what_is_taken_is_the_trimmed_text(text in "\\PC{0,150}") {
            if let Ok(name) = Name::parse(&text) {
                prop_assert_eq!(name.expose(), text.trim());
            }
        }
    }
}
