//! What the rules of eligibility say.

use std::path::Path;

use jiff::civil::{Date, date};
use region::{
    AnswerError, Answers, ClosedSet, Explained, Facts, Programme, ProgrammeCode, Region, RuleOutcome,
    Screening, ScreeningOutcome,
};

use crate::files::{PROGRAMME, REGION, load, replaced, small};

const TODAY: Date = date(2024, 6, 14);

fn waasland() -> Region {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/waasland");
    region::load(&folder).unwrap_or_else(|report| panic!("{report}"))
}

fn programme(region: &Region) -> &Programme {
    region.programme_at(&ProgrammeCode::parse("waasland-esf").unwrap(), TODAY).unwrap()
}

const GOOD: [(&str, &str); 4] = [
    ("works-full-time", "no"),
    ("legal-residence", "yes"),
    ("labour-status", "inactive"),
    ("similar-support", "complementary"),
];

fn facts() -> Facts {
    Facts {
        consent_given: true,
        municipality: Some("46024".parse().unwrap()),
        birth: Some("1987-06-14".parse().unwrap()),
    }
}

/// Screens with good answers, of which one is changed.
fn screen(changed: (&str, &str), facts: &Facts) -> Screening {
    let region = waasland();
    let programme = programme(&region);
    let answers = GOOD.into_iter().filter(|(id, _)| *id != changed.0).chain([changed]);
    let answers = Answers::read(programme, answers).unwrap();
    programme.screen(&region, &answers, facts, TODAY)
}

fn outcome_of(screening: &Screening, rule: &str) -> RuleOutcome {
    screening.rules.iter().find(|result| result.rule.as_str() == rule).unwrap().outcome
}

fn suggestion(screening: &Screening) -> Option<&str> {
    screening.suggested_refusal_reason().map(region::RefusalReasonCode::as_str)
}

#[test]
fn somebody_for_whom_every_rule_holds_is_eligible() {
    let screening = screen(GOOD[0], &facts());

    assert_eq!(screening.outcome, ScreeningOutcome::Eligible);
    assert_eq!(screening.rules.len(), 6);
    assert_eq!(suggestion(&screening), None);
}

#[test]
fn somebody_who_works_full_time_is_refused_with_that_reason() {
    let screening = screen(("works-full-time", "yes"), &facts());

    assert_eq!(screening.outcome, ScreeningOutcome::NotEligible);
    assert_eq!(outcome_of(&screening, "not-full-time"), RuleOutcome::Fails);
    assert_eq!(suggestion(&screening), Some("works-full-time"));
}

#[test]
fn a_doubt_about_residence_is_decided_by_hand_and_suggests_nothing() {
    let screening = screen(("legal-residence", "no"), &facts());

    assert_eq!(screening.outcome, ScreeningOutcome::Manual);
    assert_eq!(suggestion(&screening), None);
}

#[test]
fn another_age_may_be_set_aside_with_a_motivation() {
    let young = Facts { birth: Some("2006-06-15".parse().unwrap()), ..facts() };
    let eighteen = Facts { birth: Some("2006-06-14".parse().unwrap()), ..facts() };

    let screening = screen(GOOD[0], &young);

    assert_eq!(screening.outcome, ScreeningOutcome::Manual);
    let rule = screening.rules.iter().find(|result| result.rule.as_str() == "working-age").unwrap();
    assert!(!rule.holds() && rule.may_be_motivated);
    assert_eq!(suggestion(&screening), Some("other-age"));
    assert_eq!(screen(GOOD[0], &eighteen).outcome, ScreeningOutcome::Eligible);
}

#[test]
fn an_age_that_may_fit_is_unknown_and_not_refused() {
    let month = Facts { birth: Some("2006-06".parse().unwrap()), ..facts() };
    let nothing = Facts { birth: None, ..facts() };

    for facts in [month, nothing] {
        let screening = screen(GOOD[0], &facts);

        assert_eq!(screening.outcome, ScreeningOutcome::Manual);
        assert_eq!(outcome_of(&screening, "working-age"), RuleOutcome::Unknown);
        assert!(screening.rules.iter().all(|rule| rule.suggested_refusal_reason.is_none()));
    }
}

#[test]
fn a_strict_rule_of_which_too_little_is_known_is_left_to_a_person() {
    let screening = screen(GOOD[0], &Facts { municipality: None, ..facts() });

    assert_eq!(screening.outcome, ScreeningOutcome::Manual);
    let rule = screening.rules.iter().find(|result| result.rule.as_str() == "lives-in-region").unwrap();
    assert_eq!((rule.outcome, rule.may_be_motivated), (RuleOutcome::Unknown, true));
}

