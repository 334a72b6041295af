//! Names for one page of another service's view.

use std::collections::HashMap;

use chassis::database::{Command, Work};

use crate::domain::PersonId;
use crate::error::Error;
use crate::storage::{open, persons};

/// Most names of one call.
pub const MOST_NAMES: usize = 200;

/// Gives names in the order they were asked for: one statement. Who may see which is decided by the policies of the database.
#[derive(Debug, Clone)]
pub struct BatchGetNames {
    /// Whose.
    pub persons: Vec<PersonId>,
    /// What for; goes into the audit row.
    pub purpose: String,
}

/// One name.
#[derive(Clone)]
pub struct PersonName {
    /// Person.
    pub person: PersonId,
    /// `None` when the caller may not see it, the person was erased, or there is no such person: nobody can tell which.
    pub name: Option<String>,
}

impl std::fmt::Debug for PersonName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PersonName").field("person", &self.person).finish_non_exhaustive()
    }
}

impl Command for BatchGetNames {
    const NAME: &'static str = "batch_get_names";
    type Outcome = Vec<PersonName>;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Vec<PersonName>, Error> {
        let vault = work.vault().clone();
        let ids: Vec<_> = self.persons.iter().map(|person| person.as_uuid()).collect();
        let rows = persons::names(work.connection(), &ids).await?;
        let mut names = HashMap::with_capacity(rows.len());
        for row in rows {
            let key = persons::unwrap_key(&vault, row.person_id, row.region_key_id, row.wrapped)?;
            if let Some(name) = open(key.as_ref(), "persons.name", row.person_id, row.name.as_deref())? {
                work.touches(row.person_id);
                names.insert(row.person_id, name);
            }
        }
        work.states_purpose(&self.purpose);
        let to_name =
            |person: &PersonId| PersonName { person: *person, name: names.get(&person.as_uuid()).cloned() };
        Ok(self.persons.iter().map(to_name).collect())
    }
}
