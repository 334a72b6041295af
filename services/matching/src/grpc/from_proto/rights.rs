//! What a worker may and can do: mandates and capacity.

use std::sync::Arc;

use chassis::caller::{role_name, scope_name};
use chassis::error::Violation;
use proto::matching::v1::{EndMandateRequest, GrantMandateRequest, SetCapacityRequest};
use proto::options::v1::{Role as ProtoRole, Scope as ProtoScope};
use region::programme::{Capacity as CapacityModel, Role, Scope};
use region::{ClosedSet as _, ProgrammeCode, Region};

use crate::domain::{Capacity, FullTimeShare};
use crate::error::{Error, violation};
use crate::grpc::fields::Fields;
use crate::use_cases::{EndMandate, GrantMandate, SetCapacity};

/// A capacity.
pub(in crate::grpc) fn set_capacity(
    region: Arc<Region>,
    request: &SetCapacityRequest,
) -> Result<SetCapacity, Error> {
    let mut fields = Fields::default();
    let worker = fields.id("worker_id", &request.worker_id);
    let programme = fields.programme(&request.programme);
    let share = fields.accept(share(&region, programme.as_ref(), &request.full_time_share));
    let period = fields.period(&request.valid_from, &request.valid_to);
    let parts = (|| Some((worker?, programme?, Capacity { share: share?, period: period? })))();
    fields.finish(parts).map(|(worker, programme, capacity)| SetCapacity {
        region,
        worker,
        programme,
        capacity,
    })
}

/// A share of full time; in a programme of visits it is not counted and may be left out.
fn share(region: &Region, programme: Option<&ProgrammeCode>, text: &str) -> Result<FullTimeShare, Violation> {
    let visits = programme
        .and_then(|code| region.programme(code))
        .is_some_and(|file| matches!(file.capacity, CapacityModel::Visits(_)));
    match text.trim() {
        "" if visits => Ok(FullTimeShare::ONE),
        "" => Err(Violation::new(
            "full_time_share",
            "REQUIRED",
            "no share of full time is given",
            "write a share of full time such as `1`, `0.8` or `0.5`",
        )),
        text => text.parse().map_err(|error| violation("full_time_share", &error)),
    }
}

/// A mandate to grant.
pub(in crate::grpc) fn grant_mandate(
    region: Arc<Region>,
    request: &GrantMandateRequest,
) -> Result<GrantMandate, Error> {
    let mut fields = Fields::default();
    let worker = fields.id("worker_id", &request.worker_id);
    let role = fields.accept(role(request.role));
    let programme = if request.programme.is_empty() {
        Some(None)
    } else {
        fields.programme(&request.programme).map(Some)
    };
    let scope = fields.accept(scope(request.scope));
    let period = fields.period(&request.valid_from, &request.valid_to);
    let command = (|| {
        Some(GrantMandate {
            region,
            worker: worker?,
            role: role?,
            programme: programme?,
            scope: scope?,
            period: period?,
        })
    })();
    fields.finish(command)
}

/// The end of a mandate.
pub(in crate::grpc) fn end_mandate(
    region: Arc<Region>,
    request: &EndMandateRequest,
) -> Result<EndMandate, Error> {
    let mut fields = Fields::default();
    let mandate = fields.id("mandate_id", &request.mandate_id);
    let last_day = fields.day("last_day", &request.last_day);
    let parts = mandate.zip(last_day);
    fields.finish(parts).map(|(mandate, last_day)| EndMandate { region, mandate, last_day })
}

/// A closed set of the contract and the one of programme files have the same words.
fn role(number: i32) -> Result<Role, Violation> {
    let role = ProtoRole::try_from(number).ok().and_then(|role| Role::from_word(&role_name(role)));
    role.ok_or_else(|| required("role", number, "give one of the roles, such as ROLE_COACH"))
}

fn scope(number: i32) -> Result<Scope, Violation> {
    let scope = ProtoScope::try_from(number).ok().and_then(|scope| Scope::from_word(&scope_name(scope)));
    scope.ok_or_else(|| required("scope", number, "give one of the scopes, such as SCOPE_OWN_CASES"))
}

fn required(field: &str, number: i32, remedy: &str) -> Violation {
    let (reason, message) = if number == 0 {
        ("REQUIRED", "nothing is given")
    } else {
        ("UNKNOWN_VALUE", "there is no such value")
    };
    Violation::new(field, reason, message, remedy)
}
