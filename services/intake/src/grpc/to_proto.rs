//! From read models to the messages of the contract.

use proto::intake::v1::{
    Decision, DuplicateGround as ProtoGround, Family, FamilyMember, FamilyRelation as ProtoRelation,
    ListReferralsResponse, PersonDetails, PersonName as ProtoName, PossibleDuplicate, Referral,
    ReferralState as ProtoState, ReferralSummary, ReferrerDetails, RuleResult, Screening, ScreeningOutcome,
};

use region::PartialDate;

use crate::domain::{DuplicateGround, FamilyRelation, ReferralState, look_alike};
use crate::events::published::to_timestamp;
use crate::storage::duplicates::Duplicate;
use crate::storage::family_views::MemberView;
use crate::storage::referrals::Summary;
use crate::storage::views::{DecisionView, ReferralView, ScreeningView};
use crate::use_cases::{FoundFamily, FoundReferral, PersonName, Removed};

fn to_state(state: ReferralState) -> i32 {
    match state {
        ReferralState::Submitted => ProtoState::Submitted,
        ReferralState::Screened => ProtoState::Screened,
        ReferralState::Admitted => ProtoState::Admitted,
        ReferralState::Refused => ProtoState::Refused,
        ReferralState::Withdrawn => ProtoState::Withdrawn,
    }
    .into()
}

/// A family, with members who look like each other.
pub(super) fn to_family(family: &FoundFamily) -> Family {
    let members = family.members.iter().map(|member| {
        let others = family.members.iter().filter(|other| other.person != member.person);
        let alike = others.filter(|other| are_alike(member, other));
        FamilyMember {
            looks_like: alike.map(|other| other.person.to_string()).collect(),
            ..to_member(member)
        }
    });
    let children = family
        .members
        .iter()
        .filter(|member| member.relation == FamilyRelation::Child && !member.left)
        .count();
    Family {
        participation_id: family.participation.map(|id| id.to_string()).unwrap_or_default(),
        programme: family.programme.clone(),
        members: members.collect(),
        children: i32::try_from(children).unwrap_or(i32::MAX),
    }
}

fn are_alike(one: &MemberView, other: &MemberView) -> bool {
    let born =
        |member: &MemberView| member.birth_date.as_deref().and_then(|text| PartialDate::parse(text).ok());
    one.name
        .as_deref()
        .zip(other.name.as_deref())
        .is_some_and(|(name, of_other)| look_alike((name, born(one)), (of_other, born(other))))
}

/// One member of a family.
pub(super) fn to_member(member: &MemberView) -> FamilyMember {
    FamilyMember {
        member_id: member.person.to_string(),
        relation: match member.relation {
            FamilyRelation::Parent => ProtoRelation::Parent,
            FamilyRelation::Child => ProtoRelation::Child,
            FamilyRelation::Other => ProtoRelation::Other,
        }
        .into(),
        is_referred_person: member.is_referred,
        name: member.name.clone().unwrap_or_default(),
        birth_date: member.birth_date.clone().unwrap_or_default(),
        school: member.school.clone().unwrap_or_default(),
        school_year: member.school_year.clone().unwrap_or_default(),
        left: member.left,
        erased: member.erased,
        recorded_at: Some(to_timestamp(member.recorded_at)),
        looks_like: Vec::new(),
        etag: member.etag.to_string(),
    }
}

/// A member who was taken out: nothing but the id is left of a mistake.
pub(super) fn to_removed(removed: Removed) -> FamilyMember {
    match removed {
        Removed::Left(member) => to_member(&member),
        Removed::Mistake { member, erased } => {
            FamilyMember { member_id: member.to_string(), erased, ..FamilyMember::default() }
        }
    }
}

/// One referral.
pub(super) fn to_referral(found: FoundReferral) -> Referral {
    let FoundReferral { referral, duplicates } = found;
    Referral {
        referral_id: referral.id.to_string(),
        receipt_number: referral.receipt_number.clone(),
        programme: referral.programme.clone(),
        programme_version: referral.programme_version.to_string(),
        channel: referral.channel.clone(),
        state: to_state(referral.state),
        municipality_nis: referral.municipality.clone(),
        reasons: referral.reasons.clone(),
        person_id: referral.person.to_string(),
        person: (!referral.erased).then(|| to_person(&referral)),
        referrer: (!referral.erased).then(|| to_referrer(&referral)),
        note: referral.note.unwrap_or_default(),
        submitted_at: Some(to_timestamp(referral.submitted_at)),
        screening: referral.screening.map(to_screening),
        decision: referral.decision.map(to_decision),
        possible_duplicates: duplicates.into_iter().map(to_duplicate).collect(),
        erased: referral.erased,
        etag: referral.etag.to_string(),
    }
}

