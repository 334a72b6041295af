//! Who may not pass.

use http::{HeaderMap, StatusCode, header};

use crate::http::{RateLimit, RequestInfo, same_origin};
use crate::problem::Problem;

/// Limits per client address.
#[derive(Debug)]
pub struct Limits {
    /// Writes without signing in.
    pub anonymous_posts: RateLimit,
    /// Steps of signing in.
    pub sign_ins: RateLimit,
}

impl Limits {
    /// Counts a write without session.
    pub fn anonymous_post(&self, info: &RequestInfo) -> Result<(), Problem> {
        self.anonymous_posts.count(info.client).map_err(too_often)
    }

    /// Counts a step of signing in.
    pub fn sign_in(&self, info: &RequestInfo) -> Result<(), Problem> {
        self.sign_ins.count(info.client).map_err(too_often)
    }
}

fn too_often(seconds: u32) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "RATE_LIMITED",
        "too many requests from this address",
        format!("wait {seconds} s before the next request"),
    )
    .retry_after(seconds)
}

/// Bearer tokens are for machine clients, and there are none yet: a token is never silently ignored.
pub(super) fn no_bearer(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "BEARER_NOT_ACCEPTED",
            "this region accepts no tokens in the header Authorization",
            "leave the header out and sign in at /sign-in",
        ));
    }
    Ok(())
}

/// A write with a session must come from a page of ours.
pub fn own_page(headers: &HeaderMap, public_origin: &str) -> Result<(), Problem> {
    if same_origin(headers, public_origin) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "CROSS_SITE_REQUEST",
        "the request does not come from a page of this region",
        "send it from a page of this region; a program sends the header Origin with the address of the region",
    ))
}

/// Nobody signed in.
pub fn sign_in_required() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "SIGN_IN_REQUIRED",
        "this needs somebody who signed in",
        "sign in at /sign-in",
    )
}

/// Signed in, but without a mandate today.
pub fn no_valid_mandate() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "NO_VALID_MANDATE",
        "you have no mandate that is valid today",
        "ask the coordinator of your organisation for a mandate, or sign in with another account",
    )
}
