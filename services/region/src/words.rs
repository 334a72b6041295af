//! The words that a region uses for the things of the platform.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::closed_set::{ClosedSet, closed_set};
use crate::read::Section;

closed_set! {
    /// A thing that regions call differently.
    pub enum Term is "term" {
        /// Somebody who is accompanied.
        Participant = "participant",
        /// Several of them.
        Participants = "participants",
        /// Who accompanies.
        Coach = "coach",
        /// Who leads the daily work.
        Coordinator = "coordinator",
        /// An organisation of the partnership.
        Partner = "partner",
        /// The partnership itself.
        Partnership = "partnership",
        /// Telling the partnership about somebody.
        Referral = "referral",
        /// Who tells.
        Referrer = "referrer",
        /// What happens between admission and exit.
        Trajectory = "trajectory",
        /// The first conversation, which binds nobody.
        FirstMeeting = "first_meeting",
        /// Who is waiting for a place.
        WaitingList = "waiting_list",
    }
}

impl Term {
    /// Gives the Dutch word that is used when a region chooses none.
    pub fn default_word(self) -> &'static str {
        match self {
            Self::Participant => "deelnemer",
            Self::Participants => "deelnemers",
            Self::Coach => "coach",
            Self::Coordinator => "coördinator",
            Self::Partner => "partner",
            Self::Partnership => "partnerschap",
            Self::Referral => "aanmelding",
            Self::Referrer => "aanmelder",
            Self::Trajectory => "traject",
            Self::FirstMeeting => "eerste gesprek",
            Self::WaitingList => "wachtlijst",
        }
    }
}

/// The region's choice of words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Words(BTreeMap<Term, String>);

impl Words {
    /// Gives the region's word for a thing, in the language of the region.
    pub fn word(&self, term: Term) -> &str {
        self.0.get(&term).map_or(term.default_word(), String::as_str)
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "the shape of every read; a wrong word is reported and left out"
    )]
    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let chosen = Term::ALL.iter().filter_map(|term| Some((*term, section.optional_text(term.as_str())?)));
        Some(Self(chosen.collect()))
    }
}
