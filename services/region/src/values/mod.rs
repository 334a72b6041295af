//! Values that cannot be wrong: parsed once, at the edge, and passed on as types.
//!
//! Each has `FromStr` with an error of its own that says what is wrong and what would be right
//! ([`Explained`](crate::Explained)). Those that may be shown have `Display` and serde by their text; an
//! [`InszNumber`] has neither, because it tells birth date and sex.

mod code;
mod insz_number;
mod kbo_number;
mod language_code;
mod nis_code;
mod partial_date;
mod postal_code;

pub use code::{
    CodeError, ComponentCode, DomainCode, DutyCode, ExitReasonCode, IndicatorCode, InstrumentCode, ItemCode,
    PartnerCode, ProgrammeCode, QuestionId, ReferralReasonCode, RefusalReasonCode, RegionCode, RuleId,
    SchoolYearCode, WeightCode, WithdrawalReasonCode,
};
pub use insz_number::{InszError, InszKind, InszNumber, Sex};
pub use kbo_number::{KboError, KboNumber};
pub use language_code::{LanguageCode, LanguageCodeError};
pub use nis_code::{NisCode, NisCodeError};
pub use partial_date::{PartialDate, PartialDateError};
pub use postal_code::{PostalCode, PostalCodeError};

/// Reads a value from the text that its `FromStr` understands.
pub(crate) fn deserialize_parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    let text = <String as serde::Deserialize>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}

/// Gives a value serde by its `Display` and `FromStr`.
macro_rules! serde_by_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::values::deserialize_parsed(deserializer)
            }
        }
    };
}

/// Keeps the digits of a number as people write it; `None` when something else than digits and separators is in it.
fn digits_of(text: &str, separators: &[char]) -> Option<String> {
    text.trim()
        .chars()
        .filter(|letter| !separators.contains(letter))
        .map(|letter| letter.is_ascii_digit().then_some(letter))
        .collect()
}

pub(crate) use serde_by_text;
