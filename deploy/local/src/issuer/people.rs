//! The demo people of a region, from its file `demo-people.toml`.

use std::{collections::BTreeSet, path::Path};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    files,
};

/// The closed set of roles.
const ROLES: [&str; 11] = [
    "coordinator",
    "coach",
    "social_worker",
    "bridge_figure",
    "student",
    "volunteer",
    "finance_officer",
    "board_member",
    "administrator",
    "data_protection_officer",
    "auditor",
];
/// The closed set of scopes.
const SCOPES: [&str; 4] = ["own_cases", "organisation", "programme", "region"];

/// The people who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoPeople {
    /// In the order of the page.
    pub people: Vec<DemoPerson>,
}

/// One invented person who works in the region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoPerson {
    /// The `sub` of their tokens, and their id as a worker.
    pub worker_id: Uuid,
    /// Short name on the sign-in page and in tests.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// Address, in the domain of examples.
    pub email: String,
    /// For whom they work.
    pub organisation: Organisation,
    /// One line about them for the sign-in page, in Dutch.
    pub about: String,
    /// What they may do, and when.
    #[serde(default)]
    pub mandates: Vec<Mandate>,
}

/// A partner organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// A dated mandate: a role in a programme (or all), with how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// Its id.
    pub id: Uuid,
    /// One of the closed set of roles.
    pub role: String,
    /// Code of a programme, or `all`.
    pub programme: String,
    /// `own_cases`, `organisation`, `programme` or `region`.
    pub scope: String,
    /// First day.
    pub valid_from: Date,
    /// Last day; open when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
}

impl DemoPeople {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// [`Error::Content`] with line and column for a file that is not right, or with the person for one that contradicts
    /// itself.
    pub fn of_file(path: &Path) -> Result<Self> {
        let text = files::read_text(path)?.ok_or_else(|| {
            Error::file("reading", path)(std::io::Error::from(std::io::ErrorKind::NotFound))
        })?;
        Self::of_text(&text).map_err(|reason| Error::Content {
            path: path.to_owned(),
            expected: "a list of demo people",
            reason,
        })
    }

    fn of_text(text: &str) -> std::result::Result<Self, String> {
        let all: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut seen = BTreeSet::new();
        for person in &all.people {
            let login = &person.login;
            if !seen.insert(login.clone()) || !seen.insert(person.worker_id.to_string()) {
                return Err(format!("{login}: the login and the worker id belong to one person each"));
            }
            for mandate in &person.mandates {
                if !ROLES.contains(&mandate.role.as_str()) {
                    return Err(format!(
                        "{login}: no role {:?}; there are {}",
                        mandate.role,
                        ROLES.join(", ")
                    ));
                }
                if !SCOPES.contains(&mandate.scope.as_str()) {
                    return Err(format!(
                        "{login}: no scope {:?}; there are {}",
                        mandate.scope,
                        SCOPES.join(", ")
                    ));
                }
                if mandate.valid_to.is_some_and(|end| end < mandate.valid_from) {
                    return Err(format!("{login}: a mandate ends before it begins"));
                }
            }
        }
        Ok(all)
    }

    /// The person with this login.
    pub fn by_login(&self, login: &str) -> Option<&DemoPerson> {
        self.people.iter().find(|person| person.login == login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waasland() -> DemoPeople {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regions/waasland/demo-people.toml");
        DemoPeople::of_file(&path).unwrap()
    }

    #[test]
    fn the_people_of_waasland_are_all_invented_and_every_needed_role_is_among_them() {
        let all = waasland();
        let today: Date = "2026-11-22".parse().unwrap();
        let holds = |login: &str, role: &str| {
            let person = all.by_login(login).unwrap();
            person.mandates.iter().any(|mandate| {
                mandate.role == role
                    && mandate.valid_from <= today
                    && mandate.valid_to.is_none_or(|end| end >= today)
            })
        };

        for person in &all.people {
            assert!(person.name.contains("Kanarie"), "{}", person.name);
            assert!(
                person.email.starts_with("kanarie.") && person.email.ends_with("@example.org"),
                "{}",
                person.email
            );
            assert_eq!(person.worker_id.get_version_num(), 7);
        }
        assert!(holds("els", "coordinator"));
        assert!(!holds("geert", "coordinator") && !all.by_login("geert").unwrap().mandates.is_empty());
        assert!(holds("samira", "coach"));
        assert!(holds("pieter", "finance_officer"));
        assert!(holds("wim", "administrator"));
        assert!(holds("fatima", "data_protection_officer"));
        assert!(holds("hilde", "auditor"));
    }

    #[test]
    fn a_mistake_is_said_with_its_place() {
        let person = |role: &str| {
            format!(
                "[[people]]\nworker_id = \"0193a000-0000-7000-8000-000000000001\"\nlogin = \"an\"\nname = \"An Kanarie\"\n\
                 email = \"kanarie.an@example.org\"\nabout = \"x\"\n\
                 organisation = {{ id = \"0193a000-0000-7000-8000-000000000002\", name = \"Huis Kanarie\" }}\n\
                 [[people.mandates]]\nid = \"0193a000-0000-7000-8000-000000000003\"\nrole = \"{role}\"\n\
                 programme = \"all\"\nscope = \"region\"\nvalid_from = \"2024-01-01\"\n"
            )
        };

        DemoPeople::of_text(&person("coach")).unwrap();
        let unknown = DemoPeople::of_text(&person("boss")).unwrap_err();
        assert!(unknown.starts_with("an: no role \"boss\""), "{unknown}");
        let twice = DemoPeople::of_text(&format!("{}{}", person("coach"), person("coach"))).unwrap_err();
        assert!(twice.contains("one person each"), "{twice}");
        let misspelt = DemoPeople::of_text(&person("coach").replace("about", "abuot")).unwrap_err();
        assert!(misspelt.contains("line 6"), "{misspelt}");
    }
}
