//! Goals in the participant's own words, and next steps.

use proto::trajectory::v1::{
    CloseGoalRequest, CompleteNextStepRequest, Goal, GoalState, ListGoalsRequest, NextStep, NextStepState,
    PlanNextStepRequest, SetGoalRequest,
};
use tonic::Status;

use crate::house::{House, coach, coordinator, other_coach, pair, reason, violations, with_key, with_tag};

fn goal(id: &str, domain: &str) -> SetGoalRequest {
    SetGoalRequest {
        trajectory_id: id.to_owned(),
        domain: domain.to_owned(),
        words: "kanarie: ik wil elke week mijn zus zien".to_owned(),
    }
}

async fn set(house: &House, request: SetGoalRequest) -> Result<Goal, Status> {
    Ok(house.goals(coach()).set_goal(with_key(request)).await?.into_inner().goal.unwrap())
}

async fn close(house: &House, goal: &Goal, state: GoalState) -> Result<Goal, Status> {
    let request = CloseGoalRequest { goal_id: goal.goal_id.clone(), state: state.into() };
    let answer = house.goals(coach()).close_goal(with_tag(request, &goal.etag)).await?;
    Ok(answer.into_inner().goal.unwrap())
}

async fn plan(house: &House, id: &str, day: &str) -> Result<NextStep, Status> {
    let request = PlanNextStepRequest {
        trajectory_id: id.to_owned(),
        words: "kanarie: samen naar het OCMW".to_owned(),
        day: day.to_owned(),
    };
    Ok(house.goals(coach()).plan_next_step(with_key(request)).await?.into_inner().next_step.unwrap())
}

