//! `bondgenoot reconcile`: lists what services published and others did not consume as such, and mends it.

use std::time::Duration;

use proto::admin::v1::{ForgetHistoriesRequest, RepublishEventsRequest};
use serde::Serialize;
use tokio::time::Instant;

use crate::cli::ReconcileArgs;
use crate::failure::{Exit, Failure, Outcome};
use crate::operator::Admin;
use crate::place::Target;
use crate::reconcile::{Difference, Kind, Pair, Repair, compare_pair, pairs};
use crate::table;
use crate::terminal::{Style, Terminal};

/// How long events may still be on their way before a consumer counts as behind.
const SETTLE: Duration = Duration::from_secs(5);
/// How long the repaired histories may take to arrive.
const ARRIVE: Duration = Duration::from_mins(1);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Aggregates in one call.
const BATCH: usize = 1000;

/// One pair with what differs; the names are those of `--json`.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "names of the output")]
struct Compared {
    #[serde(flatten)]
    pair: Pair,
    aggregates_compared: usize,
    differences: Vec<Difference>,
}

/// Lists, and with `--repair` mends and lists again. Exit code 1 when differences are left.
pub async fn run(target: &Target, arguments: &ReconcileArgs, terminal: &Terminal) -> Outcome {
    if let Some(service) = &arguments.service {
        target.service(service)?;
    }
    let mut compared = Vec::new();
    for pair in pairs(arguments.service.as_deref()) {
        terminal.wait(&format!("comparing {} with {}", pair.producer, pair.consumer));
        let mut services = Services::of(target, &pair)?;
        let mut found = services.settled(&pair, SETTLE).await?;
        if arguments.repair && !found.differences.is_empty() {
            if !arguments.json {
                print(&found, terminal);
            }
            found = services.mend(&pair, found, terminal).await?;
        }
        compared.push(found);
    }
    let left: usize = compared.iter().map(|one| one.differences.len()).sum();
    if arguments.json {
        terminal.json(&compared);
    } else {
        for one in &compared {
            print(one, terminal);
        }
        if left > 0 && !arguments.repair {
            terminal.talk("mend them: bondgenoot reconcile --repair");
        }
    }
    Ok(if left == 0 { Exit::Ok } else { Exit::Finding })
}

fn print(compared: &Compared, terminal: &Terminal) {
    let Compared { pair, aggregates_compared, differences } = compared;
    let heading = format!("{} → {}", pair.producer, pair.consumer);
    if differences.is_empty() {
        let mark = terminal.style(Style::Good, "✔");
        terminal.data(&format!("{mark} {heading}: {aggregates_compared} aggregates, no difference"));
        return;
    }
    let mark = terminal.style(Style::Bad, "✖");
    terminal
        .data(&format!("{mark} {heading}: {} of {aggregates_compared} aggregates differ", differences.len()));
    terminal.data_lines("    ", &rows(differences));
}

fn rows(differences: &[Difference]) -> Vec<String> {
    let position = |at: &Option<crate::reconcile::Position>| {
        at.as_ref().map_or_else(|| "-".to_owned(), |at| format!("{}:{}", at.epoch, at.sequence))
    };
    let cells: Vec<Vec<String>> = differences
        .iter()
        .map(|one| {
            vec![
                one.aggregate_type.clone(),
                one.aggregate_id.clone(),
                position(&one.produced),
                position(&one.consumed),
                one.kind.explanation().to_owned(),
            ]
        })
        .collect();
    table::lines(&["aggregate", "id", "published", "consumed", "what it means"], &cells)
}

/// The two services of a pair.
struct Services {
    producer: Admin,
    consumer: Admin,
}

impl Services {
    fn of(target: &Target, pair: &Pair) -> Outcome<Self> {
        Ok(Self { producer: Admin::of(target, pair.producer)?, consumer: Admin::of(target, pair.consumer)? })
    }

    async fn compare(&mut self, pair: &Pair) -> Outcome<Compared> {
        let (differences, aggregates_compared) =
            compare_pair(pair, &mut self.producer, &mut self.consumer).await?;
        Ok(Compared { pair: pair.clone(), aggregates_compared, differences })
    }

