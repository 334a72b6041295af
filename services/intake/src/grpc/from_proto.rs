//! From the messages of the contract to types that cannot be wrong.

use std::collections::HashSet;
use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use jiff::civil::Date;
use proto::intake::v1::{
    AdmitReferralRequest, BatchGetNamesRequest, Consent, ErasePersonRequest, ErasureGround as ProtoGround, GetReferralRequest,
    ListReferralsRequest, ReferralState as ProtoState, RefuseReferralRequest, ScreenReferralRequest, SubmitReferralRequest,
    WithdrawReferralRequest,
};
use region::{
    ChannelKind, ClosedSet as _, InszNumber, NisCode, PartialDate, Programme, ProgrammeCode, ReferralReasonCode, Region,
};

use super::fields::Fields;
use crate::domain::text::{Alternative, Contact, Motivation, Name, Note, OrganisationName};
use crate::domain::{ErasureGround, Origin, Person, ReferralState, Referrer, Submission};
use crate::error::Error;
use crate::use_cases::{
    AdmitReferral, BatchGetNames, ErasePerson, GetReferral, ListReferrals, MOST_NAMES, RefuseReferral, ScreenReferral,
    SubmitReferral, WithdrawReferral, answer_violations,
};

/// Most reasons of a referral.
const MOST_REASONS: usize = 10;
/// Longest purpose of a call for names.
const LONGEST_PURPOSE: usize = 60;

/// A referral form. `None` when the consent question was answered with "not yet": then nothing else is even looked at.
pub(super) fn submit(
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
    let organisation =
        fields.take("referrer_organisation", OrganisationName::parse_optional(&request.referrer_organisation));
    let referrer_contact = fields.take("referrer_contact", Contact::parse(&request.referrer_contact));
    let note = fields.take("note", Note::parse_optional(&request.note));
    let submission = (|| {
        Some(Submission {
            origin: Origin::of(programme?),
            channel: channel?,
            person: Person { name: name?, contact: contact?, municipality: municipality? },
            reasons: reasons?,
            referrer: Referrer { name: referrer_name?, organisation: organisation?, contact: referrer_contact? },
            note: note?,
        })
    })();
    fields.finish(submission).map(|submission| Some(SubmitReferral { submission }))
}

fn running_programme<'r>(region: &'r Region, today: Date, code: &str) -> Result<&'r Programme, Violation> {
    let is_running = |programme: &Programme| {
        programme.starts_on.is_none_or(|first| first <= today) && programme.ends_on.is_none_or(|last| today <= last)
    };
    let found = ProgrammeCode::parse(code).ok().and_then(|code| region.programme_at(&code, today));
    found.filter(|programme| is_running(programme)).ok_or_else(|| {
        let mut known: Vec<&str> = region.programmes.iter().map(|programme| programme.code.as_str()).collect();
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
        fields.add(Violation::new("reasons", "REQUIRED", "no reason is given", "give the code of at least one reason"));
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
        let code = ReferralReasonCode::parse(text).ok().filter(|code| programme.referral_reason(code).is_some());
        let Some(code) = code else {
            let known: Vec<&str> = programme.referral_reasons.iter().map(|reason| reason.code.as_str()).collect();
            fields.add(unknown(field, "UNKNOWN_REASON", "the programme has no such reason", &known));
            return None;
        };
        if !seen.insert(code.clone()) {
            fields.add(Violation::new(field, "REPEATED", "this reason is given twice", "give every reason once"));
            return None;
        }
        Some(code)
    };
    // All are read before the first that is missing ends it.
    let codes: Vec<Option<ReferralReasonCode>> = given.iter().enumerate().map(read).collect();
    codes.into_iter().collect()
}

fn municipality(fields: &mut Fields, region: &Region, today: Date, text: &str) -> Option<NisCode> {
    let nis = fields.take("municipality_nis", NisCode::parse(text))?;
    fields.take("municipality_nis", region.municipality_at(nis, today)).map(|municipality| municipality.nis)
}

