//! The public API: every RPC that has an HTTP route, without a handler of its own.
//!
//! [`answer`] takes a request apart, [`guard`] refuses what may not pass, [`headers`] reads what travels beside the body,
//! [`gate`] holds what all of it needs and makes the call.

mod answer;
mod gate;
mod guard;
mod headers;

pub use answer::answer;
pub use gate::{Gate, Sent};
pub use guard::{Limits, own_page, sign_in_required};
pub use headers::{Beside, idempotency_key};

use http::StatusCode;

use crate::problem::Problem;

/// The path is known, the method is not.
pub fn wrong_method(allow: &str) -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "this path does not take this method",
        format!("use {allow}"),
    )
    .allow(allow)
}

/// Nothing is known under this path.
pub fn not_found() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "NO_SUCH_PATH",
        "there is nothing under this path",
        "see /api/docs for every path of the API",
    )
}
