//! The chassis against real PostgreSQL and RabbitMQ.

#![expect(
    clippy::disallowed_methods,
    clippy::items_after_statements,
    reason = "tests make tasks, times and ids themselves"
)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what cannot happen fails the test")]

mod events;
mod start;
mod tls;
mod tokens;
mod toy;
mod work;
