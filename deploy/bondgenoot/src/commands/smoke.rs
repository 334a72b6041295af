//! `bondgenoot smoke`: does a region that was just installed answer? Run by `helm test`, without a sign-in and without a key: it asks for
//! pages that everybody may see, for one that nobody may see without signing in, and every process whether it is ready.

use std::time::{Duration, Instant};

use futures::future::join_all;
use local::processes::http_status;
use reqwest::Url;

use crate::cli::SmokeArgs;
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::{Style, Terminal};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(500);

/// What is asked of the door, and what it must answer.
const DOOR: [(&str, &str, u16); 3] = [
    ("the home page is there", "/", 200),
    ("the description of the interface is there", "/api/openapi.json", 200),
    ("nobody gets in without signing in", "/api/v1/operations/health", 401),
];

/// What a check came to: a line, and why it failed.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    what: String,
    failed: Option<String>,
}

/// Asks everybody at the same time, again and again until all is well or the time is over. Exit code 1 when something is not.
pub async fn run(arguments: &SmokeArgs, terminal: &Terminal) -> Outcome {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| Failure::new("no HTTP client can be made").because(error.to_string()))?;
    let deadline = Instant::now() + Duration::from_secs(arguments.within);
    let lines = check(arguments, &client, deadline).await;
    for line in &lines {
        terminal.data(&match &line.failed {
            None => format!("{} {}", terminal.style(Style::Good, "ok    "), line.what),
            Some(why) => format!("{} {}: {why}", terminal.style(Style::Bad, "failed"), line.what),
        });
    }
    let failed = lines.iter().filter(|line| line.failed.is_some()).count();
    if failed > 0 {
        terminal.talk(&format!("{failed} of {} checks failed; look at the pods and their logs", lines.len()));
        return Ok(Exit::Finding);
    }
    Ok(Exit::Ok)
}

async fn check(arguments: &SmokeArgs, client: &reqwest::Client, deadline: Instant) -> Vec<Line> {
    let door = arguments.target.iter().flat_map(|target| DOOR.map(|question| (target, question)));
    let door = door.map(|(target, (what, path, expected))| async move {
        let failed = until(deadline, || page(client, target, path, expected)).await.err();
        Line { what: format!("door: {what}"), failed }
    });
    let health = arguments.health.iter().map(|(name, url)| async move {
        let failed = until(deadline, || ready(url)).await.err();
        Line { what: format!("{name}: every instance is ready"), failed }
    });
    let (mut lines, health) = futures::join!(join_all(door), join_all(health));
    lines.extend(health);
    lines
}

/// Tries until it succeeds or the time is over: the last failure counts.
async fn until<F: Future<Output = Result<(), String>>>(
    deadline: Instant,
    mut question: impl FnMut() -> F,
) -> Result<(), String> {
    loop {
        let answer = question().await;
        if answer.is_ok() || Instant::now() + PAUSE > deadline {
            return answer;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn page(client: &reqwest::Client, target: &Url, path: &str, expected: u16) -> Result<(), String> {
    let url = target.join(path).map_err(|error| error.to_string())?;
    let answer = client.get(url).send().await;
    let status = answer
        .map_err(|error| {
            let error = error.without_url();
            chassis::error::Chain(&error).to_string()
        })?
        .status()
        .as_u16();
    if status == expected { Ok(()) } else { Err(format!("{path} answers {status}, not {expected}")) }
}

/// Whether every address behind a name is ready.
async fn ready(url: &Url) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or_default();
    let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, port))).await;
    let addresses: Vec<_> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(format!("{host} is not found: {error}")),
        Err(_) => return Err(format!("{host} is not found in time")),
    };
    if addresses.is_empty() {
        return Err(format!("nothing is behind {host}"));
    }
    for address in addresses {
        match http_status(address, "/readyz").await {
            Some(200) => {}
            Some(status) => return Err(format!("{address} is not ready ({status})")),
            None => return Err(format!("{address} does not answer")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chassis::tasks::Tasks;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// Answers each path with its status, and others with 404.
    async fn play(answers: &[(&'static str, u16)]) -> Url {
        let answers: BTreeMap<&str, u16> = answers.iter().copied().collect();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        drop(Tasks::new().run(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut question = Vec::new();
                while !question.ends_with(b"\r\n\r\n") {
                    question.push(stream.read_u8().await.unwrap());
                }
                let question = String::from_utf8(question).unwrap();
                assert!(!question.to_lowercase().contains("cookie"), "{question}");
                let path = question.split(' ').nth(1).unwrap();
                let status = answers.get(path).unwrap_or(&404);
                let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        }));
        url
    }

    async fn failed(target: Url, health: Url) -> Vec<String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let arguments =
            SmokeArgs { target: Some(target), health: vec![("intake".to_owned(), health)], within: 0 };
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let lines = check(&arguments, &client, Instant::now()).await;
        assert_eq!(lines.len(), 4);
        let failed =
            lines.into_iter().filter_map(|line| line.failed.map(|why| format!("{}: {why}", line.what)));
        failed.collect()
    }

    const GOOD: [(&str, u16); 3] =
        [("/", 200), ("/api/openapi.json", 200), ("/api/v1/operations/health", 401)];

    #[tokio::test]
    async fn a_region_that_answers_as_it_should_passes() {
        let (door, intake) = (play(&GOOD).await, play(&[("/readyz", 200)]).await);

        assert_eq!(failed(door, intake).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn an_open_door_a_broken_page_and_a_process_that_is_not_ready_fail() {
        let door = play(&[("/", 500), ("/api/openapi.json", 200), ("/api/v1/operations/health", 200)]).await;
        let intake = play(&[("/readyz", 503)]).await;

        let failed = failed(door, intake.clone()).await;

        assert_eq!(
            failed,
            [
                "door: the home page is there: / answers 500, not 200".to_owned(),
                "door: nobody gets in without signing in: /api/v1/operations/health answers 200, not 401"
                    .to_owned(),
                format!(
                    "intake: every instance is ready: {}:{} is not ready (503)",
                    intake.host_str().unwrap(),
                    intake.port().unwrap()
                ),
            ]
        );
    }

    #[tokio::test]
    async fn who_does_not_answer_is_named() {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let nobody: Url = format!("http://{nobody}").parse().unwrap();

        let failed = failed(play(&GOOD).await, nobody).await;

        assert!(failed.len() == 1 && failed[0].contains("does not answer"), "{failed:?}");
    }
}
