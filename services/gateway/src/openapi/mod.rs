//! `/api/openapi.json` and `/api/docs`, made from the same descriptors as the routes, with their comments.
//!
//! [`document`] puts it together out of [`operation`]s and [`schema`]s; [`docs_page`] is the readable page. The golden copy is
//! `services/gateway/openapi.json`; a test tells how to refresh it.

mod docs_page;
mod document;
mod handwritten;
mod operation;
mod responses;
mod schema;

pub use docs_page::docs_page;
pub use document::document;
