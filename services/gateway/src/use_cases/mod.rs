//! What the gateway itself does: sign people in and out, take in mandates, revoke them.

mod begin_sign_in;
mod close_session;
mod find_session;
mod finish_sign_in;
mod import_people;
mod open_session;
mod revoke_mandate;

pub use begin_sign_in::BeginSignIn;
pub use close_session::CloseSession;
pub use find_session::FindSession;
pub use finish_sign_in::FinishSignIn;
pub use import_people::{ImportPeople, ImportReport, ImportedMandate};
pub use open_session::{OpenSession, Opened};
pub use revoke_mandate::RevokeMandate;
