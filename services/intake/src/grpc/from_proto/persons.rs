//! Names and erasure.

use chassis::error::Violation;
use proto::intake::v1::{BatchGetNamesRequest, ErasePersonRequest, ErasureGround as ProtoGround};

use crate::domain::ErasureGround;
use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{BatchGetNames, ErasePerson, MOST_NAMES};

/// Longest purpose of a call for names.
const LONGEST_PURPOSE: usize = 60;

/// Whose names.
pub(in crate::grpc) fn names(request: &BatchGetNamesRequest) -> Result<BatchGetNames, Error> {
    let mut fields = Fields::default();
    if request.person_ids.len() > MOST_NAMES {
        fields.add(Violation::new(
            "person_ids",
            "TOO_MANY",
            format!("there are more than {MOST_NAMES} ids"),
            format!("ask for the names of one page, at most {MOST_NAMES}"),
        ));
        return fields.finish(None);
    }
    let ids: Vec<_> = request
        .person_ids
        .iter()
        .enumerate()
        .map(|(place, id)| fields.id(format!("person_ids[{place}]"), id))
        .collect();
    let purpose = fields.accept(purpose(&request.purpose));
    let query =
        (|| Some(BatchGetNames { persons: ids.into_iter().collect::<Option<_>>()?, purpose: purpose? }))();
    fields.finish(query)
}

/// A word such as `list_referrals`; it goes into the audit row, so nothing personal fits in it.
fn purpose(text: &str) -> Result<String, Violation> {
    let refuse = |reason, message: &str| {
        Err(Violation::new(
            "purpose",
            reason,
            message,
            "name the view the names are for, such as `list_referrals`",
        ))
    };
    if text.is_empty() {
        return refuse("REQUIRED", "nothing says what the names are needed for");
    }
    if text.len() > LONGEST_PURPOSE {
        return refuse("TOO_LONG", "the purpose has more than 60 characters");
    }
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
        Ok(text.to_owned())
    } else {
        refuse("UNKNOWN_VALUE", "the purpose has other characters than lower-case letters and underscores")
    }
}

/// Whom to erase and why.
pub(in crate::grpc) fn erase(request: &ErasePersonRequest) -> Result<ErasePerson, Error> {
    let mut fields = Fields::default();
    let person = fields.id("person_id", &request.person_id);
    let ground = match ProtoGround::try_from(request.ground) {
        Ok(ProtoGround::Request) => Some(ErasureGround::Request),
        Ok(ProtoGround::Retention) => Some(ErasureGround::Retention),
        Ok(ProtoGround::Mistake) => Some(ErasureGround::Mistake),
        Ok(ProtoGround::Unspecified) | Err(_) => {
            fields.add(Violation::new(
                "ground",
                "REQUIRED",
                "nothing says why the person is erased",
                "give one of ERASURE_GROUND_REQUEST, ERASURE_GROUND_RETENTION, ERASURE_GROUND_MISTAKE",
            ));
            None
        }
    };
    let command = (|| Some(ErasePerson { person: person?, ground: ground? }))();
    fields.finish(command)
}
