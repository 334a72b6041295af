//! The rules over what Kubernetes says.

use super::{ClusterSeen, ComponentSeen, RunState, ScheduleSeen};
use crate::domain::texts::pods;
use crate::domain::{Condition, FindingCode, Severity, Thresholds};

/// Subject of findings about Kubernetes as a whole.
const CLUSTER: &str = "kubernetes";

/// Everything in the namespace that is not in order; at most one per code and subject.
pub fn conditions(cluster: &ClusterSeen, thresholds: &Thresholds) -> Vec<Condition> {
    let state = match cluster {
        ClusterSeen::Outside => return Vec::new(),
        ClusterSeen::Silent { .. } => {
            let message =
                "Kubernetes antwoordt niet; wat hieronder over onderdelen staat, kan oud zijn".to_owned();
            return vec![
                Condition::new(FindingCode::ClusterUnreachable, CLUSTER, Severity::Warning, message)
                    .lasting(thresholds.cluster_silent_seconds),
            ];
        }
        ClusterSeen::Answered(state) => state,
    };
    let components = state.components.iter().flat_map(|component| {
        [
            failing_pods(component),
            too_few(component, thresholds),
            stuck(component),
            at_most(component, thresholds),
        ]
    });
    components.chain(state.schedules.iter().map(failed)).flatten().collect()
}

/// A pod that fails is told at once: Kubernetes itself says that it does.
fn failing_pods(component: &ComponentSeen) -> Option<Condition> {
    let failing: Vec<_> = component.pods.iter().filter(|pod| pod.trouble.is_some() && !pod.ending).collect();
    let first = failing.first()?;
    let reason = first.trouble.as_deref().unwrap_or_default();
    let restarts = failing.iter().map(|pod| pod.restarts).max().unwrap_or(0);
    let again = if restarts > 0 { format!(", al {restarts} keer herstart") } else { String::new() };
    let message = format!(
        "van {} werken {} van de {} niet: {reason} ({}{again})",
        component.name,
        failing.len(),
        pods(component.pods.len()),
        first.name
    );
    Some(Condition::new(FindingCode::PodsFailing, &component.name, severity(component), message))
}

fn too_few(component: &ComponentSeen, thresholds: &Thresholds) -> Option<Condition> {
    if component.available >= component.desired {
        return None;
    }
    let message = format!(
        "van {} zijn {} van de {} exemplaren beschikbaar",
        component.name, component.available, component.desired
    );
    Some(
        Condition::new(FindingCode::TooFewPods, &component.name, severity(component), message)
            .lasting(thresholds.too_few_pods_seconds),
    )
}

/// Who still has a working pod goes on working.
const fn severity(component: &ComponentSeen) -> Severity {
    if component.available > 0 { Severity::Warning } else { Severity::Failure }
}

fn stuck(component: &ComponentSeen) -> Option<Condition> {
    let reason = component.stuck.as_ref()?;
    let message = format!("de uitrol van {} loopt vast: {reason}", component.name);
    Some(Condition::new(FindingCode::RolloutStuck, &component.name, severity(component), message))
}

fn at_most(component: &ComponentSeen, thresholds: &Thresholds) -> Option<Condition> {
    let autoscaler = component.autoscaler?;
    if autoscaler.desired < autoscaler.most {
        return None;
    }
    let message =
        format!("{} draait met het hoogste aantal exemplaren dat mag ({})", component.name, autoscaler.most);
    Some(
        Condition::new(FindingCode::AutoscalerAtMost, &component.name, Severity::Warning, message)
            .lasting(thresholds.at_most_seconds),
    )
}

fn failed(schedule: &ScheduleSeen) -> Option<Condition> {
    let RunState::Failed { reason } = &schedule.last_ended()?.state else { return None };
    let message = format!("de laatste uitvoering van {} mislukte: {reason}", schedule.name);
    let code = if schedule.is_export() { FindingCode::ExportFailed } else { FindingCode::JobFailed };
    Some(Condition::new(code, &schedule.name, Severity::Failure, message))
}

#[cfg(test)]
mod tests {
    use super::super::{AutoscalerSeen, ClusterState, ExportRun, PodSeen};
    use super::*;
    use crate::domain::thresholds;

    fn pod(name: &str, trouble: Option<&str>) -> PodSeen {
        let trouble = trouble.map(ToOwned::to_owned);
        PodSeen { name: name.to_owned(), ready: trouble.is_none(), trouble, ..PodSeen::default() }
    }

    fn component(available: i32, pods: Vec<PodSeen>) -> ComponentSeen {
        ComponentSeen {
            name: "trajectory".to_owned(),
            desired: 2,
            available,
            pods,
            ..ComponentSeen::default()
        }
    }

