//! Too large, too slow, too many, too often; and how the gateway goes away.

use std::time::{Duration, Instant};

use testkit::eventually;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::fake_intake::Answer;
use super::stand::{Stand, parts};

async fn raw(stand: &Stand, text: &str) -> String {
    let mut stream = TcpStream::connect(stand.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut answer)).await;
    answer
}

#[tokio::test]
async fn a_body_of_two_megabytes_is_refused_announced_or_not() {
    let stand = Stand::start().await;
    let large = format!("{{\"note\": \"{}\"}}", "x".repeat(2 << 20));

    let announced = stand.refer().body(large.clone()).send().await.unwrap();
    let (code, body) = parts(announced).await;

    assert_eq!((code.as_u16(), body["reason"].as_str()), (413, Some("BODY_TOO_LARGE")));
    let chunk = format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len());
    let head = "POST /api/v1/referrals HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: k\r\n\
                Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = raw(&stand, &format!("{head}{chunk}")).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{}", answer.chars().take(200).collect::<String>());
    assert!(stand.intake.seen().is_empty());
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let stand = Stand::with("[http]\nbody_timeout_ms = 200", 1).await;

    let answer = raw(
        &stand,
        "POST /api/v1/referrals HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: k\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"note\":",
    )
    .await;

    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("BODY_TOO_SLOW"));
}

#[tokio::test]
async fn headers_that_do_not_end_are_not_waited_for() {
    let stand = Stand::with("[http]\nheader_timeout_ms = 200", 1).await;
    let started = Instant::now();

    let answer = raw(&stand, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;

    assert!(started.elapsed() < Duration::from_secs(5), "closed by the server, not by the test");
    assert!(!answer.contains("200 OK"));
}

#[tokio::test]
async fn deep_nesting_is_refused_and_nothing_breaks() {
    let stand = Stand::start().await;
    for depth in [200, 1_000, 400_000] {
        let body = format!("{{\"reasons\": {}{}}}", "[".repeat(depth), "]".repeat(depth));

        let (code, body) = parts(stand.refer().body(body).send().await.unwrap()).await;

        assert_eq!(code.as_u16(), 400, "{body}");
    }
    assert_eq!(stand.refer().send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn one_address_may_write_so_often_and_is_told_when_again() {
    let stand = Stand::with("[limits]\nanonymous_posts_per_minute = 6\nanonymous_posts_burst = 2", 1).await;

    let first = stand.refer().send().await.unwrap().status().as_u16();
    let second = stand.refer().send().await.unwrap().status().as_u16();
    let third = stand.refer().send().await.unwrap();

    assert_eq!((first, second, third.status().as_u16()), (200, 200, 429));
    let wait: u32 = third.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    assert_eq!(
        stand.get("/aanmelden").send().await.unwrap().status().as_u16(),
        200,
        "reading is not limited"
    );
}

#[tokio::test]
async fn signing_in_is_limited() {
    let stand = Stand::with("[limits]\nsign_ins_per_minute = 1\nsign_ins_burst = 1", 1).await;

    let first = stand.get("/sign-in").send().await.unwrap().status().as_u16();
    let second = stand.get("/sign-in").send().await.unwrap().status().as_u16();

    assert_eq!((first, second), (303, 429));
}

#[tokio::test]
async fn more_than_the_gateway_can_take_is_told_to_come_back() {
    let stand = Stand::with("[http]\nmax_concurrent = 1", 1).await;
    stand.intake.answer_with(Answer::After(Duration::from_secs(2)));
    let slow = stand.background.run(stand.refer().send());
    eventually("the slow call is on its way", async || (stand.intake.seen().len() == 1).then_some(())).await;

    let refused = stand.get("/").send().await.unwrap();

    assert_eq!(refused.status().as_u16(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(parts(refused).await.1["reason"], "OVERLOADED");
    assert_eq!(slow.await.unwrap().unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn the_gateway_finishes_what_it_began_and_then_is_gone() {
    let stand = Stand::start().await;
    let kept = stand.get("/").send().await.unwrap();
    assert!(!kept.headers().contains_key("connection"));
    stand.intake.answer_with(Answer::After(Duration::from_millis(600)));
    let in_flight = stand.background.run(stand.refer().send());
    eventually("the call is on its way", async || (!stand.intake.seen().is_empty()).then_some(())).await;

    stand.readiness.set(false);
    let draining = stand.get("/").send().await.unwrap();
    stand.tasks.finish().await;

    assert_eq!(
        draining.headers()["connection"],
        "close",
        "clients are sent elsewhere while it still answers"
    );
    assert_eq!(in_flight.await.unwrap().unwrap().status().as_u16(), 200);
    assert!(stand.get("/").send().await.is_err(), "nobody listens any more");
}
