//! The referral form.

use std::collections::HashSet;

use chassis::error::Violation;
use jiff::civil::Date;
use proto::intake::v1::{Consent, SubmitReferralRequest};
use region::{
    ChannelKind, ClosedSet as _, Explained as _, NisCode, Programme, ProgrammeCode, ReferralReasonCode,
    Region,
};

use crate::domain::text::{Contact, Name, Note, OrganisationName};
use crate::domain::{Origin, Person, Referrer, Submission};
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::SubmitReferral;

/// Most reasons of a referral.
const MOST_REASONS: usize = 10;

/// A referral form. `None` when the consent question was answered with "not yet": then nothing else is even looked at.
pub(in crate::grpc) fn submit(
    region: &Region,
    today: Date,
    request: &SubmitReferralRequest,
) -> Result<Option<SubmitReferral>, Error> {
    let mut fields = Fields::default();
    match request.consent() {
        Consent::NotYet => return Ok(None),
        Consent::Given => {}
        Consent::Unspecified => fields.add(Violation::new(
            "consent",
            "CONSENT",
            "nothing says whether the person knows about the referral",
            "answer with CONSENT_GIVEN, or with CONSENT_NOT_YET to store nothing",
        )),
    }
    let programme = fields.accept(running_programme(region, today, &request.programme));
    let channel = programme.and_then(|programme| fields.accept(channel(programme, &request.channel)));
    let reasons = read_reasons(&mut fields, programme, &request.reasons);
    let name = fields.take("person_name", Name::parse(&request.person_name));
    let contact = fields.take("person_contact", Contact::parse(&request.person_contact));
    let municipality = municipality(&mut fields, region, today, &request.municipality_nis);
    let referrer_name = fields.take("referrer_name", Name::parse(&request.referrer_name));
    let organisation = fields
        .take("referrer_organisation", OrganisationName::parse_optional(&request.referrer_organisation));
    let referrer_contact = fields.take("referrer_contact", Contact::parse(&request.referrer_contact));
    let note = fields.take("note", Note::parse_optional(&request.note));
    let submission = (|| {
        Some(Submission {
            origin: Origin::of(programme?),
            channel: channel?,
            person: Person { name: name?, contact: contact?, municipality: municipality? },
            reasons: reasons?,
            referrer: Referrer {
                name: referrer_name?,
                organisation: organisation?,
                contact: referrer_contact?,
            },
            note: note?,
        })
    })();
    fields.finish(submission).map(|submission| Some(SubmitReferral { submission }))
}

fn running_programme<'r>(region: &'r Region, today: Date, code: &str) -> Result<&'r Programme, Violation> {
    let is_running = |programme: &Programme| {
        programme.starts_on.is_none_or(|first| first <= today)
            && programme.ends_on.is_none_or(|last| today <= last)
    };
    let found = ProgrammeCode::parse(code).ok().and_then(|code| region.programme_at(&code, today));
    found.filter(|programme| is_running(programme)).ok_or_else(|| {
        let mut known: Vec<&str> =
            region.programmes.iter().map(|programme| programme.code.as_str()).collect();
        known.dedup();
        unknown("programme", "UNKNOWN_PROGRAMME", "the region has no such programme today", &known)
    })
}

fn channel(programme: &Programme, word: &str) -> Result<ChannelKind, Violation> {
    ChannelKind::from_word(word).filter(|kind| programme.channel(*kind).is_some()).ok_or_else(|| {
        let known: Vec<&str> = programme.channels.iter().map(|channel| channel.kind.as_str()).collect();
        unknown("channel", "UNKNOWN_CHANNEL", "the programme has no such channel", &known)
    })
}

fn read_reasons(
    fields: &mut Fields,
    programme: Option<&Programme>,
    given: &[String],
) -> Option<Vec<ReferralReasonCode>> {
    if given.is_empty() {
        fields.add(Violation::new(
            "reasons",
            "REQUIRED",
            "no reason is given",
            "give the code of at least one reason",
        ));
        return None;
    }
    if given.len() > MOST_REASONS {
        fields.add(Violation::new(
            "reasons",
            "TOO_MANY",
            format!("there are more than {MOST_REASONS} reasons"),
            format!("give at most {MOST_REASONS} reasons"),
        ));
        return None;
    }
    let programme = programme?;
    let mut seen = HashSet::new();
    let read = |(place, text): (usize, &String)| {
        let field = format!("reasons[{place}]");
        let code =
            ReferralReasonCode::parse(text).ok().filter(|code| programme.referral_reason(code).is_some());
        let Some(code) = code else {
            let known: Vec<&str> =
                programme.referral_reasons.iter().map(|reason| reason.code.as_str()).collect();
            fields.add(unknown(field, "UNKNOWN_REASON", "the programme has no such reason", &known));
            return None;
        };
        if !seen.insert(code.clone()) {
            fields.add(Violation::new(
                field,
                "REPEATED",
                "this reason is given twice",
                "give every reason once",
            ));
            return None;
        }
        Some(code)
    };
    // All are read before the first that is missing ends it.
    let codes: Vec<Option<ReferralReasonCode>> = given.iter().enumerate().map(read).collect();
    codes.into_iter().collect()
}

fn municipality(fields: &mut Fields, region: &Region, today: Date, text: &str) -> Option<NisCode> {
    // The error itself repeats the text, which could be anything.
    let nis = fields.accept(NisCode::parse(text).map_err(|error| {
        Violation::new(
            "municipality_nis",
            error.reason(),
            "this is no NIS code of a municipality",
            error.remedy(),
        )
    }))?;
    fields.take("municipality_nis", region.municipality_at(nis, today)).map(|municipality| municipality.nis)
}

fn unknown(field: impl Into<String>, reason: &'static str, message: &str, known: &[&str]) -> Violation {
    Violation::new(field, reason, message, format!("choose one of these codes: {}", known.join(", ")))
}
