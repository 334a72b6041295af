//! Contributions, or amounts of sources, are sought that come to a total. Nothing is written.

use std::sync::Arc;

use chassis::database::{Command, Work};
use chassis::error::Violation;
use region::programme::FundingSource;
use region::{ClosedSet as _, ComponentCode, PartnerCode, PartnerKind, Region};
use rust_decimal::Decimal;

use super::get_budget::read_budget;
use super::line_input::{component, partner, refuse};
use super::step;
use crate::domain::{
    Amount, Budget, BudgetId, Etag, FinanceModel, Money, figures, parse_amount, parse_weight, seek_amounts,
    seek_sources, staff_duties,
};
use crate::error::Error;
use crate::fields::Fields;

/// Who pays in which proportion, as it was typed.
#[derive(Debug, Clone)]
pub struct WeightInput {
    /// Partner or source.
    pub of: String,
    /// Weight.
    pub weight: String,
}

/// Seeks contributions.
#[derive(Debug, Clone)]
pub struct SeekContributions {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// To what, or nothing: what the source *local* pays.
    pub total: String,
    /// Who, or nothing: as they contribute now.
    pub weights: Vec<WeightInput>,
}

/// Contributions that add up.
#[derive(Debug, Clone)]
pub struct SoughtContributions {
    /// Tag of the budget.
    pub etag: Etag,
    /// What they add up to.
    pub total: Money,
    /// In the order of the question.
    pub contributions: Vec<SoughtContribution>,
}

/// The contribution of one body.
#[derive(Debug, Clone)]
pub struct SoughtContribution {
    /// Body.
    pub partner: PartnerCode,
    /// What it contributes now.
    pub from: Money,
    /// What it would contribute.
    pub to: Money,
    /// What its staff costs.
    pub staff: Money,
    /// That with the flat rate on it.
    pub staff_with_flat_rate: Money,
    /// What it would contribute minus that.
    pub difference: Money,
}

/// Seeks the amounts of sources.
#[derive(Debug, Clone)]
pub struct SeekFunding {
    /// The region.
    pub region: Arc<Region>,
    /// Which budget.
    pub budget: BudgetId,
    /// Which component.
    pub component: String,
    /// To what, or nothing: what the component costs.
    pub total: String,
    /// Which sources change, or nothing: all as they are.
    pub weights: Vec<WeightInput>,
}

/// Amounts that come to a total.
#[derive(Debug, Clone)]
pub struct SoughtFunding {
    /// Tag of the budget.
    pub etag: Etag,
    /// What the funding of the component comes to.
    pub total: Money,
    /// In the order of the question.
    pub sources: Vec<crate::domain::SoughtSource>,
}

/// What was typed, or what holds when nothing was.
fn total(fields: &mut Fields, text: &str, otherwise: Money) -> Option<Money> {
    if text.is_empty() { Some(otherwise) } else { fields.take("total_euro", parse_amount(text)) }
}

/// The weights as they were typed, each of somebody else.
fn weights<T: PartialEq>(
    fields: &mut Fields,
    inputs: &[WeightInput],
    read: impl Fn(String, &str) -> Result<T, Violation>,
) -> Vec<(T, Decimal)> {
    let mut weights: Vec<(T, Decimal)> = Vec::new();
    for (place, input) in inputs.iter().enumerate() {
        let of = fields.accept(read(format!("weights[{place}].of"), &input.of));
        let weight = fields.take(format!("weights[{place}].weight"), parse_weight(&input.weight));
        let Some((of, weight)) = of.zip(weight) else { continue };
        if weights.iter().any(|(other, _)| *other == of) {
            let (message, remedy) = ("this is in the list twice", "name each once");
            fields.add(Violation::new(format!("weights[{place}].of"), "REPEATED", message, remedy));
        }
        weights.push((of, weight));
    }
    weights
}

/// Refuses weights that divide nothing. Weights that could not be read are refused already.
fn check_sum<T>(fields: &mut Fields, inputs: &[WeightInput], weights: &[(T, Decimal)]) {
    let is_read = inputs.is_empty() || inputs.len() == weights.len();
    if is_read && weights.iter().all(|(_, weight)| weight.is_zero()) {
        let remedy = "give at least one weight above 0; without weights, the amounts in the budget are taken, which are all 0";
        fields.add(Violation::new("weights", "WEIGHTS_ZERO", "there is nothing to divide by", remedy));
    }
}

