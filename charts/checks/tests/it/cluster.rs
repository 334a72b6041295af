//! What values cannot tell and a cluster can: another release of the region, a Secret that lacks a key. Helm's program asks a small API
//! server on loopback; its library asks nobody, so this needs `HELM`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use chart_checks::render::program;
use serde_json::{Value, json};

use crate::sets;

/// What Helm says when these objects are in the cluster; `None` without `HELM`.
#[expect(clippy::print_stderr, reason = "a test that does nothing says so")]
fn said_with(objects: &[Value]) -> Option<String> {
    let Some(helm) = program() else {
        eprintln!("HELM is not set: this machine looks nothing up in a cluster; cargo verify-cluster does");
        return None;
    };
    let chart = chart_checks::chart();
    let file = chart.join("ci/minimal-values.yaml");
    let question =
        json!({"helm": helm, "chart": chart, "file": file, "release": "region", "objects": objects});
    let mut python = Command::new(&sets::tools().python)
        .arg(chart_checks::repository().join("charts/checks/python/lookup.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    Some(String::from_utf8(python.wait_with_output().unwrap().stdout).unwrap())
}

fn region_of(release: &str) -> Value {
    let annotations = json!({"meta.helm.sh/release-name": release});
    let metadata =
        json!({"name": "bondgenoot-region-waasland", "namespace": "region", "annotations": annotations});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
}

fn keys(names: &[&str]) -> Value {
    let data: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), json!(""))).collect();
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", "namespace": "region"}, "data": data})
}

const ALL_KEYS: [&str; 6] =
    ["caller-keys.json", "region.key", "index.key", "gateway.pem", "operations.pem", "export.pem"];

#[test]
fn a_second_release_of_a_region_is_refused_and_the_first_one_named() {
    let Some(said) = said_with(&[region_of("first")]) else { return };

    let promised = "region.id \"waasland\" is already installed in namespace region by release first: upgrade that release";
    assert!(said.contains(promised), "{said}");
}

#[test]
fn an_upgrade_of_the_same_release_is_not() {
    let Some(said) = said_with(&[region_of("region"), keys(&ALL_KEYS)]) else { return };

    assert!(!said.contains("the values cannot be used"), "{said}");
}

#[test]
fn a_secret_that_lacks_a_key_is_named_with_the_key_and_the_value() {
    let Some(said) = said_with(&[keys(&ALL_KEYS[..5])]) else { return };

    let promised = "the Secret keys has no key export.pem, which keys.existingSecret needs: add the key";
    assert!(said.contains(promised) && !said.contains("gateway.pem"), "{said}");
}
