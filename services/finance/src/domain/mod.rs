//! What finance computes and decides: pure, exact, without a float.
//!
//! Start at [`Budget`] (what may be changed when) and [`figures`] (what a budget comes to). Every figure is [`Money`], or an
//! [`Amount`] that has not been rounded; only [`Amount::round`] leads from the second to the first. Rates, percentages, rounding
//! and limits come from the [`FinanceModel`] of the programme file; no number of a funder stands in this code.

mod acceptance;
mod apportion;
mod budget;
mod budget_check;
mod cell_number;
mod claim;
mod claim_lines;
mod claim_shares;
mod contact_time;
mod control;
mod correction;
mod costs;
mod day;
mod distribute;
mod employment;
mod export;
mod figures;
mod finding;
mod flat_rate;
mod flat_rate_split;
mod forecast;
mod fte;
mod funding;
mod goal_seek;
mod hours;
mod ids;
mod ledger;
mod municipal;
mod parse;
mod pot;
mod procurement;
mod rate;
mod reason;
mod reconciliation;
mod rounding;
mod staff_line;
mod term_plan;
mod text;
mod time_sheet;
mod wage_period;
mod weight;

pub use acceptance::{Acceptance, AcceptanceReasonError, Subject, parse_acceptance_reason};
pub use apportion::apportion;
pub use budget::{Budget, BudgetError, BudgetState, MOST_LINES, Standing};
pub use budget_check::{BudgetCheck, Unmet, check_budget};
pub use cell_number::{CellError, read_cell};
pub use chassis::etag::Etag;
pub use chassis::money::{Amount, Money, OutOfRange, Rounding};
pub use claim::{Claim, ClaimKind, ClaimPeriod, ClaimState, WrongState};
pub use claim_lines::{ClaimLine, ClaimedHours, ComponentTotal, Rules, Unpriced, claim_totals, price_hours};
pub use claim_shares::{ClaimShare, claim_shares};
pub use contact_time::{ContactTime, Month, MonthError, TimeClass};
pub use control::{Control, ControlOf};
pub use correction::WayOut;
pub use costs::{ComponentCost, Cost, Costs, costs};
pub use day::{DayError, parse_day};
pub use distribute::{FundingMove, distribute};
pub use employment::{Employment, Period};
pub use export::{Cell, ExportState, ExportTable, export_folder, period_label};
pub use figures::{Figures, figures};
pub use finding::{Finding, FindingKind};
pub use flat_rate::{flat_rate, flat_rate_at, with_flat_rate};
pub use flat_rate_split::{FlatRateShares, PartnerShare, split_flat_rate};
pub use forecast::{Forecast, ForecastYear, Scenario, forecast};
pub use fte::{Fte, FteError};
pub use funding::{
    Contribution, Funding, FundingLine, ShareBasis, is_cofinancing, residual_split, share_of_maximum,
    yearly_maximum,
};
pub use goal_seek::{
    Bound, BoundReached, HoursAnswer, HoursMove, HoursSeek, Moving, Proportion, SeekTarget, Sought,
    SoughtSource, StaffDuty, seek_amounts, seek_hours, seek_sources, staff_duties,
};
pub use hours::{Hours, HoursError};
pub use ids::{
    BudgetId, ClaimId, ContactId, EmploymentId, EntryId, ExportId, LedgerEntryId, LineId, PotEntryId,
    PurchaseId, TimeSheetId, TrajectoryId, WageId,
};
pub use ledger::{AccountError, LedgerEntry, LedgerKind, parse_account};
pub use municipal::{BodyContribution, by_body, contributions_on, correct_contributions, divide_by_key};
pub use parse::{EuroError, PercentError, parse_amount, parse_percent, parse_wage};
pub use pot::{DecisionSums, PotContribution, PotEntry, PotError, PotKind, PotSums, Spent};
pub use procurement::{
    CategoryError, Planned, Purchase, Same, SplitWarning, band_of, limit_of, parse_category,
    warnings as split_warnings, window_end, window_start,
};
pub use rate::{PricedLine, hourly_rate, price};
pub use reason::{ReasonError, parse_reason};
pub use reconciliation::{Difference, LedgerKey, Reconciliation, reconcile};
pub use region::programme::FinanceModel;
pub use rounding::{percent_of, rounding, sum};
pub use staff_line::{RowKey, RowKeyError, StaffLine, Wage};
pub use term_plan::{
    OverTerm, PlanPart, PlanYear, ReadTotal, ReadingDecision, TermPlan, TermReading, YearFact, over_term,
    term_of, term_plans, totals,
};
pub use text::{BudgetName, NameError};
pub use time_sheet::{DAY_MINUTES, Entry, OverLimit, SheetError, SheetState, TimeSheet, limits};
pub use wage_period::{MOST_WAGES, RateFrom, WageBasis, WagePeriod};
pub use weight::{WeightError, parse_positive_weight, parse_weight};
