//! From facts to groups of checks.

use proto::operations::v1::{ClusterState, Finding, Severity};

use super::facts::{Facts, ServiceFacts};
use super::report::{Check, Checkup, Group, Mark};

const RUNBOOKS: &str = "deploy/runbooks";

/// Judges what was gathered.
pub fn judge(facts: &Facts) -> Checkup {
    let mut groups = vec![
        Group { name: "installatie", checks: installation(facts) },
        Group { name: "regiobestand", checks: region_file(facts) },
        Group { name: "databank", checks: databases(facts) },
        Group { name: "berichtenmakelaar", checks: broker(facts) },
        Group { name: "diensten", checks: services(facts) },
        Group { name: "berichten", checks: events(facts) },
        Group { name: "aanmelden", checks: sign_in(facts) },
    ];
    // Only where the region runs on Kubernetes is there something to say of it.
    let checks = cluster(facts);
    if !checks.is_empty() {
        groups.push(Group { name: "kubernetes en exports", checks });
    }
    // Of a region that this machine did not start, some of it is not known here.
    groups.retain(|group| !group.checks.is_empty());
    let worst =
        groups.iter().flat_map(|group| &group.checks).map(|check| check.mark).max().unwrap_or(Mark::Ok);
    let summary = match (&facts.health, worst) {
        (Ok(health), mark) if !health.summary.is_empty() && (mark == Mark::Ok) == healthy(health) => {
            health.summary.clone()
        }
        (_, Mark::Ok) => "Gebruikers merken niets.".to_owned(),
        (_, Mark::Warning) => "Gebruikers merken weinig of niets.".to_owned(),
        (_, Mark::Failure) => "Gebruikers kunnen hinder hebben; zie de gevolgen hierboven.".to_owned(),
    };
    Checkup { region: facts.region.code.to_string(), worst, summary, groups }
}

fn healthy(health: &proto::operations::v1::RegionHealth) -> bool {
    matches!(health.severity(), Severity::Ok | Severity::Unspecified)
}

fn installation(facts: &Facts) -> Vec<Check> {
    let Some(is_supervised) = facts.supervised else { return Vec::new() };
    let mut checks = vec![if is_supervised {
        Check::ok("het proces dat de regio startte, loopt")
    } else {
        Check::bad(
            Mark::Failure,
            "het proces dat de regio startte, loopt niet meer",
            "niemand start een gestopte dienst opnieuw",
            "cargo dev",
            "deploy/README.md",
        )
    }];
    let older: Vec<&str> = facts
        .services
        .iter()
        .filter(|service| match (&service.build_on_disk, &service.status) {
            (Some(disk), Some(Ok(status))) => *disk != status.build_id,
            _ => false,
        })
        .map(|service| service.name.as_str())
        .collect();
    checks.push(if older.is_empty() {
        Check::ok("de diensten draaien de build die op schijf staat")
    } else {
        Check::bad(
            Mark::Warning,
            format!("draait een andere build dan op schijf staat: {}", older.join(", ")),
            "wat u bouwde, draait nog niet",
            "stop de regio en start ze opnieuw: cargo dev",
            "deploy/README.md",
        )
    });
    checks
}

fn region_file(facts: &Facts) -> Vec<Check> {
    let region = &facts.region;
    vec![Check::ok(format!(
        "{} versie {}: {} gemeenten, {} partners, {} programma's",
        region.name,
        region.version.number,
        region.municipalities.len(),
        region.partners.len(),
        region.programmes.len()
    ))]
}

fn databases(facts: &Facts) -> Vec<Check> {
    let own = answered(facts).map(|(service, status)| {
        Check::ok(format!("{}: bereikbaar, schema {}", service.name, status.migration))
    });
    own.chain(findings(facts, Room::Database)).collect()
}

