//! Proposals: what is asked for, and which one.

use std::sync::Arc;

use proto::matching::v1::{GetProposalRequest, ProposeMatchRequest, ReplayProposalRequest};
use region::{DomainCode, Region};
use uuid::Uuid;

use super::workers::{gender, language};
use crate::domain::WorkerId;
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{Asked, GetProposal, ProposeMatch, ReplayProposal};

/// Most languages of a participant.
const MOST_LANGUAGES: usize = 10;
/// Most life domains, and most workers who are near in private life.
const MOST_ITEMS: usize = 20;

/// What somebody who waits needs. Whether the programme has the domains and the weight is known only once it is.
pub(in crate::grpc) fn propose(
    region: Arc<Region>,
    request: &ProposeMatchRequest,
) -> Result<ProposeMatch, Error> {
    let mut fields = Fields::default();
    let participation = fields.id("participation_id", &request.participation_id);
    let languages =
        fields.each("languages", &request.languages, MOST_LANGUAGES, |text| language(&region, text));
    let gender = gender(&mut fields, "gender_preference", request.gender_preference);
    let life_domains = fields.each("life_domains", &request.life_domains, MOST_ITEMS, |text| {
        DomainCode::parse(text).map_err(|_| {
            (
                "UNKNOWN_DOMAIN",
                "this is not the code of a life domain",
                "give the code of a life domain of the programme".to_owned(),
            )
        })
    });
    let conflicts = fields.each("conflict_worker_ids", &request.conflict_worker_ids, MOST_ITEMS, |text| {
        text.parse::<WorkerId>()
            .map(WorkerId::as_uuid)
            .map_err(|error| ("NOT_AN_ID", "this is not an id", error.to_string()))
    });
    let first_day = fields.optional_day("first_day", &request.first_day);
    let asked = (|| {
        Some(Asked {
            languages: languages?,
            gender: gender?,
            life_domains: life_domains?,
            weight: request.weight.clone(),
            conflicts: conflicts?.into_iter().collect::<std::collections::BTreeSet<Uuid>>(),
            first_day: first_day?,
        })
    })();
    let parts = participation.zip(asked);
    fields.finish(parts).map(|(participation, asked)| ProposeMatch { region, participation, asked })
}

/// Which proposal.
pub(in crate::grpc) fn get_proposal(request: &GetProposalRequest) -> Result<GetProposal, Error> {
    let mut fields = Fields::default();
    let proposal = fields.id("proposal_id", &request.proposal_id);
    fields.finish(proposal).map(|proposal| GetProposal { proposal })
}

/// Which proposal is made again.
pub(in crate::grpc) fn replay(request: &ReplayProposalRequest) -> Result<ReplayProposal, Error> {
    let mut fields = Fields::default();
    let proposal = fields.id("proposal_id", &request.proposal_id);
    fields.finish(proposal).map(|proposal| ReplayProposal { proposal })
}
