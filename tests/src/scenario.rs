//! What people do in a region, with the canary marker in every personal field.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::load;
use crate::web::{Answer, Ask, Web};

/// Demo people with their sessions.
#[derive(Debug, Clone)]
pub struct People {
    /// Coordinator of the programme.
    pub els: String,
    /// Data protection officer.
    pub fatima: String,
}

/// A referral as its coordinator read it.
#[derive(Debug, Clone)]
pub struct Referral {
    /// Referral.
    pub id: String,
    /// The person it is about.
    pub person: String,
    /// Version that was read.
    pub etag: String,
    /// The whole of it.
    pub body: Value,
}

/// A good screening: every rule holds.
pub fn answers() -> Value {
    json!({
        "works-full-time": "no",
        "legal-residence": "yes",
        "labour-status": "unemployed",
        "similar-support": "none",
        "wish-of-person": "kanarie: opnieuw leren lassen",
    })
}

impl People {
    /// Signs them in.
    pub async fn sign_in(web: &Web) -> anyhow::Result<Self> {
        Ok(Self { els: web.sign_in("els").await?, fatima: web.sign_in("fatima").await? })
    }

    /// Refers somebody, as anybody may, and reads the referral as its coordinator.
    pub async fn refer(&self, web: &Web, body: &Value) -> anyhow::Result<Referral> {
        let receipt = web.send(&Ask::post("/api/v1/referrals", body)).await?.good()?;
        let receipt =
            receipt.get("receiptNumber").and_then(Value::as_str).context("no receipt number")?.to_owned();
        let list = web
            .send(&Ask::get("/api/v1/referrals?programme=waasland-esf&pageSize=200").as_person(&self.els))
            .await?;
        let list = list.good()?;
        let rows = list.get("referrals").and_then(Value::as_array).context("no list")?;
        let row = rows.iter().find(|row| row.get("receiptNumber").and_then(Value::as_str) == Some(&receipt));
        let id = row
            .and_then(|row| row.get("referralId"))
            .and_then(Value::as_str)
            .context("the new referral is not listed")?;
        self.read(web, id).await
    }

    /// Reads a referral.
    pub async fn read(&self, web: &Web, id: &str) -> anyhow::Result<Referral> {
        let answer = web.send(&Ask::get(&format!("/api/v1/referrals/{id}")).as_person(&self.els)).await?;
        Referral::of(&answer.good()?)
    }

    /// Takes a step on a referral: `screen`, `admit`, `refuse`, `withdraw`.
    pub async fn step(
        &self,
        web: &Web,
        referral: &Referral,
        verb: &str,
        body: &Value,
    ) -> anyhow::Result<Answer> {
        let ask = Ask::post(&format!("/api/v1/referrals/{}:{verb}", referral.id), body);
        web.send(&ask.as_person(&self.els).on(&referral.etag)).await
    }

    /// Takes a step that must succeed.
    pub async fn take(
        &self,
        web: &Web,
        referral: &Referral,
        verb: &str,
        body: &Value,
    ) -> anyhow::Result<Referral> {
        let answer = self.step(web, referral, verb, body).await?;
        Referral::of(&answer.good().with_context(|| format!("{verb} of {}", referral.id))?)
    }

    /// Erases a person.
    pub async fn erase(&self, web: &Web, person: &str) -> anyhow::Result<Value> {
        let ask = Ask::post(
            &format!("/api/v1/persons/{person}:erase"),
            &json!({"ground": "ERASURE_GROUND_REQUEST"}),
        );
        web.send(&ask.as_person(&self.fatima)).await?.good()
    }
}

impl Referral {
    fn of(body: &Value) -> anyhow::Result<Self> {
        let referral = body.get("referral").context("no referral in the answer")?;
        let text = |name: &str| {
            let text = referral.get(name).and_then(Value::as_str);
            text.map(str::to_owned).with_context(|| format!("no {name} in {referral}"))
        };
        Ok(Self {
            id: text("referralId")?,
            person: text("personId")?,
            etag: text("etag")?,
            body: referral.clone(),
        })
    }
}

/// A referral form that is right, over the channel `partner`.
pub fn form(number: u64) -> Value {
    load::referral("partner", number)
}