#[test]
fn facts_and_answers_are_not_shown_by_debug() {
    let region = waasland();
    let answers = Answers::read(programme(&region), GOOD).unwrap();

    let shown = format!("{:?} {answers:?} {:?}", facts(), answers.get(&"labour-status".parse().unwrap()));

    assert!(!shown.contains("1987") && !shown.contains("46024") && !shown.contains("inactive"), "{shown}");
}

#[test]
fn living_elsewhere_or_under_a_code_of_another_day_excludes() {
    let elsewhere = Facts { municipality: Some("12021".parse().unwrap()), ..facts() };
    let not_yet = Facts { municipality: Some("46029".parse().unwrap()), ..facts() };

    for facts in [elsewhere, not_yet] {
        let screening = screen(GOOD[0], &facts);

        assert_eq!(screening.outcome, ScreeningOutcome::NotEligible);
        assert_eq!(suggestion(&screening), Some("out-of-area"));
    }
}

#[test]
fn the_reason_that_excludes_comes_before_one_that_may_be_set_aside() {
    let young = Facts { birth: Some("2010".parse().unwrap()), consent_given: true, ..facts() };

    let screening = screen(("works-full-time", "yes"), &young);

    assert_eq!(suggestion(&screening), Some("works-full-time"));
}

#[test]
fn without_consent_nobody_is_eligible() {
    let screening = screen(GOOD[0], &Facts { consent_given: false, ..facts() });

    assert_eq!(screening.outcome, ScreeningOutcome::NotEligible);
    assert_eq!(suggestion(&screening), Some("no-request"));
}

#[test]
fn a_programme_without_central_screening_leaves_it_to_people() {
    let off = replaced(PROGRAMME, "enabled = true", "enabled = false");
    let region = load(REGION, &off).unwrap();

    let screening = region.programmes[0].screen(&region, &Answers::default(), &Facts::default(), TODAY);

    assert_eq!(screening.outcome, ScreeningOutcome::Manual);
    assert!(screening.rules.is_empty());
}

#[test]
fn an_answer_among_the_wanted_ones_holds_and_a_missing_one_is_unknown() {
    let region = small();
    let programme = &region.programmes[0];
    let screen = |given: &[(&str, &str)]| {
        let answers = Answers::read(programme, given.iter().copied()).unwrap();
        programme.screen(&region, &answers, &Facts::default(), TODAY)
    };

    let young = screen(&[("grade", "k3"), ("safe-at-home", "yes")]);
    let older = screen(&[("grade", "older")]);

    assert_eq!(outcome_of(&young, "young-child"), RuleOutcome::Holds);
    assert_eq!(outcome_of(&young, "safe"), RuleOutcome::Holds);
    assert_eq!(outcome_of(&older, "young-child"), RuleOutcome::Fails);
    assert_eq!(outcome_of(&older, "safe"), RuleOutcome::Unknown);
    assert_eq!(older.outcome, ScreeningOutcome::Manual);
}

#[test]
fn all_wrong_answers_are_told_at_once_and_none_is_repeated() {
    let region = waasland();
    let given = [
        ("works-full-time", "kanarie"),
        ("labour-status", ""),
        ("labor-status", "inactive"),
        ("legal-residence", "yes"),
    ];

    let errors = Answers::read(programme(&region), given).unwrap_err();

    let told: Vec<(&str, &str)> = errors.iter().map(|error| (error.question(), error.reason())).collect();
    assert_eq!(
        told,
        [
            ("works-full-time", "ANSWER_WRONG"),
            ("labor-status", "ANSWER_UNKNOWN_QUESTION"),
            ("labour-status", "ANSWER_MISSING"),
            ("similar-support", "ANSWER_MISSING"),
        ]
    );
    assert!(errors.iter().all(|error| !format!("{error} {error:?} {}", error.remedy()).contains("kanarie")));
    assert!(matches!(&errors[1], AnswerError::UnknownQuestion { .. }));
    assert!(errors[1].remedy().starts_with("did you mean `labour-status`?"), "{}", errors[1].remedy());
}

#[test]
fn every_outcome_has_a_word_of_its_own() {
    let words = ScreeningOutcome::words();

    assert_eq!(words, ["eligible", "manual", "not_eligible"]);
    assert_eq!(serde_word(ScreeningOutcome::NotEligible), "not_eligible");
}

fn serde_word(outcome: ScreeningOutcome) -> String {
    outcome.to_string()
}
