//! National numbers and bis numbers (INSZ).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use thiserror::Error;

use crate::explained::Explained;
use crate::values::{PartialDate, digits_of};

/// A national number (*rijksregisternummer*) or bis number: `YYMMDD SSS CC`.
///
/// It tells birth date and sex, so it has no `Display` and no serde, and its `Debug` is a placeholder: whoever needs
/// the digits asks for them by [`InszNumber::expose`]. Using it needs a legal basis; it is never a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct InszNumber {
    number: u64,
    century: i16,
}

/// Which register the number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InszKind {
    /// A national number of the National Register.
    National,
    /// A bis number; the sex was known when it was asked for (month + 40).
    BisWithSex,
    /// A bis number; the sex was not known when it was asked for (month + 20).
    BisWithoutSex,
}

/// The sex as the number tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// An even serial number.
    Female,
    /// An odd serial number.
    Male,
}

/// A text that is not a national or bis number. Holds no digit of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InszError {
    /// Something else than eleven digits.
    #[error("this is not a national number")]
    Shape,
    /// The check digits fit neither a birth before nor one after 2000.
    #[error("the check digits of this national number do not fit")]
    CheckDigits,
    /// The month is none of 0-12, 20-32, 40-52.
    #[error("the month in this national number does not exist")]
    Month,
    /// The day does not exist in its month.
    #[error("the day in this national number does not exist")]
    Day,
    /// The serial number is 000 or 999.
    #[error("the serial number in this national number does not exist")]
    Serial,
}

impl Explained for InszError {
    fn remedy(&self) -> String {
        match self {
            Self::Shape => "a national number has eleven digits, written as `YY.MM.DD-SSS.CC`".to_owned(),
            Self::CheckDigits => {
                "copy the number again from the identity card: a digit is mistyped".to_owned()
            }
            Self::Month | Self::Day | Self::Serial => {
                "copy the number again from the identity card, or leave it empty".to_owned()
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Shape => "INSZ_SHAPE",
            Self::CheckDigits => "INSZ_CHECK_DIGITS",
            Self::Month => "INSZ_MONTH",
            Self::Day => "INSZ_DAY",
            Self::Serial => "INSZ_SERIAL",
        }
    }
}

/// Births from 2000 on put a 2 before the nine digits.
const FROM_2000: u64 = 2_000_000_000;

fn check_digits(nine: u64) -> u64 {
    97 - nine % 97
}

/// Tells the century by the check digits. Because 2 000 000 000 mod 97 is 68 and not 0, the two formulas never
/// accept the same number.
fn century_of(number: u64) -> Option<i16> {
    let (nine, check) = (number / 100, number % 100);
    if check_digits(nine) == check {
        Some(1900)
    } else if check_digits(FROM_2000 + nine) == check {
        Some(2000)
    } else {
        None
    }
}

impl InszNumber {
    /// Reads a national or bis number, with or without dots, hyphens and spaces; the same as `FromStr`.
    pub fn parse(text: &str) -> Result<Self, InszError> {
        let digits = digits_of(text, &['.', '-', ' ', '/']).ok_or(InszError::Shape)?;
        if digits.len() != 11 {
            return Err(InszError::Shape);
        }
        let number: u64 = digits.parse().map_err(|_| InszError::Shape)?;
        let century = century_of(number).ok_or(InszError::CheckDigits)?;
        let parsed = Self { number, century };
        parsed.check_birth()?;
        if (1..=998).contains(&parsed.serial()) { Ok(parsed) } else { Err(InszError::Serial) }
    }

    fn check_birth(self) -> Result<(), InszError> {
        let (_, month, day) = self.birth_fields();
        let month = month.ok_or(InszError::Month)?;
        match (month, day) {
            // An unknown month is followed by 00 or by a counter.
            (0, 0..=31) | (1..=12, 0) => Ok(()),
            (1..=12, _) if Date::new(self.year(), month, day).is_ok() => Ok(()),
            _ => Err(InszError::Day),
        }
    }

    /// Splits off year within the century, month (without the bis addition) and day.
    fn birth_fields(self) -> (i16, Option<i8>, i8) {
        let part = |divisor: u64| i8::try_from(self.number / divisor % 100).unwrap_or(i8::MAX);
        let month = part(10_000_000);
        let month = match month {
            0..=12 => Some(month),
            20..=32 => Some(month - 20),
            40..=52 => Some(month - 40),
            _ => None,
        };
        (i16::from(part(1_000_000_000)), month, part(100_000))
    }

    fn serial(self) -> u64 {
        self.number / 100 % 1_000
    }

    fn year(self) -> i16 {
        self.century + self.birth_fields().0
    }

    /// Gives the eleven digits. Personal: not for a log, an event or a message.
    pub fn expose(self) -> String {
        format!("{:011}", self.number)
    }

