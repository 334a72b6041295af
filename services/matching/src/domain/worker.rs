//! Workers: who works with people in the region.

use std::collections::BTreeSet;

pub use chassis::id::{OrganisationId, WorkerId};
use region::programme::StarterGate;
use region::{DomainCode, LanguageCode, NisCode, ProgrammeCode};
use serde::{Deserialize, Serialize};

use super::text::Name;

/// A gender, as far as a participant may ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    /// A woman.
    Woman,
    /// A man.
    Man,
}

impl Gender {
    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Woman => "woman",
            Self::Man => "man",
        }
    }

    /// The gender with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Woman, Self::Man].into_iter().find(|gender| gender.as_str() == word)
    }
}

/// What is known of a worker and can be changed.
#[derive(Debug, Clone)]
pub struct WorkerDetails {
    /// Name.
    pub name: Name,
    /// Organisation the worker acts for.
    pub organisation: OrganisationId,
    /// Languages the worker speaks with people.
    pub languages: BTreeSet<LanguageCode>,
    /// Municipalities the worker serves; none is anywhere in the region.
    pub municipalities: BTreeSet<NisCode>,
    /// Life domains the worker knows most of.
    pub expertise: BTreeSet<DomainCode>,
    /// Gender, when the worker lets participants ask for it.
    pub gender: Option<Gender>,
    /// What the worker passed of the starter gate.
    pub starter_gate: BTreeSet<StarterGate>,
}

/// A worker to register.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Id under which the worker signs in already.
    pub worker: Option<WorkerId>,
    /// For which programme.
    pub programme: ProgrammeCode,
    /// What is known of the worker.
    pub details: WorkerDetails,
}
