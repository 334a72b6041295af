//! What the library promises, against whole files.

mod decisions;
mod files;
mod mistakes;
mod municipalities;
mod screening;
mod waasland;
