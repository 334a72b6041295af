//! Ends the servers of a test program together with the program, however that ends.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits for the end of its input, then kills every process of the ledger `$1` that is still the one that was written down (its
/// start time is field 22 of its `stat`), and removes the folders `$2` and `$3`. The folder around `$3` goes when it is empty.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
while read -r _; do :; done
for record in "$1"/*.json; do
    pid=$(sed -n 's/^ *"pid": *\([0-9]*\),*$/\1/p' "$record")
    written=$(sed -n 's/^ *"start_ticks": *\([0-9]*\),*$/\1/p' "$record")
    now=$(sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f 20)
    [ -n "$now" ] && [ "$now" = "$written" ] && kill -s KILL -- "-$pid"
done
for _ in 1 2 3 4 5 6 7 8 9 10; do
    sleep 0.2
    rm -rf -- "$2" "$3" && break
done
rmdir -- "${3%/*}"
"#;

/// Starts a small shell that waits for our end of a pipe to close - we ended, however - and then ends what the ledger
/// of the servers (its folder, which need not be there yet) names. A test program has no hook of its own at its end.
///
/// To be started before the first server: who is killed while they start leaves none behind either. The shell is in a
/// process group of its own, or a signal to the group of the test program - Ctrl-C, a job that is cancelled - would end it
/// too, and the servers, which are in groups of their own, would stay.
pub fn start(ledger: &Path, region: &Path, data: &Path) -> io::Result<Child> {
    Command::new("sh")
        .args(["-c", SCRIPT, "sh"])
        .args([ledger, region, data])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

#[cfg(test)]
mod tests {
    use local::processes::{Identity, Ledger, Stop};
    use std::fs;

    use super::*;

    fn sleeper() -> Child {
        Command::new("sleep").arg("600").process_group(0).spawn().unwrap()
    }

    /// Field 5 of its `stat`: the process group.
    fn group(pid: u32) -> u32 {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(2).unwrap().parse().unwrap()
    }

    #[test]
    fn at_our_end_the_servers_end_and_their_folders_go_but_no_stranger_with_a_reused_id() {
        let folder = tempfile::tempdir().unwrap();
        let (region, around) = (folder.path().join("it's a region"), folder.path().join("around"));
        let data = around.join("postgres");
        fs::create_dir_all(&data).unwrap();
        let ledger = Ledger::open(region.join("processes")).unwrap();
        let mut guard = start(ledger.folder(), &region, &data).unwrap();
        let (server, mut stranger) = (sleeper(), sleeper());
        let identity = Identity::of(server.id()).unwrap();
        ledger.add("server", &identity, Stop::Terminate).unwrap();
        let reused = Identity::of(stranger.id()).unwrap();
        let reused = Identity { start_ticks: reused.start_ticks + 1, ..reused };
        ledger.add("stranger", &reused, Stop::Terminate).unwrap();

        let group = group(guard.id());
        drop(guard.stdin.take());
        let ended = guard.wait().unwrap();

        assert_eq!(group, guard.id(), "a group of its own");
        assert!(ended.success(), "{ended}");
        assert!(!identity.is_running());
        assert!(stranger.try_wait().unwrap().is_none());
        assert!(!region.exists() && !around.exists());
        for mut ended in [server, stranger] {
            ended.kill().unwrap();
            ended.wait().unwrap();
        }
    }
}
