//! Encryption of personal data under a key per person, and blind indexes.
//!
//! The region key wraps person keys; a person key encrypts that person's fields; erasing destroys the person key. Every
//! ciphertext is bound to its place (table, column, row), so it cannot be moved to another row.
//!
//! Format of a sealed value: one format byte (1), 96 random bits of nonce, AES-256-GCM ciphertext with tag. Random nonces
//! are safe for 2^32 values per key; person keys stay far below.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::Rng as _;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use serde::Deserialize;
use uuid::Uuid;

const FORMAT: u8 = 1;
const KEY_BYTES: usize = 32;

/// A sealed value cannot be opened: wrong key, wrong place, or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value cannot be opened")]
pub struct SealBroken;

/// A key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// It cannot be read.
    #[error("cannot read the key file {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It holds something else.
    #[error(
        "the key file {path} is malformed; it holds {{\"current\": \"<id>\", \"keys\": {{\"<id>\": \"<32 bytes in base64>\"}}}}"
    )]
    Malformed {
        /// The file.
        path: PathBuf,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    current: String,
    keys: HashMap<String, String>,
}

impl KeyFile {
    fn read(path: &Path) -> Result<(String, HashMap<String, [u8; KEY_BYTES]>), VaultError> {
        let text =
            std::fs::read(path).map_err(|source| VaultError::Unreadable { path: path.to_owned(), source })?;
        let malformed = || VaultError::Malformed { path: path.to_owned() };
        let file: Self = serde_json::from_slice(&text).map_err(|_| malformed())?;
        let mut keys = HashMap::new();
        for (id, key) in file.keys {
            let bytes = STANDARD.decode(key).map_err(|_| malformed())?;
            keys.insert(id, bytes.try_into().map_err(|_| malformed())?);
        }
        if keys.contains_key(&file.current) { Ok((file.current, keys)) } else { Err(malformed()) }
    }
}

/// Holds the region key and the key of blind indexes.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    current: String,
    region_keys: HashMap<String, LessSafeKey>,
    index_key: hmac::Key,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Vault").field("region_key", &self.inner.current).finish_non_exhaustive()
    }
}

/// A person key as it is stored: wrapped by a region key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Which region key wrapped it.
    pub region_key_id: String,
    /// The wrapped key.
    pub bytes: Vec<u8>,
}

/// The key of one person, ready for use. Never stored, never logged.
pub struct PersonKey {
    key: LessSafeKey,
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PersonKey(..)")
    }
}

fn aes(bytes: &[u8; KEY_BYTES]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, bytes).ok().map(LessSafeKey::new)
}

fn seal(key: &LessSafeKey, context: &str, plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE_LEN] = rand::rng().random();
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    let mut body = plain.to_vec();
    // Fails only for a plaintext of 64 GiB; such a body would open as broken, never as something else.
    if key
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(context.as_bytes()),
            &mut body,
        )
        .is_ok()
    {
        sealed.append(&mut body);
    }
    sealed
}

fn open(key: &LessSafeKey, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
    let (format, rest) = sealed.split_first().ok_or(SealBroken)?;
    if *format != FORMAT {
        return Err(SealBroken);
    }
    let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealBroken)?;
    let mut body = body.to_vec();
    let length = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context.as_bytes()), &mut body)
        .map_err(|_| SealBroken)?
        .len();
    body.truncate(length);
    Ok(body)
}

impl Vault {
    /// Reads the region key and the index key.
    pub fn from_files(region_key_file: &Path, index_key_file: &Path) -> Result<Self, VaultError> {
        let (current, region) = KeyFile::read(region_key_file)?;
        let (index_current, index) = KeyFile::read(index_key_file)?;
        let malformed = || VaultError::Malformed { path: region_key_file.to_owned() };
        let region_keys = region
            .into_iter()
            .map(|(id, bytes)| Some((id, aes(&bytes)?)))
            .collect::<Option<HashMap<_, _>>>()
            .ok_or_else(malformed)?;
        let index_bytes = index
            .get(&index_current)
            .ok_or_else(|| VaultError::Malformed { path: index_key_file.to_owned() })?;
        let index_key = hmac::Key::new(hmac::HMAC_SHA256, index_bytes);
        Ok(Self { inner: Arc::new(Inner { current, region_keys, index_key }) })
    }

    /// A vault with random keys that end with the process: for one that stores nothing sealed and should hold no key of
    /// the region.
    pub fn ephemeral() -> Self {
        let mut random = rand::rng();
        let (region, index): ([u8; KEY_BYTES], [u8; KEY_BYTES]) = (random.random(), random.random());
        let current = "ephemeral".to_owned();
        let region_keys = aes(&region).map(|key| (current.clone(), key)).into_iter().collect();
        Self {
            inner: Arc::new(Inner {
                current,
                region_keys,
                index_key: hmac::Key::new(hmac::HMAC_SHA256, &index),
            }),
        }
    }

