//! The pages that work without scripts: what this is, the referral form, and what went wrong.
//!
//! The web app comes beside them; these stay as the fallback. No script, nothing from outside.

mod form_text;
mod home;
mod html;
mod message;
mod referral_form;
mod submit_referral;

pub use home::home;
pub(crate) use html::push;
pub use html::{Page, STYLE, escape, respond};
pub use message::{message, not_found};
pub use referral_form::show as show_referral_form;
pub use submit_referral::submit as submit_referral;
