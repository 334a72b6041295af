//! A private RabbitMQ: own node, own ports on the loopback address, own Erlang port mapper, own user with a random
//! password (there is no `guest`). It runs as the user who starts it, root or not.

mod credentials;
mod management;
mod server;

pub use credentials::Credentials;
pub use management::{Management, Queue};
pub use server::{PrivateRabbit, RabbitOptions};
