//! What a programme says about refusing, about terms, and about its own versions.

use jiff::civil::date;
use region::programme::{Capacity, DataClass};
use region::{ProgrammeCode, Source};

use crate::files::{PROGRAMME, REGION, replaced, small};

fn code() -> ProgrammeCode {
    "huisbezoek".parse().unwrap()
}

#[test]
fn a_reason_that_is_not_in_the_programme_is_not_found() {
    let region = small();
    let programme = region.programme(&code()).unwrap();

    let too_old = programme.refusal_reason(&"too-old".parse().unwrap()).unwrap();

    assert!(too_old.alternative_required);
    assert_eq!(too_old.reply_term_days, 30);
    assert!(programme.refusal_reason(&"no-time".parse().unwrap()).is_none());
    assert!(programme.withdrawal_reason(&"no-time".parse().unwrap()).is_some());
    assert!(programme.referral_reason(&"homework".parse().unwrap()).is_some());
}

#[test]
fn two_visits_in_eight_school_weeks_are_sixteen() {
    let region = small();
    let Capacity::Visits(plan) = &region.programmes[0].capacity else {
        panic!("the small programme visits families");
    };

    assert_eq!(plan.visits(), 16);
}

#[test]
fn a_term_of_years_ends_on_the_same_day_of_the_year() {
    let region = small();
    let retention = &region.programmes[0].retention;

    let notes = retention.term(DataClass::CaseNotes).unwrap();
    let referral = retention.term(DataClass::ReferralWithoutStart).unwrap();

    assert_eq!(notes.keep_until(date(2024, 2, 29)), Some(date(2026, 2, 28)));
    assert_eq!(referral.keep_until(date(2024, 1, 1)), Some(date(2024, 3, 31)));
}

#[test]
fn each_day_has_the_version_that_holds_on_it() {
    let list = "[\"programmes/huisbezoek.toml\"]";
    let region_text = replaced(REGION, list, "[\"two.toml\", \"one.toml\"]");
    let newer = replaced(
        PROGRAMME,
        "version = 1\nvalid_from = \"2024-01-01\"",
        "version = 2\nvalid_from = \"2025-01-01\"",
    );
    let region = region::load_from(&Source::new("region.toml", region_text), |path| {
        Ok(Source::new(path, if path == "two.toml" { newer.as_str() } else { PROGRAMME }))
    })
    .unwrap();

    let version_on = |day| region.programme_at(&code(), day).map(|programme| programme.version.number);

    assert_eq!(version_on(date(2023, 12, 31)), None);
    assert_eq!(version_on(date(2024, 12, 31)), Some(1));
    assert_eq!(version_on(date(2025, 1, 1)), Some(2));
    assert_eq!(region.programme(&code()).unwrap().version.number, 2);
    assert_eq!(region.programme_version(&code(), 1).unwrap().version.valid_from, date(2024, 1, 1));
    assert_eq!(region.file_versions().count(), 3);
}

#[test]
fn a_comment_leaves_the_hash_of_a_programme_and_a_letter_changes_it() {
    let hash = |text: &str| region::load_programme(&Source::new("p.toml", text)).unwrap().version.hash;

    let plain = hash(PROGRAMME);

    assert_eq!(plain, hash(&format!("# why\n{PROGRAMME}")));
    assert_ne!(plain, hash(&replaced(PROGRAMME, "Afgerond", "Afgerond.")));
}
