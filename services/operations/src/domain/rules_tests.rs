//! Every rule is broken once here, and seen to hold otherwise.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::*;
use crate::domain::{Binding, ClusterSeen, thresholds};

fn status() -> Status {
    Status {
        build_id: "0.1.0-aa-1".to_owned(),
        started_at: None,
        epoch: 1,
        outbox_unpublished: 0,
        outbox_oldest_seconds: 0,
        pending: 0,
        pending_oldest_seconds: 0,
        parked: 0,
        relay_leader: true,
        broker_connected: true,
        queue: None,
        database_settings: ["fsync", "synchronous_commit", "full_page_writes"]
            .map(|name| (name.to_owned(), "on".to_owned()))
            .into(),
    }
}

fn binding() -> Binding {
    Binding { queue: "bondgenoot.reporting".to_owned(), routing_key: "intake.referral".to_owned() }
}

fn queue(name: &str) -> QueueSeen {
    QueueSeen { name: name.to_owned(), messages: 3, consumers: 1 }
}

/// Intake publishes, reporting consumes; nothing is wrong.
fn healthy() -> Snapshot {
    let service = |name: &str, publishes, status| ServiceSeen {
        name: name.to_owned(),
        publishes,
        instances: vec![InstanceSeen::Answered(status)],
    };
    let mut dead = queue("bondgenoot.reporting.dead");
    dead.messages = 0;
    Snapshot {
        cluster: ClusterSeen::Outside,
        exports: ExportsSeen::Unwatched,
        at: Timestamp::from_second(1_800_000_000).unwrap(),
        services: vec![
            service("intake", BTreeSet::from([binding()]), status()),
            service(
                "reporting",
                BTreeSet::new(),
                Status { queue: Some("bondgenoot.reporting".to_owned()), relay_leader: false, ..status() },
            ),
        ],
        broker: BrokerSeen::Answered {
            queues: vec![queue("bondgenoot.reporting"), dead, queue("of-somebody-else")],
            bindings: BTreeSet::from([binding()]),
        },
        reconciled: BTreeMap::new(),
    }
}

/// Code, subject and severity of everything found after one thing was broken.
fn after(break_it: impl FnOnce(&mut Snapshot)) -> Vec<(FindingCode, String, Severity)> {
    let mut snapshot = healthy();
    break_it(&mut snapshot);
    conditions(&snapshot, &thresholds())
        .into_iter()
        .map(|condition| (condition.code, condition.subject, condition.severity))
        .collect()
}

fn intake(change: impl FnOnce(&mut Status)) -> impl FnOnce(&mut Snapshot) {
    of(0, change)
}

fn of(index: usize, change: impl FnOnce(&mut Status)) -> impl FnOnce(&mut Snapshot) {
    move |snapshot| match &mut snapshot.services[index].instances[0] {
        InstanceSeen::Answered(status) => change(status),
        InstanceSeen::Silent(_) => unreachable!("every instance answers at first"),
    }
}

fn queues(change: impl FnOnce(&mut Vec<QueueSeen>)) -> impl FnOnce(&mut Snapshot) {
    |snapshot| match &mut snapshot.broker {
        BrokerSeen::Answered { queues, .. } => change(queues),
        BrokerSeen::Silent => unreachable!("the broker answers at first"),
    }
}

fn one(code: FindingCode, subject: &str, severity: Severity) -> Vec<(FindingCode, String, Severity)> {
    vec![(code, subject.to_owned(), severity)]
}

#[test]
fn a_healthy_region_has_no_finding() {
    assert_eq!(after(|_| {}), []);
}

#[test]
fn a_silent_service_is_unreachable_and_one_silent_instance_of_two_is_a_warning() {
    for silence in [
        Silence::NoAnswer,
        Silence::Refused,
        Silence::Failing,
        Silence::Other { who: "reporting van waasland".to_owned() },
    ] {
        let silent =
            |snapshot: &mut Snapshot| snapshot.services[0].instances = vec![InstanceSeen::Silent(silence)];
        assert_eq!(after(silent), one(FindingCode::ServiceUnreachable, "intake", Severity::Failure));
    }
    let half = |snapshot: &mut Snapshot| {
        snapshot.services[0].instances.push(InstanceSeen::Silent(Silence::NoAnswer));
    };
    assert_eq!(after(half), one(FindingCode::ServiceUnreachable, "intake", Severity::Warning));
}

