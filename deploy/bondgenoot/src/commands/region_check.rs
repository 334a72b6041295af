//! `bondgenoot region check FILE`.

use std::path::Path;

use region::{FileKind, Region};

use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::{Style, Terminal};

/// Checks a region with its programmes, or one programme file.
pub fn run(file: &Path, json: bool, terminal: &Terminal) -> Outcome {
    if !file.exists() {
        return Err(Failure::usage(format!("there is no file or folder {}", file.display()))
            .next("bondgenoot region check deploy/regions/waasland"));
    }
    match region::check(file) {
        Err(report) => {
            if json {
                terminal.data(&report.to_json());
            } else {
                for mistake in &report.mistakes {
                    terminal.data(&mistake.to_string());
                }
                terminal.talk(&verdict(report.mistakes.len()));
            }
            Ok(Exit::Finding)
        }
        Ok(_) if json => {
            terminal.data("{\n  \"mistakes\": []\n}");
            Ok(Exit::Ok)
        }
        Ok(kind) => {
            let mark = terminal.style(Style::Good, "✔");
            match (kind, region::load(file)) {
                (FileKind::Region, Ok(region)) => {
                    terminal.data_lines(&format!("{mark} "), &summary(&region));
                }
                _ => terminal.data(&format!("{mark} programme file {} is in order", file.display())),
            }
            Ok(Exit::Ok)
        }
    }
}

fn verdict(mistakes: usize) -> String {
    let noun = if mistakes == 1 { "mistake" } else { "mistakes" };
    format!("{mistakes} {noun}; a service refuses to start with this file")
}

fn summary(region: &Region) -> Vec<String> {
    let mut lines = vec![
        format!(
            "region {} ({}), version {}{}",
            region.code,
            region.name,
            region.version.number,
            demo(region)
        ),
        format!("{} municipalities, {} partners", region.municipalities.len(), region.partners.len()),
    ];
    lines.extend(region.programmes.iter().map(|programme| {
        format!(
            "programme {} version {} from {}: {} channels, {} questions, {} eligibility rules",
            programme.code,
            programme.version.number,
            programme.version.valid_from,
            programme.channels.len(),
            programme.questions.len(),
            programme.eligibility.len(),
        )
    }));
    lines
}

fn demo(region: &Region) -> &'static str {
    if region.demo { ", demo: everybody in it is invented" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_the_checkout_is_in_order() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regions/waasland");

        assert_eq!(run(&file, false, &Terminal::plain()).unwrap(), Exit::Ok);
    }

    #[test]
    fn a_summary_names_region_and_programmes() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regions/waasland");

        let lines = summary(&region::load(&file).unwrap());

        assert!(
            lines[0].starts_with("region waasland (Lokaal partnerschap Waasland), version 1, demo"),
            "{lines:?}"
        );
        assert!(
            lines[2].starts_with("programme waasland-esf version 1 from 2024-01-01: 4 channels"),
            "{lines:?}"
        );
    }

    #[test]
    fn a_mistake_is_a_finding_and_a_missing_file_is_wrong_use() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("region.toml");
        std::fs::write(&file, "kind = \"region\"\nformat = 1\n").unwrap();

        assert_eq!(run(&file, true, &Terminal::plain()).unwrap(), Exit::Finding);
        assert_eq!(
            run(&folder.path().join("none"), false, &Terminal::plain()).unwrap_err().exit,
            Exit::Usage
        );
    }
}