fn unknown(field: impl Into<String>, reason: &'static str, message: &str, known: &[&str]) -> Violation {
    Violation::new(field, reason, message, format!("choose one of these codes: {}", known.join(", ")))
}

/// A page of the list.
pub(super) fn list(region: Arc<Region>, vault: &Vault, request: &ListReferralsRequest) -> Result<ListReferrals, Error> {
    let mut fields = Fields::default();
    let programme = fields.take("programme", ProgrammeCode::parse(&request.programme).map_err(|_| NotACode));
    let state = match ProtoState::try_from(request.state) {
        Ok(ProtoState::Unspecified) => Some(None),
        Ok(ProtoState::Submitted) => Some(Some(ReferralState::Submitted)),
        Ok(ProtoState::Screened) => Some(Some(ReferralState::Screened)),
        Ok(ProtoState::Admitted) => Some(Some(ReferralState::Admitted)),
        Ok(ProtoState::Refused) => Some(Some(ReferralState::Refused)),
        Ok(ProtoState::Withdrawn) => Some(Some(ReferralState::Withdrawn)),
        Err(_) => {
            fields.add(Violation::new("state", "UNKNOWN_VALUE", "there is no such state", "leave the state out for all"));
            None
        }
    };
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| Some(ListReferrals { region, programme: programme?, state: state?, after: after?, size: size? }))();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(super) fn list_name(request: &ListReferralsRequest) -> String {
    format!("ListReferrals/{}/{}", request.programme, request.state)
}

/// A programme code that cannot be one. The text is not repeated: in a filter it could be anything.
#[derive(Debug, thiserror::Error)]
#[error("this is not a programme code")]
struct NotACode;

impl region::Explained for NotACode {
    fn remedy(&self) -> String {
        "give the code of a programme, such as `waasland-esf`".to_owned()
    }

    fn reason(&self) -> &'static str {
        "UNKNOWN_PROGRAMME"
    }
}

/// Which referral.
pub(super) fn get(request: &GetReferralRequest) -> Result<GetReferral, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    fields.finish(referral).map(|referral| GetReferral { referral })
}

/// What the first conversation taught. The programme's questions are known only once the referral is.
pub(super) fn screen(region: Arc<Region>, today: Date, request: ScreenReferralRequest) -> Result<ScreenReferral, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    let birth = fields.take("birth_date", optional(&request.birth_date, PartialDate::parse));
    let number = fields.take("national_number", optional(&request.national_number, InszNumber::parse));
    if let Some(Some(birth)) = birth {
        check_birth(&mut fields, birth, number.flatten(), today);
    }
    for violation in answer_violations(&request.answers) {
        fields.add(violation);
    }
    let command = (|| {
        Some(ScreenReferral { region, referral: referral?, birth: birth?, number: number?, answers: request.answers })
    })();
    fields.finish(command)
}

/// Nothing when there is nothing but white space.
fn optional<T, E>(text: &str, parse: fn(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    if text.trim().is_empty() { Ok(None) } else { parse(text).map(Some) }
}

fn check_birth(fields: &mut Fields, birth: PartialDate, number: Option<InszNumber>, today: Date) {
    if today < birth.earliest() {
        fields.add(Violation::new(
            "birth_date",
            "BIRTH_IN_FUTURE",
            "this birth date lies after today",
            "correct the birth date, or leave it empty when it is unknown",
        ));
    }
    let told = number.and_then(InszNumber::birth);
    if told.is_some_and(|told| told.latest() < birth.earliest() || birth.latest() < told.earliest()) {
        fields.add(Violation::new(
            "birth_date",
            "BIRTH_CONTRADICTION",
            "birth date and national number contradict each other",
            "copy both again from the identity card, or leave the birth date empty",
        ));
    }
}

/// An admission.
pub(super) fn admit(region: Arc<Region>, request: &AdmitReferralRequest) -> Result<AdmitReferral, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    let motivation = fields.take("motivation", Motivation::parse_optional(&request.motivation));
    let command = (|| Some(AdmitReferral { region, referral: referral?, motivation: motivation? }))();
    fields.finish(command)
}

