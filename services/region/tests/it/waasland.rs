//! The files of the region Waasland load and say what the application says.

use std::path::Path;

use jiff::civil::date;
use region::programme::{Capacity, HourlyRate, SecrecyClass};
use region::{ChannelKind, ProgrammeCode, Region};

fn waasland() -> Region {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/waasland");
    region::load(&folder).unwrap_or_else(|report| panic!("{report}"))
}

fn programme(region: &Region) -> &region::Programme {
    region.programme(&ProgrammeCode::parse("waasland-esf").unwrap()).unwrap()
}

#[test]
fn it_loads_with_its_partners_and_municipalities() {
    let region = waasland();

    assert_eq!(region.code.as_str(), "waasland");
    assert!(region.demo);
    assert_eq!(region.partners.len(), 11);
    assert_eq!(region.municipalities_at(date(2024, 12, 31)).count(), 6);
    assert_eq!(region.municipalities_at(date(2025, 1, 1)).count(), 5);
}

#[test]
fn ocmw_moerbeke_ends_in_ocmw_lokeren() {
    let region = waasland();
    let moerbeke = region.partner(&"ocmw-moerbeke".parse().unwrap()).unwrap();

    assert!(moerbeke.is_partner_on(date(2024, 12, 31)));
    assert!(!moerbeke.is_partner_on(date(2025, 1, 1)));
    assert_eq!(moerbeke.merged_into.as_ref().map(region::PartnerCode::as_str), Some("ocmw-lokeren"));
}

#[test]
fn eight_school_weeks_skip_the_holidays() {
    let calendar = waasland().school_calendar;
    let end = |start| calendar.end_of_school_weeks(start, 8);

    assert_eq!(end(date(2025, 10, 6)), Some(date(2025, 12, 5)));
    assert_eq!(end(date(2026, 1, 12)), Some(date(2026, 3, 13)));
    assert_eq!(end(date(2026, 3, 9)), Some(date(2026, 5, 15)));
    assert_eq!(end(date(2026, 3, 11)), Some(date(2026, 5, 15)));
    assert_eq!(
        calendar.holiday_on(date(2026, 5, 15)).map(|holiday| holiday.name.as_str()),
        Some("Hemelvaart")
    );
}

#[test]
fn school_weeks_beyond_the_calendar_are_not_guessed() {
    let calendar = waasland().school_calendar;

    assert_eq!(calendar.end_of_school_weeks(date(2030, 6, 3), 2), Some(date(2030, 6, 14)));
    assert_eq!(calendar.end_of_school_weeks(date(2030, 6, 3), 8), None);
    assert_eq!(calendar.end_of_school_weeks(date(2023, 9, 4), 2), None);
    assert_eq!(calendar.end_of_school_weeks(date(2030, 6, 3), 0), None);
}

#[test]
fn the_two_limits_of_the_caseload_stand_side_by_side() {
    let region = waasland();
    let Capacity::Caseload(caseload) = &programme(&region).capacity else {
        panic!("Waasland has a caseload");
    };

    assert_eq!(
        (caseload.per_fte_min.to_string(), caseload.per_fte_max.to_string()),
        ("16".into(), "18".into())
    );
    assert_eq!((caseload.running_min, caseload.running_max), (Some(10), Some(50)));
}

#[test]
fn the_money_rules_are_those_of_the_form() {
    let region = waasland();
    let finance = programme(&region).finance.as_ref().unwrap();

    let HourlyRate::GrossMonthFactor { factor } = finance.hourly_rate else {
        panic!("Waasland uses the standard hourly rate");
    };
    assert_eq!(factor.to_string(), "0.012");
    let balancing: Vec<&str> = finance
        .components
        .iter()
        .flat_map(|component| &component.funding)
        .filter(|share| share.balancing)
        .map(|share| region::ClosedSet::as_str(share.source))
        .collect();
    assert_eq!(balancing, ["vcf", "vcf"]);
}

#[test]
fn justice_is_a_class_of_its_own() {
    let region = waasland();
    let domains = &programme(&region).life_domains;

    assert_eq!(domains.len(), 10);
    let criminal: Vec<&str> = domains
        .iter()
        .filter(|domain| domain.secrecy == SecrecyClass::Criminal)
        .map(|domain| domain.code.as_str())
        .collect();
    assert_eq!(criminal, ["justice"]);
}

#[test]
fn a_channel_that_the_application_does_not_name_is_closed() {
    let region = waasland();

    assert!(programme(&region).channel(ChannelKind::Peer).is_some());
    assert!(programme(&region).channel(ChannelKind::Myself).is_none());
}
