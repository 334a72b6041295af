//! `docker/`: the Dockerfile and the compose file are linted, and compose tells services only what they know.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use chart_checks::{repository, tools};
use serde_json::Value;

use crate::sets;
use crate::settings::known;

fn docker(file: &str) -> PathBuf {
    repository().join("docker").join(file)
}

/// Runs a linter of the Python environment; gives what it complained of.
fn complaints(program: &str, arguments: &[&str]) -> Vec<String> {
    let python = tools::prepare().unwrap().python;
    let output = Command::new(python.with_file_name(program)).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    if output.status.success() {
        return Vec::new();
    }
    String::from_utf8_lossy(&said).lines().map(str::to_owned).collect()
}

/// The compose file as data, with its anchors resolved.
fn compose() -> Value {
    let python = tools::prepare().unwrap().python;
    let script = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";
    let output = Command::new(python).args(["-c", script]).arg(docker("compose.yaml")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_dockerfile_is_linted() {
    sets::none_wrong(complaints(
        "hadolint",
        &["--failure-threshold", "info", docker("Dockerfile").to_str().unwrap()],
    ));
}

#[test]
fn the_compose_file_is_what_the_specification_allows() {
    let file = docker("compose.yaml");
    let arguments = ["--builtin-schema", "vendor.compose-spec", file.to_str().unwrap()];
    sets::none_wrong(complaints("check-jsonschema", &arguments));
}

#[test]
fn compose_tells_services_only_what_they_know() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (name, service) in compose()["services"].as_object().unwrap() {
        for variable in service["environment"].as_object().into_iter().flat_map(|all| all.keys()) {
            let Some((of, setting)) = variable.split_once('_') else { continue };
            if ["POSTGRES", "RABBITMQ", "BONDGENOOT"].contains(&of) {
                continue;
            }
            seen += 1;
            let own = of == "OPERATIONS" && setting.starts_with("SERVICES__");
            if !own && !known(&of.to_lowercase()).contains(setting) {
                wrong.push(format!("{name}: {of} has no setting {setting}"));
            }
        }
    }
    assert!(seen > 80, "only {seen} variables were looked at");
    sets::none_wrong(wrong);
}

#[test]
fn the_command_beside_operations_knows_every_service_of_compose() {
    let text = std::fs::read_to_string(docker("compose/region-state.json")).unwrap();
    let state: Value = serde_json::from_str(&text).unwrap();
    let compose = compose();
    let operations = &compose["services"]["operations"];
    let mounted = serde_json::to_string(&operations["volumes"]).unwrap();
    let told = operations["environment"]["BONDGENOOT_REGION_STATE"].as_str().unwrap();
    assert!(mounted.contains(&format!("compose/region-state.json:{told}:ro")), "{mounted}");

    let services = state["services"].as_object().unwrap();
    assert_eq!(services.len(), 7);
    for (name, service) in services {
        let host = |key: &str| {
            service[key].as_str().map(|at| at.trim_start_matches("http://").split_once(':').unwrap())
        };
        let network = compose["services"][name]["network_mode"].as_str();
        let own = network.and_then(|mode| mode.strip_prefix("service:")).unwrap_or(name);
        assert_eq!(host("health"), Some((own, "7200")), "{name}");
        assert_eq!(host("grpc"), (name != "gateway").then_some((own, "7100")), "{name}");
    }
}

#[test]
fn every_container_of_the_product_is_nobody_and_has_nothing_to_write_on() {
    let mut seen = BTreeSet::new();
    for (name, service) in compose()["services"].as_object().unwrap() {
        let ports = service["ports"].as_array().cloned().unwrap_or_default();
        for port in ports {
            assert!(
                port.as_str().unwrap().starts_with("127.0.0.1:"),
                "{name} can be reached from elsewhere: {port}"
            );
        }
        if name == "postgres" || name == "rabbitmq" {
            assert!(
                service.get("profiles").is_none(),
                "{name} is a backing service: it runs without a profile"
            );
            continue;
        }
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], serde_json::json!(["ALL"]), "{name}");
        assert_eq!(service["security_opt"], serde_json::json!(["no-new-privileges:true"]), "{name}");
        assert_eq!(service["profiles"], serde_json::json!(["app"]), "{name}");
        assert!(service["user"].as_str().unwrap().contains("65532:65532"), "{name}");
        seen.insert(name.clone());
    }
    for service in ["gateway", "intake", "matching", "trajectory", "finance", "reporting", "operations"] {
        assert!(
            seen.contains(service) && seen.contains(&format!("migrate-{service}")),
            "{service} is missing"
        );
    }
}