#[test]
fn an_outbox_is_stuck_above_its_threshold_and_not_at_it() {
    let old = |seconds| {
        intake(move |status| {
            status.outbox_unpublished = 4;
            status.outbox_oldest_seconds = seconds;
        })
    };
    assert_eq!(after(old(30)), []);
    assert_eq!(after(old(31)), one(FindingCode::OutboxStuck, "intake", Severity::Failure));
}

#[test]
fn a_publishing_service_needs_a_leader_and_a_stand_by_beside_it_is_fine() {
    let follower = || {
        intake(|status| {
            status.relay_leader = false;
            status.broker_connected = false;
        })
    };
    assert_eq!(after(follower()), one(FindingCode::NoRelayLeader, "intake", Severity::Failure));

    let with_leader = |snapshot: &mut Snapshot| {
        follower()(snapshot);
        snapshot.services[0].instances.push(InstanceSeen::Answered(status()));
    };
    assert_eq!(after(with_leader), []);
}

#[test]
fn events_that_wait_long_or_are_parked_are_found() {
    let pending = |seconds| {
        of(1, move |status| {
            status.pending = 1;
            status.pending_oldest_seconds = seconds;
        })
    };
    assert_eq!(after(pending(300)), []);
    assert_eq!(after(pending(301)), one(FindingCode::EventsPendingLong, "reporting", Severity::Warning));
    assert_eq!(
        after(of(1, |status| status.parked = 1)),
        one(FindingCode::EventsParked, "reporting", Severity::Failure)
    );
}

#[test]
fn a_queue_without_consumer_or_gone_is_found_and_others_queues_are_nobodys_business() {
    let without = queues(|queues| queues[0].consumers = 0);
    assert_eq!(
        after(without),
        one(FindingCode::QueueWithoutConsumer, "bondgenoot.reporting", Severity::Failure)
    );
    let gone = queues(|queues| drop(queues.remove(0)));
    assert_eq!(
        after(gone),
        one(FindingCode::QueueWithoutConsumer, "bondgenoot.reporting", Severity::Failure)
    );
    assert_eq!(after(queues(|queues| queues[2].consumers = 0)), []);
}

#[test]
fn a_backlog_begins_at_its_threshold() {
    assert_eq!(after(queues(|queues| queues[0].messages = 999)), []);
    let backlog = queues(|queues| queues[0].messages = 1000);
    assert_eq!(after(backlog), one(FindingCode::QueueBacklog, "bondgenoot.reporting", Severity::Warning));
}

#[test]
fn messages_without_destination_and_missing_bindings_are_found() {
    let unroutable = queues(|queues| queues.push(queue("bondgenoot.unroutable")));
    assert_eq!(
        after(unroutable),
        one(FindingCode::UnroutableMessages, "bondgenoot.unroutable", Severity::Failure)
    );

    let unbound = |snapshot: &mut Snapshot| match &mut snapshot.broker {
        BrokerSeen::Answered { bindings, .. } => bindings.clear(),
        BrokerSeen::Silent => unreachable!("the broker answers at first"),
    };
    assert_eq!(
        after(unbound),
        one(FindingCode::UnroutableMessages, "bondgenoot.reporting", Severity::Failure)
    );
}

#[test]
fn dead_letters_are_found() {
    let dead = queues(|queues| queues[1].messages = 1);
    assert_eq!(after(dead), one(FindingCode::DeadLetters, "bondgenoot.reporting.dead", Severity::Warning));
}

