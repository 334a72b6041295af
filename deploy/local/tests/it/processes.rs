//! Supervision, with small programs in place of services.

use std::{net::SocketAddr, path::Path, time::Duration};

use local::{
    Error, Progress, Step,
    ports::Port,
    processes::{Identity, Process, ProcessSpec, Restart, Status},
};

use crate::support::{Folder, eventually, gone};

/// A "service" in the shell: runs a script, logs to `logs/<name>.log`.
fn script(folder: &Path, name: &str, script: &str) -> ProcessSpec {
    let mut spec = ProcessSpec::new(name, "/bin/sh", folder, folder.join(format!("logs/{name}.log")));
    spec.arguments = vec!["-c".to_owned(), script.to_owned()];
    spec
}

/// Serves `/readyz` inside this test, for a process that does nothing: its health is what we say.
async fn health(status: &'static str) -> SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a stand-in that lives as long as the test")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut question = [0; 1024];
            let read = stream.read(&mut question).await.unwrap_or_default();
            assert!(question[..read].starts_with(b"GET /readyz HTTP/1.1"));
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    address
}

fn start(folder: &Folder, spec: ProcessSpec) -> Process {
    Process::start(spec, &folder.ledger, &folder.progress).unwrap()
}

fn identity(process: &Process) -> Identity {
    Identity::of(process.pid().unwrap()).unwrap()
}

#[tokio::test]
async fn a_process_is_ready_when_its_health_port_says_200_and_not_before() {
    let folder = Folder::new();
    let mut spec = script(folder.path(), "service", "exec sleep 60");
    spec.health = Some(health("503 Service Unavailable").await);
    let process = start(&folder, spec.clone());

    let late = process.ready(Duration::from_millis(200)).await.unwrap_err();
    assert!(matches!(late, Error::Timeout { what: "ready", .. }), "{late}");

    spec.name = "other".to_owned();
    spec.health = Some(health("200 OK").await);
    start(&folder, spec).ready(Duration::from_secs(5)).await.unwrap();
}

#[tokio::test]
async fn a_process_that_ends_while_starting_is_said_at_once_with_its_last_words() {
    let folder = Folder::new();
    let mut spec = script(folder.path(), "service", "echo no such setting >&2; exit 78");
    spec.health = Some(Port::any().unwrap().address());
    let process = start(&folder, spec);

    let ended = process.ready(Duration::from_secs(20)).await.unwrap_err();

    let Error::Ended { status, tail, .. } = &ended else { panic!("{ended}") };
    assert_eq!(status, "exit code 78");
    assert_eq!(tail, "no such setting");
    assert!(ended.advice().unwrap().contains("service.log"));
}

#[tokio::test]
async fn stop_is_gentle_and_kill_is_not_and_both_take_the_whole_group() {
    let folder = Folder::new();
    let polite = "trap 'echo bye; exit 3' TERM; while :; do sleep 0.05; done";
    let process = start(&folder, script(folder.path(), "polite", &format!("echo up; {polite}")));
    eventually("it is up", async || process.log_tail() == "up").await;
    let exit = process.stop().await.unwrap();
    assert_eq!((exit.code, process.log_tail().as_str()), (Some(3), "up\nbye"));
    assert!(matches!(process.status(), Status::Ended(_)));

    let family = "sleep 61 & echo $!; wait";
    let process = start(&folder, script(folder.path(), "family", family));
    eventually("the child is there", async || !process.log_tail().is_empty()).await;
    let child = Identity::of(process.log_tail().parse().unwrap()).unwrap();
    let exit = process.kill().await.unwrap();
    assert_eq!(exit.signal, Some(9));
    gone(&child).await;
}

#[tokio::test]
async fn a_process_that_does_not_want_to_stop_is_killed() {
    let folder = Folder::new();
    let mut spec = script(folder.path(), "deaf", "trap '' TERM; echo up; while :; do sleep 0.05; done");
    spec.stop_within = Duration::from_millis(300);
    let process = start(&folder, spec);
    eventually("it is up", async || process.log_tail() == "up").await;

    let exit = process.stop().await.unwrap();

    assert_eq!(exit.signal, Some(9));
}