fn broker(facts: &Facts) -> Vec<Check> {
    let own = answered(facts).filter(|(_, status)| uses_broker(status)).map(|(service, status)| {
        if status.broker_connected {
            Check::ok(format!("{}: verbonden", service.name))
        } else {
            Check::bad(
                Mark::Failure,
                format!("{}: geen verbinding", service.name),
                "berichten komen later aan; niets is kwijt",
                "kijk of RabbitMQ loopt en lees het logboek van de dienst",
                &format!("{RUNBOOKS}/broker_unreachable.md"),
            )
        }
    });
    own.chain(findings(facts, Room::Broker)).collect()
}

/// A service without outbox traffic and without queue, such as operations, has nothing to do with the broker here.
fn uses_broker(status: &proto::admin::v1::GetStatusResponse) -> bool {
    status.consumes || proto::EVENT_TYPES.iter().any(|event| event.producer == status.service)
}

fn services(facts: &Facts) -> Vec<Check> {
    let mut checks: Vec<Check> = facts.services.iter().map(service).collect();
    checks.extend(findings(facts, Room::Services));
    if let Err(why) = &facts.health {
        checks.push(Check::bad(
            Mark::Failure,
            format!("operations zegt niets over de regio: {why}"),
            "wat hieronder staat, is onvolledig",
            "lees het logboek van operations",
            &format!("{RUNBOOKS}/service_unreachable.md"),
        ));
    }
    checks
}

fn service(service: &ServiceFacts) -> Check {
    let trouble = match (service.ready, &service.status) {
        (None, _) => "geeft geen antwoord".to_owned(),
        (Some(_), Some(Err(why))) => format!("weigert de operator: {why}"),
        (Some(200), _) => return Check::ok(format!("{}: klaar", service.name)),
        (Some(503), _) => "neemt geen werk aan (stopt of start)".to_owned(),
        (Some(other), _) => format!("antwoordt met {other}"),
    };
    Check::bad(
        Mark::Failure,
        format!("{}: {trouble}", service.name),
        "wat deze dienst doet, lukt nu niet",
        &format!("lees {}", service.log),
        &format!("{RUNBOOKS}/service_unreachable.md"),
    )
}

fn events(facts: &Facts) -> Vec<Check> {
    let own = answered(facts)
        .filter(|(_, status)| status.outbox_unpublished + status.pending + status.parked == 0)
        .map(|(service, _)| Check::ok(format!("{}: niets wacht, niets staat opzij", service.name)));
    let waiting = answered(facts).filter(|(_, status)| status.outbox_unpublished + status.pending > 0).map(
        |(service, status)| {
            Check::ok(format!(
                "{}: {} te versturen, {} wachten op een eerder bericht",
                service.name, status.outbox_unpublished, status.pending
            ))
        },
    );
    // Without operations the parked messages would go unseen.
    let parked = answered(facts).filter(|(_, status)| status.parked > 0 && facts.health.is_err()).map(
        |(service, status)| {
            Check::bad(
                Mark::Failure,
                format!("{}: {} berichten staan opzij", service.name, status.parked),
                "cijfers en lijsten missen deze gegevens tot ze verwerkt zijn",
                &format!("bondgenoot queue parked {}", service.name),
                &format!("{RUNBOOKS}/events_parked.md"),
            )
        },
    );
    own.chain(waiting).chain(parked).chain(findings(facts, Room::Events)).collect()
}

fn cluster(facts: &Facts) -> Vec<Check> {
    let cluster = facts.health.as_ref().ok().and_then(|health| health.cluster.as_ref());
    let answers = cluster.filter(|cluster| cluster.state() == ClusterState::Answering);
    let own = answers.map(|cluster| {
        let (components, schedules) = (cluster.components.len(), cluster.schedules.len());
        Check::ok(format!("{}: {components} onderdelen, {schedules} planningen", cluster.namespace))
    });
    own.into_iter().chain(findings(facts, Room::Cluster)).collect()
}

