//! Services that are slow, away, or restarting.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{Authority, TlsProxy, eventually};
use tokio::net::TcpListener;

use super::fake_intake::Answer;
use super::stand::{Stand, free_address, parts};

#[tokio::test]
async fn a_request_waits_for_a_service_that_restarts() {
    let mut stand = Stand::start().await;
    let instance = stand.instance.take().unwrap();
    let address = instance.address;
    assert_eq!(stand.refer().send().await.unwrap().status().as_u16(), 200);
    instance.stop().await;

    // somebody who accepts and hangs up, so that the test knows when the gateway has tried in vain
    let in_between = TcpListener::bind(address).await.unwrap();
    let waiting = stand.background.run(stand.refer().send());
    let (tried, _) = in_between.accept().await.unwrap();
    drop((tried, in_between));
    let again = stand.intake.serve(address).await;

    assert_eq!(waiting.await.unwrap().unwrap().status().as_u16(), 200);
    again.stop().await;
}

#[tokio::test]
async fn with_a_second_instance_nobody_notices_that_one_stops() {
    let mut stand = Stand::with("", 2).await;
    stand.intake.answer_with(Answer::After(Duration::from_millis(5)));
    let stop = stand.instance.take().unwrap();

    let load: Vec<_> = (0..8)
        .map(|_| {
            let request = stand.refer();
            stand.background.run(async move {
                let mut statuses = Vec::new();
                for _ in 0..40 {
                    statuses.push(request.try_clone().unwrap().send().await.unwrap().status().as_u16());
                }
                statuses
            })
        })
        .collect();
    eventually("the load is on", async || (stand.intake.seen().len() > 60).then_some(())).await;
    stop.stop().await;

    let mut statuses = Vec::new();
    for task in load {
        statuses.extend(task.await.unwrap());
    }
    assert_eq!(statuses.len(), 320);
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
}

#[tokio::test]
async fn a_service_that_is_away_is_unavailable_within_the_deadline() {
    let stand = Stand::with("[http]\ndeadline_ms = 600", 0).await;
    let started = Instant::now();

    let response = stand.refer().send().await.unwrap();

    assert!(started.elapsed() < Duration::from_secs(3));
    assert_eq!(response.headers()["retry-after"], "1");
    let (code, body) = parts(response).await;
    assert_eq!((code.as_u16(), body["reason"].as_str()), (503, Some("UNAVAILABLE")));
    let other = stand.post("/api/v1/persons/1:erase", &json!({})).send().await.unwrap();
    assert_eq!(other.status().as_u16(), 401, "what needs no service is answered");
}

#[tokio::test]
async fn a_service_that_is_slow_is_not_waited_for_beyond_the_deadline() {
    let stand = Stand::with("[http]\ndeadline_ms = 300", 1).await;
    stand.intake.answer_with(Answer::After(Duration::from_secs(30)));

    let (code, body) = parts(stand.refer().send().await.unwrap()).await;

    assert_eq!((code.as_u16(), body["reason"].as_str()), (504, Some("DEADLINE_EXCEEDED")));
    assert_eq!(stand.intake.seen().len(), 1, "a call that arrived is not sent again");
}

#[tokio::test]
async fn services_are_called_over_tls_and_a_changed_authority_is_followed() {
    let (old, new) = (Authority::new(), Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.crt");
    std::fs::write(&ca_file, old.pem()).unwrap();
    let behind = free_address().await;
    let proxy = TlsProxy::start(&old, behind.to_string()).await;
    let settings = format!(
        "[upstreams]\nintake = \"https://localhost:{}\"\n[tls]\nca_file = '{}'",
        proxy.address.port(),
        ca_file.display()
    );
    let stand = Stand::with(&settings, 0).await;
    let instance = stand.intake.serve(behind).await;
    assert_eq!(stand.refer().send().await.unwrap().status().as_u16(), 200);

    // A new connection, to somebody of whom the file says nothing yet.
    proxy.show(&new);
    instance.stop().await;
    let _instance = stand.intake.serve(behind).await;
    let refused = stand.refer().send().await.unwrap().status().as_u16();
    assert_eq!(refused, 503);
    std::fs::write(&ca_file, new.pem()).unwrap();

    eventually("the gateway follows", async || {
        (stand.refer().send().await.unwrap().status().as_u16() == 200).then_some(())
    })
    .await;
}
