//! From outbox to broker to effect.
//!
//! - [`Wake`] tells the relay that something was committed; [`Relay`] publishes it, one process of a service at a time;
//! - [`Handlers`] are what a service brings to the [`Consumer`], which applies every event exactly once per database: `inbox`
//!   holds what was applied, `pending` what waits, `parked` what needs a person, `consumed` how far each aggregate is;
//! - `topology` says which exchanges and queues there are, `envelope` how an event looks on the wire, `batch` several of them in one message, `connection` how every
//!   trouble with the broker is met;
//! - [`fields`] reads what events carry;
//! - `history` decides whether an event is next, known, early or of another history; `slice` is the transaction around that.

mod batch;
mod connection;
mod consumed;
mod consumer;
mod engine;
mod envelope;
pub mod fields;
mod generations;
mod handler;
mod history;
mod inbox;
mod outbox;
pub mod parked;
mod pending;
mod publisher;
mod rebuild;
mod relay;
mod repair;
mod secure;
mod slice;
pub mod topology;
mod wake;

pub use batch::BATCH_CONTENT_TYPE;
pub use consumer::{Consumer, ConsumerHandle};
pub use envelope::CONTENT_TYPE;
pub use handler::{Cleared, Envelope, Handled, HandlerError, Handlers, Target};
pub(crate) use outbox::backlog;
pub(crate) use parked::{Held, held};
pub use rebuild::{Progress, RebuildError};
pub use relay::{Relay, RelayHandle};
pub use repair::Redriven;
pub use wake::Wake;