/// A refusal.
pub(super) fn refuse(region: Arc<Region>, request: &RefuseReferralRequest) -> Result<RefuseReferral, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    let reason = read_reason(&mut fields, &request.reason);
    let alternative = fields.take("alternative", Alternative::parse_optional(&request.alternative));
    let command =
        (|| Some(RefuseReferral { region, referral: referral?, reason: reason?, alternative: alternative? }))();
    fields.finish(command)
}

/// A withdrawal.
pub(super) fn withdraw(region: Arc<Region>, request: &WithdrawReferralRequest) -> Result<WithdrawReferral, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    let reason = read_reason(&mut fields, &request.reason);
    let command = (|| Some(WithdrawReferral { region, referral: referral?, reason: reason? }))();
    fields.finish(command)
}

/// The code of a refusal or withdrawal reason; whether the programme has it is known only once the referral is.
fn read_reason<T: std::str::FromStr>(fields: &mut Fields, text: &str) -> Option<T> {
    let (reason, message) = if text.trim().is_empty() {
        ("REQUIRED", "no reason is given")
    } else {
        ("UNKNOWN_REASON", "the programme has no such reason")
    };
    fields.accept(
        text.parse().map_err(|_| Violation::new("reason", reason, message, "give the code of a reason of the programme")),
    )
}

/// Whose names.
pub(super) fn names(request: &BatchGetNamesRequest) -> Result<BatchGetNames, Error> {
    let mut fields = Fields::default();
    if request.person_ids.len() > MOST_NAMES {
        fields.add(Violation::new(
            "person_ids",
            "TOO_MANY",
            format!("there are more than {MOST_NAMES} ids"),
            format!("ask for the names of one page, at most {MOST_NAMES}"),
        ));
        return fields.finish(None);
    }
    let ids: Vec<_> = request
        .person_ids
        .iter()
        .enumerate()
        .map(|(place, id)| fields.id(format!("person_ids[{place}]"), id))
        .collect();
    let purpose = fields.accept(purpose(&request.purpose));
    let query = (|| Some(BatchGetNames { persons: ids.into_iter().collect::<Option<_>>()?, purpose: purpose? }))();
    fields.finish(query)
}

/// A word such as `list_referrals`; it goes into the audit row, so nothing personal fits in it.
fn purpose(text: &str) -> Result<String, Violation> {
    let refuse = |reason, message: &str| {
        Err(Violation::new("purpose", reason, message, "name the view the names are for, such as `list_referrals`"))
    };
    if text.is_empty() {
        return refuse("REQUIRED", "nothing says what the names are needed for");
    }
    if text.len() > LONGEST_PURPOSE {
        return refuse("TOO_LONG", "the purpose has more than 60 characters");
    }
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        Ok(text.to_owned())
    } else {
        refuse("UNKNOWN_VALUE", "the purpose has other characters than lower-case letters and underscores")
    }
}

/// Whom to erase and why.
pub(super) fn erase(request: &ErasePersonRequest) -> Result<ErasePerson, Error> {
    let mut fields = Fields::default();
    let person = fields.id("person_id", &request.person_id);
    let ground = match ProtoGround::try_from(request.ground) {
        Ok(ProtoGround::Request) => Some(ErasureGround::Request),
        Ok(ProtoGround::Retention) => Some(ErasureGround::Retention),
        Ok(ProtoGround::Mistake) => Some(ErasureGround::Mistake),
        Ok(ProtoGround::Unspecified) | Err(_) => {
            fields.add(Violation::new(
                "ground",
                "REQUIRED",
                "nothing says why the person is erased",
                "give one of ERASURE_GROUND_REQUEST, ERASURE_GROUND_RETENTION, ERASURE_GROUND_MISTAKE",
            ));
            None
        }
    };
    let command = (|| Some(ErasePerson { person: person?, ground: ground? }))();
    fields.finish(command)
}
