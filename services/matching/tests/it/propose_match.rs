//! Proposals: ordered, explained, kept, and made again.

use proto::matching::v1::{
    Gender, GetProposalRequest, Proposal, ProposeMatchRequest, ReplayProposalRequest, ReplayProposalResponse,
    TermTone, WorkerDetails,
};
use tonic::{Code, Status};

use crate::house::{
    House, TODAY, capacity, coach_mandate, coordinator, details, needs, pairs, signed_in, stranger, told,
    violations, with_key,
};

fn expert() -> WorkerDetails {
    WorkerDetails { expertise: vec!["work".to_owned()], ..details() }
}

async fn get(house: &House, proposal: &Proposal) -> Proposal {
    let request = GetProposalRequest { proposal_id: proposal.proposal_id.clone() };
    house.matches(coordinator()).get_proposal(request).await.unwrap().into_inner().proposal.unwrap()
}

async fn replay(house: &House, proposal: &Proposal) -> Result<ReplayProposalResponse, Status> {
    let request = ReplayProposalRequest { proposal_id: proposal.proposal_id.clone() };
    Ok(house.matches(coordinator()).replay_proposal(request).await?.into_inner())
}

#[tokio::test]
async fn workers_come_in_the_order_of_the_weights_each_line_explained() {
    let house = House::open().await;
    let plain = house.coach(details()).await;
    let expert = house.coach(expert()).await;
    let who = house.admitted().await;

    let proposal = house.propose(needs(who)).await.unwrap();

    let order: Vec<&str> = proposal.proposed.iter().map(|one| one.worker_id.as_str()).collect();
    assert_eq!(order, [expert.as_str(), plain.as_str()]);
    let first = &proposal.proposed[0];
    assert_eq!(first.cases_left, "18");
    assert!(
        first.rules.iter().all(|line| line.holds && !line.why.is_empty() && !line.explanation.is_empty())
    );
    let rules: Vec<&str> = first.rules.iter().map(|line| line.rule.as_str()).collect();
    assert_eq!(
        rules,
        ["valid-mandate", "capacity-left", "shared-language", "gender-preference", "no-conflict-of-interest"]
    );
    let terms: Vec<(&str, i32, i32)> =
        first.terms.iter().map(|line| (line.term.as_str(), line.tone, line.place)).collect();
    assert_eq!(
        terms,
        [
            ("expertise", TermTone::Plus.into(), 1),
            ("continuity", TermTone::Minus.into(), 1),
            ("undivided", TermTone::Plus.into(), 1),
            ("travel", TermTone::Neutral.into(), 1),
            ("waiting_time", TermTone::Neutral.into(), 1),
        ]
    );
    assert_eq!(proposal.proposed[1].terms[0].place, 2);
    assert_eq!((proposal.first_day.as_str(), proposal.answer_until.as_str()), (TODAY, "2024-04-22"));
    assert_eq!(get(&house, &proposal).await, proposal);
}

#[tokio::test]
async fn who_fails_a_hard_rule_is_named_with_why_and_not_proposed() {
    let house = House::open().await;
    let french = house.coach(WorkerDetails { languages: vec!["fr".to_owned()], ..details() }).await;
    let near = house.coach(details()).await;
    let future = house.registered(details()).await.worker_id;
    let mut mandate = coach_mandate(&future);
    mandate.valid_from = "2024-05-01".to_owned();
    house.grant(mandate).await.unwrap();
    house.set_capacity(capacity(&future, "1")).await.unwrap();
    let without_capacity = house.registered(details()).await.worker_id;
    house.grant(coach_mandate(&without_capacity)).await.unwrap();
    // Has no mandate at all: not looked at.
    house.registered(details()).await;
    let woman = house.coach(WorkerDetails { gender: Gender::Woman.into(), ..details() }).await;
    let who = house.admitted().await;

    let request = ProposeMatchRequest {
        conflict_worker_ids: vec![near.clone()],
        gender_preference: Gender::Woman.into(),
        ..needs(who)
    };
    let proposal = house.propose(request).await.unwrap();

    assert_eq!(proposal.proposed.len(), 1);
    assert_eq!(proposal.proposed[0].worker_id, woman);
    let failing = |id: &str| {
        let excluded = proposal.excluded.iter().find(|one| one.worker_id == id).unwrap();
        let lines = excluded.rules.iter().filter(|line| !line.holds);
        lines.map(|line| (line.rule.clone(), line.why.clone())).collect::<Vec<_>>()
    };
    let preference = |why: &str| ("gender-preference".to_owned(), why.to_owned());
    let unknown = "Er is een vrouw gevraagd; van deze begeleider is dat niet bekend.";
    assert_eq!(
        failing(&french),
        [("shared-language".to_owned(), "Spreekt geen nl.".to_owned()), preference(unknown)]
    );
    assert_eq!(
        failing(&near),
        [
            preference(unknown),
            ("no-conflict-of-interest".to_owned(), "Staat privé te dicht bij de deelnemer.".to_owned())
        ]
    );
    assert_eq!(
        failing(&future)[0],
        ("valid-mandate".to_owned(), "Geen geldig mandaat op 2024-04-15.".to_owned())
    );
    assert_eq!(
        failing(&without_capacity)[0],
        ("capacity-left".to_owned(), "0 van 0 bezet; 1 past er niet meer bij.".to_owned())
    );
    assert_eq!(proposal.excluded.len(), 4);
}

