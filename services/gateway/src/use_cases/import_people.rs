//! Takes in the people of a region and their mandates from a file. To repeat it changes nothing.

use chassis::caller::{Role, Scope, role_from_name, scope_from_name};
use chassis::database::{Command, DatabaseError, Work};
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use crate::storage::mandates::{self, Imported};

/// A mandate out of a file of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedMandate {
    /// Mandate.
    pub id: Uuid,
    /// Worker.
    pub worker: Uuid,
    /// Who the worker is at the identity provider.
    pub subject: String,
    /// Organisation.
    pub organisation: Uuid,
    /// Its name.
    pub organisation_name: String,
    /// Role.
    pub role: Role,
    /// Programme; `None` is all.
    pub programme: Option<String>,
    /// Scope.
    pub scope: Scope,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    pub valid_to: Option<Date>,
}

/// The mandates of a file.
#[derive(Debug)]
pub struct ImportPeople {
    mandates: Vec<ImportedMandate>,
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Mandates that were new.
    pub added: usize,
    /// Mandates that differed.
    pub changed: usize,
    /// Mandates that were there as they are.
    pub unchanged: usize,
}

/// A file of people is not right.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// It is not such a file.
    #[error("the file of people cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// A word is not in its closed set.
    #[error("the mandate {mandate} has {what} `{word}`, which there is not")]
    Unknown {
        /// Which mandate.
        mandate: Uuid,
        /// What is wrong.
        what: &'static str,
        /// As given.
        word: String,
    },
    /// The days are the wrong way round.
    #[error("the mandate {0} ends before it begins")]
    EndsBeforeItBegins(Uuid),
}

/// The file. Names, addresses and what else it says of people stays in it: they are matching's to know.
#[derive(Deserialize)]
struct File {
    people: Vec<Person>,
}

#[derive(Deserialize)]
struct Person {
    worker_id: Uuid,
    /// `sub` at the identity provider; the worker id when absent.
    subject: Option<String>,
    organisation: Organisation,
    #[serde(default)]
    mandates: Vec<MandateEntry>,
}

#[derive(Deserialize)]
struct Organisation {
    id: Uuid,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MandateEntry {
    id: Uuid,
    role: String,
    programme: String,
    scope: String,
    valid_from: Date,
    valid_to: Option<Date>,
}

impl ImportPeople {
    /// Reads a file of people.
    pub fn parse(text: &str) -> Result<Self, PeopleError> {
        let file: File = toml::from_str(text)?;
        let mut mandates = Vec::new();
        for person in file.people {
            let subject = person.subject.unwrap_or_else(|| person.worker_id.to_string());
            for entry in person.mandates {
                let unknown = |what, word: &str| PeopleError::Unknown {
                    mandate: entry.id,
                    what,
                    word: word.to_owned(),
                };
                let programme = match entry.programme.as_str() {
                    "all" => None,
                    code => {
                        code.parse::<region::ProgrammeCode>().map_err(|_| unknown("the programme", code))?;
                        Some(code.to_owned())
                    }
                };
                if entry.valid_to.is_some_and(|last| last < entry.valid_from) {
                    return Err(PeopleError::EndsBeforeItBegins(entry.id));
                }
                mandates.push(ImportedMandate {
                    id: entry.id,
                    worker: person.worker_id,
                    subject: subject.clone(),
                    organisation: person.organisation.id,
                    organisation_name: person.organisation.name.clone(),
                    role: role_from_name(&entry.role).ok_or_else(|| unknown("the role", &entry.role))?,
                    programme,
                    scope: scope_from_name(&entry.scope).ok_or_else(|| unknown("the scope", &entry.scope))?,
                    valid_from: entry.valid_from,
                    valid_to: entry.valid_to,
                });
            }
        }
        Ok(Self { mandates })
    }
}

impl Command for ImportPeople {
    const NAME: &'static str = "import_people";
    type Outcome = ImportReport;
    type Error = DatabaseError;

    async fn execute(&self, work: &mut Work) -> Result<ImportReport, DatabaseError> {
        let now = work.clock().now();
        let mut report = ImportReport::default();
        for mandate in &self.mandates {
            match mandates::import(work.connection(), mandate, now).await? {
                Imported::Added => report.added += 1,
                Imported::Changed => report.changed += 1,
                Imported::Unchanged => {
                    report.unchanged += 1;
                    continue;
                }
            }
            work.touches(mandate.id);
        }
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(entry: &str) -> String {
        format!(
            "[[people]]\nworker_id = \"0193a000-0000-7000-8000-000000000001\"\nname = \"An Kanarie\"\n\
             organisation = {{ id = \"0193a000-0000-7000-8000-000000000002\", name = \"Huis Kanarie\" }}\n\
             [[people.mandates]]\nid = \"0193a000-0000-7000-8000-000000000003\"\n{entry}\n"
        )
    }

    #[test]
    fn a_file_gives_its_mandates_and_nothing_else_of_its_people() {
        let text =
            file("role = \"coach\"\nprogramme = \"all\"\nscope = \"own_cases\"\nvalid_from = \"2024-01-01\"");

        let import = ImportPeople::parse(&text).unwrap();

        assert_eq!(import.mandates.len(), 1);
        assert_eq!(import.mandates[0].programme, None);
        assert_eq!(import.mandates[0].subject, "0193a000-0000-7000-8000-000000000001");
        assert!(!format!("{import:?}").contains("An Kanarie"));
    }

    #[test]
    fn words_outside_their_closed_set_are_refused() {
        for (entry, expected) in [
            (
                "role = \"boss\"\nprogramme = \"all\"\nscope = \"region\"\nvalid_from = \"2024-01-01\"",
                "the role `boss`",
            ),
            (
                "role = \"coach\"\nprogramme = \"A B\"\nscope = \"region\"\nvalid_from = \"2024-01-01\"",
                "the programme",
            ),
            (
                "role = \"coach\"\nprogramme = \"all\"\nscope = \"all\"\nvalid_from = \"2024-01-01\"",
                "the scope `all`",
            ),
            (
                "role = \"coach\"\nprogramme = \"all\"\nscope = \"region\"\nvalid_from = \"2024-01-02\"\nvalid_to = \"2024-01-01\"",
                "ends before",
            ),
            ("role = \"coach\"", "missing field"),
        ] {
            let error = ImportPeople::parse(&file(entry)).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
