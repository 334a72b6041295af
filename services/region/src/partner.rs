//! Partner organisations as the region file lists them.

use jiff::civil::Date;
use serde::Serialize;
use toml_span::Span;

use crate::closed_set::closed_set;
use crate::municipality::check_validity;
use crate::read::{File, Namespace, Section};
use crate::report::MistakeKind;
use crate::values::{KboNumber, NisCode, PartnerCode};

closed_set! {
    /// What kind of organisation a partner is; decides on roles and on how its money counts.
    pub enum PartnerKind is "kind of partner" {
        /// An association that brings staff in and is paid.
        CivilSociety = "civil_society",
        /// The public employment service (VDAB).
        PublicEmploymentService = "public_employment_service",
        /// A body that supports the partnership itself (VVSG).
        SupportBody = "support_body",
        /// A municipality or its public centre for social welfare (OCMW).
        LocalAuthority = "local_authority",
        /// A school.
        School = "school",
    }
}

/// A partner organisation of the region.
///
/// This is the list with which a region begins; who is a partner from then on is a fact of the service `matching`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Partner {
    /// Its code in this region.
    pub code: PartnerCode,
    /// Its name.
    pub name: String,
    /// What kind of organisation it is.
    pub kind: PartnerKind,
    /// Its enterprise number.
    pub kbo: KboNumber,
    /// The municipality that a local authority belongs to.
    pub municipality: Option<NisCode>,
    /// The first day of partnership; `None` when it is a partner from the start.
    pub valid_from: Option<Date>,
    /// The last day of partnership; `None` while it lasts.
    pub valid_to: Option<Date>,
    /// The partner that it became part of.
    pub merged_into: Option<PartnerCode>,
}

impl Partner {
    /// Tells whether it is a partner on a day.
    pub fn is_partner_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|first| first <= day) && self.valid_to.is_none_or(|last| day <= last)
    }

    pub(crate) fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let code = section.declared("code", Namespace::Partner, "arktos");
        let name = section.text("name");
        let kind = section.word("kind");
        section.declare_if(
            code.as_ref(),
            kind.map(|kind| kind == PartnerKind::LocalAuthority),
            Namespace::LocalAuthority,
        );
        let kbo = section.parsed("kbo", "0410346721");
        let municipality = section.optional_reference("municipality", Namespace::Municipality);
        let valid_from = section.optional_date("valid_from");
        let valid_to = section.optional_date("valid_to");
        let merged_into = section.optional_reference("merged_into", Namespace::Partner);
        check_validity(section, valid_from, valid_to, merged_into.is_some());
        if merged_into.is_some() && merged_into == code {
            section.complain(
                "merged_into",
                MistakeKind::Contradiction,
                "a partner cannot merge into itself",
                "name the partner that goes on, or remove `merged_into`",
            );
        }
        if kind == Some(PartnerKind::LocalAuthority) && !section.has("municipality") {
            section.missing_what("municipality", "the NIS code of this local authority");
        }
        Some(Self {
            code: code?,
            name: name?,
            kind: kind?,
            kbo: kbo?,
            municipality,
            valid_from,
            valid_to,
            merged_into,
        })
    }
}

/// Reports two partners that have the same enterprise number at the same time.
pub(crate) fn check_kbo_numbers(file: &File<'_>, partners: &[(Partner, Span)]) {
    let mut rest = partners.iter();
    while let Some((earlier, _)) = rest.next() {
        for (later, span) in rest.as_slice() {
            // Two periods overlap when each begins before the other ends.
            let begins_in_time = |one: &Partner, other: &Partner| {
                one.valid_from.zip(other.valid_to).is_none_or(|(first, last)| first <= last)
            };
            if earlier.kbo == later.kbo && begins_in_time(earlier, later) && begins_in_time(later, earlier) {
                file.report(
                    *span,
                    MistakeKind::Duplicate,
                    format!("{} and {} have the same enterprise number", earlier.name, later.name),
                    "correct one of the two, or let the first end before the second begins",
                );
            }
        }
    }
}
