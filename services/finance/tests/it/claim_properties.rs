//! Claims of random hours and wages against whole-number arithmetic by hand, under both ways to a rate and a change of rules inside the
//! period. Needs no server.

use std::collections::BTreeMap;

use chassis::id::WorkerId;
use finance::domain::{
    ClaimPeriod, ClaimedHours, EmploymentId, Money, Month, Period, Rules, Unpriced, Wage, WageBasis, WageId,
    WagePeriod, claim_totals, price_hours,
};
use jiff::civil::date;
use proptest::prelude::*;
use region::ProgrammeCode;
use region::programme::{FinanceModel, HourlyRate, Programme};
use uuid::Uuid;

use crate::house::PROGRAMME;

/// Half up, for numbers of zero and more.
fn divide(dividend: i128, divisor: i128) -> i128 {
    (2 * dividend + divisor) / (2 * divisor)
}

fn programme() -> Programme {
    let region = region::load(&testkit::region_file()).unwrap();
    region.programme(&ProgrammeCode::parse(PROGRAMME).unwrap()).unwrap().clone()
}

/// The rules of the programme, and others that hold from July: hours at a yearly cost.
fn models(programme: &Programme) -> [FinanceModel; 2] {
    let month = programme.finance.clone().unwrap();
    let year = FinanceModel { hourly_rate: HourlyRate::AnnualCost { hours: 1_720 }, ..month.clone() };
    [month, year]
}

fn rules<'m>(programme: &Programme, models: &'m [FinanceModel; 2]) -> BTreeMap<Month, Rules<'m>> {
    let months = ClaimPeriod::year(2024).unwrap().months();
    let hash = || programme.version.hash.clone();
    months
        .map(|month| {
            let place = usize::from(month.first_day().month() >= 7);
            (month, Rules { file: (u32::try_from(place).unwrap() + 1, hash()), model: &models[place] })
        })
        .collect()
}

/// One employment in one month: which month, which component, minutes of both classes, wage of a month and cost of a year in cents.
type Drawn = (i8, bool, i64, i64, i64, i64);

fn worked(place: usize, drawn: &Drawn, wage: Option<WageId>) -> ClaimedHours {
    let (month, is_support, with_participant, around_participant, ..) = *drawn;
    ClaimedHours {
        employment: EmploymentId::from_uuid(Uuid::from_u128(place as u128)),
        worker: WorkerId::from_uuid(Uuid::from_u128(1)),
        partner: "arktos".parse().unwrap(),
        component: if is_support { "support" } else { "operation" }.parse().unwrap(),
        month: Month::of(date(2024, month, 1)),
        wage,
        with_participant,
        around_participant,
    }
}

fn wage(place: usize, drawn: &Drawn) -> WagePeriod {
    let (month, .., gross, cost) = *drawn;
    let (basis, cents) =
        if month < 7 { (WageBasis::GrossMonth, gross) } else { (WageBasis::AnnualCost, cost) };
    WagePeriod {
        id: WageId::from_uuid(Uuid::from_u128(place as u128 + 1_000)),
        period: Period { from: date(2024, 1, 1), to: None },
        basis,
        wage: Wage::new(Money::from_cents(cents)),
    }
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let one = (
        1_i8..13,
        any::<bool>(),
        0_i64..10_000,
        1_i64..3_000,
        100_000_i64..1_000_000,
        2_000_000_i64..15_000_000,
    );
    proptest::collection::vec(one, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_claim_is_what_whole_numbers_say(all in drawn()) {
        let programme = programme();
        let models = models(&programme);
        let rules = rules(&programme, &models);
        let wages: Vec<WagePeriod> = all.iter().enumerate().map(|(place, one)| wage(place, one)).collect();
        let hours = all.iter().zip(&wages).enumerate().map(|(place, (one, wage))| worked(place, one, Some(wage.id)));

        let lines = price_hours(hours.collect(), &wages, &rules).unwrap().unwrap();
        let totals = claim_totals(&lines, &rules).unwrap();

        let mut staff: BTreeMap<(bool, bool), i128> = BTreeMap::new();
        for (line, (month, is_support, with, around, gross, cost)) in lines.iter().zip(&all) {
            let thousandths = divide(i128::from(with + around) * 1_000, 60);
            let rate = if *month < 7 { divide(i128::from(*gross) * 12, 1_000) } else { divide(i128::from(*cost), 1_720) };
            let priced = divide(rate * thousandths, 1_000);
            prop_assert_eq!(i128::from(line.rate.cents()), rate);
            prop_assert_eq!(i128::from(line.cost.cents()), priced);
            prop_assert_eq!(line.rules.0, if *month < 7 { 1 } else { 2 }, "it remembers its rules");
            *staff.entry((*is_support, *month >= 7)).or_default() += priced;
        }
        for total in totals {
            let is_support = total.component.as_str() == "support";
            let parts = [false, true].map(|later| staff.get(&(is_support, later)).copied().unwrap_or_default());
            prop_assert_eq!(i128::from(total.staff.cents()), parts.iter().sum::<i128>());
            let flat_rate: i128 = parts.iter().map(|part| divide(part * 40, 100)).sum();
            prop_assert_eq!(i128::from(total.flat_rate.cents()), flat_rate);
        }
    }
}

#[test]
fn hours_without_a_wage_that_fits_are_all_named() {
    let programme = programme();
    let models = models(&programme);
    let rules = rules(&programme, &models);
    let march = (3, false, 60, 60, 358_500, 0);
    let (gross, month) = (wage(1, &march), Month::of(date(2024, 3, 1)));
    let employment = |place| EmploymentId::from_uuid(Uuid::from_u128(place));
    // Of a month, where the rules from July on want the cost of a year.
    let july = worked(2, &(7, false, 60, 60, 0, 0), Some(gross.id));
    let hours = vec![worked(1, &march, None), july, worked(3, &march, Some(gross.id))];

    let unpriced = price_hours(hours, &[gross], &rules).unwrap().unwrap_err();

    let july = Month::of(date(2024, 7, 1));
    let expected = [
        Unpriced::NoWage { employment: employment(1), month },
        Unpriced::OtherBasis { employment: employment(2), month: july },
    ];
    assert_eq!(unpriced, expected);
}
