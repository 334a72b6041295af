//! What holds for every object.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::pods::{containers, pods};
use crate::sets::{self, label, list, of_kind, text};

/// Kinds that are not of a namespace, or that only who administers a cluster may make.
const CLUSTER_WIDE: [&str; 9] = [
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "Namespace",
    "PersistentVolume",
    "PriorityClass",
    "StorageClass",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
];

/// Labels of every object.
const LABELS: [&str; 8] = [
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/component",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/version",
    "app.kubernetes.io/managed-by",
    "helm.sh/chart",
    "bondgenoot/region",
];

fn check(each: impl Fn(&str, &Value, &[Value], &mut Vec<String>)) {
    let mut wrong = Vec::new();
    for rendered in sets::all() {
        for object in &rendered.objects {
            let name = format!("{}: {}", rendered.name, label(object));
            each(&name, object, &rendered.objects, &mut wrong);
        }
    }
    sets::none_wrong(wrong);
}

/// An object of somebody's own, by `extraObjects`.
fn own(name: &str) -> bool {
    name.ends_with("ConfigMap/region-own")
}

#[test]
fn nothing_is_of_the_whole_cluster_and_everything_of_the_namespace() {
    check(|name, object, _, wrong| {
        if CLUSTER_WIDE.contains(&text(object, "/kind")) {
            wrong.push(format!("{name} is of the whole cluster"));
        }
        if text(object, "/metadata/namespace") != "region" && !own(name) {
            wrong.push(format!("{name} is not in the namespace"));
        }
        if text(object, "/kind") == "Secret" {
            wrong.push(format!("{name}: the chart makes no Secret"));
        }
    });
}

#[test]
fn every_object_has_its_labels_and_a_name_that_fits() {
    check(|name, object, _, wrong| {
        if own(name) {
            return;
        }
        let labels = object.pointer("/metadata/labels").unwrap_or(&Value::Null);
        wrong.extend(
            LABELS
                .iter()
                .filter(|it| labels.get(**it).is_none())
                .map(|it| format!("{name} has no label {it}")),
        );
        // The controller appends eleven characters to the name of a CronJob.
        let most = if text(object, "/kind") == "CronJob" { 52 } else { 63 };
        if text(object, "/metadata/name").len() > most {
            wrong.push(format!("{name} has a name of more than {most} characters"));
        }
    });
}

#[test]
fn no_object_is_there_twice() {
    for rendered in sets::all() {
        let mut seen = BTreeSet::new();
        for object in &rendered.objects {
            assert!(seen.insert(label(object)), "{}: {} is there twice", rendered.name, label(object));
        }
    }
}

fn is_subset(selector: &Value, labels: &Value) -> bool {
    selector.as_object().is_some_and(|selector| {
        !selector.is_empty() && selector.iter().all(|(key, value)| labels.get(key) == Some(value))
    })
}

#[test]
fn selectors_are_part_of_the_labels_and_never_of_a_version() {
    check(|name, object, _, wrong| {
        let selector =
            object.pointer("/spec/selector/matchLabels").or_else(|| object.pointer("/spec/selector"));
        let Some(selector) = selector else { return };
        for version in ["app.kubernetes.io/version", "helm.sh/chart"] {
            if selector.get(version).is_some() {
                wrong.push(format!("{name} selects by {version}"));
            }
        }
        if text(object, "/kind") == "Deployment" {
            let labels = object.pointer("/spec/template/metadata/labels").unwrap_or(&Value::Null);
            if !is_subset(selector, labels) {
                wrong.push(format!("{name} does not select its own pods"));
            }
        }
    });
}

#[test]
fn every_service_finds_pods_of_one_deployment_only_and_their_open_ports() {
    let mut wrong = Vec::new();
    for rendered in sets::all() {
        for service in of_kind(&rendered.objects, "Service") {
            let selector = service.pointer("/spec/selector").unwrap_or(&Value::Null);
            let name = format!("{}: {}", rendered.name, label(service));
            let found: Vec<_> = pods()
                .filter(|(pod, _, template)| {
                    pod.starts_with(&format!("{}: ", rendered.name))
                        && template
                            .pointer("/metadata/labels")
                            .is_some_and(|labels| is_subset(selector, labels))
                })
                .collect();
            if found.len() != 1 {
                wrong.push(format!("{name} finds {} kinds of pods", found.len()));
                continue;
            }
            let open: Vec<&str> =
                list(found[0].2, "/spec/containers/0/ports").iter().map(|port| text(port, "/name")).collect();
            for port in list(service, "/spec/ports") {
                if !open.contains(&text(port, "/targetPort")) {
                    wrong.push(format!("{name}: no port {}", text(port, "/targetPort")));
                }
                if text(port, "/appProtocol").is_empty() {
                    wrong.push(format!("{name}: a port without appProtocol"));
                }
            }
        }
    }
    sets::none_wrong(wrong);
}