#[test]
fn a_silent_broker_is_a_failure_unless_services_still_have_it() {
    let management_only = |snapshot: &mut Snapshot| snapshot.broker = BrokerSeen::Silent;
    assert_eq!(after(management_only), one(FindingCode::BrokerUnreachable, "broker", Severity::Warning));

    let all = |snapshot: &mut Snapshot| {
        for index in [0, 1] {
            of(index, |status| {
                status.broker_connected = false;
                status.relay_leader = false;
            })(snapshot);
        }
        snapshot.broker = BrokerSeen::Silent;
    };
    let subjects: BTreeSet<_> = after(all).into_iter().collect();
    let expected: BTreeSet<_> = ["broker", "intake", "reporting"]
        .map(|subject| (FindingCode::BrokerUnreachable, subject.to_owned(), Severity::Failure))
        .into();
    assert_eq!(subjects, expected);
}

#[test]
fn one_service_without_connection_is_found_while_the_broker_answers() {
    let cut = of(1, |status| status.broker_connected = false);
    assert_eq!(after(cut), one(FindingCode::BrokerUnreachable, "reporting", Severity::Failure));
}

#[test]
fn a_database_that_may_lose_writes_is_found_where_that_matters() {
    let weak =
        || intake(|status| drop(status.database_settings.insert("fsync".to_owned(), "off".to_owned())));
    assert_eq!(after(weak()), one(FindingCode::DatabaseNotDurable, "intake", Severity::Failure));
    let local = intake(|status| {
        drop(status.database_settings.insert("synchronous_commit".to_owned(), "local".to_owned()));
    });
    assert_eq!(after(local), one(FindingCode::DatabaseNotDurable, "intake", Severity::Failure));

    let mut snapshot = healthy();
    weak()(&mut snapshot);
    assert_eq!(conditions(&snapshot, &Thresholds { durable_databases: false, ..thresholds() }), []);
}

#[test]
fn a_raised_epoch_is_found_until_it_was_reconciled() {
    assert_eq!(
        after(intake(|status| status.epoch = 2)),
        one(FindingCode::EpochRaised, "intake", Severity::Failure)
    );
    let reconciled = |snapshot: &mut Snapshot| {
        intake(|status| status.epoch = 2)(snapshot);
        snapshot.reconciled.insert("intake".to_owned(), 2);
    };
    assert_eq!(after(reconciled), []);
}

#[test]
fn mixed_versions_are_found_and_other_executables_of_one_version_are_not() {
    let other_executable = of(1, |status| status.build_id = "0.1.0-bb-2".to_owned());
    assert_eq!(after(other_executable), []);
    let other_version = of(1, |status| status.build_id = "0.2.0-bb-2".to_owned());
    assert_eq!(after(other_version), one(FindingCode::BuildsDiffer, "region", Severity::Warning));
    let half_rolled_out = |snapshot: &mut Snapshot| {
        let newer = Status { build_id: "0.1.0-cc-3".to_owned(), ..status() };
        snapshot.services[0].instances.push(InstanceSeen::Answered(newer));
    };
    assert_eq!(after(half_rolled_out), one(FindingCode::BuildsDiffer, "intake", Severity::Warning));
}

#[test]
fn what_does_not_answer_cannot_be_judged_and_stays_open() {
    let mut snapshot = healthy();
    snapshot.services[0].instances = vec![InstanceSeen::Silent(Silence::NoAnswer)];
    let key = |code: FindingCode, subject: &str| Key {
        code: code.as_str().to_owned(),
        subject: subject.to_owned(),
    };

    assert!(is_unknown(&key(FindingCode::OutboxStuck, "intake"), &snapshot));
    assert!(!is_unknown(&key(FindingCode::OutboxStuck, "reporting"), &snapshot));
    assert!(!is_unknown(&key(FindingCode::OutboxStuck, "no longer watched"), &snapshot));
    assert!(!is_unknown(&key(FindingCode::ServiceUnreachable, "intake"), &snapshot));
    assert!(!is_unknown(&key(FindingCode::DeadLetters, "bondgenoot.reporting.dead"), &snapshot));
    snapshot.broker = BrokerSeen::Silent;
    assert!(is_unknown(&key(FindingCode::DeadLetters, "bondgenoot.reporting.dead"), &snapshot));
}
