//! The small sign-in issuer: an OpenID Connect provider with demo people, for development, tests and demo regions. To
//! sign in is to press the button of a person; there are no passwords, so it must never stand before real people. It
//! listens on the loopback address, or elsewhere only for a region that is marked as demo.
//!
//! What it speaks is what a real provider speaks, so the gateway has one way of signing in: discovery, authorisation
//! code with PKCE (S256 required), nonce, single-use codes of one minute, a confidential client, ID tokens signed with
//! EdDSA, userinfo and end of session. Nothing is stored but the signing key: a restart forgets codes and access tokens.

mod authorize;
mod control;
mod page;
mod people;
mod serve;
mod state;
mod token;

pub use control::{Fault, IssuerControl};
pub use people::{DemoPeople, DemoPerson, Mandate, Organisation};
pub use serve::{Issuer, IssuerConfig};
