//! SQL of the gateway: mandates, sessions, and sign-ins on their way.

pub mod mandates;
pub mod sessions;
pub mod sign_ins;
