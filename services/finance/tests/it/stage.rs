//! Finance with a broker, and a played trajectory beside it.

use finance::Finance;
use proto::finance::v1::{ListSuggestedHoursRequest, SuggestedHours, SuggestedTime};
use proto::trajectory::events::v1::{ContactCorrected, ContactLogged, ContactOutcome, TimeClass};
use testkit::{Producer, Sent, TestRegion, eventually, queue_is_ready};
use uuid::Uuid;

use crate::house::{House, PROGRAMME, officer};

/// Finance with a broker, and a played trajectory.
pub struct Stage {
    pub house: House,
    pub producer: Producer,
}

impl Stage {
    pub async fn open() -> Self {
        let region = TestRegion::start().await.unwrap();
        let running = region.run::<Finance>("").await.unwrap();
        queue_is_ready(&region.amqp_url(), "finance").await;
        let producer = Producer::connect(&region.amqp_url(), &region.code).await;
        Self { house: House { region, running }, producer }
    }

    /// Publishes, and waits until finance applied all of them.
    pub async fn tell(&self, events: &[Sent]) {
        self.producer.send(events).await;
        self.applied(events).await;
    }

    pub async fn applied(&self, events: &[Sent]) {
        let ids: Vec<Uuid> = events.iter().map(|event| event.event_id).collect();
        let expected = i64::try_from(ids.len()).unwrap();
        eventually("finance applies the events", || async {
            let applied: i64 =
                sqlx::query_scalar("select count(*) from chassis.inbox where event_id = any($1)")
                    .bind(&ids)
                    .fetch_one(&self.house.running.database.admin)
                    .await
                    .unwrap();
            (applied == expected).then_some(())
        })
        .await;
    }

    pub async fn count(&self, from: &str) -> i64 {
        self.house.count(&format!("select count(*) from {from}")).await
    }

    pub async fn eventually_counts(&self, from: &str, expected: i64) {
        eventually(from, || async { (self.count(from).await == expected).then_some(()) }).await;
    }

    pub async fn parked(&self) -> Vec<(String, String)> {
        sqlx::query_as("select reason, error from chassis.parked order by parked_at, parked_id")
            .fetch_all(&self.house.running.database.admin)
            .await
            .unwrap()
    }

    pub async fn ask(&self, request: ListSuggestedHoursRequest) -> (Vec<SuggestedHours>, String) {
        let answer = self.house.budgets(officer()).list_suggested_hours(request).await.unwrap().into_inner();
        (answer.hours, answer.next_page_token)
    }

    pub async fn suggested(&self) -> Vec<SuggestedHours> {
        self.ask(all()).await.0
    }
}

pub fn all() -> ListSuggestedHoursRequest {
    ListSuggestedHoursRequest { programme: PROGRAMME.to_owned(), ..ListSuggestedHoursRequest::default() }
}

#[expect(clippy::unnecessary_wraps, reason = "as the messages of the contract hold it")]
pub fn at() -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds: 1_710_000_000, nanos: 0 })
}

/// A trajectory with one worker.
#[derive(Clone, Copy)]
pub struct Story {
    pub trajectory: Uuid,
    pub worker: Uuid,
    pub organisation: Uuid,
}

impl Story {
    pub fn new(worker: u128) -> Self {
        Self {
            trajectory: chassis::id::IdGenerator.uuid(),
            worker: Uuid::from_u128(worker),
            organisation: Uuid::from_u128(0x0a),
        }
    }

    pub fn contact(&self, day: &str, class: TimeClass, minutes: u32) -> ContactLogged {
        let id = || chassis::id::IdGenerator.uuid().to_string();
        ContactLogged {
            contact_id: id(),
            trajectory_id: self.trajectory.to_string(),
            participation_id: id(),
            worker_id: self.worker.to_string(),
            organisation_id: self.organisation.to_string(),
            programme: PROGRAMME.to_owned(),
            day: day.to_owned(),
            outcome: ContactOutcome::Reached.into(),
            time_class: class.into(),
            minutes,
            logged_at: at(),
        }
    }

    pub fn correction(&self, of: &ContactLogged, minutes: u32) -> ContactCorrected {
        ContactCorrected {
            contact_id: of.contact_id.clone(),
            trajectory_id: self.trajectory.to_string(),
            day: of.day.clone(),
            outcome: of.outcome,
            time_class: of.time_class,
            minutes,
            struck_out: false,
            corrected_at: at(),
        }
    }
}

pub fn time(organisation: Option<Uuid>, with: u64, around: u64, contacts: u32, hours: &str) -> SuggestedTime {
    SuggestedTime {
        organisation_id: organisation.map(|id| id.to_string()).unwrap_or_default(),
        with_participant_minutes: with,
        around_participant_minutes: around,
        contacts,
        hours: hours.to_owned(),
    }
}
