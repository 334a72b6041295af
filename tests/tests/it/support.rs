//! What the tests share.

use std::collections::BTreeMap;

use tests::harness::RegionUnderTest;
use tests::web::Answer;

/// Waits until intake published everything: then nothing in its tables moves by itself.
pub async fn published(region: &RegionUnderTest) {
    tests::check::drained(region).await.unwrap();
}

/// What went wrong inside although every answer looked right: panics, and errors of our own.
pub async fn wounds(region: &RegionUnderTest) -> Vec<String> {
    let mut wounds = panics(region);
    for (name, service) in region.local.state().unwrap().services {
        for line in metrics(service.health).await.lines() {
            let ours = line.starts_with("http_requests_total") && line.contains("status=\"5");
            let theirs = line.starts_with("grpc_requests_total") && line.contains("code=\"13\"");
            if ours || theirs {
                wounds.push(format!("[metrics of {name}] {line}"));
            }
        }
    }
    wounds
}

/// Panics in the logs.
pub fn panics(region: &RegionUnderTest) -> Vec<String> {
    let mut panics = Vec::new();
    for (name, service) in region.local.state().unwrap().services {
        let log = std::fs::read_to_string(&service.log).unwrap();
        let lines = log.lines().filter(|line| line.to_lowercase().contains("panick"));
        panics.extend(lines.map(|line| format!("[log of {name}] {line}")));
    }
    panics
}

/// The metrics that a process shows.
pub async fn metrics(health: std::net::SocketAddr) -> String {
    reqwest::get(format!("http://{health}/metrics")).await.unwrap().text().await.unwrap()
}

/// An environment with some settings changed.
pub fn changed(environment: &BTreeMap<String, String>, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut environment = environment.clone();
    environment.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    environment
}

/// An answer without what differs in any two: the request id and the time.
pub fn comparable(answer: &Answer) -> (u16, Vec<(String, Vec<u8>)>, String) {
    let mut headers: Vec<(String, Vec<u8>)> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    headers.sort();
    (answer.status, headers, answer.text.replace(answer.field("request_id"), ""))
}
