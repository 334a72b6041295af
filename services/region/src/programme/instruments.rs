//! What is measured with.

use serde::Serialize;

use crate::closed_set::closed_set;
use crate::read::{Namespace, Section};
use crate::report::MistakeKind;
use crate::values::{InstrumentCode, ItemCode};

closed_set! {
    /// What kind of instrument it is.
    pub enum InstrumentKind is "kind of instrument" {
        /// One number that tells whether a case can be let go; used all the time.
        ReleaseScale = "release_scale",
        /// A star with a number on each chosen point.
        Star = "star",
        /// Numbers on the items of a scale of empowerment.
        Empowerment = "empowerment",
        /// Numbers on the questions of a survey.
        Survey = "survey",
    }
}

/// One point of a star, or one question of a scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstrumentItem {
    /// Its code.
    pub code: ItemCode,
    /// What is asked or shown.
    pub label: String,
}

/// An instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instrument {
    /// Its code.
    pub code: InstrumentCode,
    /// What kind it is.
    pub kind: InstrumentKind,
    /// What it is called.
    pub label: String,
    /// The version of its items; a measure remembers it.
    pub item_version: u32,
    /// The lowest number.
    pub min: u32,
    /// The highest number.
    pub max: u32,
    /// Whether points or questions may be added for one participant.
    pub tailored: bool,
    /// Its points or questions; may be empty for a release scale and for a tailored instrument.
    pub items: Vec<InstrumentItem>,
}

impl Instrument {
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::Instrument, "release");
        let kind: Option<InstrumentKind> = section.word("kind");
        let label = section.text("label");
        let item_version = section.integer("item_version", 1..=1_000);
        let min = section.integer("min", 0..=100);
        let max = section.integer("max", 1..=100);
        let tailored = section.optional_boolean("tailored");
        let mut codes: Vec<ItemCode> = Vec::new();
        let items = section.tables("item", 0, |section| {
            let code: ItemCode = section.parsed("code", "housing")?;
            if codes.contains(&code) {
                section.complain(
                    "code",
                    MistakeKind::Duplicate,
                    format!("the instrument already has an item `{code}`"),
                    "give this item another `code`, or remove one of the two",
                );
            }
            codes.push(code.clone());
            Some(InstrumentItem { code, label: section.text("label")? })
        });
        if let (Some(min), Some(max)) = (min, max)
            && max <= min
        {
            section.complain(
                "max",
                MistakeKind::Contradiction,
                format!("a scale from {min} to {max} measures nothing"),
                "let `max` be higher than `min`",
            );
        }
        if let (Some(items), Some(kind), Some(tailored)) = (&items, kind, tailored) {
            let needs_items = kind != InstrumentKind::ReleaseScale && !tailored;
            if needs_items && items.is_empty() {
                section.complain(
                    "kind",
                    MistakeKind::TooFew,
                    format!("an instrument of kind `{kind}` needs items"),
                    "add tables `[[instrument.item]]`, or write `tailored = true` when each participant has own ones",
                );
            }
        }
        Some(Self {
            code: code?,
            kind: kind?,
            label: label?,
            item_version: item_version?,
            min: min?,
            max: max?,
            tailored: tailored?,
            items: items?,
        })
    }
}
