//! Closed sets of words: enums whose words a region file may use.

use std::fmt;

use crate::explained::Explained;

/// An enum whose values are written as fixed words in region and programme files, in events and in databases.
pub trait ClosedSet: Sized + Copy + 'static {
    /// Names the set in explanations, such as `secrecy class`.
    const NAME: &'static str;
    /// Every member, in the order of its declaration.
    const ALL: &'static [Self];

    /// Gives the word of this member.
    fn as_str(self) -> &'static str;

    /// Finds the member with this word.
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|member| member.as_str() == word)
    }

    /// Gives all words, in the order of their declaration.
    fn words() -> Vec<&'static str> {
        Self::ALL.iter().map(|member| member.as_str()).collect()
    }
}

/// A word that is not in a closed set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    /// The name of the set.
    pub set: &'static str,
    /// The word as it was given.
    pub word: String,
    /// The words that the set has.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is not a {}", self.word, self.set)
    }
}

impl std::error::Error for UnknownWord {}

impl Explained for UnknownWord {
    fn remedy(&self) -> String {
        crate::suggest::remedy(&self.word, &self.known)
    }

    fn reason(&self) -> &'static str {
        "UNKNOWN_WORD"
    }
}

/// Declares an enum that implements [`ClosedSet`], `FromStr`, `Display` and serde by its words.
macro_rules! closed_set {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident is $label:literal {
            $( $(#[$member_meta:meta])* $member:ident = $word:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $( $(#[$member_meta])* $member ),+
        }

        impl $crate::closed_set::ClosedSet for $name {
            const NAME: &'static str = $label;
            const ALL: &'static [Self] = &[ $( Self::$member ),+ ];

            fn as_str(self) -> &'static str {
                match self {
                    $( Self::$member => $word ),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str($crate::closed_set::ClosedSet::as_str(*self))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::closed_set::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                use $crate::closed_set::ClosedSet;
                Self::from_word(text).ok_or_else(|| $crate::closed_set::UnknownWord {
                    set: Self::NAME,
                    word: text.to_owned(),
                    known: Self::words(),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::closed_set::ClosedSet::as_str(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::values::deserialize_parsed(deserializer)
            }
        }
    };
}

pub(crate) use closed_set;
