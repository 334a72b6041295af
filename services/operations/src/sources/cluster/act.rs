//! What operations does in the namespace when a person asks.

use std::time::Duration;

use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Resource as _, ResourceExt as _};
use serde_json::json;
use uuid::Uuid;

use super::{Cluster, Inner, read};
use crate::domain::ClusterRight;

/// How Kubernetes itself marks a job that a person started from a schedule.
pub(super) const MANUAL: (&str, &str) = ("cronjob.kubernetes.io/instantiate", "manual");
/// The name under which our changes of fields are known.
const MANAGER: &str = "bondgenoot-operations";
/// How long all of one action may take: the gateway waits five seconds, and the outcome must be written down in them.
const ACT: Duration = Duration::from_millis(3500);
/// Arguments of the container that are the command itself: `export`.
const COMMAND: usize = 1;
/// How much of what Kubernetes says is told, in characters.
const LONGEST_MESSAGE: usize = 300;
/// Names of jobs end up in labels, which hold no more.
const LONGEST_NAME: usize = 63;

/// A job that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Its name.
    pub job: String,
    /// Whether an earlier call with the same id had started it.
    pub again: bool,
}

/// What was asked could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The region does not run on Kubernetes.
    #[error("the region does not run on Kubernetes")]
    Outside,
    /// There is no such schedule of exports.
    #[error("there is no such schedule of exports")]
    NoSchedule {
        /// Where was looked.
        namespace: String,
    },
    /// The role of operations does not allow it.
    #[error("Kubernetes does not let operations {} {} in namespace {namespace}", .right.verb(), .right.resource())]
    Forbidden {
        /// What is missing.
        right: ClusterRight,
        /// Where.
        namespace: String,
    },
    /// The API server did not answer in time.
    #[error("Kubernetes does not answer")]
    Silent(#[source] Option<kube::Error>),
    /// The API server refused, though the role allows it: a quota, an admission rule.
    #[error("Kubernetes refused: {message}")]
    Refused {
        /// What it said.
        message: String,
    },
}

impl From<kube::Error> for ActError {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) if (400..500).contains(&status.code) && status.code != 429 => {
                Self::Refused { message: status.message.chars().take(LONGEST_MESSAGE).collect() }
            }
            _ => Self::Silent(Some(error)),
        }
    }
}

impl Cluster {
    /// Starts a job of a schedule now, with `arguments` behind those of its template. The name follows from `action`, so that
    /// asking twice, or trying again after a broken connection, starts one job.
    ///
    /// # Errors
    /// When there is no such schedule, no right, or no answer.
    pub async fn start_job(
        &self,
        schedule: &str,
        action: Uuid,
        arguments: &[String],
    ) -> Result<Started, ActError> {
        let inner = self.inner.as_ref().ok_or(ActError::Outside)?;
        in_time(async {
            inner.check(ClusterRight::CreateJobs).await?;
            inner.start_job(schedule, action, arguments).await
        })
        .await
    }

    /// Suspends a schedule, or lets it go on.
    ///
    /// # Errors
    /// As [`start_job`](Self::start_job).
    pub async fn suspend(&self, schedule: &str, suspended: bool) -> Result<(), ActError> {
        let inner = self.inner.as_ref().ok_or(ActError::Outside)?;
        in_time(async {
            inner.check(ClusterRight::PatchSchedules).await?;
            inner.suspend(schedule, suspended).await
        })
        .await
    }
}

impl Inner {
    /// Asks Kubernetes whether it lets us, now: a role may have changed since it was last asked.
    async fn check(&self, right: ClusterRight) -> Result<(), ActError> {
        if self.may(right).await? {
            return Ok(());
        }
        Err(ActError::Forbidden { right, namespace: self.namespace.clone() })
    }

