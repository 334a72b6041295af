//! Between the messages of the term and use cases.

use std::sync::Arc;

use chassis::error::Violation;
use proto::finance::v1::{
    DecideTermReadingRequest, ForecastTermRequest, ForecastTermResponse, ForecastYear as ProtoForecastYear,
    GetTermPlanRequest, TermDecision, TermPart, TermPlan as ProtoPlan, TermReading as ProtoReading,
    TermReadingPlan, TermYear,
};
use region::Region;

use super::from_proto::programme;
use crate::domain::{
    Amount, Forecast, Money, Month, OutOfRange, PlanPart, PlanYear, ReadingDecision, Rounding, Scenario,
    TermPlan, TermReading, parse_percent, parse_reason,
};
use crate::error::Error;
use crate::events::published::{to_money, to_timestamp};
use crate::fields::Fields;
use crate::use_cases::{DecideTermReading, ForecastTerm, GetTermPlan, TermView};

/// Decimals of an exact amount at most: a quotient may have no end.
const EXACT_DECIMALS: u32 = 6;

/// Which plan.
pub(super) fn plan(region: Arc<Region>, request: &GetTermPlanRequest) -> Result<GetTermPlan, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    fields.finish(programme.map(|programme| GetTermPlan { region, programme }))
}

/// A decision.
pub(super) fn decide(
    region: Arc<Region>,
    request: &DecideTermReadingRequest,
) -> Result<DecideTermReading, Error> {
    let mut fields = Fields::default();
    let programme = programme(&mut fields, &request.programme);
    let reason = fields.take("reason", parse_reason(&request.reason));
    let reading = fields.accept(match ProtoReading::try_from(request.reading) {
        Ok(ProtoReading::Unspecified) => Ok(None),
        Ok(ProtoReading::EveryYear) => Ok(Some(TermReading::EveryYear)),
        Ok(ProtoReading::StatedTotal) => Ok(Some(TermReading::StatedTotal)),
        Err(_) => Err(Violation::new(
            "reading",
            "UNKNOWN_VALUE",
            "there is no such reading",
            "choose one of the readings of the plan, or none to take the decision back",
        )),
    });
    let command =
        (|| Some(DecideTermReading { region, programme: programme?, reading: reading?, reason: reason? }))();
    fields.finish(command)
}

/// How wages go on.
pub(super) fn forecast(region: Arc<Region>, request: &ForecastTermRequest) -> Result<ForecastTerm, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    let percent = fields.take("index_percent", parse_percent(&request.index_percent));
    let first_step = fields.take("first_step", request.first_step.parse::<Month>());
    let vacancies_from = match request.vacancies_from.as_str() {
        "" => Some(None),
        text => fields.take("vacancies_from", text.parse::<Month>()).map(Some),
    };
    let query = (|| {
        let scenario =
            Scenario { percent: percent?, first_step: first_step?, vacancies_from: vacancies_from? };
        Some(ForecastTerm { region, budget: budget?, scenario })
    })();
    fields.finish(query)
}

/// The plan.
pub(super) fn to_plan(view: &TermView) -> ProtoPlan {
    ProtoPlan {
        programme: view.programme.as_str().to_owned(),
        rules_version: view.rules_version,
        first_year: view.term.0.into(),
        last_year: view.term.1.into(),
        readings: view.plans.iter().map(to_reading_plan).collect(),
        decision: view.decision.as_ref().map(to_decision),
    }
}

fn to_reading(reading: Option<TermReading>) -> i32 {
    match reading {
        None => ProtoReading::Unspecified,
        Some(TermReading::EveryYear) => ProtoReading::EveryYear,
        Some(TermReading::StatedTotal) => ProtoReading::StatedTotal,
    }
    .into()
}

fn to_decision(decision: &ReadingDecision) -> TermDecision {
    TermDecision {
        reading: to_reading(decision.reading),
        reason: decision.reason.clone(),
        decided_at: Some(to_timestamp(decision.at)),
        decided_by: decision.by.to_string(),
    }
}

fn to_reading_plan(plan: &TermPlan) -> TermReadingPlan {
    TermReadingPlan {
        reading: to_reading(plan.read.reading),
        total: plan.read.total.map(to_money),
        formula: plan.read.formula.clone(),
        parts: plan.parts.iter().map(to_part).collect(),
    }
}

fn to_part(part: &PlanPart) -> TermPart {
    TermPart {
        component: part.component.as_ref().map(|code| code.as_str().to_owned()).unwrap_or_default(),
        total: part.total.map(to_money),
        approved: Some(to_money(part.approved)),
        left: part.left.map(to_money),
        left_per_open_year: rounded(part.left_per_open_year).map(to_money),
        left_per_open_year_exact: exact(part.left_per_open_year),
        years: part.years.iter().map(to_year).collect(),
    }
}

fn to_year(year: &PlanYear) -> TermYear {
    TermYear {
        year: year.year.into(),
        maximum: rounded(year.maximum).map(to_money),
        maximum_exact: exact(year.maximum),
        approved: Some(to_money(year.approved)),
        drafted: Some(to_money(year.drafted)),
        room: rounded(year.room).map(to_money),
        room_exact: exact(year.room),
        claimed: year.claimed.into_iter().map(to_money).collect(),
        left_after_quarter: year.left_after_quarter.into_iter().map(to_money).collect(),
    }
}

/// To the cent; nothing for what is unknown. Amounts of a plan lie far inside of what cents hold.
fn rounded(amount: Option<Amount>) -> Option<Money> {
    amount.and_then(|amount| amount.round(Rounding::HalfUp).map_err(|OutOfRange| ()).ok())
}

fn exact(amount: Option<Amount>) -> String {
    amount.map(|amount| amount.euro().round_dp(EXACT_DECIMALS).normalize().to_string()).unwrap_or_default()
}

/// What a scenario comes to.
pub(super) fn to_forecast(forecast: &Forecast) -> ForecastTermResponse {
    let years = forecast.years.iter().map(|year| ProtoForecastYear {
        year: year.year.into(),
        staff: Some(to_money(year.staff)),
        flat_rate: Some(to_money(year.flat_rate)),
        cost: Some(to_money(year.cost)),
        available: Some(to_money(year.available)),
        balance: Some(to_money(year.balance)),
    });
    ForecastTermResponse {
        years: years.collect(),
        cost: Some(to_money(forecast.cost)),
        available: Some(to_money(forecast.available)),
        runs_out: forecast.runs_out.map(|month| month.to_string()).unwrap_or_default(),
    }
}
