//! The key with which the API server signs tokens of service accounts. Its own certificate the API server makes itself.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use local::files::write_private;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};

/// What stands before the 65 bytes of a P-256 public key in its `SubjectPublicKeyInfo` (RFC 5480).
const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// Both halves, as PEM files.
#[derive(Debug)]
pub(super) struct AccountKey {
    /// PKCS #8.
    pub(super) private: PathBuf,
    /// `SubjectPublicKeyInfo`.
    pub(super) public: PathBuf,
}

impl AccountKey {
    /// A new key in this folder.
    pub(super) fn make(folder: &Path) -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let made = |_| anyhow!("a key for service accounts cannot be made");
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(made)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
            .map_err(|_| anyhow!("a key for service accounts cannot be read"))?;
        let public = [SPKI_PREFIX.as_slice(), pair.public_key().as_ref()].concat();
        let key = Self { private: folder.join("accounts.key"), public: folder.join("accounts.pub") };
        write_private(&key.private, pem("PRIVATE KEY", document.as_ref()).as_bytes())?;
        write_private(&key.public, pem("PUBLIC KEY", &public).as_bytes())?;
        Ok(key)
    }
}

fn pem(label: &str, content: &[u8]) -> String {
    let text = STANDARD.encode(content);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
