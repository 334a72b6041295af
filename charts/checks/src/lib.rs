//! Holds the chart `charts/bondgenoot`: renders every example and every set of values in `ci`, and compares, validates and
//! questions what comes out. Needs Python and its package index, and neither Go nor a cluster; see [`tools`].
//!
//! Helm is the library in a Python package, or the program that `HELM` names: [`render`] gives the same for both, and one set
//! of golden files holds them together.

pub mod render;
pub mod tools;

use std::path::{Path, PathBuf};

/// The checkout.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The chart.
pub fn chart() -> PathBuf {
    repository().join("charts/bondgenoot")
}
