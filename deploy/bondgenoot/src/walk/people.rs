//! Who plays: demo people of the region, signed in.

use serde_json::Value;

use super::answers::text;
use super::browser::Browser;
use super::scene::Scene;
use super::steps::Tell;
use super::trouble::Trouble;

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Name, as the demo people's file has it.
    pub(super) name: &'static str,
    /// Their browser with its session.
    pub(super) browser: Browser,
    /// Worker, `UUIDv7`.
    pub(super) worker: String,
    /// Organisation, `UUIDv7`.
    pub(super) organisation: String,
}

/// All of them.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    /// Coordinates.
    pub(super) els: Person,
    /// Coaches.
    pub(super) samira: Person,
    /// Coaches at another organisation.
    pub(super) noor: Person,
    /// Keeps the budget.
    pub(super) pieter: Person,
}

impl Cast {
    /// Signs everybody in.
    pub(super) async fn sign_in(scene: &Scene, tell: Tell<'_>) -> Result<Self, Trouble> {
        let cast = Self::enter(scene).await?;
        tell(
            "coordinator els, the coaches samira and noor and finance officer pieter signed in through the issuer",
        );
        Ok(cast)
    }

    async fn enter(scene: &Scene) -> Result<Self, Trouble> {
        Ok(Self {
            els: Person::sign_in(scene, "els", "Els Kanarie-Peeters").await?,
            samira: Person::sign_in(scene, "samira", "Samira Kanarie-El Idrissi").await?,
            noor: Person::sign_in(scene, "noor", "Noor Kanarie-Aerts").await?,
            pieter: Person::sign_in(scene, "pieter", "Pieter Kanarie-Maes").await?,
        })
    }
}

impl Person {
    /// Signs somebody in.
    pub(super) async fn sign_in(scene: &Scene, login: &str, name: &'static str) -> Result<Self, Trouble> {
        let browser = Browser::open(&scene.door)?;
        let session: Value = browser.sign_in(login).await?;
        let doing = "reading the session";
        Ok(Self {
            name,
            browser,
            worker: text(&session, "workerId", doing)?,
            organisation: text(&session, "organisationId", doing)?,
        })
    }
}
