//! SQL over the open transaction.

pub mod findings;
pub mod reconciled_epochs;
