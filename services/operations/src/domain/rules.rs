//! The rules: from a snapshot to what is not in order.

use super::texts::{duration, messages};
use super::{
    BrokerSeen, ClusterSeen, ExportsSeen, FindingCode, Found, InstanceSeen, Key, QueueSeen, ServiceSeen,
    Severity, Silence, Snapshot, Status, Thresholds, cluster_conditions, missed_exports,
};

/// Queue for messages that no queue was bound for, where an operator set one up.
const UNROUTABLE_QUEUE: &str = "bondgenoot.unroutable";
const QUEUE_PREFIX: &str = "bondgenoot.";
const DEAD_SUFFIX: &str = ".dead";
/// Subject of findings about the broker as a whole.
const BROKER: &str = "broker";
/// Subject of findings about the region as a whole.
const REGION: &str = "region";

/// Something that is not in order now; a finding once it lasted long enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Code.
    pub code: FindingCode,
    /// Service, queue, `broker` or `region`.
    pub subject: String,
    /// How bad.
    pub severity: Severity,
    /// What is the case, in Dutch.
    pub message: String,
    /// How long it must last, seconds.
    pub lasting_seconds: i64,
    /// When it began, where that is known; else when it was first seen.
    pub began: Option<jiff::Timestamp>,
}

impl Condition {
    /// What it is about.
    pub fn key(&self) -> Key {
        Key { code: self.code.as_str().to_owned(), subject: self.subject.clone() }
    }

    pub(super) fn into_found(self, since: jiff::Timestamp) -> Found {
        Found {
            code: self.code,
            subject: self.subject,
            severity: self.severity,
            message: self.message,
            since,
        }
    }

    pub(super) fn new(code: FindingCode, subject: &str, severity: Severity, message: String) -> Self {
        Self { code, subject: subject.to_owned(), severity, message, lasting_seconds: 0, began: None }
    }

    pub(super) fn lasting(self, lasting_seconds: i64) -> Self {
        Self { lasting_seconds, ..self }
    }

    pub(super) fn began(self, began: jiff::Timestamp) -> Self {
        Self { began: Some(began), ..self }
    }
}

/// Everything that is not in order in a snapshot; at most one per code and subject.
pub fn conditions(snapshot: &Snapshot, thresholds: &Thresholds) -> Vec<Condition> {
    let mut all = Vec::new();
    for service in &snapshot.services {
        all.extend(silent_instances(service));
        if let Some(first) = service.answers().next() {
            all.extend(events(service, first, thresholds));
            all.extend(no_leader(service, snapshot, thresholds));
            all.extend(not_connected(service, snapshot, thresholds));
            all.extend(not_durable(service, first, thresholds));
            all.extend(epoch_raised(service, first, snapshot));
            all.extend(missing_queue(service, snapshot, thresholds));
            all.extend(missing_bindings(service, snapshot, thresholds));
        }
    }
    for queue in snapshot.broker.queues() {
        all.extend(queue_condition(queue, thresholds));
    }
    all.extend(broker_silent(snapshot));
    all.extend(builds_differ(snapshot, thresholds));
    all.extend(cluster_conditions(&snapshot.cluster, thresholds));
    all.extend(missed_exports(&snapshot.cluster, &snapshot.exports, snapshot.at, thresholds));
    all
}

/// Whether an open finding cannot be judged, because what it is about did not answer: it stays open.
pub fn is_unknown(key: &Key, snapshot: &Snapshot) -> bool {
    use FindingCode as Code;
    let Some(code) = FindingCode::ALL.into_iter().find(|code| code.as_str() == key.code) else {
        return false;
    };
    let service = snapshot.services.iter().find(|service| service.name == key.subject);
    let silent = service.is_some_and(|service| !service.is_reachable());
    let broker_silent = snapshot.broker == BrokerSeen::Silent;
    match code {
        Code::OutboxStuck
        | Code::EventsPendingLong
        | Code::EventsParked
        | Code::DatabaseNotDurable
        | Code::EpochRaised
        | Code::BrokerUnreachable => silent,
        // A relay leaves the lead while the broker is away, so its lead cannot be judged then.
        Code::NoRelayLeader => silent || broker_silent,
        Code::QueueWithoutConsumer | Code::QueueBacklog | Code::UnroutableMessages | Code::DeadLetters => {
            broker_silent
        }
        Code::BuildsDiffer => snapshot.services.iter().any(|service| !service.is_reachable()),
        Code::PodsFailing
        | Code::TooFewPods
        | Code::RolloutStuck
        | Code::AutoscalerAtMost
        | Code::ExportFailed
        | Code::JobFailed => {
            matches!(snapshot.cluster, ClusterSeen::Silent { .. })
        }
        Code::ExportMissed => {
            matches!(snapshot.cluster, ClusterSeen::Silent { .. }) || snapshot.exports == ExportsSeen::Silent
        }
        Code::ServiceUnreachable | Code::ClusterUnreachable | Code::FindingsNotKept => false,
    }
}

