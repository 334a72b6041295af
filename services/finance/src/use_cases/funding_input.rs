//! Funding as it was typed, checked against the budget it is for.

use chassis::error::Violation;
use region::programme::FundingSource;
use region::{ClosedSet as _, PartnerKind, Region};

use super::line_input::{component, partner, refuse};
use crate::domain::{
    Budget, Contribution, FinanceModel, Funding, FundingLine, Money, ShareBasis, parse_amount,
};
use crate::error::Error;
use crate::fields::Fields;

/// Funding as it was typed.
#[derive(Debug, Clone)]
pub struct FundingInput {
    /// Lines.
    pub lines: Vec<FundingLineInput>,
    /// Contributions.
    pub contributions: Vec<ContributionInput>,
}

/// A line as it was typed.
#[derive(Debug, Clone)]
pub struct FundingLineInput {
    /// Component.
    pub component: String,
    /// Source.
    pub source: String,
    /// Amount.
    pub amount: String,
    /// Part in kind, or nothing.
    pub in_kind: String,
    /// What the text says, or nothing.
    pub stated: String,
    /// What the share was computed from.
    pub basis: Option<ShareBasis>,
}

/// A contribution as it was typed.
#[derive(Debug, Clone)]
pub struct ContributionInput {
    /// Partner.
    pub partner: String,
    /// Amount.
    pub amount: String,
}

impl FundingInput {
    /// The funding in the order of the programme, or every violation of the rules of the budget.
    pub(super) fn check(
        &self,
        region: &Region,
        model: &FinanceModel,
        budget: &Budget,
    ) -> Result<Funding, Error> {
        let mut fields = Fields::default();
        let mut funding = Funding::default();
        for (place, line) in self.lines.iter().enumerate() {
            let Some(line) = line.read(&mut fields, model, place) else { continue };
            if funding.line(&line.component, line.source).is_some() {
                fields.add(repeated(format!("lines[{place}].source")));
            }
            funding.lines.push(line);
        }
        for (place, one) in self.contributions.iter().enumerate() {
            let Some(one) = one.read(&mut fields, region, budget, place) else { continue };
            if funding.contributions.iter().any(|other| other.partner == one.partner) {
                fields.add(repeated(format!("contributions[{place}].partner")));
            }
            funding.contributions.push(one);
        }
        in_order(model, &mut funding);
        fields.finish(Some(funding))
    }
}

/// Puts the lines in the order of the programme.
pub(super) fn in_order(model: &FinanceModel, funding: &mut Funding) {
    funding.lines.sort_by_key(|line| {
        let component = model.components.iter().position(|one| one.code == line.component);
        let shares = component.and_then(|place| model.components.get(place)).map(|one| &one.funding);
        (component, shares.and_then(|all| all.iter().position(|share| share.source == line.source)))
    });
}

fn repeated(field: String) -> Violation {
    Violation::new(field, "REPEATED", "this is in the list twice", "add the two amounts up")
}

impl FundingLineInput {
    fn read(&self, fields: &mut Fields, model: &FinanceModel, place: usize) -> Option<FundingLine> {
        let field = |name: &str| format!("lines[{place}].{name}");
        let component = fields.accept(component(model, field("component"), &self.component));
        let source = fields.accept(self.source(model, field("source")));
        let amount = fields.take(field("amount_euro"), parse_amount(&self.amount));
        let optional = |text: &str| if text.is_empty() { Ok(None) } else { parse_amount(text).map(Some) };
        let in_kind = fields.take(field("in_kind_euro"), optional(&self.in_kind));
        let stated = fields.take(field("stated_euro"), optional(&self.stated));
        let in_kind = in_kind.map(|in_kind| in_kind.unwrap_or(Money::ZERO));
        if amount.zip(in_kind).is_some_and(|(amount, in_kind)| in_kind > amount) {
            fields.add(Violation::new(
                field("in_kind_euro"),
                "IN_KIND_OVER_AMOUNT",
                "the part in kind is more than the whole",
                "write what of the amount is staff instead of money",
            ));
        }
        Some(FundingLine {
            component: component?,
            source: source?,
            amount: amount?,
            in_kind: in_kind?,
            stated: stated?,
            basis: self.basis,
        })
    }

    /// A source that the programme names for the component; when the component is unknown, for any of them.
    fn source(&self, model: &FinanceModel, field: String) -> Result<FundingSource, Violation> {
        let named: Vec<FundingSource> = model
            .components
            .iter()
            .filter(|one| {
                one.code.as_str() == self.component
                    || !model.components.iter().any(|other| other.code.as_str() == self.component)
            })
            .flat_map(|one| one.funding.iter().map(|share| share.source))
            .collect();
        FundingSource::from_word(&self.source).filter(|source| named.contains(source)).ok_or_else(|| {
            let mut known: Vec<&str> = named.iter().map(|source| source.as_str()).collect();
            known.dedup();
            let message = "the programme names no such source for this component";
            refuse(
                field,
                &self.source,
                "UNKNOWN_SOURCE",
                message,
                format!("choose among: {}", known.join(", ")),
            )
        })
    }
}

impl ContributionInput {
    fn read(
        &self,
        fields: &mut Fields,
        region: &Region,
        budget: &Budget,
        place: usize,
    ) -> Option<Contribution> {
        let field = |name: &str| format!("contributions[{place}].{name}");
        let body = fields.accept(partner(region, budget, field("partner"), &self.partner));
        if body.is_some_and(|body| body.kind != PartnerKind::LocalAuthority) {
            fields.add(Violation::new(
                field("partner"),
                "NOT_A_LOCAL_AUTHORITY",
                "only local authorities contribute to local funding",
                "name the OCMW or the municipality",
            ));
        }
        let amount = fields.take(field("amount_euro"), parse_amount(&self.amount));
        Some(Contribution { partner: body?.code.clone(), amount: amount? })
    }
}
