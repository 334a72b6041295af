//! `finance export-key FOLDER`: a pair of keys that signs and checks manifests.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair as _};

/// What stands before the 32 bytes of a secret key: PKCS #8, version 1, Ed25519 (RFC 8410).
const SECRET: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// What stands before the 32 bytes of a public key (RFC 8410).
const PUBLIC: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Reads the arguments behind `export-key`.
fn folder(arguments: &[String]) -> anyhow::Result<PathBuf> {
    match arguments {
        [folder] if !folder.starts_with('-') => Ok(PathBuf::from(folder)),
        _ => bail!("usage: finance export-key FOLDER"),
    }
}

fn pem(what: &str, der: &[u8]) -> String {
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", STANDARD.encode(der))
}

/// Writes a file that was not there; whoever finds one there keeps it.
fn write(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let open = File::options().write(true).create_new(true).mode(mode).open(path);
    let mut file =
        open.with_context(|| format!("cannot make {}: an older key is never overwritten", path.display()))?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}

/// Makes `export-key.pem`, which only its owner can read, and `export-key.pub.pem` for everybody who checks a signature.
///
/// # Errors
/// When a file is there already, or cannot be written.
pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let folder = folder(arguments)?;
    let mut seed = [0; 32];
    SystemRandom::new().fill(&mut seed).ok().context("the system gives no random bytes")?;
    let der = [SECRET.as_slice(), &seed].concat();
    let pair =
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).ok().context("the key cannot be read back")?;
    std::fs::create_dir_all(&folder)?;
    let (secret, public) = (folder.join("export-key.pem"), folder.join("export-key.pub.pem"));
    write(&secret, &pem("PRIVATE KEY", &der), 0o600)?;
    write(&public, &pem("PUBLIC KEY", &[PUBLIC.as_slice(), pair.public_key().as_ref()].concat()), 0o644)?;
    tell(&secret, &public);
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a command line tells what it made")]
fn tell(secret: &Path, public: &Path) {
    eprintln!("{} signs (export.signing_key_file); keep it secret, and a copy of it", secret.display());
    eprintln!("{} checks; give it to whoever receives exports", public.display());
}
