//! Everything secret that a region needs before its first start, as files: keys, passwords of roles, and what its servers read.
//!
//! ```text
//! keys/        gateway-signing.pem, operator-signing.pem, operations-signing.pem, caller-keys.json, region-key.json,
//!              index-key.json
//! passwords/   <service>-owner, <service>-runtime, broker, sign-in
//! servers/     postgres-password, rabbitmq.conf: what the servers themselves read; readable by all, in case they run as another user
//! ids.env      names of the signing keys, as variables; no secret
//! ```
//!
//! What is there is kept, so that the command may be repeated: a region key that is replaced makes every name unreadable.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    files,
    keys::RegionKeys,
    region_run::Service,
};

/// The name under which services come to the broker.
pub const BROKER_USER: &str = "bondgenoot";

/// The folder with the secrets of a region.
#[derive(Debug, Clone)]
pub struct RegionSecrets {
    folder: PathBuf,
}

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Password {
    /// Of the role that owns the database of a service, and migrates it.
    Owner(Service),
    /// Of the role that works with it.
    Runtime(Service),
    /// Of the services at the broker.
    Broker,
    /// Of the gateway at the sign-in issuer.
    SignIn,
}

impl Password {
    fn every() -> Vec<Self> {
        let of_databases = Service::ALL.into_iter().flat_map(|of| [Self::Owner(of), Self::Runtime(of)]);
        of_databases.chain([Self::Broker, Self::SignIn]).collect()
    }

    fn file_name(self) -> String {
        match self {
            Self::Owner(service) => format!("{service}-owner"),
            Self::Runtime(service) => format!("{service}-runtime"),
            Self::Broker => "broker".to_owned(),
            Self::SignIn => "sign-in".to_owned(),
        }
    }
}

impl RegionSecrets {
    /// Makes what is missing in the folder and keeps what is there. Files are private to `owner`, or to the running user.
    ///
    /// # Errors
    /// [`Error::Key`] for a key that is there and cannot be used, [`Error::File`] when a file cannot be written or given away.
    pub fn make(folder: &Path, vhost: &str, owner: Option<u32>) -> Result<Self> {
        let at = |part: &str| folder.join(part);
        // The servers may run as another user, who has to pass through.
        passable(folder, 0o711)?;
        files::private_folder(&at("passwords"))?;
        passable(&at("servers"), 0o755)?;
        let keys = RegionKeys::of_folder(&at("keys"))?;
        let secrets = Self { folder: folder.to_owned() };
        for password in Password::every() {
            kept_or_made(&secrets.file(password), 0o600)?;
        }
        kept_or_made(&at("servers/postgres-password"), 0o444)?;
        let broker = secrets.password(Password::Broker)?;
        let settings = format!(
            "# Made by `bondgenoot secrets`. The user and the virtual host are made at the first start of the broker.\n\
             default_user = {BROKER_USER}\n\
             default_pass = {broker}\n\
             default_vhost = {vhost}\n\
             default_user_tags.administrator = true\n\
             loopback_users = none\n\
             collect_statistics_interval = 1000\n"
        );
        write(&at("servers/rabbitmq.conf"), &settings, 0o444)?;
        let ids = format!(
            "GATEWAY_KEYS__CALLER_KEY_ID={}\nOPERATIONS_KEYS__SIGNING_KEY_ID={}\n",
            keys.gateway.id, keys.operations.id
        );
        write(&at("ids.env"), &ids, 0o644)?;
        if let Some(owner) = owner {
            for part in ["keys", "passwords"] {
                give(&at(part), owner)?;
            }
        }
        Ok(secrets)
    }

    /// A folder that [`make`](Self::make) filled before.
    pub fn of_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Where a password is.
    pub fn file(&self, password: Password) -> PathBuf {
        self.folder.join("passwords").join(password.file_name())
    }

    /// A password.
    ///
    /// # Errors
    /// [`Error::File`] when it is not there.
    pub fn password(&self, password: Password) -> Result<String> {
        let file = self.file(password);
        let missing = || Error::file("reading", &file)(std::io::ErrorKind::NotFound.into());
        Ok(files::read_text(&file)?.ok_or_else(missing)?.trim().to_owned())
    }

    /// Where the password of the superuser of PostgreSQL is.
    pub fn postgres_password_file(&self) -> PathBuf {
        self.folder.join("servers/postgres-password")
    }

    /// Where the keys are.
    pub fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }
}

fn passable(folder: &Path, mode: u32) -> Result<()> {
    files::folder(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(mode)).map_err(Error::file("opening", folder))
}

/// 192 random bits in letters that need no quoting anywhere.
fn kept_or_made(file: &Path, mode: u32) -> Result<()> {
    match files::read_text(file)? {
        Some(_) => Ok(()),
        None => write(file, &hex::encode(rand::random::<[u8; 24]>()), mode),
    }
}

fn write(file: &Path, text: &str, mode: u32) -> Result<()> {
    files::write_private(file, text.as_bytes())?;
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).map_err(Error::file("opening", file))
}

fn give(folder: &Path, owner: u32) -> Result<()> {
    let mut all = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).map_err(Error::file("giving away", folder))? {
        all.push(entry.map_err(Error::file("giving away", folder))?.path());
    }
    all.iter()
        .try_for_each(|path| chown(path, Some(owner), Some(owner)).map_err(Error::file("giving away", path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_there_is_kept_and_what_is_missing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let made = RegionSecrets::make(folder.path(), "waasland", None).unwrap();
        let before = made.password(Password::Runtime(Service::Intake)).unwrap();
        let key = fs::read(made.keys().join("region-key.json")).unwrap();
        fs::remove_file(made.file(Password::SignIn)).unwrap();

        let again = RegionSecrets::make(folder.path(), "waasland", None).unwrap();

        assert_eq!(again.password(Password::Runtime(Service::Intake)).unwrap(), before);
        assert_eq!(fs::read(again.keys().join("region-key.json")).unwrap(), key);
        assert_eq!(again.password(Password::SignIn).unwrap().len(), 48);
    }

    #[test]
    fn only_the_servers_own_files_are_open_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let made = RegionSecrets::make(folder.path(), "waasland", None).unwrap();

        for password in Password::every() {
            assert_eq!(mode(&made.file(password)), 0o600);
        }
        assert_eq!(mode(&folder.path().join("passwords")), 0o700);
        assert_eq!(mode(&made.keys().join("region-key.json")), 0o600);
        assert_eq!(mode(&made.postgres_password_file()), 0o444);
    }

    #[test]
    fn the_broker_is_told_the_password_that_services_use() {
        let folder = tempfile::tempdir().unwrap();
        let made = RegionSecrets::make(folder.path(), "katrol-asse", None).unwrap();
        let told = fs::read_to_string(folder.path().join("servers/rabbitmq.conf")).unwrap();

        assert!(told.contains(&format!("default_pass = {}\n", made.password(Password::Broker).unwrap())));
        assert!(told.contains("default_vhost = katrol-asse\n"));
    }
}