fn silent_instances(service: &ServiceSeen) -> Option<Condition> {
    let silences: Vec<&Silence> = service
        .instances
        .iter()
        .filter_map(|instance| match instance {
            InstanceSeen::Silent(silence) => Some(silence),
            InstanceSeen::Answered(_) => None,
        })
        .collect();
    let first = silences.first()?;
    let why = match first {
        Silence::NoAnswer => "antwoordt niet".to_owned(),
        Silence::Refused => "laat operations niet toe: de sleutels kloppen niet".to_owned(),
        Silence::Failing => "antwoordt, maar werkt niet; meestal is de databank weg".to_owned(),
        Silence::Other { who } => format!("staat niet op dit adres: daar antwoordt {who}"),
    };
    let all = service.instances.len();
    let (severity, message) = if silences.len() == all {
        (Severity::Failure, format!("de dienst {} {why}", service.name))
    } else {
        (Severity::Warning, format!("{} van de {all} exemplaren van {} {why}", silences.len(), service.name))
    };
    Some(Condition::new(FindingCode::ServiceUnreachable, &service.name, severity, message))
}

fn events(service: &ServiceSeen, status: &Status, thresholds: &Thresholds) -> Vec<Condition> {
    let name = &service.name;
    let mut found = Vec::new();
    if status.outbox_oldest_seconds > thresholds.outbox_oldest_seconds {
        let message = format!(
            "in {name} wachten {} op verzending, het oudste al {}",
            messages(status.outbox_unpublished),
            duration(status.outbox_oldest_seconds)
        );
        found.push(Condition::new(FindingCode::OutboxStuck, name, Severity::Failure, message));
    }
    if status.pending > 0 && status.pending_oldest_seconds > thresholds.pending_oldest_seconds {
        let message = format!(
            "in {name} wachten {} op een eerder bericht, het oudste al {}",
            messages(status.pending),
            duration(status.pending_oldest_seconds)
        );
        found.push(Condition::new(FindingCode::EventsPendingLong, name, Severity::Warning, message));
    }
    if status.parked > 0 {
        let message = format!("{name} kon {} niet verwerken en zette ze apart", messages(status.parked));
        found.push(Condition::new(FindingCode::EventsParked, name, Severity::Failure, message));
    }
    found
}

fn no_leader(service: &ServiceSeen, snapshot: &Snapshot, thresholds: &Thresholds) -> Option<Condition> {
    let judged = !service.publishes.is_empty() && snapshot.broker != BrokerSeen::Silent;
    if !judged || service.answers().any(|status| status.relay_leader) {
        return None;
    }
    let message = format!("geen enkel exemplaar van {} verzendt berichten", service.name);
    Some(
        Condition::new(FindingCode::NoRelayLeader, &service.name, Severity::Failure, message)
            .lasting(thresholds.no_leader_seconds),
    )
}

/// A stand-by has no connection, and a relay without the lead has none either: while the broker answers, that is the lead's
/// trouble and not the broker's.
fn not_connected(service: &ServiceSeen, snapshot: &Snapshot, thresholds: &Thresholds) -> Option<Condition> {
    let needs_broker =
        !service.publishes.is_empty() || service.answers().any(|status| status.queue.is_some());
    let explained = snapshot.broker != BrokerSeen::Silent
        && !service.publishes.is_empty()
        && !service.answers().any(|status| status.relay_leader);
    if !needs_broker || explained || service.answers().any(|status| status.broker_connected) {
        return None;
    }
    let message = format!("{} heeft geen verbinding met de berichtendienst", service.name);
    Some(
        Condition::new(FindingCode::BrokerUnreachable, &service.name, Severity::Failure, message)
            .lasting(thresholds.no_connection_seconds),
    )
}

fn broker_silent(snapshot: &Snapshot) -> Option<Condition> {
    if snapshot.broker != BrokerSeen::Silent {
        return None;
    }
    let connected =
        snapshot.services.iter().any(|service| service.answers().any(|status| status.broker_connected));
    let (severity, message) = if connected {
        (Severity::Warning, "het beheer van de berichtendienst antwoordt niet; berichten gaan wel door")
    } else {
        (Severity::Failure, "de berichtendienst antwoordt niet")
    };
    Some(Condition::new(FindingCode::BrokerUnreachable, BROKER, severity, message.to_owned()))
}

fn not_durable(service: &ServiceSeen, status: &Status, thresholds: &Thresholds) -> Option<Condition> {
    // `local` does not wait for stand-bys that are configured; `off` does not wait for the disk.
    let weak = |name: &str, value: &str| value == "off" || (name == "synchronous_commit" && value == "local");
    let settings: Vec<String> = status
        .database_settings
        .iter()
        .filter(|(name, value)| weak(name, value))
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    if !thresholds.durable_databases || settings.is_empty() {
        return None;
    }
    let message = format!(
        "de databank van {} kan bij een crash bevestigd werk verliezen: {}",
        service.name,
        settings.join(", ")
    );
    Some(Condition::new(FindingCode::DatabaseNotDurable, &service.name, Severity::Failure, message))
}

