//! Workers, registered or changed.

use std::sync::Arc;

use chassis::error::Violation;
use jiff::civil::Date;
use proto::matching::v1::{
    Gender as ProtoGender, RegisterWorkerRequest, StarterGate as ProtoGate, UpdateWorkerRequest,
    WorkerDetails as ProtoDetails,
};
use region::programme::StarterGate;
use region::{DomainCode, Explained as _, LanguageCode, NisCode, Region};

use crate::domain::text::Name;
use crate::domain::{Gender, Registration, WorkerDetails};
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{RegisterWorker, UpdateWorker};

/// Most languages of a worker.
const MOST_LANGUAGES: usize = 30;
/// Most municipalities of a worker.
const MOST_MUNICIPALITIES: usize = 100;
/// Most life domains of a worker.
const MOST_DOMAINS: usize = 40;
/// Conditions of the starter gate.
const MOST_GATES: usize = 3;

/// Why an item of a list cannot be taken: reason, message, remedy.
pub(super) type Wrong = (&'static str, &'static str, String);

/// A new worker.
pub(in crate::grpc) fn register(
    region: Arc<Region>,
    today: Date,
    request: &RegisterWorkerRequest,
) -> Result<RegisterWorker, Error> {
    let mut fields = Fields::default();
    let worker = if request.worker_id.is_empty() {
        Some(None)
    } else {
        fields.id("worker_id", &request.worker_id).map(Some)
    };
    let programme = fields.programme(&request.programme);
    let details = details(&mut fields, &region, today, request.details.as_ref());
    let registration =
        (|| Some(Registration { worker: worker?, programme: programme?, details: details? }))();
    fields.finish(registration).map(|registration| RegisterWorker { region, registration })
}

/// What is known of a worker now.
pub(in crate::grpc) fn update(
    region: Arc<Region>,
    today: Date,
    request: &UpdateWorkerRequest,
) -> Result<UpdateWorker, Error> {
    let mut fields = Fields::default();
    let worker = fields.id("worker_id", &request.worker_id);
    let details = details(&mut fields, &region, today, request.details.as_ref());
    let command = worker.zip(details);
    fields.finish(command).map(|(worker, details)| UpdateWorker { region, worker, details })
}

fn details(
    fields: &mut Fields,
    region: &Region,
    today: Date,
    details: Option<&ProtoDetails>,
) -> Option<WorkerDetails> {
    let Some(details) = details else {
        fields.add(Violation::new(
            "details",
            "REQUIRED",
            "nothing is said of the worker",
            "fill in the details",
        ));
        return None;
    };
    let name = fields.take("details.name", Name::parse(&details.name));
    let organisation = fields.id("details.organisation_id", &details.organisation_id);
    if details.languages.is_empty() {
        fields.add(Violation::new(
            "details.languages",
            "REQUIRED",
            "no language is given",
            "give at least one language",
        ));
    }
    let languages =
        fields.each("details.languages", &details.languages, MOST_LANGUAGES, |text| language(region, text));
    let municipalities =
        fields.each("details.municipalities", &details.municipalities, MOST_MUNICIPALITIES, |text| {
            municipality(region, today, text)
        });
    let expertise =
        fields.each("details.expertise", &details.expertise, MOST_DOMAINS, |text| domain(region, text));
    let gender = gender(fields, "details.gender", details.gender);
    let starter_gate =
        fields.each("details.starter_gate", &details.starter_gate, MOST_GATES, |gate| gate_of(*gate));
    Some(WorkerDetails {
        name: name?,
        organisation: organisation?,
        languages: languages?.into_iter().collect(),
        municipalities: municipalities?.into_iter().collect(),
        expertise: expertise?.into_iter().collect(),
        gender: gender?,
        starter_gate: starter_gate?.into_iter().collect(),
    })
}

/// A language that people in the region are spoken to in.
pub(super) fn language(region: &Region, text: &str) -> Result<LanguageCode, Wrong> {
    let known = || region.contact_languages.iter().map(LanguageCode::as_str).collect::<Vec<_>>().join(", ");
    let language: Option<LanguageCode> = text.parse().ok();
    language.filter(|language| region.contact_languages.contains(language)).ok_or_else(|| {
        (
            "UNKNOWN_LANGUAGE",
            "nobody in the region is spoken to in this language",
            format!("choose one of these codes: {}", known()),
        )
    })
}

fn municipality(region: &Region, today: Date, text: &str) -> Result<NisCode, Wrong> {
    let nis = NisCode::parse(text)
        .map_err(|error| (error.reason(), "this is no NIS code of a municipality", error.remedy()))?;
    match region.municipality_at(nis, today) {
        Ok(municipality) => Ok(municipality.nis),
        Err(error) => {
            Err((error.reason(), "the region has no municipality with this code today", error.remedy()))
        }
    }
}

fn domain(region: &Region, text: &str) -> Result<DomainCode, Wrong> {
    let known =
        region.programmes.iter().flat_map(|programme| &programme.life_domains).map(|domain| &domain.code);
    let mut known: Vec<&str> = known.map(DomainCode::as_str).collect();
    known.sort_unstable();
    known.dedup();
    DomainCode::parse(text).ok().filter(|code| known.contains(&code.as_str())).ok_or_else(|| {
        (
            "UNKNOWN_DOMAIN",
            "no programme of the region has such a life domain",
            format!("choose one of these codes: {}", known.join(", ")),
        )
    })
}

/// A gender, none when it is not said, or `None` with a violation.
#[expect(clippy::option_option, reason = "the outer one is about violations, the inner one about the field")]
pub(super) fn gender(fields: &mut Fields, field: &str, number: i32) -> Option<Option<Gender>> {
    match ProtoGender::try_from(number) {
        Ok(ProtoGender::Unspecified) => Some(None),
        Ok(ProtoGender::Woman) => Some(Some(Gender::Woman)),
        Ok(ProtoGender::Man) => Some(Some(Gender::Man)),
        Err(_) => {
            fields.add(Violation::new(
                field,
                "UNKNOWN_VALUE",
                "there is no such gender in the contract",
                "give GENDER_WOMAN or GENDER_MAN, or leave it out",
            ));
            None
        }
    }
}

fn gate_of(number: i32) -> Result<StarterGate, Wrong> {
    match ProtoGate::try_from(number) {
        Ok(ProtoGate::StarterTraining) => Ok(StarterGate::StarterTraining),
        Ok(ProtoGate::Contract) => Ok(StarterGate::Contract),
        Ok(ProtoGate::Extract) => Ok(StarterGate::Extract),
        Ok(ProtoGate::Unspecified) | Err(_) => Err((
            "UNKNOWN_VALUE",
            "there is no such condition",
            "give STARTER_GATE_STARTER_TRAINING, STARTER_GATE_CONTRACT or STARTER_GATE_EXTRACT".to_owned(),
        )),
    }
}
