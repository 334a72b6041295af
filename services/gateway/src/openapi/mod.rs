//! `/api/openapi.json` and `/api/docs`, made from the same descriptors as the routes, with their comments.
//!
//! [`document`] puts it together out of [`operation`]s and [`schema`]s; [`docs_page`] is the readable page. What is served is
//! the committed copy `services/gateway/openapi.json`: a process that made it at its start would hold the contract with all
//! its comments in memory. A test holds the copy to the contract and tells how to refresh it.

use std::sync::LazyLock;

use bytes::Bytes;

mod docs_page;
mod document;
mod handwritten;
mod operation;
mod responses;
mod schema;

pub use docs_page::docs_page;
pub use document::document;

/// The description of the API that is served.
pub const DOCUMENT: &str = include_str!("../../openapi.json");

/// The description for people, made when somebody asks for it first.
pub fn page() -> Bytes {
    static PAGE: LazyLock<Bytes> = LazyLock::new(|| {
        let document = serde_json::from_str(DOCUMENT).unwrap_or_default();
        docs_page(&document).into()
    });
    PAGE.clone()
}
