//! One HTTP question on the loopback address, without an HTTP client: it is asked every few milliseconds while a process
//! starts.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks `GET path` and gives the status code; `None` when nobody answers with HTTP within two seconds.
pub async fn http_status(address: SocketAddr, path: &str) -> Option<u16> {
    timeout(PATIENCE, ask(address, path)).await.ok()?.ok()?
}

async fn ask(address: SocketAddr, path: &str) -> std::io::Result<Option<u16>> {
    let mut stream = TcpStream::connect(address).await?;
    let question = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes()).await?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    Ok(std::str::from_utf8(&start).ok().and_then(status_code))
}

/// Reads `HTTP/1.1 200`.
fn status_code(start: &str) -> Option<u16> {
    let (version, code) = start.split_once(' ')?;
    version.starts_with("HTTP/1.").then(|| code.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::status_code;

    #[test]
    fn only_an_http_answer_has_a_status() {
        assert_eq!(status_code("HTTP/1.1 503"), Some(503));
        assert_eq!(status_code("HTTP/1.0 200"), Some(200));
        assert_eq!(status_code("AMQP 0 9 1  "), None);
        assert_eq!(status_code("HTTP/1.1 abc"), None);
    }
}
