//! What is not there and what is not yours: the same answer, byte for byte.

use std::path::Path;

use serde_json::{Value, json};
use tests::harness::{RegionUnderTest, run_program};
use tests::scenario::Referral;
use tests::web::{Ask, Web};

use crate::support::comparable;

/// Nobody's id.
const NOBODY: &str = "0190b2c4-7d1e-7c3a-9b2f-3c1d5e7f9a0b";
/// Jef, who gets a mandate as coordinator of a programme that is not that of the referral.
const ELSEWHERE: &str = r#"
[[people]]
worker_id = "0193a5c0-1000-7a01-8000-000000000004"
organisation = { id = "0193a5c0-2000-7a01-8000-000000000001", name = "OCMW Kanariegem" }

[[people.mandates]]
id = "0193a5c0-3000-7a01-8000-0000000000aa"
role = "coordinator"
programme = "elsewhere"
scope = "programme"
valid_from = "2024-01-01"
"#;

/// Compares the answers to a coordinator of another programme. Gives what differs.
pub async fn differences(region: &RegionUnderTest, web: &Web, referral: &Referral) -> Vec<String> {
    import(region, region.folder()).await;
    let jef = web.sign_in("jef").await.unwrap();
    let mut differences = Vec::new();
    for (name, path, body) in [
        ("reading", "", Value::Null),
        ("screening", ":screen", json!({ "answers": tests::scenario::answers() })),
        ("admitting", ":admit", json!({})),
        ("refusing", ":refuse", json!({"reason": "no-request"})),
        ("withdrawing", ":withdraw", json!({"reason": "moved-away"})),
    ] {
        let ask = |id: &str| {
            let path = format!("/api/v1/referrals/{id}{path}");
            let ask =
                if body.is_null() { Ask::get(&path) } else { Ask::post(&path, &body).on(&referral.etag) };
            ask.as_person(&jef)
        };
        let theirs = web.send(&ask(&referral.id)).await.unwrap();
        let nobodys = web.send(&ask(NOBODY)).await.unwrap();
        if theirs.status != 404 || comparable(&theirs) != comparable(&nobodys) {
            differences.push(format!(
                "{name} what is not yours: {} {}; what is not there: {} {}",
                theirs.status, theirs.text, nobodys.status, nobodys.text
            ));
        }
    }
    differences
}

async fn import(region: &RegionUnderTest, folder: &Path) {
    let file = folder.join("elsewhere.toml");
    std::fs::write(&file, ELSEWHERE).unwrap();
    let environment = region.environment("gateway").unwrap();
    let (code, said) =
        run_program("gateway", &["import-people", file.to_str().unwrap()], &environment).await.unwrap();
    assert_eq!(code, Some(0), "{said}");
}
