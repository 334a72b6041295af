//! Contributions: from the messages of the contract and back.

use std::sync::Arc;

use proto::finance::v1::{
    AllocationKey, AllocationRule, BodyContribution as ProtoBody, GetContributionsRequest,
    GetContributionsResponse,
};
use region::Region;

use crate::domain::BodyContribution;
use crate::error::Error;
use crate::events::published::to_money;
use crate::fields::Fields;
use crate::use_cases::{ContributionsView, GetContributions};

/// Whose contributions.
pub(super) fn get(region: Arc<Region>, request: GetContributionsRequest) -> Result<GetContributions, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    let (on_day, total) = (request.on_day, request.total_euro);
    fields.finish(budget.map(|budget| GetContributions { region, budget, on_day, total }))
}

/// Both ways.
pub(super) fn to_response(view: ContributionsView) -> Result<GetContributionsResponse, Error> {
    let has_key = view.key.is_some();
    let bodies = |bodies: &[BodyContribution]| -> Result<Vec<ProtoBody>, Error> {
        bodies.iter().map(|body| to_body(&view.region, has_key, body)).collect()
    };
    Ok(GetContributionsResponse {
        as_it_was: bodies(&view.as_it_was)?,
        as_it_is: bodies(&view.as_it_is)?,
        etag: view.etag.to_string(),
        year: u32::from(view.year.unsigned_abs()),
        on_day: view.on_day.to_string(),
        entered_total: Some(to_money(view.entered_total)),
        total: Some(to_money(view.total)),
        key: view.key.map(|key| AllocationKey {
            valid_from: key.valid_from.to_string(),
            certainty: key.certainty,
            rule: AllocationRule::LargestRemainder.into(),
            programme_version: view.programme_version,
        }),
    })
}

fn to_body(region: &Region, has_key: bool, body: &BodyContribution) -> Result<ProtoBody, Error> {
    let difference = body.entered.checked_sub(body.by_key)?;
    Ok(ProtoBody {
        name: region.partner(&body.partner).map(|partner| partner.name.clone()).unwrap_or_default(),
        partner: body.partner.to_string(),
        entered: Some(to_money(body.entered)),
        by_key: has_key.then(|| to_money(body.by_key)),
        difference: has_key.then(|| to_money(difference)),
        merged_from: body.merged_from.iter().map(ToString::to_string).collect(),
    })
}
