//! What processes are told is what they know: every variable is a setting of the service, written out in its
//! `config/default.toml`, and every password and key comes as a file.

use std::collections::{BTreeMap, BTreeSet};

use chart_checks::render::Rendered;
use serde_json::Value;

use crate::pods::{containers, pods};
use crate::sets::{self, list, text};

/// `SECTION__KEY` of every setting that stands in a default file, also of one that is commented out.
pub fn known(service: &str) -> BTreeSet<String> {
    let path = chart_checks::repository().join(format!("services/{service}/config/default.toml"));
    let mut section = String::new();
    let mut found = BTreeSet::new();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, _)) = line.trim_start_matches("# ").split_once(" = ")
            && key.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
        {
            found.insert(format!("{section}__{key}").to_uppercase());
        }
    }
    found
}

#[test]
fn every_variable_is_a_setting_of_the_service() {
    let mut known_of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (name, _, template) in pods() {
        for container in containers(template) {
            let mut names = BTreeSet::new();
            for variable in list(container, "/env") {
                let variable = text(variable, "/name");
                if !names.insert(variable) {
                    wrong.push(format!("{name}: {variable} is set twice"));
                }
                let Some((service, setting)) = variable.split_once('_') else { continue };
                let service = service.to_lowercase();
                // Those of the runtime and of the command `bondgenoot` are no settings.
                if ["rust", "bondgenoot"].contains(&service.as_str()) {
                    continue;
                }
                seen += 1;
                let known = known_of.entry(service.clone()).or_insert_with(|| known(&service));
                // The names of this section are those of the services.
                let own = service == "operations" && setting.starts_with("SERVICES__");
                if !own && !known.contains(setting) {
                    wrong.push(format!("{service} has no setting {setting}"));
                }
            }
        }
    }
    assert!(seen > 1000, "only {seen} variables were looked at");
    sets::none_wrong(wrong);
}

#[test]
fn no_variable_holds_a_password() {
    for (name, _, template) in pods() {
        for variable in containers(template).flat_map(|container| list(container, "/env")) {
            let value = text(variable, "/value");
            let user =
                value.split_once("://").and_then(|(_, rest)| rest.split_once('@')).map(|(user, _)| user);
            assert!(!user.is_some_and(|user| user.contains(':')), "{name}: {value}");
            assert!(variable.get("valueFrom").is_none(), "{name}: {variable}");
        }
    }
}

/// The files that a pod finds.
fn mounted(template: &Value) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for volume in list(template, "/spec/volumes") {
        let items = |pointer: &str, of: &Value| -> Vec<String> {
            list(of, pointer).iter().map(|item| text(item, "/path").to_owned()).collect()
        };
        let at = match text(volume, "/name") {
            "secrets" => "/run/secrets/bondgenoot",
            "region" => "/etc/bondgenoot/region",
            "state" => {
                files.insert("/etc/bondgenoot/state/region.json".to_owned());
                continue;
            }
            _ => continue,
        };
        let projected =
            list(volume, "/projected/sources").iter().flat_map(|source| items("/secret/items", source));
        files.extend(projected.chain(items("/configMap/items", volume)).map(|path| format!("{at}/{path}")));
    }
    files
}