#[tokio::test]
async fn a_proposal_is_made_again_bit_for_bit_whatever_changed_since() {
    let house = House::open().await;
    let expert = house.coach(expert()).await;
    house.coach(details()).await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();

    // The expert is full, speaks another language, and time passes.
    house.execute(&format!("update capacities set share = 0.001 where worker_id = '{expert}'")).await;
    house.execute(&format!("update workers set languages = array['tr'] where worker_id = '{expert}'")).await;
    house.set_today("2024-05-20");
    let again = replay(&house, &proposal).await.unwrap();

    assert!(again.same);
    assert_eq!((again.answer_sha256.len(), &again.answer_sha256), (64, &again.given_answer_sha256));
    assert_eq!(again.input_sha256, proposal.input_sha256);
    assert_eq!(again.proposal.unwrap(), proposal);
    // A new proposal sees the change.
    let now = house.propose(ProposeMatchRequest { first_day: TODAY.to_owned(), ..needs(who) }).await;
    assert_eq!(violations(&now.unwrap_err()), pairs(&[("first_day", "TOO_FAR_BACK")]));
    let now = house.propose(needs(who)).await.unwrap();
    assert!(now.proposed.iter().all(|one| one.worker_id != expert));
}

#[tokio::test]
async fn another_answer_than_was_given_is_noticed_and_another_input_opens_for_nobody() {
    let house = House::open().await;
    house.coach(expert()).await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    let id = &proposal.proposal_id;

    house
        .execute(&format!("update proposals set answer_sha256 = repeat('0', 64) where proposal_id = '{id}'"))
        .await;
    let again = replay(&house, &proposal).await.unwrap();
    assert!(!again.same);
    assert_ne!(again.answer_sha256, again.given_answer_sha256);

    house
        .execute(&format!("update proposals set input_sha256 = repeat('0', 64) where proposal_id = '{id}'"))
        .await;
    assert_eq!(replay(&house, &proposal).await.unwrap_err().code(), Code::Internal);
}

