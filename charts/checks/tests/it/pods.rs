//! What holds for every pod: of Deployments, Jobs, scheduled ones and hooks, init containers included.

use serde_json::{Value, json};

use crate::sets::{self, label, list, text};

/// Where the pod of an object is.
fn pod(object: &Value) -> Option<&Value> {
    let pointer = match text(object, "/kind") {
        "Deployment" | "Job" => "/spec/template",
        "CronJob" => "/spec/jobTemplate/spec/template",
        _ => return None,
    };
    object.pointer(pointer)
}

/// Every pod of every set with what to call it.
pub fn pods() -> impl Iterator<Item = (String, &'static Value, &'static Value)> {
    sets::all().iter().flat_map(|rendered| {
        rendered.objects.iter().filter_map(move |object| {
            pod(object).map(|pod| (format!("{}: {}", rendered.name, label(object)), object, pod))
        })
    })
}

/// Every container of a pod, the first ones first.
pub fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    list(pod, "/spec/initContainers").iter().chain(list(pod, "/spec/containers"))
}

fn check(each: impl Fn(&str, &Value, &Value, &mut Vec<String>)) {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (name, object, pod) in pods() {
        seen += 1;
        each(&name, object, pod, &mut wrong);
    }
    assert!(seen > 150, "only {seen} pods were looked at");
    sets::none_wrong(wrong);
}

#[test]
fn every_pod_is_restricted() {
    check(|name, _, pod, wrong| {
        let expected = [
            ("/spec/securityContext/runAsNonRoot", json!(true)),
            ("/spec/securityContext/seccompProfile/type", json!("RuntimeDefault")),
            ("/spec/enableServiceLinks", json!(false)),
        ];
        for (pointer, value) in expected {
            if pod.pointer(pointer) != Some(&value) {
                wrong.push(format!("{name}: {pointer} is not {value}"));
            }
        }
        for forbidden in ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"] {
            if pod.pointer(&format!("/spec/{forbidden}")).is_some() {
                wrong.push(format!("{name}: {forbidden} is set"));
            }
        }
        if !name.starts_with("examples-openshift:")
            && pod.pointer("/spec/securityContext/runAsUser") != Some(&json!(65532))
        {
            wrong.push(format!("{name}: it does not run as 65532"));
        }
        if name.starts_with("examples-openshift:") {
            for free in ["runAsUser", "runAsGroup", "fsGroup"] {
                if pod.pointer(&format!("/spec/securityContext/{free}")).is_some() {
                    wrong.push(format!("{name}: OpenShift chooses {free}"));
                }
            }
        }
        for volume in list(pod, "/spec/volumes") {
            let kinds = ["configMap", "projected", "emptyDir", "persistentVolumeClaim", "secret"];
            if !kinds.iter().any(|kind| volume.get(*kind).is_some()) {
                wrong.push(format!(
                    "{name}: volume {} is of a kind that is not allowed",
                    text(volume, "/name")
                ));
            }
        }
    });
}

#[test]
fn every_container_is_restricted_and_bounded_and_of_a_named_image() {
    check(|name, _, pod, wrong| {
        for container in containers(pod) {
            let name = format!("{name}/{}", text(container, "/name"));
            let expected = [
                ("allowPrivilegeEscalation", json!(false)),
                ("capabilities", json!({"drop": ["ALL"]})),
                ("privileged", json!(false)),
                ("readOnlyRootFilesystem", json!(true)),
                ("runAsNonRoot", json!(true)),
            ];
            for (key, value) in expected {
                if container.pointer(&format!("/securityContext/{key}")) != Some(&value) {
                    wrong.push(format!("{name}: securityContext.{key} is not {value}"));
                }
            }
            for pointer in
                ["/resources/requests/cpu", "/resources/requests/memory", "/resources/limits/memory"]
            {
                if text(container, pointer).is_empty() {
                    wrong.push(format!("{name}: {pointer} is not set"));
                }
            }
            let image = text(container, "/image");
            let named = image.contains('@') || image.rsplit('/').next().unwrap_or_default().contains(':');
            if !named || image.ends_with(":latest") || image.ends_with(':') {
                wrong.push(format!("{name}: image `{image}` names no version"));
            }
            if text(container, "/command/0").is_empty() {
                wrong.push(format!("{name}: it does not say which program"));
            }
        }
    });
}

