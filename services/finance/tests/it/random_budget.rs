//! Random budgets under random rules, and how they are written for the reference.

use std::fmt::Display;

use finance::domain::{
    Amount, Contribution, FinanceModel, Funding, FundingLine, Hours, LineId, Money, RowKey, ShareBasis,
    StaffLine, Wage, figures, percent_of, rounding, share_of_maximum,
};
use region::programme::{
    Component, FlatRate, FlatRateSplit, FundingShare, FundingSource, HourlyRate, RoundingLevel, RoundingRule,
};
use region::{ClosedSet as _, PartnerKind};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Numbers that look random and are the same in every run of a seed (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// Below this number.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(choices.len() as u64)).unwrap()].clone()
    }

    fn cents(&mut self, limit: u64) -> Money {
        Money::from_cents(i64::try_from(self.below(limit)).unwrap())
    }
}

/// A budget with its rules.
pub struct Budget {
    pub model: FinanceModel,
    pub lines: Vec<StaffLine>,
    pub funding: Funding,
}

const KINDS: [PartnerKind; 4] = [
    PartnerKind::CivilSociety,
    PartnerKind::LocalAuthority,
    PartnerKind::PublicEmploymentService,
    PartnerKind::School,
];

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap()
}

fn model(dice: &mut Dice) -> FinanceModel {
    let random_factor = Decimal::new(number(dice.below(500)) + 1, 4);
    let factors = ["0.012", "0.5", "0.005", "0.0125", "1"].map(|text| text.parse().unwrap());
    let factor = if dice.below(3) == 0 { random_factor } else { dice.pick(&factors) };
    let hours = dice.pick(&[1_720, 1_600, 1_024, 7]);
    let percent: Decimal = dice.pick(&["40", "15", "12.5", "33.33", "50", "0", "100"]).parse().unwrap();
    let third = (percent / Decimal::from(4)).round_dp(2);
    let split = FlatRateSplit { home_percent: percent - third, shared_percent: third };
    let mixes: [&[(FundingSource, i64)]; 4] = [
        &[
            (FundingSource::Esf, 40),
            (FundingSource::Vcf, 30),
            (FundingSource::Local, 15),
            (FundingSource::Vdab, 15),
        ],
        &[
            (FundingSource::Esf, 60),
            (FundingSource::Vcf, 20),
            (FundingSource::Local, 10),
            (FundingSource::Vdab, 10),
        ],
        &[(FundingSource::Esf, 40), (FundingSource::Vcf, 45), (FundingSource::Vdab, 15)],
        &[(FundingSource::Local, 100)],
    ];
    let components = (0..=dice.below(3)).map(|place| {
        let mix = dice.pick(&mixes);
        let balancing = dice.pick(mix).0;
        let maximum = Decimal::new(number(dice.below(500_000_000)), 2);
        let share = |(source, percent): &(FundingSource, i64)| FundingShare {
            source: *source,
            percent: Decimal::from(*percent),
            balancing: *source == balancing,
        };
        Component {
            code: format!("part-{place}").parse().unwrap(),
            label: "Deel".to_owned(),
            budget_euro: (dice.below(3) > 0).then_some(maximum),
            funding: mix.iter().map(share).collect(),
        }
    });
    FinanceModel {
        components: components.collect(),
        hourly_rate: dice.pick(&[
            HourlyRate::GrossMonthFactor { factor },
            HourlyRate::AnnualCost { hours },
            HourlyRate::Documented,
        ]),
        rounding: dice.pick(&[RoundingRule::HalfUp, RoundingRule::HalfEven]),
        hour_decimals: 3,
        yearly_hours_max: 1_720,
        flat_rate: FlatRate {
            percent,
            level: dice.pick(&[RoundingLevel::Line, RoundingLevel::Component, RoundingLevel::Project]),
            split: (dice.below(3) > 0).then_some(split),
        },
        years: u32::try_from(dice.below(7)).unwrap() + 1,
        indexed: false,
        budget_euro: None,
        term: region::programme::TermRules::default(),
        procurement: region::programme::Procurement::default(),
        allocation_keys: Vec::new(),
    }
}

