//! Goal-seek: from the messages of the contract and back.

use std::sync::Arc;

use chassis::error::Violation;
use proto::finance::v1::{
    SeekBound, SeekContributionsRequest, SeekContributionsResponse, SeekFundingRequest, SeekFundingResponse,
    SeekHoursAnswer, SeekHoursMove, SeekHoursRequest, SeekHoursResponse, SeekLimit, SeekProportion,
    SeekTarget, SeekWeight, SoughtContribution, SoughtFunding as ProtoFunding,
};
use region::{ClosedSet as _, Region};

use crate::domain::{Bound, BoundReached, HoursAnswer, Proportion};
use crate::error::Error;
use crate::events::published::to_money;
use crate::fields::Fields;
use crate::use_cases::{
    SeekContributions, SeekFunding, SeekHours, SeekLineInput, SoughtContributions, SoughtFunding,
    SoughtHours, TargetKind, WeightInput,
};

/// Most lines that move in one question.
const MOST_LINES: usize = 12;
/// Most weights of one question.
const MOST_WEIGHTS: usize = 100;

fn too_many(fields: &mut Fields, field: &str, items: usize, most: usize) {
    if items > most {
        let remedy = format!("send at most {most}");
        fields.add(Violation::new(field, "TOO_MANY", "the list has too many items", remedy));
    }
}

fn unknown(field: &str, remedy: &str) -> Violation {
    Violation::new(field, "UNKNOWN_VALUE", "there is no such value", remedy)
}

/// Hours for a total.
pub(super) fn seek_hours(region: Arc<Region>, request: SeekHoursRequest) -> Result<SeekHours, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    too_many(&mut fields, "lines", request.lines.len(), MOST_LINES);
    let target = fields.accept(match SeekTarget::try_from(request.target) {
        Ok(SeekTarget::Line) => Ok(TargetKind::Line),
        Ok(SeekTarget::Component) => Ok(TargetKind::Component),
        Ok(SeekTarget::Partner) => Ok(TargetKind::Partner),
        Ok(SeekTarget::Project) => Ok(TargetKind::Project),
        Ok(SeekTarget::Unspecified) => Err(Violation::new(
            "target",
            "REQUIRED",
            "nothing is said of what is to come to the total",
            "say whether it is a line, a component, a partner or the project",
        )),
        Err(_) => Err(unknown("target", "say whether it is a line, a component, a partner or the project")),
    });
    let proportion = fields.accept(match SeekProportion::try_from(request.proportion) {
        Ok(SeekProportion::Unspecified | SeekProportion::Cost) => Ok(Proportion::Cost),
        Ok(SeekProportion::Hours) => Ok(Proportion::Hours),
        Err(_) => Err(unknown("proportion", "say whether costs or hours are in proportion")),
    });
    let lines = request
        .lines
        .into_iter()
        .take(MOST_LINES)
        .map(|line| SeekLineInput { line: line.line_id, weight: line.weight })
        .collect();
    let (of, total) = (request.of, request.total_euro);
    let query = (|| {
        let (budget, target, proportion) = (budget?, target?, proportion?);
        Some(SeekHours { region, budget, target, of, total, lines, proportion })
    })();
    fields.finish(query)
}

/// Hours that were found.
pub(super) fn to_hours(view: SoughtHours) -> SeekHoursResponse {
    let SoughtHours { etag, hour_decimals, sought } = view;
    SeekHoursResponse {
        etag: etag.to_string(),
        now: Some(to_money(sought.now)),
        exact: sought.exact,
        proven: sought.proven,
        answers: sought.answers.into_iter().map(|answer| to_answer(answer, hour_decimals)).collect(),
        limits: sought.bounds.into_iter().map(|bound| to_limit(&bound, hour_decimals)).collect(),
    }
}

fn to_answer(answer: HoursAnswer, decimals: u32) -> SeekHoursAnswer {
    let lines = answer.moves.into_iter().map(|one| SeekHoursMove {
        line_id: one.line.to_string(),
        row: one.row.to_string(),
        from: one.from.shown(decimals),
        to: one.to.shown(decimals),
        cost: Some(to_money(one.cost)),
    });
    SeekHoursAnswer {
        total: Some(to_money(answer.total)),
        difference: Some(to_money(answer.difference)),
        lines: lines.collect(),
    }
}

fn to_limit(reached: &BoundReached, decimals: u32) -> SeekLimit {
    let bound = match reached.bound {
        Bound::Lowest => SeekBound::Lowest,
        Bound::Highest => SeekBound::Highest,
    };
    SeekLimit {
        line_id: reached.line.to_string(),
        row: reached.row.to_string(),
        bound: bound.into(),
        hours: reached.hours.shown(decimals),
    }
}

fn weights(fields: &mut Fields, weights: Vec<SeekWeight>) -> Vec<WeightInput> {
    too_many(fields, "weights", weights.len(), MOST_WEIGHTS);
    let weights = weights.into_iter().take(MOST_WEIGHTS);
    weights.map(|one| WeightInput { of: one.of, weight: one.weight }).collect()
}

/// Contributions for a total.
pub(super) fn seek_contributions(
    region: Arc<Region>,
    request: SeekContributionsRequest,
) -> Result<SeekContributions, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    let weights = weights(&mut fields, request.weights);
    let total = request.total_euro;
    fields.finish(budget.map(|budget| SeekContributions { region, budget, total, weights }))
}

/// Contributions that add up.
pub(super) fn to_contributions(view: SoughtContributions) -> SeekContributionsResponse {
    let contributions = view.contributions.into_iter().map(|one| SoughtContribution {
        partner: one.partner.to_string(),
        from: Some(to_money(one.from)),
        to: Some(to_money(one.to)),
        staff: Some(to_money(one.staff)),
        staff_with_flat_rate: Some(to_money(one.staff_with_flat_rate)),
        difference: Some(to_money(one.difference)),
    });
    SeekContributionsResponse {
        etag: view.etag.to_string(),
        total: Some(to_money(view.total)),
        contributions: contributions.collect(),
    }
}

/// Amounts of sources for a total.
pub(super) fn seek_funding(region: Arc<Region>, request: SeekFundingRequest) -> Result<SeekFunding, Error> {
    let mut fields = Fields::default();
    let budget = fields.id("budget_id", &request.budget_id);
    let weights = weights(&mut fields, request.weights);
    let (component, total) = (request.component, request.total_euro);
    fields.finish(budget.map(|budget| SeekFunding { region, budget, component, total, weights }))
}

/// Amounts that come to the total.
pub(super) fn to_funding(view: SoughtFunding) -> SeekFundingResponse {
    let lines = view.sources.into_iter().map(|one| ProtoFunding {
        source: one.source.as_str().to_owned(),
        from: Some(to_money(one.from)),
        to: Some(to_money(one.to)),
        below_in_kind: one.to < one.in_kind,
    });
    SeekFundingResponse {
        etag: view.etag.to_string(),
        total: Some(to_money(view.total)),
        lines: lines.collect(),
    }
}