impl Command for SeekContributions {
    const NAME: &'static str = "seek_contributions";
    type Outcome = SoughtContributions;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SoughtContributions, Error> {
        let budget = read_budget(work, self.budget).await?;
        let model = step::rules(&self.region, &budget)?;
        let (total, weights) = self.check(&budget)?;
        let duties = staff_duties(model, budget.lines())?;
        let now = &budget.funding().contributions;
        let contributions = seek_amounts(total, &weights)?
            .into_iter()
            .map(|(partner, to)| {
                let from =
                    now.iter().find(|one| one.partner == partner).map_or(Money::ZERO, |one| one.amount);
                let duty = duties.iter().find(|duty| duty.partner == partner);
                let staff = duty.map_or(Money::ZERO, |duty| duty.staff);
                let worth = duty.map_or(Money::ZERO, |duty| duty.with_flat_rate);
                let difference = to.checked_sub(worth)?;
                Ok(SoughtContribution { partner, from, to, staff, staff_with_flat_rate: worth, difference })
            })
            .collect::<Result<_, Error>>()?;
        Ok(SoughtContributions { etag: budget.etag(), total, contributions })
    }
}

impl SeekContributions {
    fn check(&self, budget: &Budget) -> Result<(Money, Vec<(PartnerCode, Decimal)>), Error> {
        let mut fields = Fields::default();
        let local = budget.funding().source_total(FundingSource::Local)?;
        let total = total(&mut fields, &self.total, local);
        let read = |field: String, text: &str| {
            let body = partner(&self.region, budget, field.clone(), text)?;
            if body.kind == PartnerKind::LocalAuthority {
                Ok(body.code.clone())
            } else {
                let message = "only local authorities contribute to local funding";
                let remedy = "name the OCMW or the municipality";
                Err(Violation::new(field, "NOT_A_LOCAL_AUTHORITY", message, remedy))
            }
        };
        let mut weights = weights(&mut fields, &self.weights, read);
        if self.weights.is_empty() {
            let now = budget.funding().contributions.iter();
            weights = now.map(|one| (one.partner.clone(), Amount::from(one.amount).euro())).collect();
        }
        check_sum(&mut fields, &self.weights, &weights);
        fields.finish(total.map(|total| (total, weights)))
    }
}

impl Command for SeekFunding {
    const NAME: &'static str = "seek_funding";
    type Outcome = SoughtFunding;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<SoughtFunding, Error> {
        let budget = read_budget(work, self.budget).await?;
        let model = step::rules(&self.region, &budget)?;
        let (component, total, weights) = self.check(model, &budget)?;
        let sources = seek_sources(budget.funding(), &component, total, &weights)?.ok_or_else(|| {
            let message = "the sources that keep their amounts pay more than the total";
            let remedy = "let more sources change, or seek a larger total";
            Error::Invalid(vec![Violation::new("total_euro", "TOTAL_BELOW_KEPT", message, remedy)])
        })?;
        Ok(SoughtFunding { etag: budget.etag(), total, sources })
    }
}

impl SeekFunding {
    #[expect(clippy::type_complexity, reason = "the three parts of a question, once")]
    fn check(
        &self,
        model: &FinanceModel,
        budget: &Budget,
    ) -> Result<(ComponentCode, Money, Vec<(FundingSource, Decimal)>), Error> {
        let mut fields = Fields::default();
        let code = fields.accept(component(model, "component", &self.component));
        let found = model.components.iter().find(|one| Some(&one.code) == code.as_ref());
        let costs = figures(model, budget.lines(), budget.funding())?.costs;
        let cost =
            code.as_ref().and_then(|code| costs.component(code)).map_or(Money::ZERO, |cost| cost.total);
        let total = total(&mut fields, &self.total, cost);
        let named: Vec<FundingSource> =
            found.into_iter().flat_map(|one| one.funding.iter().map(|share| share.source)).collect();
        let read = |field: String, text: &str| {
            // Of an unknown component every source is taken: that it is unknown is said once.
            let fits = |source: &FundingSource| found.is_none() || named.contains(source);
            FundingSource::from_word(text).filter(fits).ok_or_else(|| {
                let known: Vec<&str> = named.iter().map(|source| source.as_str()).collect();
                let message = "the programme names no such source for this component";
                refuse(field, text, "UNKNOWN_SOURCE", message, format!("choose among: {}", known.join(", ")))
            })
        };
        let mut weights = weights(&mut fields, &self.weights, read);
        if let (true, Some(code)) = (self.weights.is_empty(), &code) {
            let now = budget.funding().of_component(code);
            weights = now.map(|line| (line.source, Amount::from(line.amount).euro())).collect();
        }
        if code.is_some() {
            check_sum(&mut fields, &self.weights, &weights);
        }
        fields.finish((|| Some((code?, total?, weights)))())
    }
}
