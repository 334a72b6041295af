//! 256 random bits that only the browser keeps.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::TryRngCore as _;
use sha2::{Digest as _, Sha256};

/// A random secret in a cookie or a URL; stored as its hash only.
#[derive(Clone, Copy)]
pub struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

impl Secret {
    /// A new one, from the operating system.
    pub fn random() -> Self {
        let mut bytes = [0; 32];
        if rand::rngs::OsRng.try_fill_bytes(&mut bytes).is_err() {
            // the generator of the process is seeded from the operating system as well
            bytes = rand::random();
        }
        Self(bytes)
    }

    /// Reads the text of a cookie.
    pub fn parse(text: &str) -> Option<Self> {
        BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The text for a cookie or URL.
    pub fn expose(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_from_its_text_and_only_whole() {
        let secret = Secret::random();
        let text = secret.expose();

        assert_eq!(text.len(), 43);
        assert_eq!(Secret::parse(&text).unwrap().hash(), secret.hash());
        assert_ne!(Secret::random().hash(), secret.hash());
        for bad in ["", &text[1..], &format!("{text}A"), "***"] {
            assert!(Secret::parse(bad).is_none(), "{bad}");
        }
        assert!(!format!("{secret:?}").contains(&text));
    }
}
