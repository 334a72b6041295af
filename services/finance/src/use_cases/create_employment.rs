//! An employment is written down.

use std::sync::Arc;

use chassis::caller::Scope;
use chassis::database::{Command, Work};
use chassis::error::Violation;
use chassis::id::{OrganisationId, WorkerId};
use chassis::page::Cursor;
use jiff::civil::Date;
use region::programme::Programme;
use region::{Explained as _, KboError, KboNumber, Partner, PartnerCode, ProgrammeCode, Region};

use super::line_input::{component, refuse};
use super::list_time_sheets::check_reach;
use super::{sheet_step, step};
use crate::domain::{Employment, EmploymentId, Fte, Month, Period, parse_day};
use crate::error::Error;
use crate::fields::Fields;
use crate::storage::{employments, locks, missing_sheets};

/// Most employments of a person in a programme.
pub(super) const MOST: i64 = 200;
/// Most years that an employment may begin before today.
const MOST_YEARS: i16 = 10;

/// Writes down who works for whom.
#[derive(Debug, Clone)]
pub struct CreateEmployment {
    /// The region.
    pub region: Arc<Region>,
    /// Of which programme.
    pub programme: ProgrammeCode,
    /// Who works.
    pub worker: WorkerId,
    /// Whose finance officer approves.
    pub organisation: OrganisationId,
    /// Partner, as it was typed.
    pub partner: String,
    /// Enterprise number, as it was typed.
    pub kbo: String,
    /// Component, as it was typed.
    pub component: String,
    /// First day, as it was typed.
    pub from: String,
    /// Last day, as it was typed.
    pub to: String,
    /// Part of a full time, as it was typed.
    pub fte: String,
}

impl Command for CreateEmployment {
    const NAME: &'static str = "create_employment";
    type Outcome = Employment;
    type Error = Error;

    async fn execute(&self, work: &mut Work) -> Result<Employment, Error> {
        check_reach(work, &self.region, &self.programme)?;
        let employment = self.check(work)?;
        hold(work, &employment).await?;
        check_overlap(work, &employment, "valid_from").await?;
        let (now, worker, ids) = (work.now(), step::worker(work)?, work.ids());
        employments::insert(work.connection(), &employment, now, worker).await?;
        missing_sheets::fill(work.connection(), &employment, ids, (now, worker)).await?;
        work.touches(employment.id.as_uuid());
        Ok(employment)
    }
}

/// Writes in every month of an employment that has begun, and holds the person.
pub(super) async fn hold(work: &mut Work, employment: &Employment) -> Result<(), Error> {
    let today = Month::of(work.clock().today());
    let last = employment.period.to.map_or(today, |last| Month::of(last).min(today));
    let mut month = Month::of(employment.period.from);
    while month <= last {
        locks::write_in_month(work.connection(), employment.programme.as_str(), month).await?;
        month = month.next();
    }
    Ok(locks::hold_person(work.connection(), employment.worker).await?)
}

/// Refuses a period on a day of which the person has such an employment. The person is held.
pub(super) async fn check_overlap(
    work: &mut Work,
    employment: &Employment,
    field: &str,
) -> Result<(), Error> {
    let (programme, worker) = (employment.programme.as_str(), Some(employment.worker));
    let others = employments::page(work.connection(), programme, worker, Cursor::START, MOST).await?;
    let overlaps = others.iter().map(|found| &found.employment).any(|other| {
        other.id != employment.id && other.is_beside(employment) && other.period.overlaps(&employment.period)
    });
    if !overlaps {
        return Ok(());
    }
    Err(Error::Invalid(vec![Violation::new(
        field,
        "EMPLOYMENT_OVERLAPS",
        "the person has an employment for this component and partner on a day of these already",
        "end the earlier employment the day before, or change that one",
    )]))
}

