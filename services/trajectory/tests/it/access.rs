//! Who sees what: own cases while the match is valid, the programme, the organisation, and nobody else.

use chassis::caller::{Caller, Mandate, Role, Scope};
use proto::trajectory::v1::{ListDutiesRequest, ListTrajectoriesRequest, TrajectoryView};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use testkit::{mandate, worker};
use uuid::Uuid;

use crate::house::{
    COACH, House, OTHER_COACH, PROGRAMME, coach, contact, coordinator, other_coach, pair, reason, told,
    violations,
};

/// Somebody of the case's organisation with a mandate that reaches over all of it.
fn of_the_organisation(organisation: Option<u128>) -> Caller {
    let mut caller = worker(0xb0, vec![mandate(Role::SocialWorker, Scope::Organisation, Some(PROGRAMME))]);
    if let Some(other) = organisation {
        caller.organisation = Some(Uuid::from_u128(other));
    }
    caller
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_read_by_who_is_on_it_its_organisation_and_its_programme() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let elsewhere = |role, scope| worker(0x5e, vec![mandate(role, scope, Some("elsewhere"))]);

    for (caller, sees) in [
        (coach(), true),
        (coordinator(), true),
        (of_the_organisation(None), true),
        (worker(0xc1, vec![mandate(Role::Coordinator, Scope::Region, None)]), true),
        // On the case, under a mandate of another programme: cases are found by the match.
        (worker(COACH, vec![mandate(Role::Coach, Scope::OwnCases, Some("elsewhere"))]), true),
        (other_coach(), false),
        (of_the_organisation(Some(0x77)), false),
        (elsewhere(Role::Coordinator, Scope::Programme), false),
        (elsewhere(Role::SocialWorker, Scope::Organisation), false),
    ] {
        let told_as = format!("{:?}", caller.mandates);
        assert_eq!(house.get(caller, &id).await.is_ok(), sees, "{told_as}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_there_and_not_yours_is_one_answer() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let nowhere = chassis::id::IdGenerator.uuid().to_string();

    let mut answers = Vec::new();
    for id in [&id, &nowhere] {
        let of_get = house.get(other_coach(), id).await.unwrap_err();
        let request = ListDutiesRequest { trajectory_id: id.clone() };
        let of_list = house.duties(other_coach()).list_duties(request).await.unwrap_err();
        let of_log = house.log(other_coach(), contact(id, "2024-03-06")).await.unwrap_err();
        answers.push(
            [of_get, of_list, of_log]
                .map(|status| (told(&status), status.message().to_owned(), status.code())),
        );
    }

    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].iter().all(|(detail, ..)| detail.reason == "TRAJECTORY_NOT_FOUND"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_begins_and_ends_with_the_match() {
    let mut house = House::start_on("2024-03-03").await;
    let (story, id) = house.open_case("2024-03-04").await;
    let ended = house.producer.next(story.matched, &story.ended("2024-03-20"));
    house.tell(&[ended]).await;

    for (today, sees) in
        [("2024-03-03", false), ("2024-03-04", true), ("2024-03-20", true), ("2024-03-21", false)]
    {
        house.set_today(today);
        assert_eq!(house.get(coach(), &id).await.is_ok(), sees, "{today}");
        assert!(house.get(coordinator(), &id).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_mandate_that_fits_nobody_reads() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let over = Mandate {
        valid_to: Some("2024-03-09".parse().unwrap()),
        ..mandate(Role::Coach, Scope::OwnCases, None)
    };

    for (caller, expected) in [
        (Caller::anonymous(), "SIGN_IN_REQUIRED"),
        (worker(COACH, vec![over]), "NO_MANDATE"),
        (worker(COACH, Vec::new()), "NO_MANDATE"),
        (worker(COACH, vec![mandate(Role::FinanceOfficer, Scope::Region, None)]), "NO_MANDATE"),
        (worker(COACH, vec![mandate(Role::BoardMember, Scope::Programme, None)]), "NO_MANDATE"),
        (worker(COACH, vec![mandate(Role::Administrator, Scope::Region, None)]), "NO_MANDATE"),
        (worker(COACH, vec![mandate(Role::DataProtectionOfficer, Scope::Region, None)]), "NO_MANDATE"),
    ] {
        assert_eq!(reason(&house.get(caller, &id).await.unwrap_err()), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wider_mandate_reads_and_does_not_write() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    let before = house.rows().await;

    for caller in [coordinator(), of_the_organisation(None)] {
        assert!(house.get(caller.clone(), &id).await.is_ok());
        let refused = house.log(caller, contact(&id, "2024-03-06")).await.unwrap_err();
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (tonic::Code::PermissionDenied, "NOT_ON_CASE")
        );
    }
    assert_eq!(house.rows().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_programme_is_listed_by_who_has_all_of_it() {
    let mut house = House::start_on("2024-03-10").await;
    house.open_case("2024-03-04").await;
    let request = |programme: &str| ListTrajectoriesRequest {
        view: TrajectoryView::Programme.into(),
        programme: programme.to_owned(),
        ..ListTrajectoriesRequest::default()
    };

    let mut answers = Vec::new();
    for (caller, programme) in [
        (coach(), PROGRAMME),
        (of_the_organisation(None), PROGRAMME),
        (coordinator(), "elsewhere"),
        (worker(0x5e, vec![mandate(Role::Coordinator, Scope::Programme, Some("elsewhere"))]), PROGRAMME),
    ] {
        let refused = house.trajectories(caller).list_trajectories(request(programme)).await.unwrap_err();
        answers.push((told(&refused), refused.message().to_owned()));
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0] && answer.0.reason == "PROGRAMME_NOT_FOUND"),
        "{answers:?}"
    );
    let refused = house.trajectories(coordinator()).list_trajectories(request("")).await.unwrap_err();
    assert_eq!(violations(&refused), [pair("programme", "REQUIRED")]);
}

/// A caller as the unit of work would set it, with no use case in front of the policies.
#[derive(Clone, Copy)]
struct As<'a> {
    principal: &'a str,
    purpose: &'a str,
    scope: &'a str,
    worker: u128,
}

const ON_CASE: As<'_> = As { principal: "worker", purpose: "trajectory", scope: "own_cases", worker: COACH };
const TABLES: [&str; 14] = [
    "trajectories",
    "matches",
    "case_access",
    "person_keys",
    "words",
    "contacts",
    "contact_versions",
    "goals",
    "next_steps",
    "measures",
    "measure_values",
    "duties",
    "closing_evaluations",
    "visits",
];

async fn pool(house: &House) -> PgPool {
    PgPoolOptions::new().max_connections(1).connect(&house.running.database.runtime_url).await.unwrap()
}

async fn begin<'p>(pool: &'p PgPool, caller: As<'_>) -> Transaction<'p, Postgres> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query(
        "select set_config('app.principal', $1, true), set_config('app.purpose', $2, true), set_config('app.scope', $3, true),
                set_config('app.programmes', $4, true), set_config('app.worker', $5, true), set_config('app.organisation', '', true),
                set_config('app.today', '2024-03-10', true)",
    )
    .bind(caller.principal)
    .bind(caller.purpose)
    .bind(caller.scope)
    .bind(PROGRAMME)
    .bind(Uuid::from_u128(caller.worker).to_string())
    .execute(&mut *transaction)
    .await
    .unwrap();
    transaction
}

async fn visible(pool: &PgPool, caller: As<'_>) -> Vec<&'static str> {
    let mut transaction = begin(pool, caller).await;
    let mut seen = Vec::new();
    for table in TABLES {
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut *transaction)
            .await
            .unwrap();
        if count > 0 {
            seen.push(table);
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_policies_hold_alone() {
    let mut house = House::start_on("2024-03-10").await;
    let (_, id) = house.open_case("2024-03-04").await;
    house.log(coach(), contact(&id, "2024-03-06")).await.unwrap();
    let pool = pool(&house).await;
    let full = ["trajectories", "matches", "case_access", "person_keys", "words", "contacts", "duties"];

    assert_eq!(visible(&pool, ON_CASE).await, full);
    assert_eq!(
        visible(&pool, As { scope: "programme", worker: 0xc0, ..ON_CASE }).await,
        full,
        "the note is about work"
    );
    for nobody in [
        As { worker: OTHER_COACH, ..ON_CASE },
        As { purpose: "intake", ..ON_CASE },
        As { principal: "anonymous", ..ON_CASE },
        As { principal: "participant_link", ..ON_CASE },
        As { principal: "", purpose: "", scope: "", worker: 0 },
    ] {
        assert_eq!(visible(&pool, nobody).await, Vec::<&str>::new());
    }

    // A coordinator who is not on the case can neither write a contact nor change one, whatever the use case says.
    let mut transaction = begin(&pool, As { scope: "programme", worker: 0xc0, ..ON_CASE }).await;
    let changed = sqlx::query("update contacts set minutes = 0").execute(&mut *transaction).await.unwrap();
    assert_eq!(changed.rows_affected(), 0);
    let inserted = sqlx::query(
        "insert into goals (goal_id, trajectory_id, domain, state, set_on, set_at, set_by, version, changed_at, changed_by)
         select gen_random_uuid(), trajectory_id, 'work', 'open', opened_on, now(), $1, 1, now(), $1 from trajectories",
    )
    .bind(Uuid::from_u128(0xc0))
    .execute(&mut *transaction)
    .await;
    assert!(inserted.unwrap_err().to_string().contains("row-level security"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_student_reaches_no_special_category() {
    let mut house = House::start_on("2024-03-10").await;
    let mut story = crate::story::Story::new(COACH, PROGRAMME, "2024-03-04");
    story.role = Role::Student;
    house.open(&story).await;

    let classes = house.texts("select domain_class from case_access order by 1").await;

    assert_eq!(classes, ["normal", "sensitive"]);
}
