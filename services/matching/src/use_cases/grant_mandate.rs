//! A worker gets a mandate.

use std::sync::Arc;

use chassis::caller::Programmes;
use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::programme::{Role, RoleRule, Scope};
use region::{ProgrammeCode, Region};

use super::get_worker::{self, FoundWorker};
use super::step;
use crate::domain::{Mandate, MandateId, Period, WorkerId};
use crate::error::{Error, Record};
use crate::storage::{mandates, workers};

/// Grants a mandate that the programme file allows and the caller reaches.
#[derive(Debug, Clone)]
pub struct GrantMandate {
    /// The region.
    pub region: Arc<Region>,
    /// To whom.
    pub worker: WorkerId,
    /// In which role.
    pub role: Role,
    /// In which programme; `None` is all.
    pub programme: Option<ProgrammeCode>,
    /// How far it reaches.
    pub scope: Scope,
    /// From when to when.
    pub period: Period,
}

/// A mandate that was granted.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The mandate.
    pub mandate: MandateId,
    /// The worker after it.
    pub worker: FoundWorker,
}

impl Command for GrantMandate {
    const NAME: &'static str = "grant_mandate";
    type Outcome = Granted;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Granted, Error> {
        if let Some(programme) = &self.programme {
            step::reach(work, &self.region, programme)?;
        }
        let (now, by) = (work.now(), step::caller(work)?);
        workers::lock(work.connection(), self.worker).await?.ok_or(Error::NotFound(Record::Worker))?;
        let mandate = Mandate {
            id: MandateId::generate(work.ids()),
            worker: self.worker,
            role: self.role,
            programme: self.programme.clone(),
            scope: self.scope,
            period: self.period,
        };
        let mut violations = self.beyond_reach(work);
        violations.extend(self.against_the_file());
        let others = mandates::of_worker(work.connection(), self.worker).await?;
        if let Err(error) = mandate.check_beside(&others) {
            violations.push(Violation::new(
                "valid_from",
                "MANDATE_OVERLAPS",
                error.to_string(),
                "end the other mandate first, or choose other days",
            ));
        }
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }
        mandates::insert(work.connection(), &mandate, now, by).await?;
        work.touches(mandate.id.as_uuid());
        work.answer_is_about(self.worker.as_uuid());
        let worker = get_worker::read(work, &self.region, self.worker).await?;
        Ok(Granted { mandate: mandate.id, worker })
    }
}

impl GrantMandate {
    /// Nobody grants more than they reach: what covers the region comes from who covers it.
    fn beyond_reach(&self, work: &Work) -> Vec<Violation> {
        if work.grant().programmes == Programmes::All {
            return Vec::new();
        }
        let of_the_region = matches!(self.role, Role::Administrator | Role::DataProtectionOfficer);
        let beyond = [
            ("programme", self.programme.is_none()),
            ("scope", self.scope == Scope::Region),
            ("role", of_the_region),
        ];
        let refuse = |(field, _): (&'static str, bool)| {
            Violation::new(
                field,
                "BEYOND_OWN_REACH",
                "this reaches further than the mandate of the caller",
                "ask the administrator of the region",
            )
        };
        beyond.into_iter().filter(|(_, is_beyond)| *is_beyond).map(refuse).collect()
    }

    /// The programme files say which roles there are and how far each may reach.
    fn against_the_file(&self) -> Vec<Violation> {
        let files = self
            .region
            .programmes
            .iter()
            .filter(|file| self.programme.as_ref().is_none_or(|code| file.code == *code));
        let rules: Vec<&RoleRule> = files.filter_map(|file| file.role(self.role)).collect();
        match rules.iter().map(|rule| rule.max_scope).max() {
            None => vec![Violation::new(
                "role",
                "UNKNOWN_ROLE",
                "the programme has no such role",
                "choose a role of the programme file",
            )],
            Some(widest) if widest < self.scope => vec![Violation::new(
                "scope",
                "SCOPE_TOO_WIDE",
                "the programme does not let this role reach so far",
                format!("choose `{widest}` or narrower"),
            )],
            Some(_) => Vec::new(),
        }
    }
}
