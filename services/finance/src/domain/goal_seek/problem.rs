//! What is sought, with everything that does not change worked out once.

use chassis::money::{Amount, Money, OutOfRange};
use region::programme::{FinanceModel, RoundingLevel};
use region::{ComponentCode, PartnerCode};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use crate::domain::costs::line_costs;
use crate::domain::flat_rate::flat_rate;
use crate::domain::hours::Hours;
use crate::domain::ids::LineId;
use crate::domain::rate::{PricedLine, cost_of, price};
use crate::domain::rounding::sum;
use crate::domain::staff_line::StaffLine;

/// What is to come to a total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeekTarget {
    /// The cost of one line, without the flat rate.
    Line(LineId),
    /// A component, with its flat rate.
    Component(ComponentCode),
    /// The staff of one organisation, with the flat rate on it as if it were a budget of its own.
    Partner(PartnerCode),
    /// All components.
    Project,
}

/// What is kept in proportion when several lines move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proportion {
    /// The hours of the lines.
    Hours,
    /// The costs of the lines.
    Cost,
}

/// A line that may move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moving {
    /// Which.
    pub line: LineId,
    /// Its part in the proportion, above zero; `None` is its hours, or its cost, as they are now.
    pub weight: Option<Decimal>,
}

/// A line that moves, in whole units of hours: thousandths, with three decimals.
#[derive(Debug, Clone)]
pub(super) struct Mover {
    /// Place among the lines.
    pub place: usize,
    /// Price of an hour.
    pub rate: Money,
    /// Units now.
    pub now: i64,
    /// Fewest units: one, because a line without hours is removed instead.
    pub lowest: i64,
    /// Most units: what the person has left in the year beside the lines that stay.
    pub highest: i64,
    /// Part in the proportion.
    pub weight: Decimal,
}

/// The problem.
pub(super) struct Problem<'a> {
    pub model: &'a FinanceModel,
    pub lines: &'a [StaffLine],
    pub priced: Vec<PricedLine>,
    pub target: &'a SeekTarget,
    pub total: Money,
}

impl<'a> Problem<'a> {
    pub fn new(
        model: &'a FinanceModel,
        lines: &'a [StaffLine],
        target: &'a SeekTarget,
        total: Money,
    ) -> Result<Self, OutOfRange> {
        let priced = lines
            .iter()
            .map(|line| price(model, line.wage.expose(), line.hours))
            .collect::<Result<_, _>>()?;
        Ok(Self { model, lines, priced, target, total })
    }

    /// Whether a line is part of what is sought.
    pub fn covers(&self, line: &StaffLine) -> bool {
        match self.target {
            SeekTarget::Line(id) => line.id == *id,
            SeekTarget::Component(code) => line.component == *code,
            SeekTarget::Partner(code) => line.partner == *code,
            SeekTarget::Project => true,
        }
    }

    /// Hours in units; hours finer than the programme counts are cut.
    pub fn units(&self, hours: Decimal) -> Result<i64, OutOfRange> {
        let scaled = hours.checked_mul(self.scale()).ok_or(OutOfRange)?;
        scaled.trunc().to_i64().ok_or(OutOfRange)
    }

    fn scale(&self) -> Decimal {
        (0..self.model.hour_decimals).fold(Decimal::ONE, |scale, _| scale * Decimal::TEN)
    }

    /// Units as hours.
    pub fn hours(&self, units: i64) -> Hours {
        Hours::from_decimal(Decimal::new(units.max(0), self.model.hour_decimals)).unwrap_or(Hours::ZERO)
    }

    /// The cost of a line with so many units.
    pub fn cost(&self, mover: &Mover, units: i64) -> Result<Money, OutOfRange> {
        cost_of(self.model, mover.rate, self.hours(units))
    }

    /// What the target comes to with these units, by the ordinary arithmetic.
    pub fn total_with(&self, movers: &[Mover], units: &[i64]) -> Result<Money, OutOfRange> {
        let mut priced = self.priced.clone();
        for (mover, units) in movers.iter().zip(units) {
            if let Some(one) = priced.get_mut(mover.place) {
                one.cost = self.cost(mover, *units)?;
            }
        }
        self.total_of(&priced)
    }

    /// What the target comes to now.
    pub fn total_now(&self) -> Result<Money, OutOfRange> {
        self.total_of(&self.priced)
    }

    fn total_of(&self, priced: &[PricedLine]) -> Result<Money, OutOfRange> {
        match self.target {
            SeekTarget::Line(_) => {
                let covered = self.lines.iter().zip(priced).filter(|(line, _)| self.covers(line));
                sum(covered.map(|(_, one)| one.cost))
            }
            SeekTarget::Component(code) => {
                let costs = line_costs(self.model, self.lines, priced);
                let flat = flat_rate(self.model, &costs)?;
                let place = self.model.components.iter().position(|one| one.code == *code);
                let of = place.and_then(|place| costs.get(place).zip(flat.get(place)));
                of.map_or(Ok(Money::ZERO), |(costs, flat)| sum(costs.iter().copied())?.checked_add(*flat))
            }
            SeekTarget::Partner(_) | SeekTarget::Project => {
                let (lines, priced): (Vec<_>, Vec<_>) = self
                    .lines
                    .iter()
                    .zip(priced)
                    .filter(|(line, _)| self.covers(line))
                    .map(|(line, one)| (line.clone(), *one))
                    .unzip();
                let costs = line_costs(self.model, &lines, &priced);
                let flat = sum(flat_rate(self.model, &costs)?)?;
                sum(costs.into_iter().flatten())?.checked_add(flat)
            }
        }
    }

    /// How many cents the target takes for a cent of staff, before anything is rounded.
    pub fn per_cent_of_staff(&self) -> Result<Decimal, OutOfRange> {
        match self.target {
            SeekTarget::Line(_) => Ok(Decimal::ONE),
            SeekTarget::Component(_) | SeekTarget::Partner(_) | SeekTarget::Project => {
                let on_top =
                    self.model.flat_rate.percent.checked_mul(Decimal::new(1, 2)).ok_or(OutOfRange)?;
                on_top.checked_add(Decimal::ONE).ok_or(OutOfRange)
            }
        }
    }

    /// The cost of the lines of the target that do not move.
    pub fn kept(&self, movers: &[Mover]) -> Result<Money, OutOfRange> {
        let is_moving = |place: usize| movers.iter().any(|mover| mover.place == place);
        let kept = self.lines.iter().zip(&self.priced).enumerate();
        sum(kept
            .filter(|(place, (line, _))| self.covers(line) && !is_moving(*place))
            .map(|(_, (_, one))| one.cost))
    }

    /// The staff cost of the moving lines at which the target would come out if nothing were rounded; may be below zero.
    pub fn wanted(&self, movers: &[Mover]) -> Result<Amount, OutOfRange> {
        Amount::from(self.total)
            .checked_div(self.per_cent_of_staff()?)?
            .checked_sub(Amount::from(self.kept(movers)?))
    }

    /// Whether the flat rate of the target is divided over components by the largest remainder: then a cent more of staff may
    /// be a cent less of flat rate.
    pub fn is_divided(&self) -> bool {
        matches!(self.target, SeekTarget::Component(_))
            && self.model.flat_rate.level == RoundingLevel::Project
    }
}
