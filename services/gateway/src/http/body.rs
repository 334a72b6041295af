//! Reads a body, never more than allowed and never for longer than allowed.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;

use crate::problem::Problem;

/// Largest body, in bytes.
pub const LARGEST_BODY: usize = 1 << 20;
/// How much of a body that is too large is still taken in, so that the client gets to read the answer.
const DRAINED: usize = 8 << 20;

/// Reads the whole body.
pub async fn read(headers: &HeaderMap, body: Body, within: Duration) -> Result<Bytes, Problem> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    tokio::time::timeout(within, collect(body, announced)).await.unwrap_or_else(|_elapsed| {
        Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "BODY_TOO_SLOW",
            "the body did not arrive in time",
            "send the request again over a faster connection",
        ))
    })
}

async fn collect(mut body: Body, announced: Option<usize>) -> Result<Bytes, Problem> {
    if announced.is_some_and(|length| length > LARGEST_BODY) {
        return Err(drain(body, 0).await);
    }
    let mut first = Bytes::new();
    let mut more: Option<BytesMut> = None;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| cut())?.into_data() else { continue };
        let length = more.as_ref().map_or(first.len(), BytesMut::len) + data.len();
        if length > LARGEST_BODY {
            return Err(drain(body, length).await);
        }
        match &mut more {
            Some(all) => all.extend_from_slice(&data),
            None if first.is_empty() => first = data,
            None => {
                let mut all = BytesMut::with_capacity(announced.unwrap_or(length * 2));
                all.extend_from_slice(&first);
                all.extend_from_slice(&data);
                more = Some(all);
            }
        }
    }
    Ok(more.map_or(first, BytesMut::freeze))
}

async fn drain(mut body: Body, mut taken: usize) -> Problem {
    while taken <= DRAINED {
        match body.frame().await {
            Some(Ok(frame)) => taken += frame.data_ref().map_or(0, Bytes::len),
            _ => break,
        }
    }
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "BODY_TOO_LARGE",
        "the body is larger than 1 MiB",
        "send less in one request",
    )
}

fn cut() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "BODY_CUT_OFF", "the body ended early", "send the whole body")
}
