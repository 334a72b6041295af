//! One rule, one term, one order at a time.

use region::programme::StarterGate;

use super::*;
use crate::domain::Gender;

/// The kinds of rules that fail for the only worker.
fn failing(input: &Input) -> Vec<HardRuleKind> {
    propose(input).failing(input.workers[0].worker).unwrap()
}

#[test]
fn the_weights_of_the_file_decide_who_goes_first() {
    let expert = WorkerFacts { expertise: domains(&["work", "rights"]), ..worker(3) };
    let known = WorkerFacts { accompanied: Accompanied::Latest, ..worker(2) };
    let near = WorkerFacts { municipalities: [nis("46025")].into(), ..worker(1) };
    let mut input = input(vec![near, known, expert]);

    assert_eq!(order(&propose(&input)), [3, 2, 1]);

    // The support group decides otherwise.
    input.weights[0].weight = 5;
    assert_eq!(order(&propose(&input)), [2, 1, 3]);
}

#[test]
fn equals_go_by_fewest_cases_and_then_by_id() {
    let busy = WorkerFacts { cases_used: Decimal::from(3), ..worker(1) };
    let input = input(vec![busy, worker(7), worker(5)]);

    assert_eq!(order(&propose(&input)), [5, 7, 1]);
}

#[test]
fn every_hard_rule_keeps_out_whom_it_must() {
    let mut cases: Vec<(Input, HardRuleKind)> = Vec::new();
    let mut case = |change: fn(&mut Input), kind| {
        let mut input = input(vec![worker(1)]);
        assert_eq!(failing(&input), [], "{kind}");
        change(&mut input);
        cases.push((input, kind));
    };
    case(|input| input.workers[0].roles[0].first = date(2024, 4, 16), HardRuleKind::ValidMandate);
    case(|input| input.workers[0].roles[0].last = Some(date(2024, 4, 14)), HardRuleKind::ValidMandate);
    case(|input| input.workers[0].cases_used = Decimal::new(171, 1), HardRuleKind::CapacityLeft);
    case(|input| input.needs.weight = Decimal::new(181, 1), HardRuleKind::CapacityLeft);
    case(|input| input.needs.languages = languages(&["ar", "prs"]), HardRuleKind::SharedLanguage);
    case(|input| input.needs.gender = Some(Gender::Woman), HardRuleKind::GenderPreference);
    case(
        |input| {
            input.needs.gender = Some(Gender::Woman);
            input.workers[0].gender = Some(Gender::Man);
        },
        HardRuleKind::GenderPreference,
    );
    case(
        |input| input.needs.conflicts = [input.workers[0].worker].into(),
        HardRuleKind::NoConflictOfInterest,
    );
    case(|input| input.workers[0].municipalities = [nis("46024")].into(), HardRuleKind::WorkingArea);

    for (input, kind) in cases {
        assert_eq!(failing(&input), [kind]);
        assert_eq!(order(&propose(&input)), Vec::<u128>::new(), "{kind}");
    }
}

#[test]
fn the_last_place_is_a_place() {
    let mut input = input(vec![WorkerFacts { cases_used: Decimal::from(17), ..worker(1) }]);
    assert_eq!(failing(&input), []);

    input.needs.weight = Decimal::new(11, 1);
    assert_eq!(failing(&input), [HardRuleKind::CapacityLeft]);
}

#[test]
fn a_mandate_is_asked_for_also_when_the_file_does_not() {
    let mut input = input(vec![WorkerFacts { roles: Vec::new(), ..worker(1) }]);
    input.rules.clear();

    assert_eq!(failing(&input), [HardRuleKind::ValidMandate]);
}

#[test]
fn a_student_passes_the_gate_and_the_visits_fit_before_summer() {
    let mut input = input(vec![worker(1)]);
    let rule = |kind: HardRuleKind| Rule { id: kind.to_string(), kind, explanation: String::new() };
    input.rules = vec![rule(HardRuleKind::StarterGate), rule(HardRuleKind::VisitPlanFits)];
    input.starter_gate = vec![StarterGate::StarterTraining, StarterGate::Extract];
    input.visits = Some(VisitWindow { last_day: Some(date(2024, 6, 21)), long_holiday: None });
    input.workers[0].starter_gate = [StarterGate::StarterTraining].into();
    assert_eq!(failing(&input), [HardRuleKind::StarterGate]);

    input.workers[0].starter_gate.insert(StarterGate::Extract);
    assert_eq!(failing(&input), []);

    input.workers[0].roles[0].last = Some(date(2024, 6, 20));
    assert_eq!(failing(&input), [HardRuleKind::VisitPlanFits]);
    input.workers[0].roles[0].last = None;
    input.visits = Some(VisitWindow {
        last_day: Some(date(2024, 9, 20)),
        long_holiday: Some("Zomervakantie".to_owned()),
    });
    assert_eq!(failing(&input), [HardRuleKind::VisitPlanFits]);
    input.visits = Some(VisitWindow { last_day: None, long_holiday: None });
    assert_eq!(failing(&input), [HardRuleKind::VisitPlanFits]);
}

#[test]
fn a_term_says_for_or_against_and_which_place_it_gives() {
    let near = WorkerFacts { municipalities: [nis("46025")].into(), ..worker(1) };
    let far = WorkerFacts { municipalities: [nis("46024")].into(), ..worker(2) };
    let mut input = input(vec![near, far, worker(3)]);
    input.rules.clear();

    let answer = propose(&input);

    let travel: Vec<(u128, Tone, u32)> = answer
        .proposed
        .iter()
        .map(|one| {
            let line = one.terms.iter().find(|line| line.term == MatchingTerm::Travel).unwrap();
            (one.worker.as_u128(), line.tone, line.place)
        })
        .collect();
    assert_eq!(travel, [(1, Tone::Plus, 1), (3, Tone::Neutral, 2), (2, Tone::Minus, 3)]);
    assert_eq!(answer.proposed[0].terms[0].term, MatchingTerm::Expertise, "heaviest first");
}

#[test]
fn points_are_whole_and_round_down() {
    let known =
        WorkerFacts { expertise: domains(&["work"]), share: Decimal::new(5, 1), programmes: 3, ..worker(1) };
    let mut input = input(vec![known]);
    input.needs.life_domains = domains(&["work", "rights", "health"]);
    let points = |term, input: &Input| terms::grade(term, input, &input.workers[0]).points;

    assert_eq!(points(MatchingTerm::Expertise, &input), 33);
    assert_eq!(points(MatchingTerm::Undivided, &input), 16);
    input.workers[0].cases_used = Decimal::from(20);
    assert_eq!(points(MatchingTerm::Balance, &input), 0);
    input.workers[0].cases_max = Decimal::ZERO;
    assert_eq!(points(MatchingTerm::Balance, &input), 0);
    input.needs.life_domains.clear();
    assert_eq!(points(MatchingTerm::Expertise, &input), 50);
}