fn line(dice: &mut Dice, model: &FinanceModel, place: u64) -> StaffLine {
    let scale = u32::try_from(dice.below(4)).unwrap();
    let kind = dice.pick(&KINDS);
    StaffLine {
        id: LineId::from_uuid(Uuid::from_u128(u128::from(place))),
        row: RowKey::parse(&format!("r{place}")).unwrap(),
        component: dice.pick(&model.components).code,
        partner: format!("{}-{}", kind.as_str().replace('_', "-"), dice.below(3)).parse().unwrap(),
        partner_kind: kind,
        worker: None,
        wage: Wage::new(Money::from_cents(dice.cents(9_000_000).cents() + 1)),
        hours: Hours::from_decimal(Decimal::new(number(dice.below(1_720 * 10_u64.pow(scale))) + 1, scale))
            .unwrap(),
    }
}

impl Budget {
    /// A budget whose funding is near its cost, and often on it.
    pub fn random(dice: &mut Dice) -> Self {
        let model = model(dice);
        let lines: Vec<StaffLine> = (0..dice.below(20)).map(|place| line(dice, &model, place)).collect();
        let costs = figures(&model, &lines, &Funding::default()).unwrap().costs;
        let mut funding = Funding::default();
        for component in &model.components {
            let total = costs.component(&component.code).unwrap().total;
            for share in &component.funding {
                let of_cost = percent_of(total, share.percent).unwrap();
                let of_maximum = share_of_maximum(&model, component, share.percent).unwrap();
                let computed = if dice.below(3) == 0 { of_maximum.unwrap_or(of_cost) } else { of_cost };
                let computed = computed.round(rounding(&model)).unwrap();
                let off = if dice.below(3) == 0 { number(dice.below(7)) - 3 } else { 0 };
                let amount = Money::from_cents((computed.cents() + off).max(0));
                let choices = [
                    None,
                    None,
                    Some(ShareBasis::Cost),
                    Some(ShareBasis::Agreed),
                    Some(ShareBasis::YearlyMaximum),
                ];
                let basis = dice.pick(&choices);
                funding.lines.push(FundingLine {
                    component: component.code.clone(),
                    source: share.source,
                    amount,
                    in_kind: Money::ZERO,
                    stated: (dice.below(8) == 0).then(|| dice.cents(10_000_000)),
                    basis: basis.filter(|basis| *basis != ShareBasis::YearlyMaximum || of_maximum.is_some()),
                });
            }
        }
        funding.contributions = (0..dice.below(7))
            .map(|place| Contribution {
                partner: format!("body-{place}").parse().unwrap(),
                amount: dice.cents(3_000_000),
            })
            .collect();
        Self { model, lines, funding }
    }

    /// The line that the reference reads.
    pub fn written(&self) -> String {
        let (method, parameter) = match &self.model.hourly_rate {
            HourlyRate::GrossMonthFactor { factor } => ("gross_month_factor", factor.to_string()),
            HourlyRate::AnnualCost { hours } => ("annual_cost", hours.to_string()),
            HourlyRate::Documented => ("documented", "1".to_owned()),
        };
        let flat = &self.model.flat_rate;
        let (home, shared) = (
            said(flat.split.map(|split| split.home_percent)),
            said(flat.split.map(|split| split.shared_percent)),
        );
        let component = |one: &Component| {
            let payers = one.funding.iter().map(|share| {
                format!(",{}:{}{}", share.source, share.percent, if share.balancing { ":b" } else { "" })
            });
            format!("{},{}{}", one.code, said(one.budget_euro), payers.collect::<String>())
        };
        let line = |one: &StaffLine| {
            let (wage, hours) = (euro(one.wage.expose()), one.hours.decimal());
            format!("{},{},{},{wage},{hours}", one.component, one.partner, one.partner_kind)
        };
        let paid = |one: &FundingLine| {
            let (stated, basis) = (said(one.stated.map(euro)), said(one.basis.map(ShareBasis::as_str)));
            format!("{},{},{},{stated},{basis}", one.component, one.source, euro(one.amount))
        };
        format!(
            "{method},{parameter},{};{},{},{home},{shared};{};{};{};{};{}",
            self.model.rounding,
            flat.level,
            flat.percent,
            self.model.years,
            joined(self.model.components.iter().map(component)),
            joined(self.lines.iter().map(line)),
            joined(self.funding.lines.iter().map(paid)),
            joined(self.funding.contributions.iter().map(|one| euro(one.amount))),
        )
    }
}

/// An amount as the reference writes it.
pub fn euro(money: Money) -> String {
    Amount::from(money).euro().to_string()
}

/// A value, or the mark that nothing is said.
fn said(value: Option<impl Display>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// Items with a blank between them.
pub fn joined(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join(" ")
}
