//! Workers are proposed for somebody who waits.

use std::collections::BTreeSet;
use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use jiff::ToSpan as _;
use jiff::civil::Date;
use region::programme::{Capacity, Programme};
use region::{DomainCode, LanguageCode, Region};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::get_proposal::{self, FoundProposal};
use super::{archive, place, step};
use crate::domain::proposal::{Input, Needs, Rule, TermWeight, WorkerFacts, propose, visit_window};
use crate::domain::{Admission, Gender, Origin, ParticipationId, ProposalId, case_weight, weight_codes};
use crate::error::{Error, Record};
use crate::storage::proposals::NewProposal;
use crate::storage::{facts, persons, proposals, waiting};

/// Which definition of rules, terms and order inputs are made for.
const FORMAT: u32 = 1;

/// What a coordinator asks for.
#[derive(Clone)]
pub struct Asked {
    /// Languages, the own one first.
    pub languages: Vec<LanguageCode>,
    /// Gender of the worker.
    pub gender: Option<Gender>,
    /// Life domains, in the order they were given.
    pub life_domains: Vec<DomainCode>,
    /// Code of the case weight; empty for none.
    pub weight: String,
    /// Workers who are near the participant in private life.
    pub conflicts: BTreeSet<Uuid>,
    /// First day of the match; `None` is today.
    pub first_day: Option<Date>,
}

impl std::fmt::Debug for Asked {
    /// What somebody needs is personal.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Asked").finish_non_exhaustive()
    }
}

/// Proposes, and keeps what went in.
#[derive(Debug, Clone)]
pub struct ProposeMatch {
    /// The region.
    pub region: Arc<Region>,
    /// For whom.
    pub participation: ParticipationId,
    /// What is asked for.
    pub asked: Asked,
}

impl Command for ProposeMatch {
    const NAME: &'static str = "propose_match";
    type Outcome = FoundProposal;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<FoundProposal, Error> {
        let not_found = || Error::NotFound(Record::Participation);
        let admission = waiting::find(work.connection(), self.participation).await?.ok_or_else(not_found)?;
        if !work.grant().programmes.contains(admission.programme.as_str()) {
            return Err(not_found());
        }
        let programme = step::programme(work, &self.region, &admission.programme)?;
        let first_day = self.asked.first_day.unwrap_or_else(|| work.clock().today());
        let weight = self.check(work, programme, &admission, first_day)?;

        let (now, by, vault, today) =
            (work.now(), step::caller(work)?, work.vault().clone(), work.clock().today());
        let key =
            persons::key(work.connection(), &vault, admission.person).await?.ok_or(Error::PersonErased)?;
        let question = facts::Question {
            programme: programme.code.as_str(),
            roles: &step::accompanying(programme),
            capacity: &programme.capacity,
            first_day,
            participation: admission.participation,
        };
        let workers = facts::of_workers(work.connection(), &vault, question).await?;
        let input = self.input(work, programme, &admission, first_day, weight, workers);
        let (input, answer) = (archive::keep(&input)?, archive::keep(&propose(&input))?);
        let id = ProposalId::generate(work.ids());
        let proposal = NewProposal {
            id,
            admission: &admission,
            origin: &Origin::of(programme),
            first_day,
            input: &input,
            answer: &answer,
            // A term is at most a year (region file), so only the end of the calendar is out of reach.
            answer_until: today.saturating_add(i64::from(programme.matching.answer_within_days).days()),
        };
        proposals::insert(work.connection(), &proposal, &key, now, by).await?;
        work.touches(admission.participation.as_uuid());
        work.answer_is_about(admission.person.as_uuid());
        get_proposal::read(work, id).await
    }
}

impl ProposeMatch {
    /// Checks what is asked against the programme file, and gives how heavy the case counts.
    fn check(
        &self,
        work: &Work,
        programme: &Programme,
        admission: &Admission,
        first_day: Date,
    ) -> Result<Decimal, Error> {
        let mut violations = place::check_day(work, programme, admission, first_day, None);
        for (position, domain) in self.asked.life_domains.iter().enumerate() {
            if programme.life_domain(domain).is_none() {
                let known: Vec<&str> =
                    programme.life_domains.iter().map(|domain| domain.code.as_str()).collect();
                violations.push(Violation::new(
                    format!("life_domains[{position}]"),
                    "UNKNOWN_DOMAIN",
                    "the programme has no such life domain",
                    format!("choose one of these codes: {}", known.join(", ")),
                ));
            }
        }
        let weight = case_weight(&programme.capacity, &self.asked.weight);
        if weight.is_none() {
            let known = weight_codes(&programme.capacity);
            let remedy = if known.is_empty() {
                "leave the weight empty: every case of this programme counts 1".to_owned()
            } else {
                format!("choose one of these codes: {}", known.join(", "))
            };
            violations.push(Violation::new(
                "weight",
                "UNKNOWN_WEIGHT",
                "the programme has no such case weight",
                remedy,
            ));
        }
        weight.filter(|_| violations.is_empty()).ok_or(Error::Invalid(violations))
    }

    /// Puts together everything the proposal looks at.
    fn input(
        &self,
        work: &Work,
        programme: &Programme,
        admission: &Admission,
        first_day: Date,
        weight: Decimal,
        mut workers: Vec<WorkerFacts>,
    ) -> Input {
        let on_the_day = |nis| step::municipality_on(&self.region, nis, first_day);
        for worker in &mut workers {
            // A municipality that left the region serves nobody, but does not turn a worker into one who serves everywhere.
            let served = worker.municipalities.iter().map(|nis| on_the_day(*nis).unwrap_or(*nis)).collect();
            worker.municipalities = served;
        }
        let matching = &programme.matching;
        let rules = matching.hard_rules.iter().map(|rule| Rule {
            id: rule.id.to_string(),
            kind: rule.kind,
            explanation: rule.explanation.clone(),
        });
        let weights =
            matching.weights.iter().map(|weight| TermWeight { term: weight.term, weight: weight.weight });
        Input {
            format: FORMAT,
            participation: admission.participation.as_uuid(),
            episode: admission.episode.as_uuid(),
            programme: programme.code.to_string(),
            programme_version: programme.version.number,
            programme_hash: programme.version.hash.to_string(),
            first_day,
            made_on: work.clock().today(),
            referred_on: work.clock().day_of(admission.referred_at),
            municipality: admission.municipality.parse().ok().and_then(on_the_day),
            needs: Needs {
                languages: self.asked.languages.clone(),
                gender: self.asked.gender,
                life_domains: self.asked.life_domains.iter().cloned().collect(),
                weight_code: self.asked.weight.clone(),
                weight: weight.normalize(),
                conflicts: self.asked.conflicts.clone(),
            },
            rules: rules.collect(),
            weights: weights.collect(),
            starter_gate: matching.starter_gate.clone(),
            visits: match &programme.capacity {
                Capacity::Caseload(_) => None,
                Capacity::Visits(plan) => Some(visit_window(&self.region.school_calendar, plan, first_day)),
            },
            workers,
        }
    }
}
