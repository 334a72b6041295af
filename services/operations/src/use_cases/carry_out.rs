//! Carries out what a person asks: written down, done, written down again.
//!
//! Nothing that was acknowledged is lost, and nothing is done twice. The action is committed before anything is done, and its id names
//! the job it starts. Whoever is cut short in between (a crash, a hang-up, a database that goes away) asks again under the same
//! idempotency key: the same action is found, the same job is there already, and it is written down as done.

use chassis::caller::Call;
use chassis::database::{DatabaseError, UnitOfWork};
use chassis::error::{Chain, Describe as _, ErrorKind};
use chassis::tasks::Tasks;

use super::{AskAction, EndAction};
use crate::domain::{Action, ActionKind, Asked, Ended, EndedAs};
use crate::error::Error;
use crate::sources::Sources;

/// Carries out actions.
#[derive(Debug, Clone)]
pub struct Actions {
    work: UnitOfWork,
    sources: Sources,
    tasks: Tasks,
}

/// What was done.
#[derive(Debug, Default)]
struct Done {
    job: String,
    applied: i64,
    parked_again: i64,
}

impl Actions {
    /// Over these.
    pub const fn new(work: UnitOfWork, sources: Sources, tasks: Tasks) -> Self {
        Self { work, sources, tasks }
    }

    /// Where actions are written down.
    pub const fn work(&self) -> &UnitOfWork {
        &self.work
    }

    /// Who is asked.
    pub const fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Carries out an action, once per idempotency key, to its end: also when the caller hangs up.
    ///
    /// # Errors
    /// When it could not be done, or when it could not be written down that it was: then the same request finds it done.
    pub async fn carry_out(&self, call: &Call, asked: Asked) -> Result<Action, Error> {
        let (this, call) = (self.clone(), call.clone());
        let carried = self.tasks.run(async move { this.to_the_end(&call, asked).await }).await;
        carried.unwrap_or_else(|_| Err(DatabaseError::CutShort.into()))
    }

    async fn to_the_end(&self, call: &Call, asked: Asked) -> Result<Action, Error> {
        let idempotency_key = call.idempotency_key.as_deref().map(ToOwned::to_owned);
        // A unit of work of its own each: what is done in between cannot be rolled back. The table keeps the keys, as the vault of
        // operations ends with its process and could not open a kept answer.
        let action = self.work.read(call, AskAction { asked, idempotency_key }).await?;
        if action.is_done() {
            return Ok(action);
        }
        let done = self.act(&action).await;
        self.sources.exports().forget();
        let ended = self.ended(&done);
        tracing::info!(
            action.id = %action.action_id,
            action.kind = action.asked.kind.as_str(),
            action.subject = action.asked.subject,
            action.outcome = ended.how.as_str(),
            "an administrator acted"
        );
        metrics::counter!("actions_total", "kind" => action.asked.kind.as_str(), "outcome" => ended.how.as_str())
            .increment(1);
        let written = self.work.read(call, EndAction { action_id: action.action_id, ended }).await;
        match (done, written) {
            (Ok(_), written) => written,
            (Err(error), Ok(_)) => Err(error),
            (Err(error), Err(unwritten)) => {
                tracing::warn!(action.id = %action.action_id, error.chain = %Chain(&unwritten), "it cannot be written down what became of an action");
                Err(error)
            }
        }
    }

    async fn act(&self, action: &Action) -> Result<Done, Error> {
        let (asked, cluster) = (&action.asked, self.sources.cluster());
        match asked.kind {
            ActionKind::RunExport => {
                let started = cluster.start_job(&asked.subject, action.action_id, &asked.arguments()).await?;
                Ok(Done { job: started.job, ..Done::default() })
            }
            ActionKind::SuspendExport | ActionKind::ResumeExport => {
                cluster.suspend(&asked.subject, asked.kind == ActionKind::SuspendExport).await?;
                Ok(Done::default())
            }
            ActionKind::RedriveParked => {
                let (applied, parked_again) =
                    self.sources.services().redrive(&asked.subject, &asked.parked_ids).await?;
                Ok(Done { applied, parked_again, ..Done::default() })
            }
        }
    }

    fn ended(&self, done: &Result<Done, Error>) -> Ended {
        let at = self.work.clock().now();
        match done {
            Ok(done) => Ended {
                how: EndedAs::Done,
                at,
                error: String::new(),
                job: done.job.clone(),
                applied: done.applied,
                parked_again: done.parked_again,
            },
            Err(error) => Ended {
                how: match error.kind() {
                    ErrorKind::Unavailable | ErrorKind::DeadlineExceeded | ErrorKind::Internal => {
                        EndedAs::Failed
                    }
                    _ => EndedAs::Refused,
                },
                at,
                error: error.reason().to_owned(),
                job: String::new(),
                applied: 0,
                parked_again: 0,
            },
        }
    }
}
