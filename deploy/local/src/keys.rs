//! The keys of a region on this machine, made once per data folder: who may sign caller tokens, what wraps person keys,
//! and what blind indexes are made with. All files have mode 0600.
//!
//! In a cluster these come as secrets; the formats are the same.

use std::{collections::BTreeMap, path::Path, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    files,
};

/// What stands before the 32 bytes of an Ed25519 private key in PKCS#8 version 1 (RFC 8410). Written by hand because
/// the version 2 that `ring` writes is not read by the library that signs tokens.
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// Principals for which the gateway may sign.
const GATEWAY_PRINCIPALS: [&str; 3] = ["worker", "anonymous", "participant_link"];
/// The principal for which operators and the service `operations` may sign.
const OPERATOR_PRINCIPALS: [&str; 1] = ["operator"];

/// A private key that signs tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name, the `kid` of tokens it signs.
    pub id: String,
    /// PKCS#8 PEM, mode 0600.
    pub file: PathBuf,
}

/// Where the keys of a region are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionKeys {
    /// Signs caller tokens of workers, anonymous callers and participant links.
    pub gateway: SigningKey,
    /// Signs for the operator at the command line.
    pub operator: SigningKey,
    /// Signs for the service `operations`.
    pub operations: SigningKey,
    /// The public keys whose tokens count, as a JSON Web Key set; each names the principals it may vouch for.
    pub caller_keys_file: PathBuf,
    /// The region key, which wraps person keys: `{"current": "<id>", "keys": {"<id>": "<32 bytes, base64>"}}`.
    pub region_key_file: PathBuf,
    /// The key of blind indexes, in the same form.
    pub index_key_file: PathBuf,
}

/// A key pair in the forms that files and tokens need.
#[derive(Debug)]
pub(crate) struct Ed25519 {
    /// PKCS#8 PEM.
    pub(crate) pem: String,
    /// The public half, base64url, as in a JSON Web Key.
    pub(crate) public: String,
}

/// One public key in a JSON Web Key set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Always `OKP`.
    pub kty: String,
    /// Always `Ed25519`.
    pub crv: String,
    /// Name of the key.
    pub kid: String,
    /// The key, base64url.
    pub x: String,
    /// Always `EdDSA`.
    pub alg: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// Principals this key may vouch for; absent outside the region's own key set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bondgenoot_principals: Vec<String>,
}

/// A JSON Web Key set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeySet {
    /// The keys.
    pub keys: Vec<PublicKey>,
}

#[derive(Serialize, Deserialize)]
struct SymmetricKeys {
    current: String,
    keys: BTreeMap<String, String>,
}

impl RegionKeys {
    /// Reads the keys in this folder; makes those that are missing.
    ///
    /// # Errors
    /// [`Error::Key`] for a key file that is there but cannot be used: it is not replaced, because what it protects
    /// would be lost.
    pub fn of_folder(folder: &Path) -> Result<Self> {
        files::private_folder(folder)?;
        let (gateway, gateway_public) = signing_key(folder, "gateway")?;
        let (operator, operator_public) = signing_key(folder, "operator")?;
        let (operations, operations_public) = signing_key(folder, "operations")?;
        let caller_keys_file = folder.join("caller-keys.json");
        let set = PublicKeySet {
            keys: vec![
                public_key(&gateway.id, gateway_public, &GATEWAY_PRINCIPALS),
                public_key(&operator.id, operator_public, &OPERATOR_PRINCIPALS),
                public_key(&operations.id, operations_public, &OPERATOR_PRINCIPALS),
            ],
        };
        files::write_json(&caller_keys_file, &set)?;
        let region_key_file = symmetric_key(folder, "region")?;
        let index_key_file = symmetric_key(folder, "index")?;
        Ok(Self { gateway, operator, operations, caller_keys_file, region_key_file, index_key_file })
    }
}

/// The name by which a set of public keys knows this private key.
///
/// # Errors
/// [`Error::Key`] when one of the files cannot be used, or the set does not know the key.
pub fn known_as(key_file: &Path, set_file: &Path) -> Result<String> {
    let name = key_file.display().to_string();
    let unusable = |reason: String| Error::Key { name: name.clone(), reason };
    let pem = files::read_text(key_file)?.ok_or_else(|| unusable("there is no such file".to_owned()))?;
    let key = Ed25519::of_pem(&name, &pem)?;
    let set: Option<PublicKeySet> = files::read_json(set_file)?;
    let known = set.and_then(|set| set.keys.into_iter().find(|public| public.x == key.public));
    known.map(|public| public.kid).ok_or_else(|| {
        unusable(format!("{} does not know it; name the key that belongs to it", set_file.display()))
    })
}

impl Ed25519 {
    /// A new random key pair.
    pub(crate) fn generate() -> Result<Self> {
        Self::of_seed(rand::random())
    }

    /// Reads a key pair from the PEM that this module writes.
    pub(crate) fn of_pem(name: &str, pem: &str) -> Result<Self> {
        let unusable = || Error::Key {
            name: name.to_owned(),
            reason: "not an Ed25519 private key as PKCS#8 PEM; put the right file back, or start fresh"
                .to_owned(),
        };
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(body).map_err(|_| unusable())?;
        let seed = der.strip_prefix(&PKCS8_PREFIX).ok_or_else(unusable)?;
        Self::of_seed(seed.try_into().map_err(|_| unusable())?)
    }

    fn of_seed(seed: [u8; 32]) -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed)
            .map_err(|error| Error::Key { name: "Ed25519".to_owned(), reason: error.to_string() })?;
        let der = [PKCS8_PREFIX.as_slice(), &seed].concat();
        let pem =
            format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der));
        Ok(Self { pem, public: URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()) })
    }
}