    fn schedule(states: Vec<RunState>) -> ScheduleSeen {
        let run =
            |state| ExportRun { job: "job".to_owned(), state, manual: false, started: None, ended: None };
        ScheduleSeen {
            name: "waasland-finance-export-nightly".to_owned(),
            component: "finance-export".to_owned(),
            runs: states.into_iter().map(run).collect(),
            ..ScheduleSeen::default()
        }
    }

    fn of(state: ClusterState) -> Vec<(FindingCode, Severity, String, i64)> {
        conditions(&ClusterSeen::Answered(state), &thresholds())
            .into_iter()
            .map(|one| (one.code, one.severity, one.message, one.lasting_seconds))
            .collect()
    }

    fn components(list: Vec<ComponentSeen>) -> ClusterState {
        ClusterState { components: list, ..ClusterState::default() }
    }

    #[test]
    fn what_is_as_wanted_is_no_finding() {
        let fine = component(2, vec![pod("a", None), pod("b", None)]);
        let schedules = vec![schedule(vec![RunState::Running, RunState::Succeeded]), schedule(Vec::new())];

        assert_eq!(of(ClusterState { components: vec![fine], schedules, ..ClusterState::default() }), []);
        assert_eq!(conditions(&ClusterSeen::Outside, &thresholds()), []);
    }

    #[test]
    fn a_failing_pod_is_told_at_once_and_is_worse_when_it_was_the_last_one() {
        let mut failing = pod("b", Some("CrashLoopBackOff"));
        failing.restarts = 4;
        let found = of(components(vec![component(1, vec![pod("a", None), failing.clone()])]));
        let (code, severity, message, lasting) = found.first().unwrap();
        assert_eq!((*code, *severity, *lasting), (FindingCode::PodsFailing, Severity::Warning, 0));
        assert!(message.contains("1 van de 2 pods") && message.contains("CrashLoopBackOff"), "{message}");
        assert!(message.contains("4 keer"), "{message}");

        let found = of(components(vec![component(0, vec![failing.clone()])]));
        assert!(found.iter().all(|(_, severity, ..)| *severity == Severity::Failure));

        failing.ending = true;
        assert_eq!(of(components(vec![component(2, vec![failing])])), [], "who is taken away may fail");
    }

    #[test]
    fn too_few_pods_must_last_and_a_stuck_roll_out_is_told_at_once() {
        let mut short = component(1, vec![pod("a", None)]);
        let found = of(components(vec![short.clone()]));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0, found[0].3), (FindingCode::TooFewPods, thresholds().too_few_pods_seconds));

        short.available = 2;
        short.stuck = Some("ProgressDeadlineExceeded".to_owned());
        let found = of(components(vec![short]));
        assert_eq!((found[0].0, found[0].3), (FindingCode::RolloutStuck, 0));
    }

    #[test]
    fn an_autoscaler_at_its_most_is_told_when_it_lasts() {
        let mut one = component(2, Vec::new());
        one.autoscaler = Some(AutoscalerSeen { desired: 5, most: 6 });
        assert_eq!(of(components(vec![one.clone()])), []);

        one.autoscaler = Some(AutoscalerSeen { desired: 6, most: 6 });
        let found = of(components(vec![one]));
        assert_eq!((found[0].0, found[0].3), (FindingCode::AutoscalerAtMost, thresholds().at_most_seconds));
    }

    #[test]
    fn an_export_that_failed_is_a_finding_until_a_later_one_succeeds() {
        let failed = RunState::Failed { reason: "BackoffLimitExceeded".to_owned() };
        let of_runs = |runs| of(ClusterState { schedules: vec![schedule(runs)], ..ClusterState::default() });

        assert_eq!(of_runs(vec![failed.clone(), RunState::Succeeded])[0].0, FindingCode::ExportFailed);
        assert_eq!(of_runs(vec![RunState::Running, failed.clone()])[0].0, FindingCode::ExportFailed);
        assert_eq!(of_runs(vec![RunState::Succeeded, failed.clone()]), []);

        let forget = ScheduleSeen { component: "intake-forget".to_owned(), ..schedule(vec![failed]) };
        let found = of(ClusterState { schedules: vec![forget], ..ClusterState::default() });
        assert_eq!(found[0].0, FindingCode::JobFailed);
    }

    #[test]
    fn silence_must_last_and_says_nothing_of_components() {
        let found = conditions(&ClusterSeen::Silent { answered: None }, &thresholds());

        assert_eq!(found.len(), 1);
        assert_eq!(found[0].code, FindingCode::ClusterUnreachable);
        assert_eq!(found[0].lasting_seconds, thresholds().cluster_silent_seconds);
    }
}
