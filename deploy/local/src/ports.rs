//! Ports on the loopback address. A [`Port`] is claimed, not only looked up: other runs of this crate on the machine
//! (test binaries, a second `bondgenoot dev`) see the claim and move on, because a lock on a small file goes with it.
//! Against programs that do not know the claim a bind-test is made, and ports are taken below the range from which the
//! kernel hands out ports for outgoing connections. Whoever starts a server on a claimed port still has to try the
//! next one when the server reports that its address is in use.

use std::{
    fs::{self, File, OpenOptions},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    progress::{Progress, Step},
};

/// First port of the range in which [`Port::any`] searches.
const ANY_FIRST: u16 = 20_000;
/// Last port of that range; the kernel's own range begins at 32768.
const ANY_LAST: u16 = 31_999;
/// How many ports are tried before giving up.
const ATTEMPTS: u16 = 500;

/// A claimed port on 127.0.0.1. The claim ends when the value is dropped.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _claim: Option<File>,
}

impl Port {
    /// Claims this port or the next free one after it.
    ///
    /// # Errors
    /// [`Error::NoPort`] when the 500 ports from there on are all taken.
    pub fn at_or_after(wanted: u16) -> Result<Self> {
        (0..ATTEMPTS)
            .map_while(|step| wanted.checked_add(step))
            .find_map(claim)
            .ok_or(Error::NoPort { from: wanted })
    }

    /// Claims this port or the next free one, and tells when it is not the one that was wanted.
    pub fn wanted(name: &str, wanted: u16, progress: &Progress) -> Result<Self> {
        let port = Self::at_or_after(wanted)?;
        if port.number != wanted {
            progress.tell(Step::PortMoved {
                name: name.to_owned(),
                wanted,
                used: port.number,
                holder: holder(wanted),
            });
        }
        Ok(port)
    }

    /// Claims any free port, for tests: starts at a random place so that runs side by side seldom meet.
    pub fn any() -> Result<Self> {
        let start = rand::random_range(ANY_FIRST..=ANY_LAST);
        (start..=ANY_LAST).chain(ANY_FIRST..start).find_map(claim).ok_or(Error::NoPort { from: ANY_FIRST })
    }

    /// Claims the wanted port or one after it, or any port when none is wanted.
    pub fn choose(name: &str, wanted: Option<u16>, progress: &Progress) -> Result<Self> {
        wanted.map_or_else(Self::any, |wanted| Self::wanted(name, wanted, progress))
    }

    /// The number of the port.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The address 127.0.0.1 with this port.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.number))
    }
}

fn claim(number: u16) -> Option<Port> {
    let file = claim_file(number);
    if let Some(file) = &file
        && file.try_lock().is_err()
    {
        return None;
    }
    // Dropped at once: the server that the port is for binds it. The claim keeps our other runs away meanwhile.
    TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
    Some(Port { number, _claim: file })
}

/// The file whose lock is the claim. It is never removed (a lock on a removed file would claim nothing) and is empty.
/// `None` where the folder cannot be used: then the bind-test stands alone.
fn claim_file(number: u16) -> Option<File> {
    let folder = std::env::temp_dir().join("bondgenoot-ports");
    if !folder.exists() {
        fs::create_dir_all(&folder).ok()?;
        // Every user of the machine claims here. A failure means another user made the folder just now.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o1777)).ok();
    }
    let path = folder.join(number.to_string());
    // Reading is enough for a lock, and works on the file of another user.
    File::open(&path)
        .or_else(|_| {
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o644).open(&path)
        })
        .ok()
}

/// The process that listens on this port of this machine, if `/proc` tells.
pub fn holder(port: u16) -> Option<u32> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .find_map(|table| listening_inode(&table, port))?;
    let wanted = PathBuf::from(format!("socket:[{inode}]"));
    fs::read_dir("/proc").ok()?.filter_map(std::result::Result::ok).find_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        holds(&entry.path().join("fd"), &wanted).then_some(pid)
    })
}

fn holds(descriptors: &Path, socket: &Path) -> bool {
    fs::read_dir(descriptors).is_ok_and(|entries| {
        entries
            .filter_map(std::result::Result::ok)
            .any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == socket))
    })
}

/// Finds the inode of the listening socket in a table of `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<u64> {
    const LISTEN: &str = "0A";
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let local = columns.next()?;
        let state = columns.nth(1)?;
        let inode = columns.nth(5)?;
        (local.ends_with(&suffix) && state == LISTEN).then(|| inode.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_taken_port_is_passed_over_and_said_with_its_holder() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let wanted = taken.local_addr().unwrap().port();
        let told = Arc::new(Mutex::new(Vec::new()));
        let progress = Progress::to({
            let told = Arc::clone(&told);
            move |step| told.lock().unwrap().push(step)
        });

        let port = Port::wanted("website", wanted, &progress).unwrap();

        assert!(port.number() > wanted);
        let step = Step::PortMoved {
            name: "website".to_owned(),
            wanted,
            used: port.number(),
            holder: Some(std::process::id()),
        };
        assert_eq!(*told.lock().unwrap(), [step]);
    }

    #[test]
    fn a_claimed_port_is_not_claimed_again_before_it_is_given_back() {
        let first = Port::any().unwrap();
        let number = first.number();

        assert_ne!(Port::at_or_after(number).unwrap().number(), number);

        drop(first);
        assert!(claim(number).is_some());
    }

    #[test]
    fn a_listener_is_found_in_the_table_and_a_connection_is_not() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 111 1\n\
             1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1\n";

        assert_eq!(listening_inode(table, 8080), Some(222));
        assert_eq!(listening_inode(table, 8081), None);
    }
}
