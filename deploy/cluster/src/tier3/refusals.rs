//! Values that cannot be: what whoever installs is told. Helm asks the API server, as it does for users.

use anyhow::ensure;
use serde_json::{Value, json};

use super::WITHIN;
use super::region::Region;
use crate::helm::Release;
use crate::report::Report;

/// Runs the checks in the namespace of a region that is installed.
pub async fn run(region: &Region, report: &mut Report) {
    let id = region.namespace.as_str();
    for (what, values, promised) in [
        ("a typing mistake in a value", json!({"defaults": {"replica": 2}}), vec!["replica"]),
        (
            "no code of the region",
            json!({"region": {"id": ""}}),
            vec!["region.id is not set: give the code of the region file"],
        ),
        (
            "a programme that the region does not have",
            json!({"region": {"programmes": {"nobody": "name = 1"}}}),
            vec![
                "region.programmes.nobody is an unknown programme: region.file does not name programmes/nobody.toml",
            ],
        ),
        (
            "the demo sign-in outside a demo region",
            json!({
                "region": {"demo": false},
                "signIn": {"issuer": "", "demo": {"enabled": true, "url": "https://x.example.org", "existingSecret": "x", "people": "x"}},
            }),
            vec!["the demo sign-in lets anybody in", "region.demo is false but region.file says demo = true"],
        ),
        (
            "several mistakes, all at once",
            json!({"publicUrl": "", "broker": {"host": ""}}),
            vec!["publicUrl is not set", "broker.host is not set"],
        ),
    ] {
        let name = format!("{what} is refused with what to do");
        report.check(&name, WITHIN, refused(region, &region.release.with(&values), &promised)).await;
    }
    let second = Release { name: "second".to_owned(), ..region.release.clone() };
    let promised = format!(
        "region.id \"{id}\" is already installed in namespace {id} by release {id}: upgrade that release"
    );
    report
        .check(
            "a second release of the region is refused, and the first one named",
            WITHIN,
            refused(region, &second, &[&promised]),
        )
        .await;
    report.check("a Secret that lacks a key is named with the key", WITHIN, lacking(region)).await;
}

async fn refused(region: &Region, release: &Release, promised: &[&str]) -> anyhow::Result<()> {
    let verb = if release.name == region.release.name { "upgrade" } else { "install" };
    let before = region.settled().await?;
    let said = region.helm.bring(verb, release, &["--timeout", "20s"]).await?;
    ensure!(!said.well, "helm {verb} went well");
    for sentence in promised {
        ensure!(said.err.contains(sentence), "it says something else than `{sentence}`: {}", said.err);
    }
    ensure!(region.versions().await? == before, "something was changed all the same");
    Ok(())
}

async fn lacking(region: &Region) -> anyhow::Result<()> {
    let secret = |keys: Vec<&str>| -> Value {
        let data: serde_json::Map<_, _> =
            keys.into_iter().map(|key| (key.to_owned(), json!("a-secret"))).collect();
        let metadata = json!({"name": "half", "namespace": region.namespace});
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})
    };
    region.cluster.apply(&[secret(vec!["another"])]).await?;
    let promised = "the Secret half has no key client-secret, which signIn.existingSecret needs: add the key";
    let release = region.release.with(&json!({"signIn": {"existingSecret": "half"}}));
    refused(region, &release, &[promised]).await
}
