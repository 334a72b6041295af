//! What runs in the background.

mod compare_histories;
mod watch;

use std::time::Duration;

use rand::Rng as _;

pub use compare_histories::compare_histories;
pub use watch::watch;

/// A pause that is longer or shorter by up to a fifth, so that replicas do not look in step.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(rand::rng().random_range(0.8..=1.2))
}
