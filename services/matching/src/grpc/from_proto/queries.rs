//! Reading workers and matches: one, and pages of them.

use std::sync::Arc;

use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::matching::v1::{
    GetMatchRequest, GetWorkerRequest, ListMatchesRequest, ListWaitingRequest, ListWorkersRequest,
};
use region::Region;

use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{GetMatch, GetWorker, ListMatches, ListWaiting, ListWorkers};

/// Which worker.
pub(in crate::grpc) fn get_worker(
    region: Arc<Region>,
    request: &GetWorkerRequest,
) -> Result<GetWorker, Error> {
    let mut fields = Fields::default();
    let worker = fields.id("worker_id", &request.worker_id);
    fields.finish(worker).map(|worker| GetWorker { region, worker })
}

/// Which match.
pub(in crate::grpc) fn get_match(request: &GetMatchRequest) -> Result<GetMatch, Error> {
    let mut fields = Fields::default();
    let case = fields.id("match_id", &request.match_id);
    fields.finish(case).map(|case| GetMatch { case })
}

/// A page of workers.
pub(in crate::grpc) fn list_workers(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListWorkersRequest,
) -> Result<ListWorkers, Error> {
    let mut fields = Fields::default();
    let programme = fields.programme(&request.programme);
    let day = fields.optional_day("day", &request.day);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &workers_list(request), &request.page_token));
    let query =
        (|| Some(ListWorkers { region, programme: programme?, day: day?, after: after?, size: size? }))();
    fields.finish(query)
}

/// A page of who waits.
pub(in crate::grpc) fn list_waiting(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListWaitingRequest,
) -> Result<ListWaiting, Error> {
    let mut fields = Fields::default();
    let programme = fields.programme(&request.programme);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &waiting_list(request), &request.page_token));
    let query = (|| Some(ListWaiting { region, programme: programme?, after: after?, size: size? }))();
    fields.finish(query)
}

/// A page of matches.
pub(in crate::grpc) fn list_matches(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListMatchesRequest,
) -> Result<ListMatches, Error> {
    let mut fields = Fields::default();
    let programme = fields.programme(&request.programme);
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &matches_list(request), &request.page_token));
    let ended = request.ended;
    let query = (|| Some(ListMatches { region, programme: programme?, ended, after: after?, size: size? }))();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(in crate::grpc) fn workers_list(request: &ListWorkersRequest) -> String {
    format!("ListWorkers/{}/{}", request.programme, request.day)
}

/// The list a page token belongs to.
pub(in crate::grpc) fn waiting_list(request: &ListWaitingRequest) -> String {
    format!("ListWaiting/{}", request.programme)
}

/// The list a page token belongs to.
pub(in crate::grpc) fn matches_list(request: &ListMatchesRequest) -> String {
    format!("ListMatches/{}/{}", request.programme, request.ended)
}
