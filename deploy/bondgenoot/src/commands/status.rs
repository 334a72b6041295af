//! `bondgenoot status`.

use serde::Serialize;

use super::status_cluster::RunOfRegion;
use crate::checkup::{Facts, Mark, ServiceFacts, judge};
use crate::failure::{Exit, Outcome};
use crate::place::Target;
use crate::table;
use crate::terminal::{Style, Terminal};

/// The screen in the output of `--json`; the names are stable.
#[derive(Debug, Serialize)]
struct Screen {
    region: String,
    name: String,
    demo: bool,
    door: Option<String>,
    worst: Mark,
    summary: String,
    services: Vec<ServiceLine>,
    queues: Vec<QueueLine>,
    #[serde(flatten)]
    run: RunOfRegion,
}

#[derive(Debug, Default, Serialize)]
struct ServiceLine {
    service: String,
    ready: bool,
    build: Option<String>,
    since: Option<String>,
    epoch: Option<i64>,
    outbox: Option<i64>,
    pending: Option<i64>,
    parked: Option<i64>,
}

#[derive(Debug, Serialize)]
struct QueueLine {
    queue: String,
    messages: i64,
    consumers: i32,
}

/// Shows the region on one screen. Exit code 1 when somebody must act.
pub async fn run(target: &Target, json: bool, terminal: &Terminal) -> Outcome {
    terminal.wait(&format!("asking {} processes of {}", target.services.len(), target.region));
    let facts = Facts::gather(target).await?;
    let checkup = judge(&facts);
    let screen = Screen {
        region: target.region.clone(),
        name: target.name.clone(),
        demo: target.demo,
        door: target.public_url.clone(),
        worst: checkup.worst,
        summary: checkup.summary.clone(),
        services: facts.services.iter().map(service).collect(),
        queues: facts.health.as_ref().map(queues).unwrap_or_default(),
        run: facts.health.as_ref().map(RunOfRegion::of).unwrap_or_default(),
    };
    if json {
        terminal.json(&screen);
    } else {
        show(&screen, terminal);
    }
    Ok(if screen.worst == Mark::Failure { Exit::Finding } else { Exit::Ok })
}

fn service(facts: &ServiceFacts) -> ServiceLine {
    let line = ServiceLine {
        service: facts.name.clone(),
        ready: facts.ready == Some(200),
        ..ServiceLine::default()
    };
    let Some(Ok(status)) = &facts.status else { return line };
    ServiceLine {
        build: Some(status.build_id.clone()),
        since: status.started_at.as_ref().and_then(crate::instant::text),
        epoch: Some(status.epoch),
        outbox: Some(status.outbox_unpublished),
        pending: Some(status.pending),
        parked: Some(status.parked),
        ..line
    }
}

fn queues(health: &proto::operations::v1::RegionHealth) -> Vec<QueueLine> {
    let line = |queue: &proto::operations::v1::QueueHealth| QueueLine {
        queue: queue.queue.clone(),
        messages: queue.messages,
        consumers: queue.consumers,
    };
    health.queues.iter().map(line).collect()
}

fn show(screen: &Screen, terminal: &Terminal) {
    let demo = if screen.demo { " · demo: iedereen is verzonnen" } else { "" };
    terminal.data(&format!("{} ({}){demo}", terminal.style(Style::Heading, &screen.name), screen.region));
    if let Some(door) = &screen.door {
        terminal.data(&format!("deur {door}"));
    }
    terminal.data("");
    let heading = ["dienst", "toestand", "sinds", "epoche", "te versturen", "wachten", "opzij", "build"];
    let rows: Vec<Vec<String>> = screen.services.iter().map(cells).collect();
    terminal.data_lines("", &table::lines(&heading, &rows));
    if !screen.queues.is_empty() {
        terminal.data("");
        let rows: Vec<Vec<String>> = screen
            .queues
            .iter()
            .map(|queue| vec![queue.queue.clone(), queue.messages.to_string(), queue.consumers.to_string()])
            .collect();
        terminal.data_lines("", &table::lines(&["wachtrij", "berichten", "afnemers"], &rows));
    }
    for (title, lines) in screen.run.blocks() {
        terminal.data("");
        terminal.data(&terminal.style(Style::Heading, &title));
        terminal.data_lines("", &lines);
    }
    terminal.data("");
    let style = match screen.worst {
        Mark::Ok => Style::Good,
        Mark::Warning => Style::Warning,
        Mark::Failure => Style::Bad,
    };
    terminal.data(&terminal.style(style, &screen.summary));
    if screen.worst != Mark::Ok {
        terminal.talk("what is wrong and what to do: bondgenoot check");
    }
}

fn cells(line: &ServiceLine) -> Vec<String> {
    let number = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    vec![
        line.service.clone(),
        if line.ready { "klaar" } else { "niet klaar" }.to_owned(),
        line.since.clone().unwrap_or_else(|| "-".to_owned()),
        number(line.epoch),
        number(line.outbox),
        number(line.pending),
        number(line.parked),
        line.build.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_says_nothing_has_dashes_and_not_zeros() {
        let silent = ServiceFacts {
            name: "intake".to_owned(),
            ready: None,
            status: Some(Err("refused".to_owned())),
            build_on_disk: None,
            log: String::new(),
        };

        assert_eq!(cells(&service(&silent)), ["intake", "niet klaar", "-", "-", "-", "-", "-", "-"]);
    }
}
