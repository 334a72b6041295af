//! From outbox to broker to effect.
//!
//! - [`Wake`] tells the relay that something was committed;
//! - [`Handlers`] are what a service brings to the consumer.

mod handler;
mod wake;

pub use handler::{Envelope, Handled, HandlerError, Handlers, Target};
pub use wake::Wake;
