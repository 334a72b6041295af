//! Workers.

use chassis::caller::scope_from_name;
use proto::matching::v1::{
    Gender as ProtoGender, StarterGate as ProtoGate, Worker, WorkerCapacity, WorkerDetails as ProtoDetails,
    WorkerMandate, WorkerName as ProtoName, WorkerSummary,
};
use region::programme::StarterGate;

use crate::domain::{Capacity, Gender, Load, Mandate, WorkerDetails, shown_down};
use crate::events::published::{to_role, to_timestamp};
use crate::use_cases::{FoundWorker, ListedWorker, WorkerName};

/// One worker.
pub(in crate::grpc) fn to_worker(found: FoundWorker) -> Worker {
    let FoundWorker { worker, mandates, capacities } = found;
    Worker {
        worker_id: worker.id.to_string(),
        programme: worker.programme.clone(),
        details: Some(to_details(&worker.details)),
        mandates: mandates.iter().map(to_mandate).collect(),
        capacities: capacities.iter().map(to_capacity).collect(),
        registered_at: Some(to_timestamp(worker.registered_at)),
        etag: worker.etag.to_string(),
    }
}

fn to_details(details: &WorkerDetails) -> ProtoDetails {
    let gender = match details.gender {
        None => ProtoGender::Unspecified,
        Some(Gender::Woman) => ProtoGender::Woman,
        Some(Gender::Man) => ProtoGender::Man,
    };
    let to_gate = |gate: &StarterGate| match gate {
        StarterGate::StarterTraining => ProtoGate::StarterTraining.into(),
        StarterGate::Contract => ProtoGate::Contract.into(),
        StarterGate::Extract => ProtoGate::Extract.into(),
    };
    ProtoDetails {
        name: details.name.expose().to_owned(),
        organisation_id: details.organisation.to_string(),
        languages: details.languages.iter().map(ToString::to_string).collect(),
        municipalities: details.municipalities.iter().map(ToString::to_string).collect(),
        expertise: details.expertise.iter().map(ToString::to_string).collect(),
        gender: gender.into(),
        starter_gate: details.starter_gate.iter().map(to_gate).collect(),
    }
}

fn to_mandate(mandate: &Mandate) -> WorkerMandate {
    WorkerMandate {
        mandate_id: mandate.id.to_string(),
        role: to_role(mandate.role).into(),
        programme: mandate.programme.as_ref().map(ToString::to_string).unwrap_or_default(),
        scope: scope_from_name(&mandate.scope.to_string()).unwrap_or_default().into(),
        valid_from: mandate.period.first.to_string(),
        valid_to: mandate.period.last.map(|day| day.to_string()).unwrap_or_default(),
    }
}

fn to_capacity((programme, capacity, load): &(String, Capacity, Load)) -> WorkerCapacity {
    WorkerCapacity {
        programme: programme.clone(),
        full_time_share: capacity.share.to_string(),
        cases_min: load.shown_min().to_string(),
        cases_max: load.shown_max().to_string(),
        valid_from: capacity.period.first.to_string(),
        valid_to: capacity.period.last.map(|day| day.to_string()).unwrap_or_default(),
    }
}

/// A worker in a list.
pub(in crate::grpc) fn to_summary(listed: ListedWorker) -> WorkerSummary {
    let ListedWorker { worker, load } = listed;
    WorkerSummary {
        worker_id: worker.id.to_string(),
        name: worker.name.expose().to_owned(),
        organisation_id: worker.organisation.to_string(),
        roles: worker.roles.into_iter().map(|role| to_role(role).into()).collect(),
        full_time_share: worker.share.map(|share| share.to_string()).unwrap_or_default(),
        cases_min: load.shown_min().to_string(),
        cases_max: load.shown_max().to_string(),
        cases_used: worker.used.to_string(),
        cases_left: shown_down(load.max - worker.used).to_string(),
        matches: i32::try_from(worker.matches).unwrap_or(i32::MAX),
    }
}

/// One name.
pub(in crate::grpc) fn to_name(name: WorkerName) -> ProtoName {
    ProtoName {
        worker_id: name.worker.to_string(),
        hidden: name.name.is_none(),
        name: name.name.map(|name| name.expose().to_owned()).unwrap_or_default(),
    }
}