    /// Tells which register the number comes from.
    pub fn kind(self) -> InszKind {
        match self.number / 10_000_000 % 100 {
            20..=39 => InszKind::BisWithoutSex,
            40.. => InszKind::BisWithSex,
            _ => InszKind::National,
        }
    }

    /// Gives the birth date as far as the number tells it; the century follows from the check digits.
    pub fn birth(self) -> Option<PartialDate> {
        let (_, month, day) = self.birth_fields();
        let month = month.filter(|month| *month > 0);
        let day = month.and((day > 0).then_some(day));
        PartialDate::new(self.year(), month, day).ok()
    }

    /// Gives the sex as registered; `None` for a bis number that was asked for without it.
    pub fn sex(self) -> Option<Sex> {
        match self.kind() {
            InszKind::BisWithoutSex => None,
            InszKind::National | InszKind::BisWithSex if self.serial().is_multiple_of(2) => Some(Sex::Female),
            InszKind::National | InszKind::BisWithSex => Some(Sex::Male),
        }
    }
}

impl FromStr for InszNumber {
    type Err = InszError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Debug for InszNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("InszNumber(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_century_follows_from_the_check_digits() {
        let before: InszNumber = "93.05.18-223.61".parse().unwrap();
        let after: InszNumber = "00012556777".parse().unwrap();

        assert_eq!(before.birth().unwrap().to_string(), "1993-05-18");
        assert_eq!(after.birth().unwrap().to_string(), "2000-01-25");
        assert_eq!((before.sex(), after.sex()), (Some(Sex::Male), Some(Sex::Male)));
        assert_eq!(before.kind(), InszKind::National);
    }

    #[test]
    fn its_debug_shows_no_digit() {
        let number: InszNumber = "93051822361".parse().unwrap();

        assert!(!format!("{number:?}").contains(|letter: char| letter.is_ascii_digit()));
        assert_eq!(number.expose(), "93051822361");
    }

    /// Builds a number of the given nine digits with fitting check digits of the 1900s.
    fn with_check(nine: &str) -> String {
        let number: u64 = nine.parse().unwrap();
        format!("{nine}{:02}", 97 - number % 97)
    }

    #[test]
    fn bis_numbers_and_unknown_dates_are_taken() {
        let without_sex: InszNumber = with_check("932518224").parse().unwrap();
        let with_sex: InszNumber = with_check("934518224").parse().unwrap();
        let unknown: InszNumber = with_check("930000224").parse().unwrap();

        assert_eq!((without_sex.kind(), without_sex.sex()), (InszKind::BisWithoutSex, None));
        assert_eq!((with_sex.kind(), with_sex.sex()), (InszKind::BisWithSex, Some(Sex::Female)));
        assert_eq!(with_sex.birth().unwrap().to_string(), "1993-05-18");
        assert_eq!(unknown.birth().unwrap().to_string(), "1993");
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_own_name() {
        assert_eq!(with_check("931318223").parse::<InszNumber>(), Err(InszError::Month));
        assert_eq!(with_check("930230223").parse::<InszNumber>(), Err(InszError::Day));
        assert_eq!(with_check("930518000").parse::<InszNumber>(), Err(InszError::Serial));
        assert_eq!("93051822362".parse::<InszNumber>(), Err(InszError::CheckDigits));
        assert_eq!("9305182236".parse::<InszNumber>(), Err(InszError::Shape));
        assert_eq!("93051822a61".parse::<InszNumber>(), Err(InszError::Shape));
    }

    proptest! {
        #[test]
        fn the_two_formulas_never_accept_the_same_number(nine in 0_u64..1_000_000_000) {
            prop_assert_ne!(check_digits(nine), check_digits(FROM_2000 + nine));
        }

        #[test]
        fn every_day_of_both_centuries_is_read_back(
            year in 1900_i16..=2099, month in 1_i8..=12, day in 1_i8..=28, serial in 1_u64..=998,
        ) {
            let in_century = u64::try_from(year % 100).unwrap();
            let nine = in_century * 10_000_000
                + u64::try_from(month).unwrap() * 100_000 + u64::try_from(day).unwrap() * 1_000 + serial;
            let base = if year >= 2000 { FROM_2000 + nine } else { nine };
            let text = format!("{nine:09}{:02}", 97 - base % 97);

            let number = text.parse::<InszNumber>().unwrap();

            prop_assert_eq!(number.birth(), PartialDate::new(year, Some(month), Some(day)).ok());
            prop_assert_eq!(number.sex() == Some(Sex::Male), serial % 2 == 1);
            prop_assert_eq!(number.expose(), text);
        }

        #[test]
        fn one_changed_check_digit_is_noticed_or_tells_the_other_century(
            nine in 0_u64..1_000_000_000, check in 1_u64..=97,
        ) {
            let text = format!("{nine:09}{check:02}");
            let fits = check == 97 - nine % 97 || check == 97 - (FROM_2000 + nine) % 97;
            prop_assert_eq!(text.parse::<InszNumber>() == Err(InszError::CheckDigits), !fits);
        }
    }
}