#[test]
fn every_service_container_is_asked_how_it_is_and_stops_in_good_order() {
    check(|name, object, pod, wrong| {
        if text(object, "/kind") != "Deployment" {
            return;
        }
        for container in list(pod, "/spec/containers") {
            for probe in ["readinessProbe", "livenessProbe"] {
                if container.get(probe).is_none() {
                    wrong.push(format!("{name}: there is no {probe}"));
                }
            }
            if text(container, "/name") == "sign-in" {
                continue;
            }
            for (probe, service) in
                [("startupProbe", "liveness"), ("readinessProbe", "readiness"), ("livenessProbe", "liveness")]
            {
                let grpc = container.pointer(&format!("/{probe}/grpc")).unwrap_or(&Value::Null);
                if text(grpc, "/service") != service || !port_is_open(container, grpc.get("port")) {
                    wrong.push(format!("{name}: {probe} does not ask `{service}` on an open port"));
                }
            }
            let seconds =
                |pointer: &str, of: &Value| of.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
            let pause = seconds("/lifecycle/preStop/sleep/seconds", container);
            // The chassis accepts for 3 s more and finishes within 25 s (chassis::process).
            if pause == 0 || seconds("/spec/terminationGracePeriodSeconds", pod) < pause + 3 + 25 {
                wrong.push(format!("{name}: it is killed before it has drained"));
            }
        }
    });
}

fn port_is_open(container: &Value, port: Option<&Value>) -> bool {
    port.is_some() && list(container, "/ports").iter().any(|open| open.get("containerPort") == port)
}

#[test]
fn only_operations_holds_a_token_of_the_cluster() {
    check(|name, object, pod, wrong| {
        let component = text(object, "/metadata/labels/app.kubernetes.io~1component");
        let expected = component == "operations" && !name.starts_with("ci-least:");
        if pod.pointer("/spec/automountServiceAccountToken") != Some(&json!(expected)) {
            wrong.push(format!("{name}: automountServiceAccountToken is not {expected}"));
        }
    });
}

#[test]
fn every_mount_has_its_volume_and_every_volume_its_mount() {
    check(|name, _, pod, wrong| {
        let volumes: Vec<&str> =
            list(pod, "/spec/volumes").iter().map(|volume| text(volume, "/name")).collect();
        let mounted: Vec<&str> = containers(pod)
            .flat_map(|container| list(container, "/volumeMounts"))
            .map(|mount| text(mount, "/name"))
            .collect();
        wrong.extend(
            mounted.iter().filter(|it| !volumes.contains(it)).map(|it| format!("{name}: no volume {it}")),
        );
        wrong.extend(
            volumes
                .iter()
                .filter(|it| !mounted.contains(it))
                .map(|it| format!("{name}: {it} is not mounted")),
        );
    });
}

#[test]
fn a_pod_sees_the_secrets_it_needs_and_no_other() {
    check(|name, object, pod, wrong| {
        let component = text(object, "/metadata/labels/app.kubernetes.io~1component");
        let paths: Vec<&str> = list(pod, "/spec/volumes")
            .iter()
            .flat_map(|volume| list(volume, "/projected/sources"))
            .flat_map(|source| list(source, "/secret/items"))
            .map(|item| text(item, "/path"))
            .collect();
        let mut forbid = |path: &str, allowed: bool| {
            if paths.contains(&path) && !allowed {
                wrong.push(format!("{name}: it sees {path}"));
            }
        };
        forbid("database/owner-password", component.ends_with("-migrate"));
        forbid("database/password", !component.ends_with("-migrate"));
        forbid("keys/gateway.pem", component == "gateway");
        forbid("keys/operations.pem", component == "operations");
        forbid("keys/export.pem", component == "finance-export");
        forbid(
            "keys/region.key",
            !["gateway", "gateway-people", "operations"].contains(&component)
                && !component.ends_with("-migrate"),
        );
        forbid("sign-in/client-secret", component == "gateway");
        if component.ends_with("-migrate") && !paths.contains(&"database/owner-password") {
            wrong.push(format!("{name}: it cannot migrate without the owner's password"));
        }
    });
}

#[test]
fn a_failed_or_forgotten_job_ends() {
    check(|name, object, _, wrong| {
        let spec = match text(object, "/kind") {
            "Job" => object.pointer("/spec"),
            "CronJob" => object.pointer("/spec/jobTemplate/spec"),
            _ => return,
        };
        let Some(spec) = spec else { return };
        for bound in ["backoffLimit", "activeDeadlineSeconds"] {
            if spec.get(bound).is_none() {
                wrong.push(format!("{name}: {bound} is not set"));
            }
        }
        if text(spec, "/template/spec/restartPolicy") != "Never" {
            wrong.push(format!("{name}: restartPolicy is not Never"));
        }
    });
}
