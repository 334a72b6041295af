//! Between the messages of employments and use cases.

use std::sync::Arc;

use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::finance::v1::{
    ChangeEmploymentRequest, CreateEmploymentRequest, Employment as ProtoEmployment, ListEmploymentsRequest,
    ListOwnEmploymentsRequest,
};
use region::Region;

use super::from_proto::programme;
use crate::domain::Employment;
use crate::error::Error;
use crate::fields::Fields;
use crate::use_cases::{ChangeEmployment, CreateEmployment, ListEmployments};

/// A new employment.
pub(super) fn create(
    region: Arc<Region>,
    request: CreateEmploymentRequest,
) -> Result<CreateEmployment, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let worker = fields.id("worker_id", &request.worker_id);
    let organisation = fields.id("organisation_id", &request.organisation_id);
    let command = (|| {
        Some(CreateEmployment {
            region,
            programme: programme?,
            worker: worker?,
            organisation: organisation?,
            partner: request.partner,
            kbo: request.kbo,
            component: request.component,
            from: request.valid_from,
            to: request.valid_to,
            fte: request.fte,
        })
    })();
    fields.finish(command)
}

/// A change.
pub(super) fn change(
    region: Arc<Region>,
    request: ChangeEmploymentRequest,
) -> Result<ChangeEmployment, Error> {
    let mut fields = Fields::default();
    let employment = fields.id("employment_id", &request.employment_id);
    let (to, fte) = (request.valid_to, request.fte);
    fields.finish(employment.map(|employment| ChangeEmployment { region, employment, to, fte }))
}

/// A page of employments.
pub(super) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListEmploymentsRequest,
) -> Result<ListEmployments, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let worker = fields.optional_id("worker_id", &request.worker_id);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| {
        Some(ListEmployments { region, programme: programme?, worker: worker?, after: after?, size: size? })
    })();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(super) fn list_name(request: &ListEmploymentsRequest) -> String {
    format!("ListEmployments/{}/{}", request.programme, request.worker_id)
}

/// A page of the caller's employments.
pub(super) fn list_own(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListOwnEmploymentsRequest,
) -> Result<ListEmployments, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_own_name(request), &request.page_token));
    let query = (|| {
        Some(ListEmployments { region, programme: programme?, worker: None, after: after?, size: size? })
    })();
    fields.finish(query)
}

/// The list a page token belongs to.
pub(super) fn list_own_name(request: &ListOwnEmploymentsRequest) -> String {
    format!("ListOwnEmployments/{}", request.programme)
}

/// An employment.
pub(super) fn to_employment(one: &Employment) -> ProtoEmployment {
    ProtoEmployment {
        employment_id: one.id.to_string(),
        programme: one.programme.to_string(),
        worker_id: one.worker.to_string(),
        organisation_id: one.organisation.to_string(),
        partner: one.partner.to_string(),
        component: one.component.to_string(),
        valid_from: one.period.from.to_string(),
        valid_to: one.period.to.map(|day| day.to_string()).unwrap_or_default(),
        fte: one.fte.map(|part| part.to_string()).unwrap_or_default(),
        etag: one.etag().to_string(),
    }
}