fn scaled<'a>(objects: &'a [Value], deployment: &'a str) -> Option<(&'a Value, u64)> {
    let least = [("HorizontalPodAutoscaler", "/spec/minReplicas"), ("ScaledObject", "/spec/minReplicaCount")];
    least.iter().find_map(|(kind, pointer)| {
        let mut found = of_kind(objects, kind);
        let scaler = found.find(|scaler| text(scaler, "/spec/scaleTargetRef/name") == deployment)?;
        Some((scaler, scaler.pointer(pointer)?.as_u64()?))
    })
}

#[test]
fn replicas_have_one_writer_and_a_budget_needs_more_than_one_pod() {
    let mut budgets = 0;
    for rendered in sets::all() {
        for deployment in of_kind(&rendered.objects, "Deployment") {
            let name = text(deployment, "/metadata/name");
            let replicas = deployment.pointer("/spec/replicas").and_then(Value::as_u64);
            let scaler = scaled(&rendered.objects, name);
            assert!(
                replicas.is_some() != scaler.is_some(),
                "{}: {name}: either replicas or an autoscaler",
                rendered.name
            );
            let least = scaler.map(|(_, least)| least).or(replicas).unwrap();
            let budget = of_kind(&rendered.objects, "PodDisruptionBudget")
                .any(|it| text(it, "/metadata/name") == name);
            let switched_off = rendered.name == "ci-scaling" && name == "region-reporting";
            assert_eq!(budget, least > 1 && !switched_off, "{}: {name} with {least} pods", rendered.name);
            budgets += u32::from(budget);
        }
    }
    assert!(budgets > 10, "hardly a budget was seen");
}

/// Names of Secrets that a pod needs.
fn needed_secrets(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match key.as_str() {
                    "secretName" => found.extend(inner.as_str().map(str::to_owned)),
                    "secret" | "secretKeyRef" | "secretRef" => {
                        found.extend(inner.get("name").and_then(Value::as_str).map(str::to_owned));
                        needed_secrets(inner, found);
                    }
                    _ => needed_secrets(inner, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| needed_secrets(inner, found)),
        _ => {}
    }
}

#[test]
fn every_secret_is_one_that_the_values_name_or_that_another_object_makes() {
    let files = sets::files();
    let mut wrong = Vec::new();
    for rendered in sets::all() {
        let file = &files.iter().find(|(name, _)| *name == rendered.name).unwrap().1;
        let values = std::fs::read_to_string(file).unwrap();
        let made: BTreeSet<&str> = of_kind(&rendered.objects, "Certificate")
            .map(|it| text(it, "/spec/secretName"))
            .chain(of_kind(&rendered.objects, "ExternalSecret").map(|it| text(it, "/spec/target/name")))
            .collect();
        let mut needed = BTreeSet::new();
        for (name, _, template) in pods() {
            if name.starts_with(&format!("{}: ", rendered.name)) {
                needed_secrets(template, &mut needed);
            }
        }
        assert!(!needed.is_empty());
        for secret in needed {
            // The operators' examples take the documented names of role and user secrets.
            let documented = ["region-db-", "region-mq-"].iter().any(|it| secret.starts_with(it));
            if !values.contains(&secret) && !made.contains(secret.as_str()) && !documented {
                wrong.push(format!("{}: nobody names or makes the Secret {secret}", rendered.name));
            }
        }
    }
    sets::none_wrong(wrong);
}

#[test]
fn every_named_config_map_account_and_claim_is_there_or_the_values_name_it() {
    let files = sets::files();
    let mut wrong = Vec::new();
    for rendered in sets::all() {
        let values =
            std::fs::read_to_string(&files.iter().find(|(name, _)| *name == rendered.name).unwrap().1)
                .unwrap();
        let made: BTreeSet<String> = rendered.objects.iter().map(label).collect();
        let mut need = |name: &str, kind: &str, wanted: &str| {
            if !wanted.is_empty()
                && wanted != "default"
                && !made.contains(&format!("{kind}/{wanted}"))
                && !values.contains(wanted)
            {
                wrong.push(format!("{name}: there is no {kind} {wanted}"));
            }
        };
        for (name, _, template) in
            pods().filter(|(name, ..)| name.starts_with(&format!("{}: ", rendered.name)))
        {
            need(&name, "ServiceAccount", text(template, "/spec/serviceAccountName"));
            for volume in list(template, "/spec/volumes") {
                need(&name, "ConfigMap", text(volume, "/configMap/name"));
                need(&name, "PersistentVolumeClaim", text(volume, "/persistentVolumeClaim/claimName"));
            }
        }
    }
    sets::none_wrong(wrong);
}

