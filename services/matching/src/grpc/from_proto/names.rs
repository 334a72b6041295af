//! Names for one page.

use chassis::error::Violation;
use proto::matching::v1::BatchGetWorkerNamesRequest;

use crate::error::Error;
use crate::grpc::fields::Fields;
use crate::use_cases::{BatchGetWorkerNames, MOST_NAMES};

/// Longest purpose of a call for names.
const LONGEST_PURPOSE: usize = 60;

/// Whose names.
pub(in crate::grpc) fn names(request: &BatchGetWorkerNamesRequest) -> Result<BatchGetWorkerNames, Error> {
    let mut fields = Fields::default();
    if !fields.at_most("worker_ids", &request.worker_ids, MOST_NAMES) {
        return fields.finish(None);
    }
    let ids: Vec<_> = request
        .worker_ids
        .iter()
        .enumerate()
        .map(|(place, id)| fields.id(format!("worker_ids[{place}]"), id))
        .collect();
    let purpose = fields.accept(purpose(&request.purpose));
    let query = (|| {
        Some(BatchGetWorkerNames { workers: ids.into_iter().collect::<Option<_>>()?, purpose: purpose? })
    })();
    fields.finish(query)
}

/// A word such as `list_matches`; it goes into the audit row, so nothing personal fits in it.
fn purpose(text: &str) -> Result<String, Violation> {
    let refuse = |reason, message: &str| {
        Err(Violation::new(
            "purpose",
            reason,
            message,
            "name the view the names are for, such as `list_matches`",
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
