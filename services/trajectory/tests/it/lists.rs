//! `ListTrajectories`.

use chassis::caller::Caller;
use proto::trajectory::v1::{
    ListTrajectoriesRequest, ListTrajectoriesResponse, TrajectoryState, TrajectoryView,
};

use crate::close::close_with;
use crate::house::{
    COACH, House, OTHER_COACH, PROGRAMME, coach, contact, coordinator, other_coach, pair, violations,
};
use crate::story::Story;

fn programme() -> ListTrajectoriesRequest {
    ListTrajectoriesRequest {
        view: TrajectoryView::Programme.into(),
        programme: PROGRAMME.to_owned(),
        ..ListTrajectoriesRequest::default()
    }
}

async fn list(house: &House, caller: Caller, request: ListTrajectoriesRequest) -> ListTrajectoriesResponse {
    house.trajectories(caller).list_trajectories(request).await.unwrap().into_inner()
}

fn ids(answer: &ListTrajectoriesResponse) -> Vec<&str> {
    answer.trajectories.iter().map(|row| row.trajectory_id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mine_are_those_i_accompany_today_and_a_programme_has_all() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, first) = house.open_case("2024-03-04").await;
    let (story, second) = house.open_case("2024-03-05").await;
    let theirs = house.open(&Story::new(OTHER_COACH, PROGRAMME, "2024-03-06")).await;
    let logged = house.log(coach(), contact(&first, "2024-03-08")).await.unwrap();
    let ended = house.producer.next(story.matched, &story.ended("2024-03-09"));
    house.tell(&[ended]).await;

    let mine = list(&house, coach(), ListTrajectoriesRequest::default()).await;
    let of_other = list(&house, other_coach(), ListTrajectoriesRequest::default()).await;
    let all = list(&house, coordinator(), programme()).await;

    assert_eq!(ids(&mine), [first.as_str()]);
    assert_eq!(ids(&of_other), [theirs.as_str()]);
    assert_eq!(ids(&all), [theirs.as_str(), second.as_str(), first.as_str()]);
    assert_eq!(
        (mine.trajectories[0].last_contact_on.as_str(), &mine.trajectories[0].worker_id),
        ("2024-03-08", &logged.worker_id)
    );
    assert_eq!(all.trajectories[1].worker_id, "", "nobody accompanies it today");
    assert!(list(&house, coordinator(), ListTrajectoriesRequest::default()).await.trajectories.is_empty());
    assert!(!format!("{all:?}").contains("kanarie"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_and_overdue_duties_narrow_the_list() {
    let mut house = House::start_on("2024-06-10").await;
    let (_, overdue) = house.open_case("2024-03-04").await;
    let (_, fresh) = house.open_case("2024-06-03").await;
    let (_, closed) = house.open_case("2024-06-04").await;
    close_with(&house, coach(), &closed, "moved-away").await.unwrap();

    let open = list(
        &house,
        coordinator(),
        ListTrajectoriesRequest { state: TrajectoryState::Open.into(), ..programme() },
    )
    .await;
    let over = list(
        &house,
        coordinator(),
        ListTrajectoriesRequest { state: TrajectoryState::Closed.into(), ..programme() },
    )
    .await;
    let late = list(
        &house,
        coordinator(),
        ListTrajectoriesRequest { state: TrajectoryState::Open.into(), duty_overdue: true, ..programme() },
    )
    .await;

    assert_eq!(ids(&open), [fresh.as_str(), overdue.as_str()]);
    assert_eq!((ids(&over), over.trajectories[0].closed_on.as_str()), (vec![closed.as_str()], "2024-06-10"));
    assert_eq!((ids(&late), late.trajectories[0].duties_overdue), (vec![overdue.as_str()], 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_stay_as_they_are_while_trajectories_open() {
    let mut house = House::start_on("2024-03-10").await;
    let mut expected = Vec::new();
    for _ in 0..5 {
        expected.push(house.open(&Story::new(COACH, PROGRAMME, "2024-03-04")).await);
    }
    expected.reverse();
    let mut seen = Vec::new();
    let mut request = ListTrajectoriesRequest { page_size: 2, ..programme() };

    loop {
        let page = list(&house, coordinator(), request.clone()).await;
        seen.extend(page.trajectories.into_iter().map(|row| row.trajectory_id));
        house.open(&Story::new(COACH, PROGRAMME, "2024-03-04")).await;
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }

    assert_eq!(seen, expected);
    for (wrong, field, reason) in [
        (ListTrajectoriesRequest { page_size: 201, ..programme() }, "page_size", "PAGE_SIZE"),
        (ListTrajectoriesRequest { state: 9, ..programme() }, "state", "UNKNOWN_VALUE"),
        (ListTrajectoriesRequest { view: 9, ..programme() }, "view", "UNKNOWN_VALUE"),
        (
            ListTrajectoriesRequest { programme: "Kanarie!".to_owned(), ..programme() },
            "programme",
            "UNKNOWN_PROGRAMME",
        ),
        (ListTrajectoriesRequest { duty_overdue: true, ..request.clone() }, "page_token", "PAGE_TOKEN"),
    ] {
        let refused = house.trajectories(coordinator()).list_trajectories(wrong).await.unwrap_err();
        assert_eq!(violations(&refused), [pair(field, reason)]);
    }
}