#[test]
fn the_command_beside_operations_finds_its_files_and_every_service() {
    for rendered in sets::all() {
        let maps = sets::of_kind(&rendered.objects, "ConfigMap");
        let map = maps.filter(|map| text(map, "/metadata/name").ends_with("-region-state"));
        let [map] = map.collect::<Vec<_>>()[..] else { panic!("{}: no place for it", rendered.name) };
        let state: Value = serde_json::from_str(text(map, "/data/region.json")).unwrap();
        let (_, _, template) = pods()
            .find(|(name, ..)| {
                name.starts_with(&format!("{}: Deployment/", rendered.name)) && name.ends_with("-operations")
            })
            .unwrap();

        let files = mounted(template);
        let named = ["region_file", "caller_keys_file", "operator_key_file"].map(|key| &state[key]);
        let of_tls = state.get("tls").and_then(Value::as_object).into_iter().flat_map(|tls| tls.values());
        for file in named.into_iter().chain(of_tls) {
            assert!(files.contains(file.as_str().unwrap()), "{}: {file} is not mounted", rendered.name);
        }
        let services = addresses(rendered);
        let scheme = if state.get("tls").is_some() { "https://" } else { "http://" };
        let told = state["services"].as_object().unwrap();
        assert_eq!(told.len(), 7, "{}", rendered.name);
        for (name, service) in told {
            assert!(services.contains(text(service, "/health")), "{}: {service}", rendered.name);
            let grpc = service.get("grpc").map(|grpc| grpc.as_str().unwrap());
            assert_eq!(grpc.is_none(), name == "gateway", "{}: {name}", rendered.name);
            let known =
                grpc.is_none_or(|grpc| grpc.strip_prefix(scheme).is_some_and(|it| services.contains(it)));
            assert!(known, "{}: there is no {grpc:?}", rendered.name);
        }
    }
}

#[test]
fn every_file_that_a_process_is_told_of_is_mounted() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (name, _, template) in pods() {
        let files = mounted(template);
        for container in containers(template) {
            let told = list(container, "/env").iter().map(|variable| text(variable, "/value"));
            let certificates =
                told.clone().filter_map(|value| value.split_once("sslrootcert=").map(|(_, file)| file));
            for file in told.filter(|value| value.starts_with('/')).chain(certificates) {
                seen += 1;
                if !files.contains(file) && file != "/var/lib/bondgenoot/exports" {
                    wrong.push(format!("{name}: {file} is not mounted"));
                }
            }
        }
    }
    assert!(seen > 500, "only {seen} files were looked at");
    sets::none_wrong(wrong);
}

/// `host:port` of every Service.
fn addresses(rendered: &Rendered) -> BTreeSet<String> {
    sets::of_kind(&rendered.objects, "Service")
        .flat_map(|service| {
            let name = text(service, "/metadata/name");
            list(service, "/spec/ports").iter().map(move |port| format!("{name}.region.svc:{}", port["port"]))
        })
        .collect()
}

#[test]
fn whom_a_process_calls_is_a_service_of_the_release_with_that_port() {
    for rendered in sets::all() {
        let services = addresses(rendered);
        let mut called = 0;
        for (name, _, template) in
            pods().filter(|(name, ..)| name.starts_with(&format!("{}: ", rendered.name)))
        {
            for container in containers(template) {
                let told = list(container, "/env").iter().map(|variable| text(variable, "/value"));
                let arguments = list(container, "/args").iter().filter_map(Value::as_str);
                let words = told.chain(arguments).filter(|word| word.contains("-headless."));
                for word in words {
                    let address = word.rsplit("//").next().unwrap();
                    assert!(services.contains(address), "{name}: there is no {address}");
                    called += 1;
                }
            }
        }
        assert!(called >= 20, "{}: only {called} calls", rendered.name);
    }
}

#[test]
fn settings_of_the_values_come_over_those_of_the_chart_and_numbers_stay_whole() {
    let rendered = sets::one("ci-everything");
    let intake = rendered
        .objects
        .iter()
        .find(|it| sets::label(it).starts_with("Deployment/") && sets::label(it).ends_with("-intake"))
        .unwrap();
    let told: BTreeMap<&str, &str> = list(intake, "/spec/template/spec/containers/0/env")
        .iter()
        .map(|variable| (text(variable, "/name"), text(variable, "/value")))
        .collect();

    assert_eq!(told["INTAKE_GRPC__DEADLINE_MS"], "1000000");
    assert_eq!(told["INTAKE_LOG__FILTER"], "info,chassis=debug");
    assert_eq!(told["RUST_BACKTRACE"], "1");
    assert!(told["INTAKE_DATABASE__URL"].starts_with("postgres://intake_runtime@intake.example.org:5432/"));
}
