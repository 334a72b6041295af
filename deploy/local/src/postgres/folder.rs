//! The data folder of the server: where it can be, and making it.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};

use super::Profile;
use crate::{
    error::{Error, Result},
    files,
    packages::{PostgresPrograms, postgres_user},
    processes::{ProcessSpec, User},
};

/// Where the data of PostgreSQL goes for a region whose data folder is `region`: `postgres` in it. As root the server
/// runs as another user, who may not be able to enter there (a checkout below /root); then a folder under
/// /var/lib/bondgenoot that is named after the path of the region's folder.
pub(crate) fn data_folder(region: &Path) -> Result<PathBuf> {
    let inside = region.join("postgres");
    match postgres_user()? {
        Some(user) if !can_reach(region, user) => {
            let name = hex::encode(Sha256::digest(region.as_os_str().as_encoded_bytes()));
            Ok(PathBuf::from("/var/lib/bondgenoot").join(name.get(..16).unwrap_or(&name)).join("postgres"))
        }
        _ => Ok(inside),
    }
}

/// Whether this user may pass through the folder and all its parents. Access lists beyond the mode bits are not read;
/// where they forbid, initdb says so.
fn can_reach(folder: &Path, user: User) -> bool {
    folder.ancestors().filter(|part| !part.as_os_str().is_empty()).all(|part| {
        // A folder that is not there yet will be made with the usual rights.
        let Ok(about) = fs::metadata(part) else { return true };
        let shift = match (about.uid() == user.uid, about.gid() == user.gid) {
            (true, _) => 6,
            (false, true) => 3,
            (false, false) => 0,
        };
        about.mode() >> shift & 0o1 == 0o1
    })
}

/// Makes the data folder with an empty cluster in it, unless one is there. A folder that a killed initdb left half done
/// is emptied first.
pub(crate) async fn prepare(
    folder: &Path,
    programs: &PostgresPrograms,
    profile: Profile,
    user: Option<User>,
    log: &Path,
) -> Result<()> {
    let complete = folder.join("bondgenoot-complete");
    if complete.exists() {
        return check_version(folder, programs);
    }
    files::remove(folder)?;
    files::folder(folder)?;
    if let Some(user) = user {
        chown(folder, Some(user.uid), Some(user.gid)).map_err(Error::file("giving away", folder))?;
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(Error::file("closing", folder))?;
    let mut spec = ProcessSpec::new("initdb", programs.program("initdb"), folder, log);
    spec.user = user;
    let pgdata = format!("--pgdata={}", folder.display());
    spec.arguments = [
        &pgdata,
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
    ]
    .map(str::to_owned)
    .to_vec();
    if profile == Profile::Fast {
        spec.arguments.push("--no-sync".to_owned());
    }
    spec.run_to_end(Duration::from_mins(2)).await?;
    fs::write(&complete, "").map_err(Error::file("writing", &complete))
}

/// A cluster made by another major version cannot be opened; say so before the server does.
fn check_version(folder: &Path, programs: &PostgresPrograms) -> Result<()> {
    let path = folder.join("PG_VERSION");
    let found = fs::read_to_string(&path).map_err(Error::file("reading", &path))?;
    let found = found.trim();
    if found == programs.major.to_string() {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "the data in {} was made by PostgreSQL {found} and this machine has {}; start fresh, or install PostgreSQL {found}",
        folder.display(),
        programs.major
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: User = User { uid: 54_321, gid: 54_321 };

    #[test]
    fn a_stranger_cannot_reach_below_a_private_folder() {
        let private = tempfile::tempdir().unwrap();
        fs::set_permissions(private.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let below = private.path().join("a/b");

        assert!(!can_reach(&below, STRANGER));

        fs::set_permissions(private.path(), fs::Permissions::from_mode(0o711)).unwrap();
        assert!(can_reach(&below, STRANGER));
    }

    #[test]
    fn as_root_data_goes_elsewhere_when_the_region_is_private() {
        let private = tempfile::tempdir().unwrap();
        fs::set_permissions(private.path(), fs::Permissions::from_mode(0o700)).unwrap();
        let folder = data_folder(private.path()).unwrap();

        let root = crate::packages::current_user_is_root();
        assert_eq!(folder.starts_with("/var/lib/bondgenoot"), root, "{}", folder.display());
        assert_eq!(folder.starts_with(private.path()), !root);
    }
}
