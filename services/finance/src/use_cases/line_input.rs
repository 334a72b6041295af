//! A line of staff as it was typed, checked against the budget it is for.

use std::fmt;

use chassis::error::Violation;
use chassis::id::WorkerId;
use region::{ComponentCode, Partner, PartnerCode, Region};

use crate::domain::{Budget, FinanceModel, Hours, LineId, RowKey, StaffLine, Wage, parse_wage};
use crate::error::Error;
use crate::fields::Fields;

/// A line as it was typed. The wage is personal: `Debug` shows the key only.
#[derive(Clone)]
pub struct LineInput {
    /// Key.
    pub row: String,
    /// Component.
    pub component: String,
    /// Partner.
    pub partner: String,
    /// Worker, or nothing.
    pub worker: String,
    /// What the hours are priced by.
    pub wage: String,
    /// Hours.
    pub hours: String,
}

impl fmt::Debug for LineInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LineInput").field("row", &self.row).finish_non_exhaustive()
    }
}

impl LineInput {
    /// The line, or every violation of the rules of the budget.
    pub(super) fn check(
        &self,
        region: &Region,
        model: &FinanceModel,
        budget: &Budget,
        id: LineId,
    ) -> Result<StaffLine, Error> {
        let mut fields = Fields::default();
        let row = fields.take("row", RowKey::parse(&self.row));
        let component = fields.accept(component(model, "component", &self.component));
        let partner = fields.accept(partner(region, budget, "partner", &self.partner));
        let worker = fields.optional_id::<WorkerId>("worker_id", &self.worker);
        let wage = fields.take("wage_euro", parse_wage(&self.wage));
        let hours =
            fields.take("hours", Hours::parse(&self.hours, model.hour_decimals, model.yearly_hours_max));
        let line = (|| {
            let partner = partner?;
            Some(StaffLine {
                id,
                row: row?,
                component: component?,
                partner: partner.code.clone(),
                partner_kind: partner.kind,
                worker: worker?,
                wage: Wage::new(wage?),
                hours: hours?,
            })
        })();
        fields.finish(line)
    }
}

/// A component of the programme.
pub(super) fn component(
    model: &FinanceModel,
    field: impl Into<String>,
    text: &str,
) -> Result<ComponentCode, Violation> {
    let known = model.components.iter().find(|component| component.code.as_str() == text);
    known.map(|component| component.code.clone()).ok_or_else(|| {
        let known: Vec<&str> = model.components.iter().map(|one| one.code.as_str()).collect();
        refuse(
            field,
            text,
            "UNKNOWN_COMPONENT",
            "the programme has no such component",
            format!("choose among: {}", known.join(", ")),
        )
    })
}

/// A partner of the region that is one on some day of the year of the budget.
pub(super) fn partner<'r>(
    region: &'r Region,
    budget: &Budget,
    field: impl Into<String>,
    text: &str,
) -> Result<&'r Partner, Violation> {
    let found = PartnerCode::parse(text).ok().and_then(|code| region.partner(&code));
    let Some(found) = found else {
        let known: Vec<&str> = region.partners.iter().map(|one| one.code.as_str()).collect();
        return Err(refuse(
            field,
            text,
            "UNKNOWN_PARTNER",
            "the region has no such partner",
            format!("choose among: {}", known.join(", ")),
        ));
    };
    let year = budget.year();
    let begins_too_late = found.valid_from.is_some_and(|first| first.year() > year);
    let ended_before = found.valid_to.is_some_and(|last| last.year() < year);
    if begins_too_late || ended_before {
        let remedy = match (&found.merged_into, ended_before) {
            (Some(successor), true) => format!("name `{successor}`, which it became part of"),
            _ => format!("name an organisation that is a partner in {year}"),
        };
        let message = "the organisation is no partner in the year of the budget";
        return Err(Violation::new(field, "PARTNER_NOT_IN_YEAR", message, remedy));
    }
    Ok(found)
}

/// The violation of a word that is none of those known; an empty one is missing.
pub(super) fn refuse(
    field: impl Into<String>,
    text: &str,
    reason: &'static str,
    message: &str,
    remedy: String,
) -> Violation {
    if text.is_empty() {
        Violation::new(field, "REQUIRED", "nothing is given", remedy)
    } else {
        Violation::new(field, reason, message, remedy)
    }
}