fn to_person(referral: &ReferralView) -> PersonDetails {
    PersonDetails {
        name: referral.person_name.clone().unwrap_or_default(),
        contact: referral.person_contact.clone().unwrap_or_default(),
        birth_date: referral.birth_date.clone().unwrap_or_default(),
        has_national_number: referral.has_national_number,
    }
}

fn to_referrer(referral: &ReferralView) -> ReferrerDetails {
    ReferrerDetails {
        name: referral.referrer_name.clone().unwrap_or_default(),
        organisation: referral.referrer_organisation.clone().unwrap_or_default(),
        contact: referral.referrer_contact.clone().unwrap_or_default(),
    }
}

fn to_screening(view: ScreeningView) -> Screening {
    let outcome = match view.screening.outcome {
        region::ScreeningOutcome::Eligible => ScreeningOutcome::Eligible,
        region::ScreeningOutcome::Manual => ScreeningOutcome::Manual,
        region::ScreeningOutcome::NotEligible => ScreeningOutcome::NotEligible,
    };
    let to_rule = |rule: crate::domain::RuleResult| RuleResult {
        rule: rule.rule,
        holds: rule.holds,
        explanation: rule.explanation,
        suggested_refusal_reason: rule.suggested_refusal_reason.unwrap_or_default(),
    };
    Screening {
        outcome: outcome.into(),
        rules: view.screening.rules.into_iter().map(to_rule).collect(),
        screened_at: Some(to_timestamp(view.at)),
        screened_by: view.by.to_string(),
        programme_version: view.programme_version.to_string(),
    }
}

fn to_decision(view: DecisionView) -> Decision {
    Decision {
        decided_by: view.by.to_string(),
        decided_at: Some(to_timestamp(view.at)),
        reason: view.reason.unwrap_or_default(),
        alternative: view.alternative.unwrap_or_default(),
        reply_until: view.reply_until.map(|day| day.to_string()).unwrap_or_default(),
        participation_id: view.participation.map(|id| id.to_string()).unwrap_or_default(),
        motivation: view.motivation.unwrap_or_default(),
    }
}

fn to_duplicate(duplicate: Duplicate) -> PossibleDuplicate {
    let to_ground = |ground: DuplicateGround| match ground {
        DuplicateGround::NationalNumber => ProtoGround::NationalNumber.into(),
        DuplicateGround::Contact => ProtoGround::Contact.into(),
        DuplicateGround::NameAndMunicipality => ProtoGround::NameAndMunicipality.into(),
    };
    PossibleDuplicate {
        referral_id: duplicate.referral.to_string(),
        receipt_number: duplicate.receipt_number.to_string(),
        state: to_state(duplicate.state),
        submitted_at: Some(to_timestamp(duplicate.submitted_at)),
        grounds: duplicate.grounds.into_iter().map(to_ground).collect(),
    }
}

/// A page of the list.
pub(super) fn to_page(referrals: Vec<Summary>, next_page_token: String) -> ListReferralsResponse {
    let to_summary = |row: Summary| ReferralSummary {
        referral_id: row.id.to_string(),
        receipt_number: row.receipt_number,
        programme: row.programme,
        channel: row.channel,
        state: to_state(row.state),
        municipality_nis: row.municipality,
        reasons: row.reasons,
        submitted_at: Some(to_timestamp(row.submitted_at)),
        possible_duplicates: i32::try_from(row.possible_duplicates).unwrap_or(i32::MAX),
        etag: row.etag.to_string(),
    };
    ListReferralsResponse { referrals: referrals.into_iter().map(to_summary).collect(), next_page_token }
}

/// One name.
pub(super) fn to_name(name: PersonName) -> ProtoName {
    ProtoName {
        person_id: name.person.to_string(),
        hidden: name.name.is_none(),
        name: name.name.unwrap_or_default(),
    }
}
