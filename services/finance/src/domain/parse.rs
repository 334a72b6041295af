//! Euro as people type them: a plain decimal with a dot, at most two decimals. Nothing is guessed.

use chassis::money::Money;
use region::Explained;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

/// Most euro in one field: far above any budget of the domain, far below what cents in 64 bits hold.
const MOST_EURO: i64 = 1_000_000_000;
/// Longest text that can be an amount.
const LONGEST: usize = 24;

/// A text that is not an amount in euro. Never repeats the text: it may be a wage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EuroError {
    /// Nothing was given.
    #[error("no amount is given")]
    Missing,
    /// Not a plain decimal.
    #[error("this is not an amount in euro")]
    Shape,
    /// A part of a cent.
    #[error("an amount in euro has at most two decimals")]
    TooManyDecimals,
    /// Zero or less where only more makes sense.
    #[error("this amount must be above zero")]
    NotPositive,
    /// Less than zero.
    #[error("this amount must not be below zero")]
    Negative,
    /// More than a thousand million.
    #[error("this amount is larger than any amount here can be")]
    TooLarge,
}

impl Explained for EuroError {
    fn remedy(&self) -> String {
        match self {
            Self::Missing | Self::Shape => {
                "write digits with a dot before the cents and no separators, such as `3585.00`"
            }
            Self::TooManyDecimals => "round to whole cents yourself: which way is yours to say",
            Self::NotPositive => "write an amount above 0.00",
            Self::Negative => "write 0.00 or more",
            Self::TooLarge => "write at most 1000000000.00, and check the decimal sign",
        }
        .to_owned()
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::Shape => "AMOUNT_SHAPE",
            Self::TooManyDecimals => "AMOUNT_DECIMALS",
            Self::NotPositive => "AMOUNT_NOT_POSITIVE",
            Self::Negative => "AMOUNT_NEGATIVE",
            Self::TooLarge => "AMOUNT_TOO_LARGE",
        }
    }
}

/// Reads a plain decimal: digits, at most one dot with digits on both sides, a minus in front. No spaces, commas, plus signs,
/// exponents or other scripts' digits.
pub(super) fn plain_decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() > LONGEST || !is_digits(whole) || !fraction.is_none_or(is_digits) {
        return None;
    }
    text.parse().ok()
}

/// Reads an amount of zero or more, to the cent.
///
/// # Errors
/// Says what is wrong without repeating it.
pub fn parse_amount(text: &str) -> Result<Money, EuroError> {
    if text.is_empty() {
        return Err(EuroError::Missing);
    }
    let euro = plain_decimal(text).ok_or(EuroError::Shape)?;
    if euro.is_sign_negative() && !euro.is_zero() {
        return Err(EuroError::Negative);
    }
    if euro > Decimal::from(MOST_EURO) {
        return Err(EuroError::TooLarge);
    }
    let cents = euro.checked_mul(Decimal::ONE_HUNDRED).ok_or(EuroError::TooLarge)?;
    if !cents.fract().is_zero() {
        return Err(EuroError::TooManyDecimals);
    }
    cents.trunc().to_i64().map(Money::from_cents).ok_or(EuroError::TooLarge)
}

/// Reads a wage: more than zero, to the cent.
///
/// # Errors
/// As [`parse_amount`], and for zero or less.
pub fn parse_wage(text: &str) -> Result<Money, EuroError> {
    match parse_amount(text) {
        Ok(wage) if wage > Money::ZERO => Ok(wage),
        Ok(_) | Err(EuroError::Negative) => Err(EuroError::NotPositive),
        Err(error) => Err(error),
    }
}

/// Most percent that wages rise at a step.
const MOST_PERCENT: u32 = 50;
/// Most decimals of a percentage.
const PERCENT_DECIMALS: u32 = 4;

/// A text that is no percentage of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a percentage from 0 to {MOST_PERCENT}")]
pub struct PercentError;

impl Explained for PercentError {
    fn remedy(&self) -> String {
        format!(
            "write 0 to {MOST_PERCENT} with at most {PERCENT_DECIMALS} decimals behind a dot, such as `2` or `1.85`"
        )
    }

    fn reason(&self) -> &'static str {
        "PERCENT_SHAPE"
    }
}

/// Reads the percentage by which wages rise.
///
/// # Errors
/// Says what is wrong without repeating it.
pub fn parse_percent(text: &str) -> Result<Decimal, PercentError> {
    let percent = plain_decimal(text).ok_or(PercentError)?;
    let fits = !percent.is_sign_negative()
        && percent <= Decimal::from(MOST_PERCENT)
        && percent.normalize().scale() <= PERCENT_DECIMALS;
    if fits { Ok(percent.normalize()) } else { Err(PercentError) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_amount_is_read_to_the_cent() {
        for (text, cents) in
            [("0", 0), ("0.00", 0), ("-0", 0), ("68", 6_800), ("43.0", 4_300), ("3200811.43", 320_081_143)]
        {
            assert_eq!(parse_amount(text), Ok(Money::from_cents(cents)), "{text}");
        }
        assert_eq!(parse_amount("43.020"), Ok(Money::from_cents(4_302)), "a third decimal that says nothing");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in [
            "3.200.811,43",
            "217 378,42",
            "28 473, 93",
            "3,585",
            "1e3",
            "+1",
            " 1",
            "1 ",
            ".5",
            "5.",
            "-",
            ".",
            "٣",
            "1_000",
            "0x10",
            "NaN",
            "inf",
            "1.2.3",
            "--1",
            "00000000000000000000000000001",
        ] {
            assert_eq!(parse_amount(text), Err(EuroError::Shape), "{text}");
        }
        assert_eq!(parse_amount(""), Err(EuroError::Missing));
        assert_eq!(parse_amount("1.005"), Err(EuroError::TooManyDecimals));
        assert_eq!(parse_amount("-0.01"), Err(EuroError::Negative));
        assert_eq!(parse_amount("1000000000.01"), Err(EuroError::TooLarge));
    }

    #[test]
    fn a_wage_is_above_zero() {
        assert_eq!(parse_wage("0.01"), Ok(Money::from_cents(1)));
        assert_eq!(parse_wage("0"), Err(EuroError::NotPositive));
        assert_eq!(parse_wage("-3585.00"), Err(EuroError::NotPositive));
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(cents in 0..100_000_000_000_i64) {
            let text = format!("{}.{:02}", cents / 100, cents % 100);
            prop_assert_eq!(parse_amount(&text), Ok(Money::from_cents(cents)));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = parse_amount(&text);
        }
    }
}