#[test]
fn what_holds_data_is_kept_when_the_release_goes() {
    check(|name, object, _, wrong| {
        let kind = text(object, "/kind");
        let keeps =
            ["PersistentVolumeClaim", "Cluster", "Database", "RabbitmqCluster", "Vhost"].contains(&kind);
        let kept = text(object, "/metadata/annotations/helm.sh~1resource-policy") == "keep";
        if keeps != kept {
            wrong.push(format!("{name}: resource-policy is wrong"));
        }
    });
}

#[test]
fn operations_may_read_no_secret_run_nothing_in_a_pod_and_nothing_outside() {
    let mut roles = 0;
    check(|name, object, _, wrong| {
        if text(object, "/kind") != "Role" {
            return;
        }
        for rule in list(object, "/rules") {
            let words: Vec<&str> = ["apiGroups", "resources", "verbs"]
                .iter()
                .flat_map(|key| list(rule, &format!("/{key}")))
                .filter_map(Value::as_str)
                .collect();
            for forbidden in [
                "*",
                "secrets",
                "pods/exec",
                "pods/log",
                "pods/attach",
                "escalate",
                "bind",
                "impersonate",
                "roles",
            ] {
                if words.contains(&forbidden) {
                    wrong.push(format!("{name}: it may {forbidden}"));
                }
            }
        }
    });
    for rendered in sets::all() {
        roles += of_kind(&rendered.objects, "Role").count();
        assert_eq!(
            of_kind(&rendered.objects, "RoleBinding").count(),
            of_kind(&rendered.objects, "Role").count()
        );
    }
    assert!(roles > 5);
}

#[test]
fn a_clock_has_the_time_zone_of_the_region_and_leaves_the_nights_that_change_it_alone() {
    check(|name, object, _, wrong| {
        if text(object, "/kind") != "CronJob" {
            return;
        }
        if text(object, "/spec/timeZone") != "Europe/Brussels"
            || text(object, "/spec/concurrencyPolicy") != "Forbid"
        {
            wrong.push(format!("{name}: time zone or concurrency"));
        }
        let late = object.pointer("/spec/startingDeadlineSeconds").and_then(Value::as_u64).unwrap_or(0);
        if late < 10 {
            wrong.push(format!("{name}: startingDeadlineSeconds is {late}"));
        }
        let hour = text(object, "/spec/schedule").split(' ').nth(1).unwrap_or_default();
        if ["1", "2"].contains(&hour) {
            wrong.push(format!("{name}: it is due at a time that comes twice or never"));
        }
        // Operations pauses and resumes what the values do not pause.
        if object.pointer("/spec/suspend") == Some(&Value::Bool(false)) {
            wrong.push(format!("{name}: suspend has two writers"));
        }
    });
}

#[test]
fn with_policies_every_pod_is_denied_everything_first() {
    let rendered = sets::one("examples-hardened");
    let mut denied = 0;
    let policies: Vec<&Value> = of_kind(&rendered.objects, "NetworkPolicy").collect();
    let closed = policies.iter().find(|it| text(it, "/metadata/name") == "region-default-deny").unwrap();
    assert!(closed.pointer("/spec/ingress").is_none() && closed.pointer("/spec/egress").is_none());
    for (name, _, template) in pods().filter(|(name, ..)| name.starts_with("examples-hardened: ")) {
        let labels = template.pointer("/metadata/labels").unwrap();
        assert!(
            is_subset(closed.pointer("/spec/podSelector/matchLabels").unwrap(), labels),
            "{name} is not denied"
        );
        denied += 1;
        assert!(containers(template).count() > 0);
    }
    assert!(denied > 15);
    // Databases, brokers, sign-in and the Kubernetes API are named by address there, so nothing may go anywhere.
    for policy in &policies {
        for rule in list(policy, "/spec/egress") {
            let dns = list(rule, "/ports").iter().all(|port| port.get("port") == Some(&Value::from(53)));
            assert!(dns || rule.get("to").is_some(), "{}: a rule to anywhere", label(policy));
        }
    }
}

#[test]
fn one_object_is_named_by_the_region_so_that_a_second_release_meets_it() {
    for rendered in sets::all() {
        let regions: Vec<_> = of_kind(&rendered.objects, "ConfigMap")
            .map(label)
            .filter(|it| it.contains("/bondgenoot-region-"))
            .collect();
        assert_eq!(regions.len(), 1, "{}: {regions:?}", rendered.name);
    }
}