fn epoch_raised(service: &ServiceSeen, status: &Status, snapshot: &Snapshot) -> Option<Condition> {
    let reconciled = snapshot.reconciled.get(&service.name).copied().unwrap_or(1);
    if status.epoch <= reconciled {
        return None;
    }
    let message = format!(
        "de databank van {} is teruggezet (tijdperk {}, vergeleken tot {reconciled}); de diensten zijn nog niet vergeleken",
        service.name, status.epoch
    );
    Some(Condition::new(FindingCode::EpochRaised, &service.name, Severity::Failure, message))
}

fn missing_queue(service: &ServiceSeen, snapshot: &Snapshot, thresholds: &Thresholds) -> Option<Condition> {
    let BrokerSeen::Answered { queues, .. } = &snapshot.broker else { return None };
    let wanted = service.answers().find_map(|status| status.queue.as_deref())?;
    if queues.iter().any(|queue| queue.name == wanted) {
        return None;
    }
    let message = format!("de wachtrij {wanted} van {} bestaat niet meer", service.name);
    Some(
        Condition::new(FindingCode::QueueWithoutConsumer, wanted, Severity::Failure, message)
            .lasting(thresholds.no_consumer_seconds),
    )
}

/// Where a binding is missing, the broker throws the event away for that consumer as long as another queue wants it.
fn missing_bindings(service: &ServiceSeen, snapshot: &Snapshot, thresholds: &Thresholds) -> Vec<Condition> {
    let BrokerSeen::Answered { bindings, .. } = &snapshot.broker else { return Vec::new() };
    let mut found: Vec<Condition> = Vec::new();
    for missing in service.publishes.difference(bindings) {
        if found.iter().any(|condition| condition.subject == missing.queue) {
            continue;
        }
        let message = format!(
            "de wachtrij {} krijgt de berichten {} niet: de binding ontbreekt",
            missing.queue, missing.routing_key
        );
        found.push(
            Condition::new(FindingCode::UnroutableMessages, &missing.queue, Severity::Failure, message)
                .lasting(thresholds.no_consumer_seconds),
        );
    }
    found
}

fn queue_condition(queue: &QueueSeen, thresholds: &Thresholds) -> Vec<Condition> {
    let (name, waiting) = (queue.name.as_str(), messages(queue.messages));
    if name == UNROUTABLE_QUEUE {
        let message = format!("{waiting} had geen enkele wachtrij als bestemming");
        let found = Condition::new(FindingCode::UnroutableMessages, name, Severity::Failure, message);
        return if queue.messages > 0 { vec![found] } else { Vec::new() };
    }
    if name.ends_with(DEAD_SUFFIX) {
        let message = format!("{waiting} in {name}: te vaak aangeboden zonder bevestiging");
        let found = Condition::new(FindingCode::DeadLetters, name, Severity::Warning, message)
            .lasting(thresholds.dead_letters_seconds);
        return if queue.messages > 0 { vec![found] } else { Vec::new() };
    }
    if !name.starts_with(QUEUE_PREFIX) {
        return Vec::new();
    }
    let mut found = Vec::new();
    if queue.consumers == 0 {
        let message = format!("niemand haalt berichten uit {name}; er wachten {waiting}");
        found.push(
            Condition::new(FindingCode::QueueWithoutConsumer, name, Severity::Failure, message)
                .lasting(thresholds.no_consumer_seconds),
        );
    }
    if queue.messages >= thresholds.backlog_messages {
        let message = format!("{waiting} in {name}");
        found.push(
            Condition::new(FindingCode::QueueBacklog, name, Severity::Warning, message)
                .lasting(thresholds.backlog_seconds),
        );
    }
    found
}

/// A build id begins with the version; what follows tells executables apart, so it is compared between instances only.
fn builds_differ(snapshot: &Snapshot, thresholds: &Thresholds) -> Vec<Condition> {
    let mixed = |mut builds: Vec<&str>| {
        builds.sort_unstable();
        builds.dedup();
        (builds.len() > 1).then(|| builds.join(", "))
    };
    let mut found = Vec::new();
    let condition = |subject: &str, message: String| {
        Condition::new(FindingCode::BuildsDiffer, subject, Severity::Warning, message)
            .lasting(thresholds.builds_differ_seconds)
    };
    for service in &snapshot.services {
        if let Some(builds) = mixed(service.answers().map(|status| status.build_id.as_str()).collect()) {
            found.push(condition(
                &service.name,
                format!("exemplaren van {} draaien verschillende versies: {builds}", service.name),
            ));
        }
    }
    let version = |status: &'_ Status| status.build_id.split('-').next().unwrap_or_default().to_owned();
    let versions: Vec<String> =
        snapshot.services.iter().flat_map(ServiceSeen::answers).map(version).collect();
    if let Some(versions) = mixed(versions.iter().map(String::as_str).collect()) {
        found.push(condition(REGION, format!("de diensten draaien verschillende versies: {versions}")));
    }
    found
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
