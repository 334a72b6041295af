//! Ids that are none, in every RPC.

use proto::trajectory::v1::{
    CloseGoalRequest, CompleteNextStepRequest, GetTrajectoryRequest, KeepDutyRequest, ListVisitsRequest,
    ProposeCatchUpRequest, StrikeOutContactRequest,
};

use crate::house::{House, coach, pair, reason, violations, with_key, with_tag};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_is_none_is_refused_and_one_that_is_nobodys_is_not_there() {
    let house = House::start_on("2024-03-10").await;
    let nobodys = chassis::id::IdGenerator.uuid().to_string();

    for (id, is_id) in [("kanarie", false), (nobodys.as_str(), true)] {
        let id = id.to_owned();
        let request = GetTrajectoryRequest { trajectory_id: id.clone() };
        let of_get = house.trajectories(coach()).get_trajectory(request).await.unwrap_err();
        let request = StrikeOutContactRequest { contact_id: id.clone() };
        let of_strike =
            house.contacts(coach()).strike_out_contact(with_tag(request, "v1")).await.unwrap_err();
        let request = CloseGoalRequest { goal_id: id.clone(), state: 2 };
        let of_goal = house.goals(coach()).close_goal(with_tag(request, "v1")).await.unwrap_err();
        let request = CompleteNextStepRequest { next_step_id: id.clone() };
        let of_step = house.goals(coach()).complete_next_step(with_tag(request, "v1")).await.unwrap_err();
        let request = KeepDutyRequest { duty_id: id.clone(), day: String::new() };
        let of_duty = house.duties(coach()).keep_duty(with_key(request)).await.unwrap_err();
        let request = ListVisitsRequest { trajectory_id: id.clone() };
        let of_visits = house.visits(coach()).list_visits(request).await.unwrap_err();
        let request = ProposeCatchUpRequest { visit_id: id, day: String::new() };
        let of_catch_up = house.visits(coach()).propose_catch_up(with_key(request)).await.unwrap_err();

        for (refused, field, missing) in [
            (of_get, "trajectory_id", "TRAJECTORY_NOT_FOUND"),
            (of_strike, "contact_id", "CONTACT_NOT_FOUND"),
            (of_goal, "goal_id", "GOAL_NOT_FOUND"),
            (of_step, "next_step_id", "NEXT_STEP_NOT_FOUND"),
            (of_duty, "duty_id", "DUTY_NOT_FOUND"),
            (of_visits, "trajectory_id", "TRAJECTORY_NOT_FOUND"),
            (of_catch_up, "visit_id", "VISIT_NOT_FOUND"),
        ] {
            if is_id {
                assert_eq!(reason(&refused), missing);
            } else {
                assert_eq!(violations(&refused), [pair(field, "NOT_AN_ID")]);
            }
        }
    }
}