#[tokio::test]
async fn what_somebody_needs_is_readable_nowhere() {
    let house = House::open().await;
    house.coach(details()).await;
    let who = house.admitted().await;
    let request = ProposeMatchRequest { life_domains: vec!["justice".to_owned()], ..needs(who) };

    house.propose(request).await.unwrap();

    let rows = "proposals where proposals::text like '%justice%' or proposals::text like '%' || encode('justice', 'hex') || '%'";
    assert_eq!(house.count(rows).await, 0);
    assert_eq!(house.count("chassis.audit where audit::text like '%justice%'").await, 0);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let house = House::open().await;
    let who = house.admitted().await;
    let before = house.rows().await;
    let wrong = ProposeMatchRequest {
        participation_id: "kanarie".to_owned(),
        languages: vec!["xx".to_owned()],
        gender_preference: 7,
        life_domains: vec!["Kanarie".to_owned(), "work".to_owned(), "work".to_owned()],
        weight: "kanarie".to_owned(),
        conflict_worker_ids: vec!["kanarie".to_owned()],
        first_day: "morgen".to_owned(),
    };
    // What only the programme knows comes once the rest can be read.
    let unknown = ProposeMatchRequest {
        life_domains: vec!["work".to_owned(), "kanarie".to_owned()],
        weight: "kanarie".to_owned(),
        first_day: "2024-03-31".to_owned(),
        ..needs(who)
    };

    let refused = house.propose(wrong).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[
            ("participation_id", "NOT_AN_ID"),
            ("languages[0]", "UNKNOWN_LANGUAGE"),
            ("gender_preference", "UNKNOWN_VALUE"),
            ("life_domains[0]", "UNKNOWN_DOMAIN"),
            ("life_domains[2]", "REPEATED"),
            ("conflict_worker_ids[0]", "NOT_AN_ID"),
            ("first_day", "NOT_A_DAY"),
        ])
    );
    let refused = house.propose(unknown).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[
            ("first_day", "BEFORE_ADMISSION"),
            ("life_domains[1]", "UNKNOWN_DOMAIN"),
            ("weight", "UNKNOWN_WEIGHT"),
        ])
    );
    let refused =
        house.propose(ProposeMatchRequest { weight: String::new(), ..needs(who) }).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("weight", "UNKNOWN_WEIGHT")]));
    assert_eq!(house.rows().await, before);
}

#[tokio::test]
async fn who_does_not_wait_for_you_is_as_nobody() {
    let house = House::open().await;
    let coach = house.coach(details()).await;
    let who = house.admitted().await;
    let proposal = house.propose(needs(who)).await.unwrap();
    let nobody = chassis::id::IdGenerator.uuid().to_string();
    let mut answers = Vec::new();

    for (caller, participation) in [
        (coordinator(), nobody.clone()),
        (stranger(), who.participation.to_string()),
        (stranger(), nobody.clone()),
    ] {
        let request = ProposeMatchRequest { participation_id: participation, ..needs(who) };
        let refused = house.matches(caller).propose_match(with_key(request)).await.unwrap_err();
        answers.push((told(&refused), refused.message().to_owned()));
    }
    assert_eq!(answers[0].0.reason, "PARTICIPATION_NOT_FOUND");
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");

    for (caller, id) in [(coordinator(), &nobody), (stranger(), &proposal.proposal_id)] {
        let request = GetProposalRequest { proposal_id: id.clone() };
        let refused = house.matches(caller.clone()).get_proposal(request).await.unwrap_err();
        assert_eq!(told(&refused).reason, "PROPOSAL_NOT_FOUND");
        let request = ReplayProposalRequest { proposal_id: id.clone() };
        let refused = house.matches(caller).replay_proposal(request).await.unwrap_err();
        assert_eq!(told(&refused).reason, "PROPOSAL_NOT_FOUND");
    }
    let refused = house.matches(signed_in(&coach)).propose_match(with_key(needs(who))).await.unwrap_err();
    assert_eq!(told(&refused).reason, "NO_MANDATE");
    let request = GetProposalRequest { proposal_id: "kanarie".to_owned() };
    let refused = house.matches(coordinator()).get_proposal(request).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("proposal_id", "NOT_AN_ID")]));
}

#[tokio::test]
async fn a_municipality_that_merged_is_the_one_it_became() {
    let house = House::open().await;
    house.set_today("2025-01-10");
    let near = house.coach(WorkerDetails { municipalities: vec!["46029".to_owned()], ..details() }).await;
    let far = house.coach(WorkerDetails { municipalities: vec!["46024".to_owned()], ..details() }).await;
    // Lived in Moerbeke, which became a part of Lokeren on the first of January.
    let who = house.admitted_on("2024-12-01T09:00:00Z", "2025-01-05T09:00:00Z").await;
    house.execute("update waiting set municipality_nis = '44045'").await;

    let proposal = house.propose(needs(who)).await.unwrap();

    let tone = |worker: &str| {
        let one = proposal.proposed.iter().find(|one| one.worker_id == worker).unwrap();
        one.terms.iter().find(|line| line.term == "travel").unwrap().tone
    };
    assert_eq!((tone(&near), tone(&far)), (TermTone::Plus.into(), TermTone::Minus.into()));
}
