//! A whole budget file.

use crate::budget::staff::HourLimits;
use crate::budget::{BudgetContribution, BudgetFunding, BudgetLine, ExpectedTotals};
use crate::load::{FileKind, read_root};
use crate::programme::FinanceModel;
use crate::read::{File, Section};
use crate::report::{MistakeKind, Report};
use crate::source::Source;

/// Most lines of staff, as in the service.
const MOST_LINES: usize = 500;
/// What hours may be while the rules could not be read: what rules can say at most.
const WIDEST: HourLimits = HourLimits { decimals: 4, most: 3_000 };

/// A budget with the rules it is computed under. Parts fit together: components exist, rows are unique, amounts are in cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetFile {
    /// What it is called.
    pub name: String,
    /// The year it is for.
    pub year: u32,
    /// The rules: the section `[finance]` of a programme file.
    pub finance: FinanceModel,
    /// Lines of staff, in the order of the file.
    pub staff: Vec<BudgetLine>,
    /// Who pays.
    pub funding: Vec<BudgetFunding>,
    /// What the bodies behind the source `local` contribute.
    pub contributions: Vec<BudgetContribution>,
    /// Totals to compare with.
    pub expected: Vec<ExpectedTotals>,
}

/// Reads and checks a budget file. A value that is wrong is always reported, so an optional one may be read as absent meanwhile.
///
/// # Errors
///
/// Every mistake of the file at once, each with its place.
pub fn load_budget(source: &Source) -> Result<BudgetFile, Report> {
    let file = File::new(source);
    let mut budget = None;
    read_root(&file, FileKind::Budget, |section| budget = BudgetFile::read(section));
    let mistakes = file.into_mistakes();
    match budget {
        Some(budget) if mistakes.is_empty() => Ok(budget),
        _ => Err(Report { mistakes }),
    }
}

impl BudgetFile {
    fn read(section: &mut Section<'_, '_>) -> Option<Self> {
        let name = section.text("name");
        let year = section.integer("year", 1900..=2999);
        let finance = section.table("finance", FinanceModel::read);
        let limits = finance.as_ref().map_or(WIDEST, |rules| HourLimits {
            decimals: rules.hour_decimals,
            most: rules.yearly_hours_max,
        });
        let mut rows = Vec::new();
        let staff = section.tables("staff", 1, |line| BudgetLine::read(line, limits, &mut rows));
        if staff.as_ref().is_some_and(|lines| lines.len() > MOST_LINES) {
            section.complain(
                "staff",
                MistakeKind::OutOfRange,
                format!("a budget has at most {MOST_LINES} lines of staff"),
                "divide it over several budgets",
            );
        }
        let mut known = Vec::new();
        let funding = section.tables("funding", 0, |line| BudgetFunding::read(line, &mut known));
        let mut known = Vec::new();
        let contributions =
            section.tables("contribution", 0, |line| BudgetContribution::read(line, &mut known));
        let mut known = Vec::new();
        let expected = section.tables("expected", 0, |line| Some(ExpectedTotals::read(line, &mut known)));
        Some(Self {
            name: name?,
            year: year?,
            finance: finance?,
            staff: staff?,
            funding: funding?,
            contributions: contributions?,
            expected: expected?,
        })
    }
}
