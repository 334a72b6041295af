//! Whole lives through the gateway: from a referral by anybody to a case that is closed, and the budget beside it. Every
//! write goes through a [`Hand`], so the ledger explains every effect.

use std::sync::Arc;

use anyhow::Context as _;
use chassis::clock::Clock;
use local::region_run::RegionOptions;
use serde_json::{Value, json};

use crate::hand::Hand;
use crate::harness::RegionUnderTest;
use crate::load::{Attempts, CHANNELS, PAUSE, SUBMIT, referral};
use crate::scenario;
use crate::web::{Answer, Web};

/// The programme all of it happens in.
pub const PROGRAMME: &str = "waasland-esf";
/// How often a place is looked for before somebody gives up: days pass in between, and places come free.
const TRIES: usize = 600;
/// What a month of work costs in these budgets.
pub const WAGE: &str = "4858.09";

/// A coach who signed in.
#[derive(Debug, Clone)]
pub struct Coach {
    /// Worker.
    pub worker: String,
    /// Organisation.
    pub organisation: String,
    /// What they do at the door.
    pub hand: Hand,
}

/// Everybody with a part in a life.
#[derive(Debug, Clone)]
pub struct Troupe {
    /// Somebody without an account, who refers.
    pub anybody: Hand,
    /// Coordinator.
    pub els: Hand,
    /// Finance officer.
    pub pieter: Hand,
    /// The coaches samira and noor, of two organisations.
    pub coaches: [Coach; 2],
    clock: Clock,
}

/// Somebody who was admitted.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Referral.
    pub referral: String,
    /// Person.
    pub person: String,
    /// Participation.
    pub participation: String,
}

/// Somebody with a coach, whose trajectory is open.
#[derive(Debug, Clone)]
pub struct Case {
    /// Who it is.
    pub admitted: Admitted,
    /// Proposal that was confirmed.
    pub proposal: String,
    /// Match.
    pub match_id: String,
    /// Its version.
    pub match_etag: String,
    /// Trajectory.
    pub trajectory: String,
    /// Which of the coaches.
    pub coach: Coach,
}

/// A text of an answer that is not empty.
pub fn text(value: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    found.map(str::to_owned).with_context(|| format!("the answer has no {pointer}: {value}"))
}

