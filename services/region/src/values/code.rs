//! Codes: the short names under which a region, a programme and their items are stored and passed on.

use std::fmt;
use std::str::FromStr;

use crate::explained::Explained;
use crate::values::serde_by_text;

/// The longest code in letters.
const LONGEST: usize = 40;

/// A text that cannot be a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeError {
    /// What the code would have named, such as `region code`.
    pub what: &'static str,
    /// The text as it was given.
    pub text: String,
}

impl fmt::Display for CodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` cannot be a {}", self.text, self.what)
    }
}

impl std::error::Error for CodeError {}

impl Explained for CodeError {
    fn remedy(&self) -> String {
        let rule = format!(
            "a code has 2 to {LONGEST} lower-case letters, digits and single hyphens, and starts with a letter"
        );
        match slug(&self.text) {
            Some(slug) => format!("{rule}: for example `{slug}`"),
            None => rule,
        }
    }

    fn reason(&self) -> &'static str {
        "NOT_A_CODE"
    }
}

fn is_code(text: &str) -> bool {
    (2..=LONGEST).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && !text.contains("--")
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
}

/// Turns a text into the code that was probably meant.
fn slug(text: &str) -> Option<String> {
    let lowered: String = text
        .trim()
        .to_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let parts: Vec<&str> = lowered.split('-').filter(|part| !part.is_empty()).collect();
    let joined = parts.join("-");
    is_code(&joined).then_some(joined)
}

macro_rules! define_codes {
    ($( $(#[$meta:meta])* $name:ident is $what:literal; )+) => { $(
        $(#[$meta])*
        ///
        /// Two to forty lower-case letters, digits and single hyphens, starting with a letter.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Gives the code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Reads a code; the same as `FromStr`.
            pub fn parse(text: &str) -> Result<Self, CodeError> {
                if is_code(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(CodeError { what: $what, text: text.to_owned() })
                }
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        serde_by_text!($name);
    )+ };
}

define_codes! {
    /// Names a region: one deployment.
    RegionCode is "region code";
    /// Names a programme of a region.
    ProgrammeCode is "programme code";
    /// Names a partner organisation of a region.
    PartnerCode is "partner code";
    /// Names why somebody is referred.
    ReferralReasonCode is "referral reason code";
    /// Names why a referral is refused.
    RefusalReasonCode is "refusal reason code";
    /// Names why a referral is withdrawn.
    WithdrawalReasonCode is "withdrawal reason code";
    /// Names why a trajectory ends.
    ExitReasonCode is "exit reason code";
    /// Names a question of a programme.
    QuestionId is "question id";
    /// Names a rule, of eligibility or of matching.
    RuleId is "rule id";
    /// Names a school year of children.
    SchoolYearCode is "school year code";
    /// Names a life domain.
    DomainCode is "life domain code";
    /// Names an instrument that measures.
    InstrumentCode is "instrument code";
    /// Names a duty.
    DutyCode is "duty code";
    /// Names an indicator.
    IndicatorCode is "indicator code";
    /// Names a component of the budget.
    ComponentCode is "component code";
    /// Names a weight of a case in the capacity model.
    WeightCode is "weight code";
    /// Names an item of a list that has no type of its own: an answer, a point of a star, a question of a scale.
    ItemCode is "item code";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_lower_case_with_single_hyphens() {
        for good in ["waasland", "waasland-esf", "w2"] {
            assert_eq!(good.parse::<RegionCode>().unwrap().as_str(), good);
        }
        for bad in ["", "w", "Waasland", "2w", "waas_land", "waas--land", "waasland-", "-waasland"] {
            assert!(bad.parse::<RegionCode>().is_err(), "`{bad}` was taken");
        }
        assert!("a".repeat(40).parse::<RegionCode>().is_ok());
        assert!("a".repeat(41).parse::<RegionCode>().is_err());
    }

    #[test]
    fn the_remedy_proposes_the_code_that_was_meant() {
        let error = "Waasland ESF+".parse::<ProgrammeCode>().unwrap_err();

        assert_eq!(error.to_string(), "`Waasland ESF+` cannot be a programme code");
        assert!(error.remedy().ends_with("for example `waasland-esf`"), "{}", error.remedy());
    }
}
