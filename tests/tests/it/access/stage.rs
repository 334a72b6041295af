//! What the questions are about, and who asks them: four people whose mandates change from question to question.

use std::sync::Arc;

use local::region_run::RegionOptions;
use serde_json::{Value, json};
use sqlx::PgPool;
use tests::harness::RegionUnderTest;
use tests::life::{Case, PROGRAMME, Troupe, text};
use tests::lives::next_day;
use tests::load::Attempts;
use tests::web::{Ask, Web};

use super::hours::Hours;
use super::oracle::{Mandate, Relation};

/// Ids of everything.
#[derive(Debug)]
pub struct Stage {
    /// Who asks, with their session.
    pub people: Vec<(Relation, String)>,
    /// Today, and the day before.
    pub today: String,
    pub yesterday: String,
    /// A referral that waits for a decision, and its person, who is erased again and again.
    pub referral: String,
    pub person: String,
    /// The participation of somebody who waits.
    pub waiting: String,
    /// The case that runs.
    pub case: Case,
    /// The match that samira has on it, after noor's.
    pub running_match: String,
    pub contact: String,
    pub goal: String,
    pub step: String,
    pub duty: String,
    /// A case that was closed yesterday, and a contact in it.
    pub closed: Case,
    pub closed_contact: String,
    /// A worker with a mandate, and a budget.
    pub worker: String,
    pub organisation: String,
    pub mandate: String,
    pub budget: String,
    /// Hours, wage and claim of samira.
    pub hours: Hours,
    gateway: PgPool,
}

impl Stage {
    /// Lets it all happen.
    pub async fn build(region: &RegionUnderTest) -> Self {
        let web = Arc::new(Web::forgetful(&region.url().unwrap()).unwrap());
        let troupe = Troupe::enter(region, &web, &Arc::new(Attempts::default())).await.unwrap();
        troupe.hire().await.unwrap();
        let [samira, noor] = troupe.coaches.clone();
        let yesterday = troupe.today();

        let closed = troupe.accompany(troupe.admit(1).await.unwrap(), Some(&samira.worker)).await.unwrap();
        let closed_contact = log(&closed, &yesterday).await;
        troupe.close(&closed).await.unwrap();
        let case = troupe.accompany(troupe.admit(2).await.unwrap(), Some(&noor.worker)).await.unwrap();

        next_day(&RegionOptions::clock_file(&region.local.state().unwrap().folder)).unwrap();
        let today = troupe.today();
        let handover =
            json!({"workerId": samira.worker, "firstDay": today, "reason": "Kanarie: noor is lang afwezig."});
        let ask = Ask::post(&format!("/api/v1/matches/{}:handOver", case.match_id), &handover);
        let ask = ask.as_person(troupe.els.cookie()).on(&case.match_etag);
        let begun = web.send(&ask).await.unwrap().good().unwrap();
        let path = format!("/api/v1/trajectories/{}", case.trajectory);
        samira.hand.arrives(&path, |answer| (answer.status == 200).then_some(())).await.unwrap();
        noor.hand.arrives(&path, |answer| (answer.status == 404).then_some(())).await.unwrap();
        let case = Case { coach: samira.clone(), ..case };

        let made = async |what: &str, body: Value, id: &str| {
            let ask = Ask::post(&format!("{path}/{what}"), &body).as_person(samira.hand.cookie());
            text(&web.send(&ask).await.unwrap().good().unwrap(), id).unwrap()
        };
        let goal = made("goals", json!({"domain": "work", "words": "Kanarie: werken"}), "/goal/goalId").await;
        let step =
            made("next-steps", json!({"day": today, "words": "Kanarie: bellen"}), "/nextStep/nextStepId")
                .await;
        let duties = samira.hand.read(&format!("{path}/duties")).await.unwrap().good().unwrap();
        let (undecided, waits) = (troupe.admit(3).await.unwrap(), troupe.admit(4).await.unwrap());
        let waiting = format!("/api/v1/waiting?programme={PROGRAMME}");
        let both = |list: &tests::web::Answer| {
            [&undecided, &waits].iter().all(|who| list.text.contains(&who.participation)).then_some(())
        };
        troupe.els.arrives(&waiting, both).await.unwrap();

        let worker = json!({"programme": PROGRAMME, "details": {"name": "Kanarie-Peeters", "organisationId": samira.organisation, "languages": ["nl"]}});
        let worker = troupe.els.write("RegisterWorker", "/api/v1/workers", "", &worker).await.unwrap();
        let worker = text(&worker, "/worker/workerId").unwrap();
        let granted = json!({"role": "ROLE_COACH", "programme": PROGRAMME, "scope": "SCOPE_OWN_CASES", "validFrom": "2024-03-01"});
        let path = format!("/api/v1/workers/{worker}:grantMandate");
        let granted = troupe.els.write("GrantMandate", &path, "", &granted).await.unwrap();
        let budget = json!({"programme": PROGRAMME, "year": 2026, "name": "Begroting"});
        let budget = troupe.pieter.write("CreateBudget", "/api/v1/budgets", "", &budget).await.unwrap();
        Self {
            people: vec![
                (Relation::OnCase, samira.hand.cookie().to_owned()),
                (Relation::WasOnCase, noor.hand.cookie().to_owned()),
                // Of the organisation of samira, and of a third one.
                (Relation::Colleague, web.sign_in("lotte").await.unwrap()),
                (Relation::Stranger, troupe.pieter.cookie().to_owned()),
            ],
            referral: undecided.referral,
            person: undecided.person,
            waiting: waits.participation,
            running_match: text(&begun, "/begun/matchId").unwrap(),
            contact: log(&case, &today).await,
            goal,
            step,
            duty: text(&duties, "/duties/0/dutyId").unwrap(),
            closed,
            closed_contact,
            worker,
            organisation: samira.organisation.clone(),
            mandate: text(&granted, "/mandateId").unwrap(),
            budget: text(&budget, "/budget/budgetId").unwrap(),
            hours: Hours::of(&web, &samira, troupe.pieter.cookie()).await,
            gateway: region.database("gateway").await.unwrap(),
            case,
            today,
            yesterday,
        }
    }

    /// Gives everybody who asks this one mandate. Sessions stay: the gateway looks at the mandates with every request.
    pub async fn give(&self, mandate: &Mandate) {
        let word = |name: &str, prefix: &str| name.trim_start_matches(prefix).to_lowercase();
        let given = sqlx::query(
            "update mandates set role = $1, scope = $2, programme = $3, valid_from = '2024-01-01', valid_to = null \
             where oidc_subject = any ($4)",
        )
        .bind(word(mandate.role.as_str_name(), "ROLE_"))
        .bind(word(mandate.scope.as_str_name(), "SCOPE_"))
        .bind(mandate.programme)
        .bind([3, 9, 8, 5].map(|number| format!("0193a5c0-1000-7a01-8000-00000000000{number}")))
        .execute(&self.gateway)
        .await
        .unwrap();
        assert!(given.rows_affected() >= 4, "everybody has a mandate");
    }
}

async fn log(case: &Case, day: &str) -> String {
    let contact = json!({"day": day, "outcome": "CONTACT_OUTCOME_REACHED", "timeClass": "TIME_CLASS_WITH_PARTICIPANT", "minutes": 30});
    let path = format!("/api/v1/trajectories/{}/contacts", case.trajectory);
    let logged = case.coach.hand.write("LogContact", &path, "", &contact).await.unwrap();
    text(&logged, "/contact/contactId").unwrap()
}
