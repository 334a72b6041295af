//! The weight of somebody in a division.

use region::Explained;
use rust_decimal::Decimal;

use super::parse::plain_decimal;

/// Most decimals of a weight.
const MOST_DECIMALS: u32 = 6;
/// Largest weight: amounts of money can be weights.
const LARGEST: i64 = 1_000_000_000;

/// A text that cannot be a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeightError {
    /// Nothing was given.
    #[error("no weight is given")]
    Missing,
    /// Not a plain decimal of a size that can be a weight.
    #[error("this is not a weight")]
    Shape,
    /// Below zero.
    #[error("a weight must not be below zero")]
    Negative,
    /// Zero where only more makes sense.
    #[error("this weight must be above zero")]
    NotPositive,
}

impl Explained for WeightError {
    fn remedy(&self) -> String {
        match self {
            Self::Missing | Self::Shape => format!(
                "write digits with a dot before at most {MOST_DECIMALS} decimals, at most {LARGEST}, such as `50` or `12.5`"
            ),
            Self::Negative => "write 0 or more".to_owned(),
            Self::NotPositive => "write more than 0, or leave this one out".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::Shape => "WEIGHT_SHAPE",
            Self::Negative => "WEIGHT_NEGATIVE",
            Self::NotPositive => "WEIGHT_NOT_POSITIVE",
        }
    }
}

/// Reads a weight of zero or more.
///
/// # Errors
/// Says what is wrong.
pub fn parse_weight(text: &str) -> Result<Decimal, WeightError> {
    if text.is_empty() {
        return Err(WeightError::Missing);
    }
    let weight = plain_decimal(text).ok_or(WeightError::Shape)?.normalize();
    if weight.is_sign_negative() && !weight.is_zero() {
        return Err(WeightError::Negative);
    }
    if weight.scale() > MOST_DECIMALS || weight > Decimal::from(LARGEST) {
        return Err(WeightError::Shape);
    }
    Ok(weight)
}

/// Reads a weight above zero.
///
/// # Errors
/// As [`parse_weight`], and for zero.
pub fn parse_positive_weight(text: &str) -> Result<Decimal, WeightError> {
    match parse_weight(text) {
        Ok(weight) if weight.is_zero() => Err(WeightError::NotPositive),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_a_plain_decimal_of_zero_or_more() {
        assert_eq!(parse_weight("12.5"), Ok(Decimal::new(125, 1)));
        assert_eq!(parse_weight("0"), Ok(Decimal::ZERO));
        assert_eq!(parse_positive_weight("0.000"), Err(WeightError::NotPositive));
        assert_eq!(parse_weight("-1"), Err(WeightError::Negative));
        assert_eq!(parse_weight(""), Err(WeightError::Missing));
        for bad in ["1,5", "50%", "0.0000001", "1000000001", " 1"] {
            assert_eq!(parse_weight(bad), Err(WeightError::Shape), "{bad}");
        }
    }
}
