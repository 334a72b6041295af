//! What names a history: a digest over the ids of its events, in order.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The digest of a history after one more event. The SQL of the outbox computes the same.
pub fn extend_digest(previous: &[u8], event_id: Uuid) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(event_id.as_bytes());
    hash.finalize().to_vec()
}
