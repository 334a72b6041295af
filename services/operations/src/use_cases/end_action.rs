//! Writes down what became of an action.

use chassis::database::{Command, Work};
use uuid::Uuid;

use crate::domain::{Action, Ended};
use crate::error::Error;
use crate::storage::actions;

/// What became of it.
#[derive(Debug, Clone)]
pub struct EndAction {
    /// Which.
    pub action_id: Uuid,
    /// How.
    pub ended: Ended,
}

impl Command for EndAction {
    const NAME: &'static str = "end_action";
    type Outcome = Action;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Action, Error> {
        let outcome_id = work.ids().uuid();
        actions::end(work.connection(), outcome_id, self.action_id, &self.ended).await?;
        work.touches(self.action_id);
        Ok(actions::find(work.connection(), self.action_id).await?)
    }
}
