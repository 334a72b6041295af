//! The programs that are not ours: PostgreSQL and RabbitMQ from Debian packages, found where the packages put them
//! (neither is on the PATH in the form we need), and installed when the person agrees.

mod find;
mod install;

pub use find::{Machine, PostgresPrograms, RabbitPrograms, current_user_is_root, postgres_user};
pub use install::install;