/// Describes a public key; without principals for the sign-in issuer.
pub(crate) fn public_key(id: &str, x: String, principals: &[&str]) -> PublicKey {
    PublicKey {
        kty: "OKP".to_owned(),
        crv: "Ed25519".to_owned(),
        kid: id.to_owned(),
        x,
        alg: "EdDSA".to_owned(),
        usage: "sig".to_owned(),
        bondgenoot_principals: principals.iter().map(|name| (*name).to_owned()).collect(),
    }
}

/// Reads or makes the key `<name>-signing.pem`. Its id is its name and the first letters of its public half, so that a
/// key made anew has a new id.
pub(crate) fn signing_key(folder: &Path, name: &str) -> Result<(SigningKey, String)> {
    let file = folder.join(format!("{name}-signing.pem"));
    let pair = if let Some(pem) = files::read_text(&file)? {
        Ed25519::of_pem(&file.display().to_string(), &pem)?
    } else {
        let pair = Ed25519::generate()?;
        files::write_private(&file, pair.pem.as_bytes())?;
        pair
    };
    let short: String = pair.public.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    Ok((SigningKey { id: format!("{name}-{short}"), file }, pair.public))
}

fn symmetric_key(folder: &Path, name: &str) -> Result<PathBuf> {
    let file = folder.join(format!("{name}-key.json"));
    if let Some(found) = files::read_json::<SymmetricKeys>(&file)? {
        let key = found.keys.get(&found.current).and_then(|text| STANDARD.decode(text).ok());
        if key.is_none_or(|bytes| bytes.len() != 32) {
            return Err(Error::Key {
                name: file.display().to_string(),
                reason: "the current key is not there or is not 32 bytes in base64".to_owned(),
            });
        }
        return Ok(file);
    }
    let id = format!("{name}-{}", hex::encode(rand::random::<[u8; 4]>()));
    let keys = BTreeMap::from([(id.clone(), STANDARD.encode(rand::random::<[u8; 32]>()))]);
    files::write_json(&file, &SymmetricKeys { current: id, keys })?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, jwk::JwkSet};
    use serde_json::{Value, json};

    fn sign(key: &SigningKey) -> String {
        let pem = std::fs::read(&key.file).unwrap();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(key.id.clone());
        let claims = json!({ "sub": "x", "exp": 4_000_000_000_u64 });
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_pem(&pem).unwrap()).unwrap()
    }

    fn verify(keys: &JwkSet, kid: &str, token: &str) -> bool {
        let key = DecodingKey::from_jwk(keys.find(kid).unwrap()).unwrap();
        jsonwebtoken::decode::<Value>(token, &key, &Validation::new(Algorithm::EdDSA)).is_ok()
    }

    #[test]
    fn a_token_signed_with_a_key_is_verified_with_its_public_half_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let keys = RegionKeys::of_folder(folder.path()).unwrap();
        let set: JwkSet = serde_json::from_slice(&std::fs::read(&keys.caller_keys_file).unwrap()).unwrap();

        for key in [&keys.gateway, &keys.operator, &keys.operations] {
            let token = sign(key);
            assert!(verify(&set, &key.id, &token), "{}", key.id);
        }
        assert!(!verify(&set, &keys.operator.id, &sign(&keys.gateway)));
    }

    #[test]
    fn only_the_gateway_vouches_for_workers_and_only_operators_for_operators() {
        let folder = tempfile::tempdir().unwrap();
        let keys = RegionKeys::of_folder(folder.path()).unwrap();
        let set: PublicKeySet = files::read_json(&keys.caller_keys_file).unwrap().unwrap();

        let of = |id: &str| &set.keys.iter().find(|key| key.kid == id).unwrap().bondgenoot_principals;
        assert_eq!(*of(&keys.gateway.id), ["worker", "anonymous", "participant_link"]);
        assert_eq!(*of(&keys.operator.id), ["operator"]);
        assert_eq!(*of(&keys.operations.id), ["operator"]);
        assert!(keys.operator.id.starts_with("operator-"));
    }

    #[test]
    fn keys_stay_the_same_in_a_folder_and_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let read = || {
            let mut all: Vec<_> = std::fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .map(|path| (path.clone(), std::fs::read(&path).unwrap(), files::mode(&path).unwrap()))
                .collect();
            all.sort();
            all
        };

        RegionKeys::of_folder(folder.path()).unwrap();
        let first = read();
        RegionKeys::of_folder(folder.path()).unwrap();

        assert_eq!(first, read());
        assert_eq!(first.len(), 6);
        assert!(first.iter().all(|(_, _, mode)| *mode == 0o600));
        assert_eq!(files::mode(folder.path()).unwrap() & 0o200, 0o200);
    }

    #[test]
    fn a_damaged_key_is_refused_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let keys = RegionKeys::of_folder(folder.path()).unwrap();

        std::fs::write(&keys.region_key_file, r#"{"current":"a","keys":{"a":"dG9vIHNob3J0"}}"#).unwrap();
        assert!(matches!(RegionKeys::of_folder(folder.path()), Err(Error::Key { .. })));
        assert!(std::fs::read_to_string(&keys.region_key_file).unwrap().contains("dG9vIHNob3J0"));

        std::fs::remove_file(&keys.region_key_file).unwrap();
        std::fs::write(&keys.operator.file, "nonsense").unwrap();
        assert!(matches!(RegionKeys::of_folder(folder.path()), Err(Error::Key { .. })));
    }
}
