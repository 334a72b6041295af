//! Where a sealed value belongs: it opens nowhere else.

use chassis::vault::{PersonKey, SealBroken};
use uuid::Uuid;

/// The place of a value: table and column, and the row's id.
pub fn place(column: &str, row: Uuid) -> String {
    format!("{column}/{row}")
}

/// Opens a column; `None` when it is null or the key was destroyed.
pub fn open(
    key: Option<&PersonKey>,
    column: &str,
    row: Uuid,
    sealed: Option<&[u8]>,
) -> Result<Option<String>, SealBroken> {
    key.zip(sealed).map(|(key, sealed)| key.open(&place(column, row), sealed)).transpose()
}
