//! Signing in at the identity provider of the region, and out again.
//!
//! OpenID Connect, authorisation code with PKCE, state and nonce; the gateway is a confidential client and the browser never
//! sees a token. [`provider`] talks to the identity provider, [`handlers`] to the browser, [`http_client`] is how the former
//! goes out: no redirects, five seconds, one megabyte. [`client_secret`] is what it proves itself with.

mod client_secret;
mod handlers;
mod http_client;
mod provider;
mod session_info;

pub use client_secret::{ClientSecret, ClientSecretError};
pub use handlers::{begin, finish, sign_out};
pub use http_client::HttpClient;
pub use provider::{Provider, ProviderSettings, SignInError};
pub use session_info::session_info;