    /// A new person key, and how it is stored.
    pub fn new_person_key(&self, person: Uuid) -> Result<(PersonKey, WrappedKey), SealBroken> {
        let bytes: [u8; KEY_BYTES] = rand::rng().random();
        let region_key = self.inner.region_keys.get(&self.inner.current).ok_or(SealBroken)?;
        let wrapped = WrappedKey {
            region_key_id: self.inner.current.clone(),
            bytes: seal(region_key, &wrap_context(person), &bytes),
        };
        Ok((PersonKey { key: aes(&bytes).ok_or(SealBroken)? }, wrapped))
    }

    /// The key of a person, from how it is stored.
    pub fn person_key(&self, person: Uuid, wrapped: &WrappedKey) -> Result<PersonKey, SealBroken> {
        let region_key = self.inner.region_keys.get(&wrapped.region_key_id).ok_or(SealBroken)?;
        let bytes: [u8; KEY_BYTES] =
            open(region_key, &wrap_context(person), &wrapped.bytes)?.try_into().map_err(|_| SealBroken)?;
        Ok(PersonKey { key: aes(&bytes).ok_or(SealBroken)? })
    }

    /// A keyed hash of a normalised value, for exact search without storing the value. `purpose` keeps indexes apart.
    pub fn blind_index(&self, purpose: &str, normalised: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.inner.index_key);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(normalised.as_bytes());
        context.sign().as_ref().to_vec()
    }

    /// Seals what belongs to no person key, under the region key: stored answers.
    pub(crate) fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let context = format!("{}/{context}", self.inner.current);
        self.inner.region_keys.get(&self.inner.current).map_or_else(Vec::new, |key| {
            let id = self.inner.current.as_bytes();
            let mut sealed = vec![u8::try_from(id.len()).unwrap_or(u8::MAX)];
            sealed.extend_from_slice(id);
            sealed.extend(seal(key, &context, plain));
            sealed
        })
    }

    /// Opens what [`seal`](Self::seal) sealed, also under an older region key.
    pub(crate) fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
        let (length, rest) = sealed.split_first().ok_or(SealBroken)?;
        let (id, body) = rest.split_at_checked(usize::from(*length)).ok_or(SealBroken)?;
        let id = std::str::from_utf8(id).map_err(|_| SealBroken)?;
        let key = self.inner.region_keys.get(id).ok_or(SealBroken)?;
        open(key, &format!("{id}/{context}"), body)
    }
}

fn wrap_context(person: Uuid) -> String {
    format!("person_key/{person}")
}

/// The place of a sealed value: table and column (`persons.name`), and the id of the row.
pub fn place(column: &str, row: Uuid) -> String {
    format!("{column}/{row}")
}

/// Opens a column of a row; `None` when it is null or the key was destroyed.
///
/// # Errors
/// When it was sealed under another key or for another place, or was changed.
pub fn open_column(
    key: Option<&PersonKey>,
    column: &str,
    row: Uuid,
    sealed: Option<&[u8]>,
) -> Result<Option<String>, SealBroken> {
    key.zip(sealed).map(|(key, sealed)| key.open(&place(column, row), sealed)).transpose()
}

impl PersonKey {
    /// Seals a text for one place, e.g. `referrals.note/<id>`.
    pub fn seal(&self, place: &str, plain: &str) -> Vec<u8> {
        seal(&self.key, place, plain.as_bytes())
    }

    /// Opens what was sealed for that place.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<String, SealBroken> {
        String::from_utf8(open(&self.key, place, sealed)?).map_err(|_| SealBroken)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn vault() -> Vault {
        let folder = std::env::temp_dir().join(format!("bondgenoot-vault-{}", rand::rng().random::<u64>()));
        std::fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, byte: u8| {
            let path = folder.join(name);
            let key = STANDARD.encode([byte; KEY_BYTES]);
            std::fs::write(&path, format!(r#"{{"current": "k1", "keys": {{"k1": "{key}"}}}}"#)).unwrap();
            path
        };
        let vault = Vault::from_files(&write("region.json", 1), &write("index.json", 2)).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
        vault
    }

    #[test]
    fn a_sealed_text_opens_in_its_place_and_nowhere_else() {
        let (vault, person) = (vault(), Uuid::from_u128(1));
        let (key, wrapped) = vault.new_person_key(person).unwrap();
        let sealed = key.seal("referrals.note/1", "kanarie");

        let again = vault.person_key(person, &wrapped).unwrap();

        assert_eq!(again.open("referrals.note/1", &sealed).unwrap(), "kanarie");
        assert_eq!(again.open("referrals.note/2", &sealed), Err(SealBroken));
        assert!(vault.person_key(Uuid::from_u128(2), &wrapped).is_err());
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let (key, _) = vault().new_person_key(Uuid::from_u128(1)).unwrap();
        let sealed = key.seal("p", "kanarie");

        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert_eq!(key.open("p", &changed), Err(SealBroken), "byte {position}");
        }
    }

    #[test]
    fn a_blind_index_depends_on_its_purpose() {
        let vault = vault();
        assert_eq!(vault.blind_index("insz", "1"), vault.blind_index("insz", "1"));
        assert_ne!(vault.blind_index("insz", "1"), vault.blind_index("contact", "1"));
    }
}
