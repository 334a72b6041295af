//! Fifty writers against the lock of a month, on real PostgreSQL: no lost and no late hour.

use std::sync::Arc;

use futures::future::join_all;
use proto::finance::v1::{TimeSheet, TimeSheetState};
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use tonic::Status;

use crate::desk::{MONTH, WITH, employment, entry};
use crate::house::{House, told};

const WRITERS: u128 = 50;

/// One person, from an empty draft to an approved sheet, as fast as the service lets them.
async fn write(house: Arc<House>, draft: TimeSheet, minutes: i32) -> Result<TimeSheet, Status> {
    let written = house.put_sheet(&draft, vec![entry("2024-03-04", WITH, minutes)]).await?;
    let confirmed = house.confirm_sheet(&written).await?;
    house.approve_sheet(crate::house::officer(), &confirmed).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_writers_against_the_lock_lose_no_hour_and_bring_none_too_late() {
    let house = Arc::new(House::open().await);
    let mut drafts = Vec::new();
    for place in 0..WRITERS {
        let made = house.employ(employment(0x5000 + place)).await.unwrap();
        drafts.push(house.open_sheet(0x5000 + place, &made.employment_id, MONTH).await.unwrap());
    }

    // The officer tries to lock the whole time; the lock falls as soon as everything is approved, and never before.
    let locking = {
        let house = Arc::clone(&house);
        async move {
            testkit::eventually("the month is locked", || async {
                match house.lock(MONTH, false).await {
                    Ok(locked) => Some(locked),
                    Err(refused) => {
                        assert_eq!(told(&refused).reason, "MONTH_OPEN");
                        None
                    }
                }
            })
            .await
        }
    };
    let writing =
        drafts.iter().zip(1..).map(|(draft, minutes)| write(Arc::clone(&house), draft.clone(), minutes));
    let (locked, written) = futures::join!(locking, join_all(writing));

    assert_eq!(locked.time_sheets, 50);
    let total: i64 = written.iter().map(|one| one.as_ref().unwrap().with_participant_minutes).sum();
    assert_eq!(total, (1..=50).sum::<i64>());
    assert_eq!(house.count("select sum(minutes) from time_entries").await, total, "no hour is lost");
    assert_eq!(house.count("select count(*) from time_sheets where state = 'locked'").await, 50);
}

/// A month is locked without a draft in it, or not at all: who lost the race was told so, and left nothing behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_openers_against_the_lock_are_in_it_or_refused() {
    let house = Arc::new(House::open().await);
    let mut made = Vec::new();
    for place in 0..WRITERS {
        made.push(house.employ(employment(0x6000 + place)).await.unwrap());
    }
    let opening = made.iter().zip(0x6000..).map(|(employment, worker)| {
        let house = Arc::clone(&house);
        async move { house.open_sheet(worker, &employment.employment_id, MONTH).await }
    });
    let locking = {
        let house = Arc::clone(&house);
        async move { house.lock(MONTH, true).await }
    };

    let (opened, locked) = futures::join!(join_all(opening), locking);

    let drafts = house.count("select count(*) from time_sheets where state = 'draft'").await;
    let open = i64::try_from(opened.iter().filter(|one| one.is_ok()).count()).unwrap();
    assert_eq!(drafts, open);
    match locked {
        Ok(locked) => {
            assert_eq!((open, locked.time_sheets), (0, 50), "a month with an open draft was locked");
        }
        Err(refused) => {
            assert_eq!(told(&refused).reason, "MONTH_OPEN");
            assert_eq!(house.count("select count(*) from locked_months").await, 0);
        }
    }
    for one in opened {
        match one {
            Ok(sheet) => assert_eq!(sheet.state(), TimeSheetState::Draft),
            Err(refused) => assert_eq!(told(&refused).reason, "MONTH_LOCKED"),
        }
    }
}

/// Twelve months of one person at once, of which the cap of the year has room for eleven.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_months_at_once_keep_the_cap_of_the_year() {
    let house = Arc::new(House::open().await);
    let made = house.employ(employment(0x8000)).await.unwrap();
    let mut drafts = Vec::new();
    for month in 1..=12 {
        let month = format!("2024-{month:02}");
        drafts.push(house.open_sheet(0x8000, &made.employment_id, &month).await.unwrap());
    }

    let written = join_all(drafts.iter().map(|draft| {
        let house = Arc::clone(&house);
        // Nine days of 1,000 minutes: eleven months are 99,000, twelve are 108,000, and the cap is 103,200.
        let days = (1..=9).map(|day| entry(&format!("{}-{day:02}", draft.month), WITH, 1_000)).collect();
        async move { house.put_sheet(draft, days).await }
    }))
    .await;

    assert_eq!(written.iter().filter(|one| one.is_ok()).count(), 11);
    assert_eq!(house.count("select sum(minutes) from time_entries").await, 99_000);
}

/// The key under which a month is held, as `storage/locks.rs` has it.
const KEY: &str = "hashtextextended('finance/month/waasland-esf/2024-03', 0)";

/// Waits until somebody waits for a month.
async fn somebody_waits(house: &House) {
    let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted";
    testkit::eventually("somebody waits for the month", || async {
        (house.count(waiting).await == 1).then_some(())
    })
    .await;
}

async fn run(transaction: &mut Transaction<'_, Postgres>, statement: &str) {
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut **transaction).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_writes_waits_for_whoever_locks_and_comes_too_late() {
    let house = House::open().await;
    let made = house.employ(employment(0x9000)).await.unwrap();
    let mut locking = house.running.database.admin.begin().await.unwrap();
    run(&mut locking, &format!("select pg_advisory_xact_lock({KEY})")).await;
    let lock = "insert into locked_months values ('waasland-esf', '2024-03-01', now(), gen_random_uuid())";

    let (opened, ()) = futures::join!(house.open_sheet(0x9000, &made.employment_id, MONTH), async {
        somebody_waits(&house).await;
        run(&mut locking, lock).await;
        locking.commit().await.unwrap();
    });

    assert_eq!(told(&opened.unwrap_err()).reason, "MONTH_LOCKED");
    assert_eq!(house.count("select count(*) from time_sheets").await, 0, "no late hour");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_locks_waits_for_whoever_writes_and_sees_what_they_wrote() {
    let house = House::open().await;
    let made = house.employ(employment(0x9000)).await.unwrap();
    let mut writing = house.running.database.admin.begin().await.unwrap();
    run(&mut writing, &format!("select pg_advisory_xact_lock_shared({KEY})")).await;
    let draft = format!(
        "insert into time_sheets (time_sheet_id, employment_id, programme, worker_id, organisation_id, month, state, version, changed_at,
                                  changed_by)
         select gen_random_uuid(), employment_id, programme, worker_id, organisation_id, '2024-03-01', 'draft', 1, now(), worker_id
         from employments where employment_id = '{}'",
        made.employment_id
    );
    run(&mut writing, &draft).await;

    let (locked, ()) = futures::join!(house.lock(MONTH, true), async {
        somebody_waits(&house).await;
        writing.commit().await.unwrap();
    });

    assert_eq!(told(&locked.unwrap_err()).reason, "MONTH_OPEN");
    assert_eq!(house.count("select count(*) from locked_months").await, 0, "no lost hour");
}