fn sign_in(facts: &Facts) -> Vec<Check> {
    let check = facts.issuer.as_ref().map(|answer| match answer {
        Ok(()) => Check::ok("de aanmelddienst antwoordt"),
        Err(why) => Check::bad(
            Mark::Failure,
            format!("de aanmelddienst antwoordt niet: {why}"),
            "niemand kan aanmelden; wie aangemeld is, werkt verder",
            "herstel de aanmelddienst; op deze machine: start de regio opnieuw met cargo dev",
            "deploy/README.md",
        ),
    });
    check.into_iter().collect()
}

fn answered(facts: &Facts) -> impl Iterator<Item = (&ServiceFacts, &proto::admin::v1::GetStatusResponse)> {
    facts.services.iter().filter_map(|service| match &service.status {
        Some(Ok(status)) => Some((service, status)),
        _ => None,
    })
}

/// The group a finding of operations belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Database,
    Broker,
    Services,
    Cluster,
    Events,
}

fn room(code: &str) -> Room {
    match code {
        "DATABASE_NOT_DURABLE" => Room::Database,
        "BROKER_UNREACHABLE"
        | "QUEUE_WITHOUT_CONSUMER"
        | "QUEUE_BACKLOG"
        | "UNROUTABLE_MESSAGES"
        | "DEAD_LETTERS" => Room::Broker,
        "SERVICE_UNREACHABLE" | "BUILDS_DIFFER" | "FINDINGS_NOT_KEPT" => Room::Services,
        "PODS_FAILING"
        | "TOO_FEW_PODS"
        | "ROLLOUT_STUCK"
        | "AUTOSCALER_AT_MOST"
        | "EXPORT_FAILED"
        | "EXPORT_MISSED"
        | "JOB_FAILED"
        | "CLUSTER_UNREACHABLE" => Room::Cluster,
        // What a later operations finds is better seen in the wrong group than not at all.
        _ => Room::Events,
    }
}

fn findings(facts: &Facts, wanted: Room) -> impl Iterator<Item = Check> {
    let all = facts.health.as_ref().map(|health| health.findings.as_slice()).unwrap_or_default();
    all.iter().filter(move |finding| room(&finding.code) == wanted && !seen_here(facts, finding)).map(check)
}

/// What this command saw itself is not said twice.
fn seen_here(facts: &Facts, finding: &Finding) -> bool {
    finding.code == "SERVICE_UNREACHABLE"
        && facts.services.iter().any(|it| it.name == finding.subject && service(it).mark == Mark::Failure)
}

