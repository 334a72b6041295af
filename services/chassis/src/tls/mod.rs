//! TLS with the provider `ring`, from files that may change while the process runs.
//!
//! [`Tls`] holds what a process shows and whom it trusts (section `[tls]`); [`trusting`] is for others than our own services.

mod followed;
mod pem;
mod validity;

pub use followed::Tls;
pub use pem::{TlsError, trusting};
