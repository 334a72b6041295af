//! `bondgenoot.reporting.v1.TrajectoryReportService`.

use std::sync::Arc;

use chassis::database::UnitOfWork;
use chassis::grpc::{open, status};
use proto::reporting::v1::trajectory_report_service_server::TrajectoryReportService;
use proto::reporting::v1::{
    AdmissionFigures, BudgetFigure, BudgetSource, ContactFigures, CountTarget, Definition, DenominatorFigure,
    DutyFigures, ExitFigures, FamilyFigures, Fraction, GetTrajectoryFiguresRequest,
    GetTrajectoryFiguresResponse, IndicatorFigure, MatchFigures, PercentTarget, StandingFigures,
};
use region::{ClosedSet as _, Region};
use rust_decimal::Decimal;
use tonic::{Request, Response, Status};

use super::to_proto::{to_counts, to_money, to_spread, to_timestamp};
use crate::projections::{
    self, DEFINITIONS, DutyCounts, RULE_PERCENT, TrajectoryCounts, TrajectoryFigures, label_of, word_of,
};
use crate::use_cases::GetTrajectoryFigures;

/// Reports on trajectories.
#[derive(Debug)]
pub(crate) struct TrajectoryReports {
    work: UnitOfWork,
    region: Arc<Region>,
}

impl TrajectoryReports {
    /// Reports of a region over one database.
    pub(crate) const fn new(work: UnitOfWork, region: Arc<Region>) -> Self {
        Self { work, region }
    }
}

#[tonic::async_trait]
impl TrajectoryReportService for TrajectoryReports {
    async fn get_trajectory_figures(
        &self,
        request: Request<GetTrajectoryFiguresRequest>,
    ) -> Result<Response<GetTrajectoryFiguresResponse>, Status> {
        let (call, request) = open(request)?;
        let query = GetTrajectoryFigures::parse(
            Arc::clone(&self.region),
            &request.programme,
            &request.from,
            &request.to,
        )
        .map_err(|error| status(&error))?;
        let figures = self.work.read(&call, query).await.map_err(|error| status(&error))?;
        Ok(Response::new(to_response(figures)))
    }
}

fn to_response(figures: TrajectoryFigures) -> GetTrajectoryFiguresResponse {
    let counts = &figures.counts;
    GetTrajectoryFiguresResponse {
        admissions: Some(AdmissionFigures {
            admissions: counts.admissions,
            re_entries: counts.re_entries,
            participants: counts.participants,
            episodes_ended: counts.episodes_ended,
        }),
        families: figures.has_families.then(|| to_families(counts)),
        standing: Some(to_standing(&figures)),
        matches: Some(to_matches(counts)),
        contacts: Some(to_contacts(counts)),
        duties: counts.duties.iter().map(to_duty).collect(),
        measures: to_counts(counts.measures.clone()),
        exits: Some(ExitFigures {
            exits: counts.exits,
            by_reason: to_counts(counts.exits_by_reason.clone()),
            by_outcome: to_counts(counts.exits_by_outcome.clone()),
            lead_time: Some(to_spread(counts.lead_time)),
        }),
        as_of: counts.as_of.map(to_timestamp),
        indicators: figures.indicators.into_iter().map(to_indicator).collect(),
        indicators_not_counted: figures.indicators_not_counted,
        budgets: figures.budgets.into_iter().map(to_budget).collect(),
        definitions: DEFINITIONS
            .iter()
            .map(|(of, text)| Definition { of: (*of).to_owned(), text: (*text).to_owned() })
            .collect(),
    }
}

fn to_families(counts: &TrajectoryCounts) -> FamilyFigures {
    FamilyFigures {
        families: counts.families,
        children: counts.children,
        children_in_focus: counts.children_in_focus,
        parents: counts.parents,
        others: counts.other_members,
        children_by_school_year: to_counts(counts.children_by_school_year.clone()),
    }
}

fn to_standing(figures: &TrajectoryFigures) -> StandingFigures {
    let counts = &figures.counts;
    StandingFigures {
        running_before: counts.running_before,
        opened: counts.opened,
        running: counts.running,
        running_weighted: to_decimal(figures.running_weighted),
        capacity_min: to_decimal(counts.capacity_min),
        capacity_max: to_decimal(counts.capacity_max),
        workers: counts.workers,
        running_min: figures.running_min,
        running_max: figures.running_max,
    }
}

fn to_matches(counts: &TrajectoryCounts) -> MatchFigures {
    MatchFigures {
        confirmed: counts.confirmed,
        overridden: counts.overridden,
        over_capacity: counts.over_capacity,
        handovers: counts.handovers,
        proposals_declined: counts.declined,
        waiting_to_match: Some(to_spread(counts.waiting_to_match)),
        ended: to_counts(counts.matches_ended.clone()),
    }
}

fn to_contacts(counts: &TrajectoryCounts) -> ContactFigures {
    ContactFigures {
        reached: counts.reached,
        tried: counts.tried,
        minutes_with_participant: counts.minutes_with,
        minutes_around_participant: counts.minutes_around,
        share_with_participant: Some(Fraction {
            numerator: counts.minutes_with,
            denominator: counts.minutes_with + counts.minutes_around,
        }),
        rule_percent: RULE_PERCENT.to_string(),
        intensity: Some(Fraction { numerator: counts.reached, denominator: counts.ran }),
    }
}

fn to_duty(duty: &DutyCounts) -> DutyFigures {
    DutyFigures {
        code: duty.code.clone(),
        due: duty.due(),
        kept: duty.kept,
        kept_late: duty.kept_late,
        missed: duty.missed,
        open: duty.open,
    }
}

fn to_indicator(figure: projections::IndicatorFigure) -> IndicatorFigure {
    IndicatorFigure {
        code: figure.code,
        label: figure.label,
        numerator: figure.numerator.as_str().to_owned(),
        value: figure.value,
        denominators: figure.denominators.into_iter().map(to_denominator).collect(),
        denominators_not_counted: figure
            .denominators_not_counted
            .into_iter()
            .map(|denominator| word_of(denominator).to_owned())
            .collect(),
        count_targets: figure
            .count_targets
            .into_iter()
            .map(|(label, count)| CountTarget { label, count })
            .collect(),
    }
}

fn to_denominator(figure: projections::DenominatorFigure) -> DenominatorFigure {
    let targets = figure.targets.into_iter().map(|target| PercentTarget {
        label: target.label,
        percent: to_decimal(target.percent),
        required: to_decimal(target.required),
    });
    DenominatorFigure {
        denominator: word_of(figure.denominator).to_owned(),
        label: label_of(figure.denominator).to_owned(),
        value: to_decimal(figure.value),
        reported: figure.reported,
        targets: targets.collect(),
    }
}

fn to_budget(budget: projections::BudgetFigure) -> BudgetFigure {
    let sources = budget.sources.into_iter();
    BudgetFigure {
        budget_id: budget.budget.to_string(),
        year: budget.year,
        staff_cost: to_money(budget.staff_cost_cents),
        flat_rate: to_money(budget.flat_rate_cents),
        total: to_money(budget.total_cents),
        sources: sources.map(|(source, cents)| BudgetSource { source, amount: to_money(cents) }).collect(),
        approved_at: Some(to_timestamp(budget.approved_at)),
    }
}

/// The same number always has the same text.
fn to_decimal(number: Decimal) -> String {
    number.normalize().to_string()
}
