//! Municipalities and the days on which they exist.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use thiserror::Error;
use toml_span::Span;

use crate::explained::Explained;
use crate::read::{File, Namespace, Section};
use crate::report::MistakeKind;
use crate::values::{NisCode, PostalCode};

/// A municipality of the region's working area, under one NIS code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Municipality {
    /// Its code.
    pub nis: NisCode,
    /// Its name.
    pub name: String,
    /// Its postal codes.
    pub postal_codes: Vec<PostalCode>,
    /// The first day on which the code is valid; `None` when it was before anything the platform records.
    pub valid_from: Option<Date>,
    /// The last day on which the code is valid; `None` while it is.
    pub valid_to: Option<Date>,
    /// The code of the municipality that it became part of.
    pub merged_into: Option<NisCode>,
}

impl Municipality {
    /// Tells whether the code is valid on a day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|first| first <= day) && self.valid_to.is_none_or(|last| day <= last)
    }

    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let nis = section.declared("nis", Namespace::Municipality, "46014");
        let name = section.text("name");
        let postal_codes = section.list("postal_codes", 1, "9160");
        let valid_from = section.optional_date("valid_from");
        let valid_to = section.optional_date("valid_to");
        let merged_into = section.optional_reference("merged_into", Namespace::Municipality);
        check_validity(section, valid_from, valid_to, merged_into.is_some());
        Some(Self { nis: nis?, name: name?, postal_codes: postal_codes?, valid_from, valid_to, merged_into })
    }
}

/// Reports an end before the begin, and a merger without a day.
pub(crate) fn check_validity(
    section: &mut Section<'_, '_>,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
    is_merged: bool,
) {
    if let (Some(first), Some(last)) = (valid_from, valid_to)
        && last < first
    {
        section.complain(
            "valid_to",
            MistakeKind::Contradiction,
            format!("it ends on {last}, before it begins on {first}"),
            "swap `valid_from` and `valid_to`, or correct one of them",
        );
    }
    if is_merged && !section.has("valid_to") {
        section.complain(
            "merged_into",
            MistakeKind::Contradiction,
            "it was merged but has no last day",
            "add `valid_to = \"...\"` with the last day before the merger",
        );
    }
}

/// Reports mergers whose successor does not begin on the day after.
pub(crate) fn check_mergers(file: &File<'_>, municipalities: &[(Municipality, Span)]) {
    for (municipality, span) in municipalities {
        let successor = municipality
            .merged_into
            .and_then(|nis| municipalities.iter().find(|(candidate, _)| candidate.nis == nis));
        let (Some((successor, _)), Some(last)) = (successor, municipality.valid_to) else {
            continue;
        };
        let Ok(next) = last.checked_add(1.day()) else {
            continue;
        };
        if successor.valid_from != Some(next) {
            file.report(
                *span,
                MistakeKind::Contradiction,
                format!(
                    "{} ({}) ends on {last} and merges into {} ({}), which does not begin on {next}",
                    municipality.name, municipality.nis, successor.name, successor.nis
                ),
                format!("write `valid_from = \"{next}\"` at {}", successor.nis),
            );
        }
    }
}

/// A NIS code that cannot be used on a day.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MunicipalityError {
    /// No municipality of the region has or had this code.
    #[error("no municipality of the region has the NIS code {nis}")]
    Unknown {
        /// The code as it was given.
        nis: NisCode,
        /// The municipalities of the region on that day: name and code.
        possible: Vec<(String, NisCode)>,
    },
    /// The code is not valid yet.
    #[error("the NIS code {nis} ({name}) is only valid from {valid_from}")]
    NotYetValid {
        /// The code as it was given.
        nis: NisCode,
        /// The name of its municipality.
        name: String,
        /// The first day on which it is valid.
        valid_from: Date,
        /// The municipalities that merged into it and are valid on that day: name and code.
        predecessors: Vec<(String, NisCode)>,
    },
    /// The code is no longer valid.
    #[error("the NIS code {nis} ({name}) was valid until {valid_to}")]
    NoLongerValid {
        /// The code as it was given.
        nis: NisCode,
        /// The name of its municipality.
        name: String,
        /// The last day on which it was valid.
        valid_to: Date,
        /// The municipality that it became part of: name and code.
        successor: Option<(String, NisCode)>,
    },
}

impl Explained for MunicipalityError {
    fn remedy(&self) -> String {
        let list = |municipalities: &[(String, NisCode)]| {
            municipalities.iter().map(|(name, nis)| format!("{nis} ({name})")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Unknown { possible, .. } => format!("use one of {}", list(possible)),
            Self::NotYetValid { predecessors, .. } if predecessors.is_empty() => {
                "use the code that was valid on that day".to_owned()
            }
            Self::NotYetValid { predecessors, .. } => {
                format!("before that day it was {}", list(predecessors))
            }
            Self::NoLongerValid { successor: Some((name, nis)), .. } => {
                format!("it was merged: use {nis} ({name})")
            }
            Self::NoLongerValid { successor: None, .. } => {
                "the municipality left the region on that day".to_owned()
            }
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "MUNICIPALITY_UNKNOWN",
            Self::NotYetValid { .. } => "MUNICIPALITY_NOT_YET_VALID",
            Self::NoLongerValid { .. } => "MUNICIPALITY_NO_LONGER_VALID",
        }
    }
}
