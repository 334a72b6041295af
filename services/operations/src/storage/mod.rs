//! SQL over the open transaction.

pub mod actions;
pub mod findings;
pub mod reconciled_epochs;