    async fn start_job(
        &self,
        schedule: &str,
        action: Uuid,
        arguments: &[String],
    ) -> Result<Started, ActError> {
        let template = self.schedule(schedule).await?;
        let job = job_from(&template, action, arguments);
        let name = job.name_any();
        let jobs: Api<Job> = Api::namespaced(self.client.clone(), &self.namespace);
        match jobs
            .create(&PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() }, &job)
            .await
        {
            Ok(_) => Ok(Started { job: name, again: false }),
            Err(kube::Error::Api(status)) if status.code == 409 => Ok(Started { job: name, again: true }),
            Err(error) => Err(error.into()),
        }
    }

    async fn suspend(&self, schedule: &str, suspended: bool) -> Result<(), ActError> {
        self.schedule(schedule).await?;
        let cron_jobs: Api<CronJob> = Api::namespaced(self.client.clone(), &self.namespace);
        let change = Patch::Merge(json!({ "spec": { "suspend": suspended } }));
        cron_jobs
            .patch(
                schedule,
                &PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() },
                &change,
            )
            .await?;
        Ok(())
    }

    /// The schedule as it is now, when it makes exports and belongs to the region.
    async fn schedule(&self, name: &str) -> Result<CronJob, ActError> {
        // Before the first answer nothing is known, and that is not the same as knowing of none.
        if self.cron_jobs.agreed().is_none() {
            return Err(ActError::Silent(None));
        }
        // Only what is watched belongs to the region: another schedule of the namespace is none of ours.
        let known = self.cron_jobs.state();
        let is_ours =
            read::schedules(&known, &[]).iter().any(|known| known.name == name && known.is_export());
        let cron_jobs: Api<CronJob> = Api::namespaced(self.client.clone(), &self.namespace);
        let found = if is_ours { cron_jobs.get_opt(name).await? } else { None };
        found.ok_or_else(|| ActError::NoSchedule { namespace: self.namespace.clone() })
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, ActError>>) -> Result<T, ActError> {
    tokio::time::timeout(ACT, answer).await.unwrap_or(Err(ActError::Silent(None)))
}

/// The job that a schedule would start, with more arguments for its container.
fn job_from(schedule: &CronJob, action: Uuid, arguments: &[String]) -> Job {
    let template = schedule.spec.as_ref().map(|spec| spec.job_template.clone()).unwrap_or_default();
    let labelled = template.metadata.unwrap_or_default();
    let mut annotations = labelled.annotations.unwrap_or_default();
    annotations.insert(MANUAL.0.to_owned(), MANUAL.1.to_owned());
    let mut spec = template.spec;
    let container =
        spec.as_mut().and_then(|spec| spec.template.spec.as_mut()).and_then(|pod| pod.containers.first_mut());
    if let Some(container) = container {
        let args = container.args.get_or_insert_default();
        // What the schedule chooses itself gives way to what is asked: `finance export` takes one choice.
        if !arguments.is_empty() {
            args.truncate(COMMAND);
        }
        args.extend_from_slice(arguments);
    }
    Job {
        metadata: ObjectMeta {
            name: Some(job_name(&schedule.name_any(), action)),
            namespace: schedule.namespace(),
            labels: Some(labelled.labels.unwrap_or_default()),
            annotations: Some(annotations),
            // With the schedule it goes, and it counts towards the history the schedule keeps.
            owner_references: schedule.controller_owner_ref(&()).map(|owner| vec![owner]),
            ..ObjectMeta::default()
        },
        spec,
        status: None,
    }
}

/// `<schedule>-<action>`, the schedule cut so that the whole fits.
fn job_name(schedule: &str, action: Uuid) -> String {
    let mark = action.simple().to_string();
    let room = LONGEST_NAME - mark.len() - 1;
    let kept: String = schedule.chars().take(room).collect();
    format!("{}-{mark}", kept.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule() -> CronJob {
        serde_json::from_value(json!({
            "metadata": {"name": "waasland-finance-export", "namespace": "waasland", "uid": "u-1"},
            "spec": {
                "schedule": "15 4 * * *",
                "jobTemplate": {
                    "metadata": {"labels": {"app.kubernetes.io/part-of": "bondgenoot"}},
                    "spec": {"template": {"spec": {"containers": [
                        {"name": "export", "command": ["/usr/local/bin/finance"], "args": ["export", "--period", "2023"]}
                    ]}}}
                }
            }
        }))
        .unwrap()
    }

    #[test]
    fn a_job_is_that_of_the_schedule_with_more_arguments_an_owner_and_a_mark() {
        let job = job_from(&schedule(), Uuid::from_u128(7), &["--period".to_owned(), "2024-Q1".to_owned()]);

        let written = serde_json::to_value(&job).unwrap();
        assert_eq!(written["metadata"]["name"], "waasland-finance-export-00000000000000000000000000000007");
        assert_eq!(written["metadata"]["annotations"][MANUAL.0], MANUAL.1);
        assert_eq!(written["metadata"]["labels"]["app.kubernetes.io/part-of"], "bondgenoot");
        assert_eq!(written["metadata"]["ownerReferences"][0]["name"], "waasland-finance-export");
        let container = &written["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["args"], json!(["export", "--period", "2024-Q1"]));

        let as_scheduled = serde_json::to_value(job_from(&schedule(), Uuid::nil(), &[])).unwrap();
        let container = &as_scheduled["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["args"], json!(["export", "--period", "2023"]));
    }

    #[test]
    fn a_long_name_is_cut_and_stays_one_of_kubernetes() {
        let name = job_name(&"a-".repeat(30), Uuid::from_u128(7));

        assert_eq!(name.len(), 62);
        assert!(!name.contains("--"), "{name}");
    }
}
