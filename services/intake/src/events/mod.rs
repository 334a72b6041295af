//! From domain to the events of the contract. Intake consumes none yet.

pub mod published;
