//! A private PostgreSQL: own data folder, own port on the loopback address, no socket file, nothing shared with a server
//! of the machine. Its superuser `postgres` and all roles connect without password, which is why it listens on 127.0.0.1
//! only; whoever may run programs on this machine can read what is in it.

mod folder;
mod roles;
mod server;

pub use roles::{ServiceDatabase, answers, create_named_database, create_service_database, set_password};
pub use server::{PostgresOptions, PrivatePostgres, Profile};
