//! Writes down what a person asks, before anything is done.

use chassis::database::{Command, DatabaseError, Work};

use crate::domain::{Action, Asked};
use crate::error::Error;
use crate::storage::actions;

/// What is asked. The same request under the same idempotency key finds the action of the first time.
#[derive(Debug, Clone)]
pub struct AskAction {
    /// What.
    pub asked: Asked,
    /// Key of the request.
    pub idempotency_key: Option<String>,
}

impl Command for AskAction {
    const NAME: &'static str = "ask_action";
    type Outcome = Action;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Action, Error> {
        // The access rule lets workers in only; without one the row would have nobody who asked.
        let worker = work.caller().worker.ok_or_else(|| DatabaseError::Inconsistent {
            table: "actions",
            what: "nobody asks".to_owned(),
        })?;
        let action = Action {
            action_id: work.ids().uuid(),
            asked: self.asked.clone(),
            worker,
            asked_at: work.clock().now(),
            ended: None,
        };
        let id = actions::ask(work.connection(), &action, self.idempotency_key.as_deref()).await?;
        let known = actions::find(work.connection(), id).await?;
        if known.asked != self.asked {
            return Err(DatabaseError::KeyReused.into());
        }
        work.touches(id);
        Ok(known)
    }
}
