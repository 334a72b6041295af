//! `bondgenoot queue parked` and `bondgenoot queue redrive`.

use proto::admin::v1::{ListParkedRequest, ParkedEvent, RedriveParkedRequest};
use serde::Serialize;
use uuid::Uuid;

use crate::failure::{Exit, Failure, Outcome};
use crate::operator::Admin;
use crate::place::Target;
use crate::table;
use crate::terminal::Terminal;

/// Events a page.
const PAGE: i32 = 200;

/// A parked event in the output of `--json`; the names are stable.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names of the contract")]
struct Parked {
    service: String,
    parked_id: String,
    event_id: String,
    event_type: String,
    aggregate_id: String,
    reason: String,
    error: String,
    parked_at: Option<String>,
    held_back: i64,
}

/// Lists what is parked. Exit code 1 when there is something.
pub async fn parked(target: &Target, service: Option<&str>, json: bool, terminal: &Terminal) -> Outcome {
    let names: Vec<String> = match service {
        Some(name) => vec![target.service(name)?.name.clone()],
        None => target.administered().map(|service| service.name.clone()).collect(),
    };
    let mut rows = Vec::new();
    for name in names {
        let mut admin = Admin::of(target, &name)?;
        rows.extend(all(&mut admin).await?.into_iter().map(|event| of_event(&name, event)));
    }
    if json {
        terminal.json(&rows);
    } else if rows.is_empty() {
        terminal.talk("nothing is parked");
    } else {
        let heading = ["service", "parked id", "since", "event", "aggregate", "reason", "held back"];
        let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
        terminal.data_lines("", &table::lines(&heading, &cells));
        for row in &rows {
            terminal.talk(&format!("{}: {}", row.parked_id, row.error));
        }
        terminal.talk("when the cause is mended: bondgenoot queue redrive SERVICE --all");
    }
    Ok(if rows.is_empty() { Exit::Ok } else { Exit::Finding })
}

fn cells(row: &Parked) -> Vec<String> {
    vec![
        row.service.clone(),
        row.parked_id.clone(),
        row.parked_at.clone().unwrap_or_default(),
        row.event_type.clone(),
        row.aggregate_id.clone(),
        row.reason.clone(),
        row.held_back.to_string(),
    ]
}

async fn all(admin: &mut Admin) -> Outcome<Vec<ParkedEvent>> {
    let mut events = Vec::new();
    let mut page_token = String::new();
    loop {
        let answer = admin.client().list_parked(ListParkedRequest { page_size: PAGE, page_token }).await;
        let page = answer
            .map_err(|status| Failure::of_status(admin.service(), "listing parked events", &status))?
            .into_inner();
        events.extend(page.events);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(events);
        }
    }
}

fn of_event(service: &str, event: ParkedEvent) -> Parked {
    Parked {
        service: service.to_owned(),
        parked_id: event.parked_id,
        event_id: event.event_id,
        event_type: event.event_type,
        aggregate_id: event.aggregate_id,
        reason: event.reason,
        error: event.error,
        parked_at: event.parked_at.as_ref().and_then(crate::instant::text),
        held_back: event.held_back,
    }
}

/// Tries parked events again. Exit code 1 when some were parked again.
pub async fn redrive(
    target: &Target,
    service: &str,
    ids: &[Uuid],
    all: bool,
    terminal: &Terminal,
) -> Outcome {
    let mut admin = Admin::of(target, service)?;
    let request = RedriveParkedRequest { parked_ids: ids.iter().map(Uuid::to_string).collect(), all };
    let answer = admin.client().redrive_parked(request).await;
    let done = answer
        .map_err(|status| Failure::of_status(service, "trying parked events again", &status))?
        .into_inner();
    terminal.data(&format!("{} applied, {} parked again", done.applied, done.parked_again));
    if done.parked_again > 0 {
        terminal.talk(&format!("the cause is not mended; see: bondgenoot queue parked {service}"));
        return Ok(Exit::Finding);
    }
    Ok(Exit::Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_names_every_fact_of_a_parked_event() {
        let event = ParkedEvent { parked_id: "p".to_owned(), held_back: 2, ..ParkedEvent::default() };

        let json = serde_json::to_value(of_event("intake", event)).unwrap();

        let mut names: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        names.sort();
        assert_eq!(
            names,
            [
                "aggregate_id",
                "error",
                "event_id",
                "event_type",
                "held_back",
                "parked_at",
                "parked_id",
                "reason",
                "service"
            ]
        );
        assert_eq!(json["held_back"], 2);
    }
}
