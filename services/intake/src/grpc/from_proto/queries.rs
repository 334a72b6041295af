//! Reading referrals: one, and pages of them.

use std::sync::Arc;

use chassis::error::Violation;
use chassis::page::{self, Cursor};
use chassis::vault::Vault;
use proto::intake::v1::{GetReferralRequest, ListReferralsRequest, ReferralState as ProtoState};
use region::{ProgrammeCode, Region};

use crate::domain::ReferralState;
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{GetReferral, ListReferrals};

/// Which referral.
pub(in crate::grpc) fn get(request: &GetReferralRequest) -> Result<GetReferral, Error> {
    let mut fields = Fields::default();
    let referral = fields.id("referral_id", &request.referral_id);
    fields.finish(referral).map(|referral| GetReferral { referral })
}

/// A page of the list.
pub(in crate::grpc) fn list(
    region: Arc<Region>,
    vault: &Vault,
    request: &ListReferralsRequest,
) -> Result<ListReferrals, Error> {
    let mut fields = Fields::default();
    let programme = fields.take("programme", ProgrammeCode::parse(&request.programme).map_err(|_| NotACode));
    let state = match ProtoState::try_from(request.state) {
        Ok(ProtoState::Unspecified) => Some(None),
        Ok(ProtoState::Submitted) => Some(Some(ReferralState::Submitted)),
        Ok(ProtoState::Screened) => Some(Some(ReferralState::Screened)),
        Ok(ProtoState::Admitted) => Some(Some(ReferralState::Admitted)),
        Ok(ProtoState::Refused) => Some(Some(ReferralState::Refused)),
        Ok(ProtoState::Withdrawn) => Some(Some(ReferralState::Withdrawn)),
        Err(_) => {
            fields.add(Violation::new(
                "state",
                "UNKNOWN_VALUE",
                "there is no such state",
                "leave the state out for all",
            ));
            None
        }
    };
    let size = fields.accept(page::size(request.page_size));
    let after = fields.accept(Cursor::from_token(vault, &list_name(request), &request.page_token));
    let query = (|| {
        Some(ListReferrals { region, programme: programme?, state: state?, after: after?, size: size? })
    })();
    fields.finish(query)
}

/// The list a page token belongs to: the RPC with its whole filter.
pub(in crate::grpc) fn list_name(request: &ListReferralsRequest) -> String {
    format!("ListReferrals/{}/{}", request.programme, request.state)
}

/// A programme code that cannot be one. The text is not repeated: in a filter it could be anything.
#[derive(Debug, thiserror::Error)]
#[error("this is not a programme code")]
struct NotACode;

impl region::Explained for NotACode {
    fn remedy(&self) -> String {
        "give the code of a programme, such as `waasland-esf`".to_owned()
    }

    fn reason(&self) -> &'static str {
        "UNKNOWN_PROGRAMME"
    }
}
