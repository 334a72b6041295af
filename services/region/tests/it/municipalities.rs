//! NIS codes with the days on which they are valid.

use jiff::civil::date;
use region::{Explained, MunicipalityError, NisCode};

use crate::files::{PROGRAMME, REGION, load, replaced, small};

fn nis(code: &str) -> NisCode {
    code.parse().unwrap()
}

#[test]
fn a_code_is_valid_up_to_the_last_day_before_the_merger() {
    let region = small();

    assert_eq!(region.municipality_at(nis("44045"), date(2024, 12, 31)).unwrap().name, "Moerbeke");
    assert_eq!(region.municipality_at(nis("46029"), date(2025, 1, 1)).unwrap().name, "Lokeren");
}

#[test]
fn a_merged_code_names_its_successor() {
    let error = small().municipality_at(nis("44045"), date(2025, 1, 1)).unwrap_err();

    assert_eq!(error.reason(), "MUNICIPALITY_NO_LONGER_VALID");
    assert_eq!(error.to_string(), "the NIS code 44045 (Moerbeke) was valid until 2024-12-31");
    assert_eq!(error.remedy(), "it was merged: use 46029 (Lokeren)");
}

#[test]
fn a_successor_that_merged_again_is_followed() {
    let again = replaced(
        REGION,
        "valid_from = \"2025-01-01\"",
        "valid_from = \"2025-01-01\"\nvalid_to = \"2030-12-31\"\nmerged_into = \"46030\"\n\n\
         [[municipality]]\nnis = \"46030\"\nname = \"Waas\"\npostal_codes = [\"9160\"]\nvalid_from = \"2031-01-01\"",
    );
    let region = load(&again, PROGRAMME).unwrap();

    let error = region.municipality_at(nis("44045"), date(2031, 6, 1)).unwrap_err();

    assert_eq!(error.remedy(), "it was merged: use 46030 (Waas)");
}

#[test]
fn a_code_of_the_future_names_its_predecessors() {
    let error = small().municipality_at(nis("46029"), date(2024, 12, 31)).unwrap_err();

    assert_eq!(error.reason(), "MUNICIPALITY_NOT_YET_VALID");
    assert_eq!(error.remedy(), "before that day it was 46014 (Lokeren), 44045 (Moerbeke)");
}

#[test]
fn a_code_from_elsewhere_gets_the_list_of_the_day() {
    let error = small().municipality_at(nis("12021"), date(2025, 1, 1)).unwrap_err();

    assert!(matches!(error, MunicipalityError::Unknown { .. }));
    assert_eq!(error.remedy(), "use one of 46029 (Lokeren)");
}

#[test]
fn a_postal_code_finds_the_municipality_of_the_day() {
    let region = small();
    let names = |day| -> Vec<String> {
        region
            .municipalities_with_postal_code("9180".parse().unwrap(), day)
            .map(|municipality| municipality.nis.to_string())
            .collect()
    };

    assert_eq!(names(date(2024, 6, 1)), ["44045"]);
    assert_eq!(names(date(2025, 6, 1)), ["46029"]);
}

#[test]
fn today_begins_at_midnight_in_the_region() {
    let region = small();

    assert_eq!(region.today("2024-06-30T21:59:59Z".parse().unwrap()), date(2024, 6, 30));
    assert_eq!(region.today("2024-06-30T22:00:00Z".parse().unwrap()), date(2024, 7, 1));
    assert_eq!(region.today("2024-12-31T23:00:00Z".parse().unwrap()), date(2025, 1, 1));
}