#[tokio::test]
async fn a_paused_process_stands_still_until_it_goes_on() {
    let folder = Folder::new();
    let process = start(&folder, script(folder.path(), "ticker", "while :; do echo tick; sleep 0.01; done"));
    let ticks = || std::fs::read_to_string(&process.spec().log).unwrap_or_default().len();
    eventually("it ticks", async || ticks() > 0).await;

    process.pause().unwrap();
    let pid = process.pid().unwrap();
    let state = async || {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        text.rsplit_once(") ").unwrap().1.chars().next()
    };
    eventually("it stands still", async || state().await == Some('T')).await;
    process.resume().unwrap();
    let before = ticks();

    eventually("it ticks on", async || ticks() > before).await;
    process.pause().unwrap();
    process.stop().await.unwrap();
}

#[tokio::test]
async fn a_crash_is_followed_by_a_restart_only_where_wanted() {
    let folder = Folder::new();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let progress = Progress::to({
        let told = std::sync::Arc::clone(&told);
        move |step| told.lock().unwrap().push(step)
    });
    let mut spec = script(folder.path(), "service", "exec sleep 60");
    spec.restart = Restart::BackOff;
    let process = Process::start(spec.clone(), &folder.ledger, &progress).unwrap();
    let first = process.pid().unwrap();

    process.crash().unwrap();
    let second = process.wait_restarted(first, Duration::from_secs(10)).await.unwrap();
    assert_ne!(first, second);
    assert!(matches!(told.lock().unwrap().as_slice(), [Step::Restarting { name, .. }] if name == "service"));
    assert_eq!(folder.ledger.records().unwrap()[0].identity.pid, second, "the ledger knows the new one");

    process.kill().await.unwrap();
    assert!(matches!(process.status(), Status::Ended(_)), "killed by us stays dead");
    process.start_again().unwrap();
    assert!(process.pid().is_some());

    spec.name = "alone".to_owned();
    spec.restart = Restart::Never;
    let alone = start(&folder, spec);
    alone.crash().unwrap();
    assert_eq!(alone.wait_ended(Duration::from_secs(10)).await.unwrap().signal, Some(9));
}

#[tokio::test]
async fn leftovers_of_a_killed_run_are_stopped_and_nothing_else_is() {
    let folder = Folder::new();
    let left = start(&folder, script(folder.path(), "left", "exec sleep 60"));
    let paused = start(&folder, script(folder.path(), "paused", "exec sleep 60"));
    let other = start(&folder, script(folder.path(), "other", "exec sleep 60"));
    paused.pause().unwrap();
    // The ledger remembers a process with the id of `other` and an earlier start: that one is long gone.
    let path = folder.ledger.folder().join("other.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
    record["start_ticks"] = (record["start_ticks"].as_u64().unwrap() - 1).into();
    std::fs::write(&path, record.to_string()).unwrap();
    let (left_id, paused_id, other_id) = (identity(&left), identity(&paused), identity(&other));

    folder.ledger.stop_leftovers(&folder.progress).await.unwrap();

    gone(&left_id).await;
    gone(&paused_id).await;
    let exit = paused.wait_ended(Duration::from_secs(10)).await.unwrap();
    assert_eq!(exit.signal, Some(15), "asked in good order, although it stood still");
    assert!(other_id.is_running(), "a stranger with a remembered id is left alone");
    assert!(folder.ledger.records().unwrap().is_empty());
}

#[tokio::test]
async fn a_dropped_handle_takes_its_process_along_and_clones_do_not() {
    let folder = Folder::new();
    let process = start(&folder, script(folder.path(), "service", "exec sleep 60"));
    let identity = identity(&process);

    drop(process.clone());
    assert!(identity.is_running());
    drop(process);

    gone(&identity).await;
    assert!(folder.ledger.records().unwrap().is_empty());
}

#[tokio::test]
async fn a_process_gets_its_own_environment_and_not_ours() {
    let folder = Folder::new();
    let mut spec = script(folder.path(), "service", "env; echo done");
    spec.environment = vec![("INTAKE_HEALTH__ADDRESS".to_owned(), "127.0.0.1:1".to_owned())];
    let process = start(&folder, spec);
    process.wait_ended(Duration::from_secs(10)).await.unwrap();

    let log = std::fs::read_to_string(&process.spec().log).unwrap();
    assert!(log.contains("INTAKE_HEALTH__ADDRESS=127.0.0.1:1\n"), "{log}");
    assert!(!log.contains("CARGO_MANIFEST_DIR"), "our own environment leaks: {log}");
}
