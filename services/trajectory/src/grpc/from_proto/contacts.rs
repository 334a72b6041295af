//! Requests of `ContactService`.

use std::sync::Arc;

use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use jiff::civil::Date;
use proto::trajectory::v1::{
    ContactOutcome as ProtoOutcome, CorrectContactRequest, ListContactsRequest, LogContactRequest,
    StrikeOutContactRequest, TimeClass as ProtoTimeClass,
};
use region::Region;

use crate::domain::text::Note;
use crate::domain::{ContactError, ContactOutcome, Entry, Minutes, TimeClass};
use crate::error::{Error, violation};
use crate::grpc::fields::Fields;
use crate::use_cases::{CorrectContact, ListContacts, LogContact, StrikeOutContact};

/// The values of a contact, as both requests have them.
struct Given<'a> {
    day: &'a str,
    outcome: i32,
    time_class: i32,
    minutes: i32,
    domain: &'a str,
    note: &'a str,
}

fn entry(fields: &mut Fields, today: Date, given: &Given<'_>) -> Option<Entry> {
    let day = fields.day("day", given.day);
    if day.is_some_and(|day| today < day) {
        fields.add(violation("day", &ContactError::InFuture));
    }
    let outcome = match ProtoOutcome::try_from(given.outcome) {
        Ok(ProtoOutcome::Reached) => Some(ContactOutcome::Reached),
        Ok(ProtoOutcome::Tried) => Some(ContactOutcome::Tried),
        Ok(ProtoOutcome::Unspecified) | Err(_) => None,
    };
    let wanted = "CONTACT_OUTCOME_REACHED, CONTACT_OUTCOME_TRIED";
    let outcome = fields.choice("outcome", outcome, given.outcome, wanted);
    let time_class = match ProtoTimeClass::try_from(given.time_class) {
        Ok(ProtoTimeClass::WithParticipant) => Some(TimeClass::WithParticipant),
        Ok(ProtoTimeClass::AroundParticipant) => Some(TimeClass::AroundParticipant),
        Ok(ProtoTimeClass::Unspecified) | Err(_) => None,
    };
    let wanted = "TIME_CLASS_WITH_PARTICIPANT, TIME_CLASS_AROUND_PARTICIPANT";
    let time_class = fields.choice("time_class", time_class, given.time_class, wanted);
    let minutes = fields.take("minutes", Minutes::new(given.minutes));
    let domain = fields.optional_code("domain", given.domain, ("UNKNOWN_DOMAIN", "a life domain"));
    let note = fields.take("note", Note::parse_optional(given.note));
    Some(Entry {
        day: day?,
        outcome: outcome?,
        time_class: time_class?,
        minutes: minutes?,
        domain: domain?,
        note: note?,
    })
}

/// A contact.
pub(in crate::grpc) fn log(
    region: Arc<Region>,
    today: Date,
    request: &LogContactRequest,
) -> Result<LogContact, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let given = Given {
        day: &request.day,
        outcome: request.outcome,
        time_class: request.time_class,
        minutes: request.minutes,
        domain: &request.domain,
        note: &request.note,
    };
    let entry = entry(&mut fields, today, &given);
    let command = (|| Some(LogContact { region, trajectory: trajectory?, entry: entry? }))();
    fields.finish(command)
}

/// A correction.
pub(in crate::grpc) fn correct(
    region: Arc<Region>,
    today: Date,
    request: &CorrectContactRequest,
) -> Result<CorrectContact, Error> {
    let mut fields = Fields::default();
    let contact = fields.id("contact_id", &request.contact_id);
    let given = Given {
        day: &request.day,
        outcome: request.outcome,
        time_class: request.time_class,
        minutes: request.minutes,
        domain: &request.domain,
        note: &request.note,
    };
    let entry = entry(&mut fields, today, &given);
    let command = (|| Some(CorrectContact { region, contact: contact?, entry: entry? }))();
    fields.finish(command)
}

/// Which contact never took place.
pub(in crate::grpc) fn strike_out(request: &StrikeOutContactRequest) -> Result<StrikeOutContact, Error> {
    let mut fields = Fields::default();
    let contact = fields.id("contact_id", &request.contact_id);
    fields.finish(contact).map(|contact| StrikeOutContact { contact })
}

/// A page of the contacts.
pub(in crate::grpc) fn list(vault: &Vault, request: &ListContactsRequest) -> Result<ListContacts, Error> {
    let mut fields = Fields::default();
    let trajectory = fields.id("trajectory_id", &request.trajectory_id);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| Some(ListContacts { trajectory: trajectory?, after: after?, size: size? }))();
    fields.finish(query)
}

/// The list a page token belongs to.
pub(in crate::grpc) fn list_name(request: &ListContactsRequest) -> String {
    format!("ListContacts/{}", request.trajectory_id)
}
