//! The canonical form of inputs and answers: JSON without white space, fields in the order of their declaration, sets in the order
//! of their items, numbers with decimals as texts. Equal values give equal bytes on every machine.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::storage::proposals::Kept;

/// The canonical form of a value, with its hash.
pub(super) fn keep(value: &impl Serialize) -> Result<Kept, Error> {
    let text = serde_json::to_string(value).map_err(|error| Error::inconsistent("proposals", error))?;
    let sha256 = hash(&text);
    Ok(Kept { text, sha256 })
}

/// Reads a value back. A text that is not what its hash says is an inconsistency.
pub(super) fn read<T: DeserializeOwned>(kept: &Kept) -> Result<T, Error> {
    if hash(&kept.text) != kept.sha256 {
        return Err(Error::inconsistent("proposals", "a kept text is not what its hash says"));
    }
    // The error of the parser could quote the text.
    serde_json::from_str(&kept.text)
        .map_err(|_| Error::inconsistent("proposals", "a kept text cannot be read"))
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