fn check(finding: &Finding) -> Check {
    let mark = if finding.severity() == Severity::Warning { Mark::Warning } else { Mark::Failure };
    let mut check = Check::bad(mark, &finding.message, &finding.effect, &finding.action, &finding.link);
    check.since = finding.since.as_ref().and_then(crate::instant::local);
    check
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::admin::v1::GetStatusResponse;
    use proto::operations::v1::RegionHealth;
    use std::path::Path;

    fn facts() -> Facts {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regions/waasland");
        let status = GetStatusResponse {
            service: "intake".to_owned(),
            build_id: "b1".to_owned(),
            broker_connected: true,
            ..GetStatusResponse::default()
        };
        Facts {
            supervised: Some(true),
            region: region::load(&file).unwrap(),
            services: vec![
                ServiceFacts {
                    name: "intake".to_owned(),
                    ready: Some(200),
                    status: Some(Ok(status)),
                    build_on_disk: Some("b1".to_owned()),
                    log: "intake.log".to_owned(),
                },
                ServiceFacts {
                    name: "gateway".to_owned(),
                    ready: Some(200),
                    status: None,
                    build_on_disk: None,
                    log: "gateway.log".to_owned(),
                },
            ],
            health: Ok(RegionHealth {
                summary: "Alles werkt.".to_owned(),
                severity: 1,
                ..RegionHealth::default()
            }),
            issuer: Some(Ok(())),
        }
    }

    fn texts(checkup: &Checkup, mark: Mark) -> Vec<&str> {
        checkup
            .groups
            .iter()
            .flat_map(|group| &group.checks)
            .filter(|check| check.mark == mark)
            .map(|check| check.text.as_str())
            .collect()
    }

    #[test]
    fn a_region_in_order_has_no_failure_and_the_summary_of_operations() {
        let checkup = judge(&facts());

        assert_eq!(checkup.worst, Mark::Ok, "{checkup:#?}");
        assert_eq!(checkup.summary, "Alles werkt.");
        assert!(checkup.groups.iter().all(|group| !group.checks.is_empty()), "{checkup:#?}");
    }

    #[test]
    fn of_a_region_elsewhere_only_what_was_asked_is_said() {
        let mut facts = facts();
        facts.supervised = None;
        facts.issuer = None;

        let checkup = judge(&facts);

        assert_eq!(checkup.worst, Mark::Ok);
        let names: Vec<&str> = checkup.groups.iter().map(|group| group.name).collect();
        assert_eq!(names, ["regiobestand", "databank", "berichtenmakelaar", "diensten", "berichten"]);
    }

    #[test]
    fn a_silent_service_is_named_once_with_its_log() {
        let mut facts = facts();
        facts.services[0].ready = None;
        facts.services[0].status = Some(Err("connection refused".to_owned()));
        let finding = Finding {
            code: "SERVICE_UNREACHABLE".to_owned(),
            subject: "intake".to_owned(),
            message: "intake antwoordt niet".to_owned(),
            severity: 3,
            ..Finding::default()
        };
        facts.health.as_mut().unwrap().findings.push(finding);

        let checkup = judge(&facts);

        assert_eq!(texts(&checkup, Mark::Failure), ["intake: geeft geen antwoord"]);
        assert_eq!(checkup.worst, Mark::Failure);
        assert!(!checkup.summary.contains("Alles"), "a summary that contradicts the findings is not shown");
    }

    #[test]
    fn a_region_on_kubernetes_has_a_group_of_its_own_with_what_is_found_there() {
        let mut facts = facts();
        let health = facts.health.as_mut().unwrap();
        health.cluster = Some(proto::operations::v1::ClusterHealth {
            state: ClusterState::Answering.into(),
            namespace: "waasland".to_owned(),
            ..Default::default()
        });
        let finding = Finding {
            code: "EXPORT_MISSED".to_owned(),
            message: "1 declaratie wacht".to_owned(),
            severity: 3,
            ..Finding::default()
        };
        health.findings.push(finding);

        let checkup = judge(&facts);

        let group = checkup.groups.last().unwrap();
        assert_eq!((group.name, group.checks.len()), ("kubernetes en exports", 2));
        assert_eq!(texts(&checkup, Mark::Failure), ["1 declaratie wacht"]);
    }

    #[test]
    fn parked_events_are_seen_without_operations_too() {
        let mut facts = facts();
        facts.health = Err("connection refused".to_owned());
        let Some(Ok(status)) = &mut facts.services[0].status else { panic!() };
        status.parked = 3;

        let failures = judge(&facts);

        assert!(
            texts(&failures, Mark::Failure).contains(&"intake: 3 berichten staan opzij"),
            "{failures:#?}"
        );
    }

    #[test]
    fn an_older_build_and_an_unknown_finding_are_shown() {
        let mut facts = facts();
        facts.services[0].build_on_disk = Some("b2".to_owned());
        let finding = Finding {
            code: "SOMETHING_NEW".to_owned(),
            message: "iets nieuws".to_owned(),
            severity: 2,
            ..Finding::default()
        };
        facts.health.as_mut().unwrap().findings.push(finding);

        let checkup = judge(&facts);

        assert_eq!(
            texts(&checkup, Mark::Warning),
            ["draait een andere build dan op schijf staat: intake", "iets nieuws"]
        );
    }
}
