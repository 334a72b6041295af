//! The steps of a coordinator.

use std::sync::Arc;

use chassis::error::Violation;
use jiff::civil::Date;
use proto::intake::v1::{
    AdmitReferralRequest, RefuseReferralRequest, ScreenReferralRequest, WithdrawReferralRequest,
};
use region::{InszNumber, PartialDate, Region};

use crate::domain::text::{Alternative, Motivation};
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{AdmitReferral, RefuseReferral, ScreenReferral, WithdrawReferral, answer_violations};

/// What the first conversation taught. The programme's questions are known only once the referral is.
pub(in crate::grpc) fn screen(
    region: Arc<Region>,
    today: Date,
    request: ScreenReferralRequest,
) -> Result<ScreenReferral, Error> {
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
        Some(ScreenReferral {
            region,
            referral: referral?,
            birth: birth?,
            number: number?,
            answers: request.answers,
        })
    })();
    fields.finish(command)
}

/// Nothing when there is nothing but white space.
pub(super) fn optional<T, E>(text: &str, parse: fn(&str) -> Result<T, E>) -> Result<Option<T>, E> {
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
pub(in crate::grpc) fn admit(
    region: Arc<Region>,
    request: &AdmitReferralRequest,
) -> Result<AdmitReferral, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    let motivation = fields.take("motivation", Motivation::parse_optional(&request.motivation));
    let earlier = if request.earlier_referral_id.trim().is_empty() {
        Some(None)
    } else {
        fields.id("earlier_referral_id", &request.earlier_referral_id).map(Some)
    };
    let command =
        (|| Some(AdmitReferral { region, referral: referral?, motivation: motivation?, earlier: earlier? }))(
        );
    fields.finish(command)
}

/// A refusal.
pub(in crate::grpc) fn refuse(
    region: Arc<Region>,
    request: &RefuseReferralRequest,
) -> Result<RefuseReferral, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    let reason = read_reason(&mut fields, &request.reason);
    let alternative = fields.take("alternative", Alternative::parse_optional(&request.alternative));
    let command = (|| {
        Some(RefuseReferral { region, referral: referral?, reason: reason?, alternative: alternative? })
    })();
    fields.finish(command)
}

/// A withdrawal.
pub(in crate::grpc) fn withdraw(
    region: Arc<Region>,
    request: &WithdrawReferralRequest,
) -> Result<WithdrawReferral, Error> {
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
        text.parse().map_err(|_| {
            Violation::new("reason", reason, message, "give the code of a reason of the programme")
        }),
    )
}