async fn complete(house: &House, step: &NextStep) -> Result<NextStep, Status> {
    let request = CompleteNextStepRequest { next_step_id: step.next_step_id.clone() };
    let answer = house.goals(coach()).complete_next_step(with_tag(request, &step.etag)).await?;
    Ok(answer.into_inner().next_step.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_goal_is_set_and_reached_once() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;

    let set_goal = set(&house, goal(&id, "relations")).await.unwrap();
    let open = house.get(coach(), &id).await.unwrap().open_goals;
    let reached = close(&house, &set_goal, GoalState::Reached).await.unwrap();

    assert_eq!((open.len(), open[0].words.as_str()), (1, "kanarie: ik wil elke week mijn zus zien"));
    assert_eq!((reached.state, reached.closed_on.as_str()), (i32::from(GoalState::Reached), "2024-03-10"));
    assert!(house.get(coach(), &id).await.unwrap().open_goals.is_empty());
    assert_eq!(reason(&close(&house, &set_goal, GoalState::Dropped).await.unwrap_err()), "STALE_ETAG");
    assert_eq!(reason(&close(&house, &reached, GoalState::Dropped).await.unwrap_err()), "GOAL_CLOSED");
    assert_eq!(house.told().await.len(), 1, "goals stay here");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_goal_needs_words_and_a_domain_of_the_programme() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let before = house.rows().await;

    let both = SetGoalRequest { domain: String::new(), words: " ".to_owned(), ..goal(&id, "") };
    for (request, expected) in [
        (both, vec![pair("domain", "REQUIRED"), pair("words", "REQUIRED")]),
        (goal(&id, "sleep"), vec![pair("domain", "UNKNOWN_DOMAIN")]),
        (SetGoalRequest { words: "é".repeat(1001), ..goal(&id, "work") }, vec![pair("words", "TOO_LONG")]),
    ] {
        assert_eq!(violations(&set(&house, request).await.unwrap_err()), expected);
    }
    let set_goal = set(&house, goal(&id, "work")).await.unwrap();
    let refused = close(&house, &set_goal, GoalState::Open).await.unwrap_err();
    assert_eq!(violations(&refused), [pair("state", "UNKNOWN_VALUE")]);
    let refused = close(&house, &set_goal, GoalState::Unspecified).await.unwrap_err();
    assert_eq!(violations(&refused), [pair("state", "REQUIRED")]);

    assert_ne!(house.rows().await, before);
    assert_eq!(house.count("goals where state = 'open'").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_in_a_domain_above_normal_are_for_who_is_on_the_case() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    for domain in ["work", "relations", "health", "justice"] {
        set(&house, goal(&id, domain)).await.unwrap();
    }
    let request = ListGoalsRequest { trajectory_id: id.clone(), ..ListGoalsRequest::default() };

    let of_coach = house.goals(coach()).list_goals(request.clone()).await.unwrap().into_inner().goals;
    let of_coordinator = house.goals(coordinator()).list_goals(request).await.unwrap().into_inner().goals;

    assert!(of_coach.iter().all(|goal| !goal.hidden && goal.words.contains("kanarie")));
    let seen: Vec<_> = of_coordinator
        .iter()
        .map(|goal| (goal.domain.as_str(), goal.hidden, goal.words.is_empty()))
        .collect();
    assert_eq!(
        seen,
        [("justice", true, true), ("health", true, true), ("relations", true, true), ("work", false, false)]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn goals_come_in_pages_and_by_state() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let mut goals = Vec::new();
    for _ in 0..3 {
        goals.push(set(&house, goal(&id, "work")).await.unwrap());
    }
    close(&house, &goals[1], GoalState::Dropped).await.unwrap();
    let list = async |state: GoalState, page_size: i32, page_token: String| {
        let request =
            ListGoalsRequest { trajectory_id: id.clone(), state: state.into(), page_size, page_token };
        house.goals(coach()).list_goals(request).await.unwrap().into_inner()
    };

    let first = list(GoalState::Open, 1, String::new()).await;
    let second = list(GoalState::Open, 1, first.next_page_token.clone()).await;
    let dropped = list(GoalState::Dropped, 0, String::new()).await;

    assert_eq!(first.goals[0].goal_id, goals[2].goal_id);
    assert_eq!(
        (second.goals[0].goal_id.as_str(), second.next_page_token.as_str()),
        (goals[0].goal_id.as_str(), "")
    );
    assert_eq!((dropped.goals.len(), &dropped.goals[0].goal_id), (1, &goals[1].goal_id));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_step_is_next_and_a_new_one_replaces_it() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;

    let first = plan(&house, &id, "2024-03-12").await.unwrap();
    let second = plan(&house, &id, "2024-03-10").await.unwrap();
    let shown = house.get(coach(), &id).await.unwrap().trajectory.unwrap().next_step.unwrap();
    let done = complete(&house, &second).await.unwrap();

    assert_eq!(
        (shown.next_step_id, shown.words.as_str()),
        (second.next_step_id.clone(), "kanarie: samen naar het OCMW")
    );
    assert_eq!(done.state, i32::from(NextStepState::Completed));
    assert!(house.get(coach(), &id).await.unwrap().trajectory.unwrap().next_step.is_none());
    assert_eq!(reason(&complete(&house, &first).await.unwrap_err()), "STALE_ETAG");
    assert_eq!(reason(&complete(&house, &done).await.unwrap_err()), "NEXT_STEP_SETTLED");
    let refused = plan(&house, &id, "2024-03-09").await.unwrap_err();
    assert_eq!(violations(&refused), [pair("day", "IN_PAST")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_is_on_the_case_sets_goals_and_steps() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let known = set(&house, goal(&id, "work")).await.unwrap();
    let step = plan(&house, &id, "2024-03-12").await.unwrap();
    let before = house.rows().await;

    for (caller, on) in [(coordinator(), Some("NOT_ON_CASE")), (other_coach(), None)] {
        let mut goals = house.goals(caller);
        let refused = goals.set_goal(with_key(goal(&id, "work"))).await.unwrap_err();
        assert_eq!(reason(&refused), on.unwrap_or("TRAJECTORY_NOT_FOUND"));
        let request = CloseGoalRequest { goal_id: known.goal_id.clone(), state: GoalState::Reached.into() };
        let refused = goals.close_goal(with_tag(request, &known.etag)).await.unwrap_err();
        assert_eq!(reason(&refused), on.unwrap_or("GOAL_NOT_FOUND"));
        let request = PlanNextStepRequest {
            trajectory_id: id.clone(),
            words: "kanarie".to_owned(),
            day: "2024-03-12".to_owned(),
        };
        let refused = goals.plan_next_step(with_key(request)).await.unwrap_err();
        assert_eq!(reason(&refused), on.unwrap_or("TRAJECTORY_NOT_FOUND"));
        let request = CompleteNextStepRequest { next_step_id: step.next_step_id.clone() };
        let refused = goals.complete_next_step(with_tag(request, &step.etag)).await.unwrap_err();
        assert_eq!(reason(&refused), on.unwrap_or("NEXT_STEP_NOT_FOUND"));
    }

    assert_eq!(house.rows().await, before);
}
