//! The first page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chassis::caller::{Mandate, Role};
use http::{HeaderMap, StatusCode};

use super::html::{Page, escape, push};
use crate::app::App;
use crate::problem::Problem;
use crate::sessions::Visitor;

/// Says what this is, and to who signed in, as whom.
pub async fn home(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let visitor = app.sessions.visitor(&headers).await?;
    let mut body = format!(
        "<h1>{}</h1><p>Wij zijn een groep organisaties in de regio die samen mensen begeleiden. \
         Kent u iemand die hulp kan gebruiken? Meld die persoon dan aan, samen met hem of haar.</p>\
         <p><a class=\"button\" href=\"/aanmelden\">Iemand aanmelden</a></p>",
        escape(&app.region.name)
    );
    let signed_in = match &visitor {
        Visitor::Anonymous => {
            body.push_str(
                "<h2>Werkt u in het partnerschap?</h2><p><a href=\"/sign-in\">Inloggen</a> met uw account van het werk.</p>",
            );
            false
        }
        Visitor::Worker(worker) => {
            body.push_str("<h2>U bent ingelogd</h2>");
            if worker.caller.mandates.is_empty() {
                body.push_str(
                    "<p>U hebt vandaag geen mandaat. Vraag er een aan de coördinator van uw organisatie, of log in met een \
                     ander account.</p>",
                );
            } else {
                body.push_str("<p>Vandaag werkt u als:</p><ul>");
                for mandate in &worker.caller.mandates {
                    push!(body, "<li>{}</li>", escape(&describe(&app, mandate)));
                }
                body.push_str("</ul><p><a href=\"/api/docs\">Beschrijving van de API</a></p>");
            }
            true
        }
    };
    Ok(Page { language: "nl", title: "Start", body: &body, signed_in: Some(signed_in) }
        .respond(StatusCode::OK))
}

fn describe(app: &App, mandate: &Mandate) -> String {
    let role = match mandate.role {
        Role::Coordinator => "coördinator",
        Role::Coach => "trajectbegeleider",
        Role::SocialWorker => "maatschappelijk werker",
        Role::BridgeFigure => "brugfiguur",
        Role::Student => "student",
        Role::Volunteer => "vrijwilliger",
        Role::FinanceOfficer => "financieel medewerker",
        Role::BoardMember => "lid van de raad",
        Role::Administrator => "beheerder",
        Role::DataProtectionOfficer => "functionaris voor gegevensbescherming",
        Role::Auditor => "auditor",
        Role::Unspecified => "onbekend",
    };
    let programme = match &mandate.programme {
        None => "alle programma's".to_owned(),
        Some(code) => app
            .region
            .programmes
            .iter()
            .rev()
            .find(|programme| programme.code.as_str() == code)
            .map_or_else(|| code.clone(), |programme| programme.name.clone()),
    };
    match mandate.valid_to {
        Some(last) => format!("{role}, {programme}, tot en met {}", last.strftime("%d/%m/%Y")),
        None => format!("{role}, {programme}"),
    }
}
