//! Families and their members.

use std::sync::Arc;

use chassis::error::Violation;
use jiff::civil::Date;
use proto::intake::v1::{
    AddFamilyMemberRequest, CorrectFamilyMemberRequest, FamilyRelation as ProtoRelation, FamilyRemovalReason,
    GetFamilyRequest, GetParticipatingFamilyRequest, RemoveFamilyMemberRequest,
};
use region::{PartialDate, Region, SchoolYearCode};

use super::steps::optional;
use crate::domain::text::{Name, OrganisationName};
use crate::domain::{FamilyRelation, MemberDetails, RemovalReason};
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{
    AddFamilyMember, Added, CorrectFamilyMember, GetFamily, GetParticipatingFamily, RemoveFamilyMember,
};

/// Of which referral.
pub(in crate::grpc) fn family(region: Arc<Region>, request: &GetFamilyRequest) -> Result<GetFamily, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    fields.finish(referral).map(|referral| GetFamily { region, referral })
}

/// Of which participation.
pub(in crate::grpc) fn participating_family(
    region: Arc<Region>,
    request: &GetParticipatingFamilyRequest,
) -> Result<GetParticipatingFamily, Error> {
    let mut fields = Fields::default();
    let participation = fields.id("participation_id", &request.participation_id);
    fields.finish(participation).map(|participation| GetParticipatingFamily { region, participation })
}

/// Who is added.
pub(in crate::grpc) fn add_member(
    region: Arc<Region>,
    today: Date,
    request: &AddFamilyMemberRequest,
) -> Result<AddFamilyMember, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    let who = if request.is_referred_person {
        refuse_known(&mut fields, "name", &request.name);
        refuse_known(&mut fields, "birth_date", &request.birth_date);
        Some(Added::Referred)
    } else {
        fields.take("name", Name::parse(&request.name)).map(Added::Another)
    };
    let given = Given {
        relation: request.relation,
        birth_date: &request.birth_date,
        school: &request.school,
        school_year: &request.school_year,
    };
    let details = given.read(&mut fields, today);
    let command = (|| Some(AddFamilyMember { region, referral: referral?, who: who?, details: details? }))();
    fields.finish(command)
}

/// What is known of a member from now on. Whether it is the person who was referred is known only once the member is.
pub(in crate::grpc) fn correct_member(
    region: Arc<Region>,
    today: Date,
    request: &CorrectFamilyMemberRequest,
) -> Result<CorrectFamilyMember, Error> {
    let mut fields = Fields::default();
    let member = fields.id("member_id", &request.member_id);
    let name = fields.take("name", Name::parse_optional(&request.name));
    let given = Given {
        relation: request.relation,
        birth_date: &request.birth_date,
        school: &request.school,
        school_year: &request.school_year,
    };
    let details = given.read(&mut fields, today);
    let command =
        (|| Some(CorrectFamilyMember { region, member: member?, name: name?, details: details? }))();
    fields.finish(command)
}

/// Who is taken out and why.
pub(in crate::grpc) fn remove_member(
    region: Arc<Region>,
    request: &RemoveFamilyMemberRequest,
) -> Result<RemoveFamilyMember, Error> {
    let mut fields = Fields::default();
    let member = fields.id("member_id", &request.member_id);
    let reason = match FamilyRemovalReason::try_from(request.reason) {
        Ok(FamilyRemovalReason::Left) => Some(RemovalReason::Left),
        Ok(FamilyRemovalReason::Mistake) => Some(RemovalReason::Mistake),
        Ok(FamilyRemovalReason::Unspecified) | Err(_) => {
            let (reason, message) = missing_or_unknown(request.reason, "nothing says why they are taken out");
            fields.add(Violation::new(
                "reason",
                reason,
                message,
                "give one of FAMILY_REMOVAL_REASON_LEFT, FAMILY_REMOVAL_REASON_MISTAKE",
            ));
            None
        }
    };
    let command = (|| Some(RemoveFamilyMember { region, member: member?, reason: reason? }))();
    fields.finish(command)
}

/// What a request says of a member beside the name.
struct Given<'a> {
    relation: i32,
    birth_date: &'a str,
    school: &'a str,
    school_year: &'a str,
}

impl Given<'_> {
    fn read(&self, fields: &mut Fields, today: Date) -> Option<MemberDetails> {
        let relation = read_relation(fields, self.relation);
        let birth = fields.take("birth_date", optional(self.birth_date, PartialDate::parse));
        if birth.flatten().is_some_and(|birth| today < birth.earliest()) {
            fields.add(Violation::new(
                "birth_date",
                "BIRTH_IN_FUTURE",
                "this birth date lies after today",
                "correct the birth date, or leave it empty when it is unknown",
            ));
        }
        let school = fields.take("school", OrganisationName::parse_optional(self.school));
        // The programme's school years are known only once the referral is.
        let school_year = fields.accept(read_school_year(self.school_year));
        for (field, text) in [("school", self.school), ("school_year", self.school_year)] {
            if relation.is_some_and(|relation| relation != FamilyRelation::Child) && !text.trim().is_empty() {
                fields.add(Violation::new(
                    field,
                    "NOT_A_CHILD",
                    "only a child has a school here",
                    "leave it empty, or correct the relation",
                ));
            }
        }
        Some(MemberDetails { relation: relation?, birth: birth?, school: school?, school_year: school_year? })
    }
}

fn read_relation(fields: &mut Fields, number: i32) -> Option<FamilyRelation> {
    match ProtoRelation::try_from(number) {
        Ok(ProtoRelation::Parent) => Some(FamilyRelation::Parent),
        Ok(ProtoRelation::Child) => Some(FamilyRelation::Child),
        Ok(ProtoRelation::Other) => Some(FamilyRelation::Other),
        Ok(ProtoRelation::Unspecified) | Err(_) => {
            let (reason, message) = missing_or_unknown(number, "nothing says what they are in the family");
            fields.add(Violation::new(
                "relation",
                reason,
                message,
                "give one of FAMILY_RELATION_PARENT, FAMILY_RELATION_CHILD, FAMILY_RELATION_OTHER",
            ));
            None
        }
    }
}

const fn missing_or_unknown(number: i32, missing: &'static str) -> (&'static str, &'static str) {
    if number == 0 { ("REQUIRED", missing) } else { ("UNKNOWN_VALUE", "there is no such value") }
}

fn read_school_year(text: &str) -> Result<Option<SchoolYearCode>, Violation> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    // The text is not repeated: it could be anything.
    SchoolYearCode::parse(text).map(Some).map_err(|_| {
        Violation::new(
            "school_year",
            "UNKNOWN_SCHOOL_YEAR",
            "the programme has no such school year",
            "give the code of a school year of the programme, such as `primary-1`",
        )
    })
}

fn refuse_known(fields: &mut Fields, field: &str, text: &str) {
    if !text.trim().is_empty() {
        fields.add(Violation::new(
            field,
            "KNOWN_FROM_REFERRAL",
            "this is known of the person who was referred",
            "leave it empty; a birth date is corrected by another screening",
        ));
    }
}