impl CreateEmployment {
    /// The employment, or every violation.
    pub(super) fn check(&self, work: &Work) -> Result<Employment, Error> {
        let mut fields = Fields::default();
        let period = period(&mut fields, &self.from, &self.to);
        let first = period.map_or_else(|| work.clock().today(), |period| period.from);
        if first.year() < work.clock().today().year() - MOST_YEARS {
            let remedy = format!("write a day of the last {MOST_YEARS} years");
            fields.add(Violation::new("valid_from", "DAY_SHAPE", "the day is too long ago", remedy));
        }
        let programme: &Programme = sheet_step::programme_on(&self.region, &self.programme, first)?;
        let model = programme.finance.as_ref().ok_or(Error::WithoutFinance)?;
        let component = fields.accept(component(model, "component", &self.component));
        let partner = fields.accept(self.partner(first));
        let kbo = fields.accept(kbo("kbo", &self.kbo));
        if let (Some(partner), Some(kbo)) = (partner, kbo)
            && partner.kbo != kbo
        {
            let remedy = format!(
                "the number of `{}` is {}: name the one that pays",
                partner.code,
                partner.kbo.dotted()
            );
            let message = "the enterprise number is not that of the partner";
            fields.add(Violation::new("kbo", "KBO_OTHER_PARTNER", message, remedy));
        }
        let own = work.caller().organisation;
        if work.grant().scope == Scope::Organisation && own != Some(self.organisation.as_uuid()) {
            fields.add(Violation::new(
                "organisation_id",
                "NOT_OWN_ORGANISATION",
                "the organisation is not that of the caller",
                "name your own organisation, or ask the finance officer of the lead partner",
            ));
        }
        let fte = fields.take("fte", Fte::parse(&self.fte));
        let id = EmploymentId::generate(work.ids());
        let employment = (|| {
            Some(Employment {
                id,
                programme: self.programme.clone(),
                worker: self.worker,
                organisation: self.organisation,
                partner: partner?.code.clone(),
                component: component?,
                period: period?,
                fte: fte?,
                version: 1,
            })
        })();
        fields.finish(employment)
    }

    /// A partner on the first day.
    fn partner(&self, first: Date) -> Result<&Partner, Violation> {
        let partners = &self.region.partners;
        let found = PartnerCode::parse(&self.partner).ok().and_then(|code| self.region.partner(&code));
        let Some(found) = found else {
            let known: Vec<&str> = partners.iter().map(|one| one.code.as_str()).collect();
            let remedy = format!("choose among: {}", known.join(", "));
            let message = "the region has no such partner";
            return Err(refuse("partner", &self.partner, "UNKNOWN_PARTNER", message, remedy));
        };
        if found.is_partner_on(first) {
            return Ok(found);
        }
        let remedy = match &found.merged_into {
            Some(successor) if found.valid_to.is_some_and(|last| last < first) => {
                format!("name `{successor}`, which it became part of")
            }
            _ => format!("name an organisation that is a partner on {first}"),
        };
        let message = "the organisation is no partner on the first day";
        Err(Violation::new("partner", "PARTNER_NOT_IN_YEAR", message, remedy))
    }
}

/// An enterprise number; what was typed is not repeated.
pub(super) fn kbo(field: &'static str, text: &str) -> Result<KboNumber, Violation> {
    if text.is_empty() {
        let remedy = "write the ten digits of the enterprise";
        return Err(Violation::new(field, "REQUIRED", "nothing is given", remedy));
    }
    KboNumber::parse(text).map_err(|error| {
        let (message, remedy) = match &error {
            KboError::Shape(_) => ("this is not an enterprise number", error.remedy()),
            KboError::LeadingZero(_) => {
                ("the number has nine digits", "put the zero back that a spreadsheet drops".to_owned())
            }
            KboError::Establishment(_) => ("this is not the number of an enterprise", error.remedy()),
            KboError::CheckDigits { .. } => ("the check digits do not fit", error.remedy()),
        };
        Violation::new(field, error.reason(), message, remedy)
    })
}

/// A first day and perhaps a last one.
fn period(fields: &mut Fields, from: &str, to: &str) -> Option<Period> {
    let from = fields.take("valid_from", parse_day(from));
    let to = last_day(fields, to);
    let period = Period { from: from?, to: to? };
    check_order(fields, period).then_some(period)
}

/// A last day, or nothing.
#[expect(clippy::option_option, reason = "wrong, not given, and given are three things")]
pub(super) fn last_day(fields: &mut Fields, text: &str) -> Option<Option<Date>> {
    let day = if text.is_empty() { Ok(None) } else { parse_day(text).map(Some) };
    fields.take("valid_to", day)
}

/// Whether a period does not end before it begins.
pub(super) fn check_order(fields: &mut Fields, period: Period) -> bool {
    if period.is_backwards() {
        let remedy = format!("write {} or a later day, or nothing while it lasts", period.from);
        fields.add(Violation::new("valid_to", "BEFORE_FROM", "the last day is before the first", remedy));
    }
    !period.is_backwards()
}
