//! Values that contradict each other stop with the sentence that was promised: it names the value and what to do.

use serde_json::json;

use crate::sets;

#[test]
fn wrong_values_stop_with_the_promised_sentence() {
    let wrong = [
        (json!({"region": {"id": ""}}), "region.id is not set: give the code of the region file"),
        (
            json!({"region": {"existingConfigMap": {"name": ""}}}),
            "region.file is not set: give --set-file region.file=region.toml",
        ),
        (
            json!({"region": {"existingConfigMap": {"programmes": []}}}),
            "region.existingConfigMap.programmes is empty",
        ),
        (json!({"region": {"file": "code = 1"}}), "choose the files or the ConfigMap"),
        (
            json!({"signIn": {"issuer": "", "demo": {"enabled": true}}}),
            "signIn.demo.enabled is true but region.demo is false: the demo sign-in lets anybody in",
        ),
        (
            json!({"fullnameOverride": "a-name-of-a-release-too-long"}),
            "\"a-name-of-a-release-too-long\", has more than 24 characters",
        ),
        (json!({"signIn": {"issuer": ""}}), "signIn.issuer is not set"),
        (json!({"signIn": {"existingSecret": ""}}), "signIn.existingSecret is not set"),
        (json!({"keys": {"existingSecret": ""}}), "keys.existingSecret is not set"),
        (json!({"publicUrl": ""}), "publicUrl is not set"),
        (
            json!({"publicUrl": "http://waasland.example.org"}),
            "it must begin with https:// outside a demo region",
        ),
        (json!({"database": {"host": ""}}), "database.host is not set, nor database.host of gateway, intake"),
        (
            json!({"database": {"existingSecret": ""}}),
            "name the Secret with keys `<service>-runtime` and `<service>-owner`",
        ),
        (
            json!({"database": {"mode": "cloudnativepg"}}),
            "database.host is set beside database.mode=cloudnativepg",
        ),
        (
            json!({"database": {"sslMode": "disable"}}),
            "database.sslMode is \"disable\": outside a demo region",
        ),
        (
            json!({"database": {"host": "", "mode": "cloudnativepg", "cloudnativepg": {"scheduledBackup": {"enabled": true}}}}),
            "database.cloudnativepg.spec.backup is not set: say where backups go",
        ),
        (json!({"broker": {"host": ""}}), "broker.host is not set: name the broker"),
        (json!({"broker": {"existingSecret": ""}}), "broker.existingSecret is not set"),
        (
            json!({"broker": {"mode": "rabbitmqOperator"}}),
            "broker.host is set beside broker.mode=rabbitmqOperator",
        ),
        (
            json!({"broker": {"mode": "rabbitmqOperator", "host": ""}}),
            "broker.tls is true but broker.rabbitmqOperator.tlsSecret is not set",
        ),
        (
            json!({"broker": {"mode": "rabbitmqOperator", "host": "", "rabbitmqOperator": {"replicas": 2}}}),
            "broker.rabbitmqOperator.replicas is 2: quorum queues want an odd number",
        ),
        (
            json!({"finance": {"autoscaling": {"enabled": true}, "keda": {"enabled": true, "triggers": [{"type": "cpu"}]}}}),
            "finance.autoscaling.enabled and finance.keda.enabled are both true",
        ),
        (
            json!({"finance": {"keda": {"enabled": true}}}),
            "finance.keda.triggers is empty: say what KEDA looks at",
        ),
        (
            json!({"intake": {"autoscaling": {"enabled": true, "minReplicas": 5}}}),
            "intake.autoscaling.minReplicas is 5 and maxReplicas is 4",
        ),
        (
            json!({"defaults": {"terminationGracePeriodSeconds": 30}}),
            "gateway.terminationGracePeriodSeconds is 30: it must be at least preStopSeconds and 35",
        ),
        (
            json!({"migrations": {"mode": "hook"}, "database": {"mode": "cloudnativepg", "host": ""}}),
            "a hook runs before the database is there; set migrations.mode=job",
        ),
        (json!({"externalSecrets": {"enabled": true}}), "externalSecrets.secretStoreRef.name is not set"),
        (json!({"tls": {"certificate": {"enabled": true}}}), "tls.certificate.issuerRef.name is not set"),
        (json!({"gatewayApi": {"httpRoute": {"enabled": true}}}), "gatewayApi.httpRoute.parentRefs is empty"),
    ];
    let values: Vec<_> = wrong.iter().map(|(values, _)| values.clone()).collect();

    let rendered = sets::minimal_with(&values);

    let mut missed = Vec::new();
    for (rendered, (values, promised)) in rendered.iter().zip(&wrong) {
        let said = rendered.error.as_deref().unwrap_or("nothing was said");
        if !said.contains(promised) {
            missed.push(format!("{values}: `{promised}` is not in: {said}"));
        }
    }
    sets::none_wrong(missed);
}

#[test]
fn region_files_that_do_not_fit_the_values_are_refused() {
    let file = chart_checks::chart().join("examples/small.yaml");
    let text =
        std::fs::read_to_string(chart_checks::repository().join("deploy/regions/waasland/region.toml"))
            .unwrap();
    let programmes = json!({"waasland-esf": "kind = \"programme\""});
    let with = |values: serde_json::Value| sets::set("small", &file).with(values);
    let wrong = [
        (
            with(json!({"region": {"id": "asse"}})),
            "region.id is \"asse\" but region.file says code = \"waasland\"",
        ),
        (
            with(json!({"region": {"timeZone": "Europe/Paris"}})),
            "but region.file says time_zone = \"Europe/Brussels\"",
        ),
        (with(json!({"region": {"demo": false}})), "region.demo is false but region.file says demo = true"),
        (
            with(json!({"region": {"programmes": {"katrol": "x"}}})),
            "region.programmes.katrol is an unknown programme: region.file does not name programmes/katrol.toml",
        ),
        (
            chart_checks::render::Set {
                files: Vec::new(),
                ..with(
                    json!({"region": {"file": text.replace("programmes/waasland-esf", "programmes/other"), "programmes": programmes}}),
                )
            },
            "region.file names programmes/other.toml but region.programmes.other is not set",
        ),
        (
            chart_checks::render::Set {
                files: Vec::new(),
                ..with(json!({"region": {"file": "code = ", "programmes": programmes}}))
            },
            "region.file is no TOML",
        ),
    ];
    let sets: Vec<_> = wrong.iter().map(|(set, _)| set.clone()).collect();

    let rendered = chart_checks::render::render(sets::tools(), &sets, &[]).unwrap();

    for (rendered, (_, promised)) in rendered.iter().zip(&wrong) {
        let said = rendered.error.as_deref().unwrap_or("nothing was said");
        assert!(said.contains(promised), "`{promised}` is not in: {said}");
    }
}

#[test]
fn all_sentences_come_at_once() {
    let rendered = sets::minimal_with(&[
        json!({"publicUrl": "", "broker": {"host": ""}, "keys": {"existingSecret": ""}}),
    ]);

    let said = rendered[0].error.as_deref().unwrap();
    for promised in ["publicUrl is not set", "broker.host is not set", "keys.existingSecret is not set"] {
        assert!(said.contains(promised), "{said}");
    }
}
