//! The HTTP server: connections, limits, what stands on every answer.
//!
//! [`server`] accepts connections and lets them go; [`outer`] is what every request passes first and last; [`limits`],
//! [`body`] and [`origin`] are the guards, [`request`] is what is known of a request before anybody looks at it.

mod body;
mod limits;
mod origin;
mod outer;
mod request;
mod security;
mod server;

pub use body::{LARGEST_BODY, read as read_body};
pub use limits::RateLimit;
pub use origin::same_origin;
pub use outer::{Outer, OuterConfig, RouteName};
pub use request::RequestInfo;
pub use security::SecurityHeaders;
pub use server::{Server, ServerConfig};