fn rows<'a>(answer: &'a Answer, name: &str) -> &'a [Value] {
    answer.body.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl Troupe {
    /// Signs everybody in at a door.
    pub async fn enter(
        region: &RegionUnderTest,
        web: &Arc<Web>,
        attempts: &Arc<Attempts>,
    ) -> anyhow::Result<Self> {
        let anybody = Hand::of_anybody(Arc::clone(web), Arc::clone(&region.ledger), Arc::clone(attempts));
        let coach = async |login: &str| -> anyhow::Result<Coach> {
            let hand = anybody.sign_in(login).await?;
            let session = hand.read("/api/v1/session").await?.good()?;
            Ok(Coach {
                worker: text(&session, "/workerId")?,
                organisation: text(&session, "/organisationId")?,
                hand,
            })
        };
        let file = RegionOptions::clock_file(&region.local.state()?.folder);
        Ok(Self {
            els: anybody.sign_in("els").await?,
            pieter: anybody.sign_in("pieter").await?,
            coaches: [coach("samira").await?, coach("noor").await?],
            anybody,
            clock: Clock::new("Europe/Brussels", Some(file))?,
        })
    }

    /// Today in business time.
    pub fn today(&self) -> String {
        self.clock.today().to_string()
    }

    /// Registers the coaches with mandate and capacity.
    pub async fn hire(&self) -> anyhow::Result<()> {
        for (coach, name) in self.coaches.iter().zip(["Samira Kanarie-El Idrissi", "Noor Kanarie-Aerts"]) {
            let details = json!({"name": name, "organisationId": coach.organisation, "languages": ["nl"]});
            let worker = json!({"workerId": coach.worker, "programme": PROGRAMME, "details": details});
            self.els.write("RegisterWorker", "/api/v1/workers", "", &worker).await?;
            let path = format!("/api/v1/workers/{}", coach.worker);
            let mandate = json!({"role": "ROLE_COACH", "programme": PROGRAMME, "scope": "SCOPE_OWN_CASES", "validFrom": "2024-03-01"});
            self.els.write("GrantMandate", &format!("{path}:grantMandate"), "", &mandate).await?;
            let capacity = json!({"programme": PROGRAMME, "fullTimeShare": "1", "validFrom": "2024-03-01"});
            self.els.write("SetCapacity", &format!("{path}:setCapacity"), "", &capacity).await?;
        }
        Ok(())
    }

    /// Refers, screens and admits somebody.
    pub async fn admit(&self, number: u64) -> anyhow::Result<Admitted> {
        let channel = CHANNELS.get(usize::try_from(number % 3)?).copied().unwrap_or("partner");
        let receipt = self.anybody.write(SUBMIT, "/api/v1/referrals", "", &referral(channel, number)).await?;
        let receipt = text(&receipt, "/receiptNumber")?;
        let newest = format!("/api/v1/referrals?programme={PROGRAMME}&pageSize=200");
        let id = self
            .els
            .arrives(&newest, |list| {
                let is = |row: &&Value| row.get("receiptNumber").and_then(Value::as_str) == Some(&receipt);
                Some(rows(list, "referrals").iter().find(is)?.get("referralId")?.as_str()?.to_owned())
            })
            .await?;
        let path = format!("/api/v1/referrals/{id}");
        let referral = self.els.read(&path).await?.good()?;
        let screening = json!({"birthDate": "1990-06", "answers": scenario::answers()});
        let etag = text(&referral, "/referral/etag")?;
        let screened = self.els.write("ScreenReferral", &format!("{path}:screen"), &etag, &screening).await?;
        let etag = text(&screened, "/referral/etag")?;
        let admitted = self.els.write("AdmitReferral", &format!("{path}:admit"), &etag, &json!({})).await?;
        Ok(Admitted {
            referral: id,
            person: text(&admitted, "/referral/personId")?,
            participation: text(&admitted, "/referral/decision/participationId")?,
        })
    }

    /// Finds somebody a place, and the trajectory that opens by it. The first proposed is confirmed, or the one that is named.
    pub async fn accompany(&self, admitted: Admitted, by: Option<&str>) -> anyhow::Result<Case> {
        let participation = admitted.participation.as_str();
        let waiting = format!("/api/v1/waiting?programme={PROGRAMME}&pageSize=200");
        self.els
            .arrives(&waiting, |list| {
                let mut waiting = rows(list, "waiting").iter();
                waiting
                    .find(|row| row.get("participationId").and_then(Value::as_str) == Some(participation))?;
                Some(())
            })
            .await?;
        for _ in 0..TRIES {
            let needs = json!({"languages": ["nl"], "lifeDomains": ["work"], "weight": "regular", "firstDay": self.today()});
            let path = format!("/api/v1/participations/{participation}:propose");
            let proposal = self.els.write("ProposeMatch", &path, "", &needs).await?;
            let first = proposal.pointer("/proposal/proposed/0/workerId").and_then(Value::as_str);
            let (Some(first), proposed) = (first, text(&proposal, "/proposal/proposalId")?) else {
                // Everybody is full until the day ends.
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let worker = by.unwrap_or(first);
            let mut choice = json!({"workerId": worker, "firstDay": text(&proposal, "/proposal/firstDay")?});
            if worker != first
                && let Some(choice) = choice.as_object_mut()
            {
                choice.insert("reason".to_owned(), json!("Kanarie: de deelnemer kent deze begeleider al."));
            }
            let path = format!("/api/v1/proposals/{proposed}:confirm");
            match self.els.attempt("ConfirmMatch", &path, "", &choice).await? {
                Ok(confirmed) => return self.case(admitted, &confirmed).await,
                // The last place went to somebody else in between.
                Err(refused) if refused.status == 409 => tokio::time::sleep(PAUSE).await,
                Err(refused) => anyhow::bail!("a match was refused: {} {}", refused.status, refused.text),
            }
        }
        anyhow::bail!("no place came free for {participation}")
    }

    async fn case(&self, admitted: Admitted, confirmed: &Value) -> anyhow::Result<Case> {
        let worker = text(confirmed, "/match/workerId")?;
        let coach = self.coaches.iter().find(|coach| coach.worker == worker);
        let coach = coach.context("a stranger was confirmed")?.clone();
        let mine = "/api/v1/trajectories?view=TRAJECTORY_VIEW_MINE&state=TRAJECTORY_STATE_OPEN&pageSize=200";
        let trajectory = coach
            .hand
            .arrives(mine, |list| {
                let is = |row: &&Value| {
                    row.get("participationId").and_then(Value::as_str)
                        == Some(admitted.participation.as_str())
                };
                let row = rows(list, "trajectories").iter().find(is)?;
                Some(row.get("trajectoryId")?.as_str()?.to_owned())
            })
            .await?;
        Ok(Case {
            proposal: text(confirmed, "/match/proposalId")?,
            match_id: text(confirmed, "/match/matchId")?,
            match_etag: text(confirmed, "/match/etag")?,
            admitted,
            trajectory,
            coach,
        })
    }

    /// What a coach does in a case: contacts, of which one is corrected, a goal, a measure.
    pub async fn work_on(&self, case: &Case) -> anyhow::Result<()> {
        let hand = &case.coach.hand;
        let path = format!("/api/v1/trajectories/{}", case.trajectory);
        let mut contact = json!({
            "day": self.today(),
            "outcome": "CONTACT_OUTCOME_REACHED",
            "timeClass": "TIME_CLASS_WITH_PARTICIPANT",
            "minutes": 50,
            "domain": "work",
            "note": "Kanarie: een goed gesprek",
        });
        hand.write("LogContact", &format!("{path}/contacts"), "", &contact).await?;
        if let Some(contact) = contact.as_object_mut() {
            contact.insert("timeClass".to_owned(), json!("TIME_CLASS_AROUND_PARTICIPANT"));
            contact.insert("minutes".to_owned(), json!(15));
        }
        let logged = hand.write("LogContact", &format!("{path}/contacts"), "", &contact).await?;
        if let Some(contact) = contact.as_object_mut() {
            contact.insert("minutes".to_owned(), json!(25));
            contact.insert("note".to_owned(), json!("Kanarie: het duurde langer"));
        }
        let correct = format!("/api/v1/contacts/{}:correct", text(&logged, "/contact/contactId")?);
        hand.write("CorrectContact", &correct, &text(&logged, "/contact/etag")?, &contact).await?;
        let goal = json!({"domain": "work", "words": "Kanarie: ik wil weer met mensen werken"});
        hand.write("SetGoal", &format!("{path}/goals"), "", &goal).await?;
        let release = json!({"instrument": "release", "values": [{"item": "", "value": 6}]});
        hand.write("TakeMeasure", &format!("{path}/measures"), "", &release).await?;
        Ok(())
    }

    /// Closes a case, and sees its match end: the place is free from the next day on.
    pub async fn close(&self, case: &Case) -> anyhow::Result<()> {
        let path = format!("/api/v1/trajectories/{}", case.trajectory);
        let close = format!("{path}:close");
        let reason = json!({"reason": "moved-away"});
        loop {
            let read = case.coach.hand.read(&path).await?.good()?;
            let etag = text(&read, "/trajectory/etag")?;
            match case.coach.hand.attempt("CloseTrajectory", &close, &etag, &reason).await? {
                Ok(_) => break,
                // A duty fell due in between, by itself.
                Err(refused) if refused.status == 412 => {}
                Err(refused) => anyhow::bail!("closing was refused: {} {}", refused.status, refused.text),
            }
        }
        self.els
            .arrives(&format!("/api/v1/matches/{}", case.match_id), |answer| {
                let ending = answer.body.pointer("/match/ending")?.as_str()?;
                (ending == "MATCH_ENDING_TRAJECTORY_CLOSED").then_some(())
            })
            .await
    }

    /// A budget that comes out to the cent, approved.
    pub async fn budget(&self, name: &str) -> anyhow::Result<String> {
        let new = json!({"programme": PROGRAMME, "year": 2026, "name": name});
        let budget = self.pieter.write("CreateBudget", "/api/v1/budgets", "", &new).await?;
        let id = text(&budget, "/budget/budgetId")?;
        let path = format!("/api/v1/budgets/{id}");
        let line = json!({"row": "r01", "component": "operation", "partner": "arktos", "wageEuro": WAGE, "hours": "100"});
        let etag = text(&budget, "/budget/etag")?;
        let budget = self.pieter.write("PutStaffLine", &format!("{path}:putStaffLine"), &etag, &line).await?;
        let total = text(&budget, "/budget/project/total/cents")?;
        let (euro, cents) = total.split_at_checked(total.len().saturating_sub(2)).unwrap_or(("0", "00"));
        let funding = json!({"lines": [{"component": "operation", "source": "esf", "amountEuro": format!("{euro}.{cents}")}]});
        let etag = text(&budget, "/budget/etag")?;
        let budget = self.pieter.write("PutFunding", &format!("{path}:putFunding"), &etag, &funding).await?;
        let etag = text(&budget, "/budget/etag")?;
        self.pieter.write("ApproveBudget", &format!("{path}:approve"), &etag, &json!({})).await?;
        Ok(id)
    }

    /// One life from end to end.
    pub async fn live(&self, number: u64) -> anyhow::Result<()> {
        let admitted = self.admit(number).await?;
        let case = self.accompany(admitted, None).await?;
        self.work_on(&case).await?;
        self.close(&case).await?;
        self.budget(&format!("Begroting {number}")).await?;
        Ok(())
    }
}