    /// Compares until nothing differs that may merely be on its way, or the time is over.
    async fn settled(&mut self, pair: &Pair, within: Duration) -> Outcome<Compared> {
        let deadline = Instant::now() + within;
        loop {
            let found = self.compare(pair).await?;
            let moving = found.differences.iter().any(|one| one.kind.may_be_on_its_way());
            if !moving || Instant::now() >= deadline {
                return Ok(found);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Mends what was found, waits until it arrived, and gives what still differs.
    async fn mend(&mut self, pair: &Pair, found: Compared, terminal: &Terminal) -> Outcome<Compared> {
        let mut lost: Vec<Difference> = Vec::new();
        let mut found = found;
        let deadline = Instant::now() + ARRIVE;
        // What is forgotten first may only then show as lacking, so what is found is mended again, but never without end.
        while !found.differences.is_empty() && Instant::now() < deadline {
            lost.extend(found.differences.iter().filter(|one| one.kind == Kind::Lost).cloned());
            let (forget, republish) = plan(&found.differences);
            for batch in forget.chunks(BATCH) {
                self.forget(pair, batch).await?;
            }
            for batch in republish.chunks(BATCH) {
                self.republish(pair, batch).await?;
            }
            terminal.wait(&format!(
                "{} forgets {} and gets {} aggregates again",
                pair.consumer,
                forget.len(),
                republish.len()
            ));
            found = self.settled(pair, SETTLE).await?;
        }
        if !lost.is_empty() {
            terminal.talk(&format!(
                "{} aggregates were lost by the restore of {}; {} forgot them. Enter them again:",
                lost.len(),
                pair.producer,
                pair.consumer
            ));
            for one in &lost {
                terminal.talk(&format!("  {} {}", one.aggregate_type, one.aggregate_id));
            }
        }
        Ok(found)
    }

    async fn forget(&mut self, pair: &Pair, aggregate_ids: &[String]) -> Outcome<()> {
        let request = ForgetHistoriesRequest {
            producer: pair.producer.to_owned(),
            aggregate_ids: aggregate_ids.to_vec(),
        };
        let answer = self.consumer.client().forget_histories(request).await;
        answer.map_err(|status| Failure::of_status(pair.consumer, "forgetting histories", &status))?;
        Ok(())
    }

    async fn republish(&mut self, pair: &Pair, aggregate_ids: &[String]) -> Outcome<()> {
        let request = RepublishEventsRequest { since: None, aggregate_ids: aggregate_ids.to_vec() };
        let answer = self.producer.client().republish_events(request).await;
        answer.map_err(|status| Failure::of_status(pair.producer, "publishing events again", &status))?;
        Ok(())
    }
}

/// What the consumer forgets, and what the producer publishes again.
fn plan(differences: &[Difference]) -> (Vec<String>, Vec<String>) {
    let ids = |wanted: &[Repair]| {
        differences
            .iter()
            .filter(|one| wanted.contains(&one.kind.repair()))
            .map(|one| one.aggregate_id.clone())
            .collect::<Vec<_>>()
    };
    (
        ids(&[Repair::Forget, Repair::ForgetAndRepublish]),
        ids(&[Repair::Republish, Repair::ForgetAndRepublish]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::Position;

    fn difference(id: &str, kind: Kind) -> Difference {
        Difference {
            aggregate_type: "referral".to_owned(),
            aggregate_id: id.to_owned(),
            kind,
            produced: (kind != Kind::Lost).then_some(Position { epoch: 2, sequence: 3 }),
            consumed: (kind != Kind::Lacking).then_some(Position { epoch: 1, sequence: 4 }),
        }
    }

    #[test]
    fn forked_histories_are_forgotten_before_they_come_again_and_lost_ones_do_not_come_again() {
        let all = [
            difference("a", Kind::Lacking),
            difference("b", Kind::Behind),
            difference("c", Kind::Forked),
            difference("d", Kind::Ahead),
            difference("e", Kind::Lost),
        ];

        let (forget, republish) = plan(&all);

        assert_eq!(forget, ["c", "d", "e"]);
        assert_eq!(republish, ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_list_shows_where_both_sides_are() {
        let lines = rows(&[difference("x", Kind::Lost), difference("y", Kind::Lacking)]);

        assert!(lines[1].contains("-          1:4"), "{lines:?}");
        assert!(lines[1].ends_with("enter it again"), "{lines:?}");
        assert!(lines[2].contains("2:3        -"), "{lines:?}");
    }

    #[test]
    fn json_has_pair_counts_and_differences() {
        let compared = Compared {
            pair: Pair { producer: "intake", consumer: "reporting", aggregates: vec!["referral"] },
            aggregates_compared: 7,
            differences: vec![difference("x", Kind::Forked)],
        };

        let json = serde_json::to_value(&compared).unwrap();

        assert_eq!(json["producer"], "intake");
        assert_eq!(json["aggregates_compared"], 7);
        assert_eq!(json["differences"][0]["kind"], "forked");
        assert_eq!(json["differences"][0]["produced"]["sequence"], 3);
    }
}
