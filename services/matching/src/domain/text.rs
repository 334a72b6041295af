//! Texts that people wrote about people. None of them shows itself in logs, and none of them holds a national number.

use std::fmt;

use region::{Explained, InszNumber};
use thiserror::Error;

/// Digits of a national number.
const NUMBER_DIGITS: usize = 11;

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
    /// A character that no keyboard writes: NUL, escape, a line end in a name.
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
            Self::NationalNumber => "leave the national number out; nobody needs it here".to_owned(),
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

fn read(text: &str, lengths: std::ops::RangeInclusive<usize>, may_break: bool) -> Result<String, TextError> {
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
    let is_shown = |letter: char| !letter.is_control() || (may_break && matches!(letter, '\n' | '\r' | '\t'));
    if !text.chars().all(is_shown) {
        return Err(TextError::ControlCharacter);
    }
    if contains_national_number(text) { Err(TextError::NationalNumber) } else { Ok(text.to_owned()) }
}

/// Whether digits that begin somewhere, with or without separators between them, are a national or bis number.
fn contains_national_number(text: &str) -> bool {
    let begins = |(place, letter): (usize, char)| {
        let before = text.get(..place).and_then(|before| before.chars().next_back());
        // The country code of a phone number begins no national number.
        let inside = before.is_some_and(|before| before.is_ascii_digit() || before == '+');
        (letter.is_ascii_digit() && !inside).then_some(place)
    };
    text.char_indices().filter_map(begins).any(|place| {
        let mut digits = String::with_capacity(NUMBER_DIGITS);
        for letter in text.get(place..).unwrap_or_default().chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
            } else if digits.len() >= NUMBER_DIGITS || !is_separator(letter) {
                break;
            }
        }
        InszNumber::parse(&digits).is_ok()
    })
}

/// What people put between the digits of one number.
fn is_separator(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '.' | '-' | '/' | ',' | '_' | '(' | ')' | '\u{2010}'..='\u{2015}')
}

macro_rules! define_texts {
    ($( $(#[$meta:meta])* $name:ident: $lengths:expr, $may_break:expr; )+) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Reads it, without the white space around it.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                read(text, $lengths, $may_break).map(Self)
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
    /// The name of a worker.
    Name: 1..=120, false;
    /// Why another worker was chosen, one goes over capacity, a match is handed over or stopped.
    Reason: 10..=2000, true;
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
            "het is 93051822361",
            "het is 93.05.18-223.61",
            "93 05 18 223 61",
            "rrn:93051822361.",
            "0478 12 34 56, 93.05.18-223.61",
            "93051822361 of 0478 12 34 56",
            "93 05 18 – 223 61",
        ] {
            assert_eq!(Reason::parse(text), Err(TextError::NationalNumber), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_taken() {
        for text in
            ["bel 0478 12 34 56", "+32 471 23 45 67", "0032471234567", "93051822362", "2024-05-01 10:30"]
        {
            assert!(Reason::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn lengths_count_characters_and_a_name_is_one_line() {
        assert!(Name::parse(&"é".repeat(120)).is_ok());
        assert_eq!(Name::parse(&"é".repeat(121)), Err(TextError::TooLong { max: 120 }));
        assert_eq!(Name::parse("een\ntwee"), Err(TextError::ControlCharacter));
        assert_eq!(Reason::parse("te kort"), Err(TextError::TooShort { min: 10 }));
        assert_eq!(Reason::parse("een\u{1b}[31mrode tekst"), Err(TextError::ControlCharacter));
        assert!(Reason::parse("eerste regel\r\ntweede").is_ok());
        assert_eq!(Reason::parse_optional(" \u{a0} "), Ok(None));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Name::parse("Kanarie").unwrap()), "Name(hidden)");
    }

    proptest! {
        #[test]
        fn a_number_is_found_between_any_words(before in "[a-zA-Z :]{0,12}", after in "[a-zA-Z ,!]{0,12}") {
            let text = format!("{before}x {NUMBER} y{after}");
            prop_assert_eq!(Reason::parse(&text), Err(TextError::NationalNumber));
        }
    }
}
