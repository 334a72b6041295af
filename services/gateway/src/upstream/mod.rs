//! The services behind the gateway: addresses, calls, retries.

mod call;
mod codec;
mod pool;

pub use call::{Answer, Call, CallError};
pub use pool::{Pool, Upstreams};
