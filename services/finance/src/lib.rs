//! Money.

pub mod domain;
