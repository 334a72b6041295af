//! A referral form that was filled in rightly. Made at the edge; from here on nothing in it can be wrong.

use region::{ChannelKind, ContentHash, NisCode, Programme, ProgrammeCode, ReferralReasonCode};

use super::duplicates::{self, DuplicateKey};
use super::text::{Contact, Name, Note, OrganisationName};

/// The programme file a record is made under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Code of the programme.
    pub programme: ProgrammeCode,
    /// Version of its file.
    pub version: u32,
    /// Hash of its file.
    pub hash: ContentHash,
}

impl Origin {
    /// The origin of what is made under a programme file.
    pub fn of(programme: &Programme) -> Self {
        Self {
            programme: programme.code.clone(),
            version: programme.version.number,
            hash: programme.version.hash.clone(),
        }
    }
}

/// What the form says, with consent given.
#[derive(Debug, Clone)]
pub struct Submission {
    /// To which programme, by which file.
    pub origin: Origin,
    /// By which way.
    pub channel: ChannelKind,
    /// Who is referred.
    pub person: Person,
    /// What it is about; one to ten, no repeats.
    pub reasons: Vec<ReferralReasonCode>,
    /// Who refers.
    pub referrer: Referrer,
    /// What the referrer adds.
    pub note: Option<Note>,
}

/// Who is referred.
#[derive(Debug, Clone)]
pub struct Person {
    /// Name; a first name is enough.
    pub name: Name,
    /// How to reach the person.
    pub contact: Contact,
    /// Where the person lives, by the code that is valid on the day.
    pub municipality: NisCode,
}

impl Person {
    /// What makes this person look like another.
    pub fn duplicate_keys(&self) -> Vec<DuplicateKey> {
        let mut keys = duplicates::of_contact(&self.contact);
        keys.extend(duplicates::of_name(&self.name, self.municipality));
        keys
    }
}

/// Who refers.
#[derive(Debug, Clone)]
pub struct Referrer {
    /// Name.
    pub name: Name,
    /// Service, school or organisation; `None` for a peer.
    pub organisation: Option<OrganisationName>,
    /// How to reach the referrer.
    pub contact: Contact,
}
