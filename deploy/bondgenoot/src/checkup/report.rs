//! Groups of checks, and how they look.

use serde::Serialize;

use crate::terminal::{Style, Terminal};

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// In order.
    Ok,
    /// Degraded.
    Warning,
    /// Somebody must act.
    Failure,
}

impl Mark {
    const fn style(self) -> Style {
        match self {
            Self::Ok => Style::Good,
            Self::Warning => Style::Warning,
            Self::Failure => Style::Bad,
        }
    }

    const fn sign(self) -> &'static str {
        match self {
            Self::Ok => "✔",
            Self::Warning => "⚠",
            Self::Failure => "✖",
        }
    }
}

/// One check. The names of its fields are those of `--json` and stable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it came to.
    pub mark: Mark,
    /// What is the case.
    pub text: String,
    /// What users notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Page that explains it, in the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Since when, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

impl Check {
    /// Something in order.
    pub fn ok(text: impl Into<String>) -> Self {
        Self { mark: Mark::Ok, text: text.into(), effect: None, action: None, link: None, since: None }
    }

    /// Something not in order, with effect, action and page.
    pub fn bad(mark: Mark, text: impl Into<String>, effect: &str, action: &str, link: &str) -> Self {
        Self {
            mark,
            text: text.into(),
            effect: Some(effect.to_owned()),
            action: Some(action.to_owned()),
            link: Some(link.to_owned()),
            since: None,
        }
    }
}

/// Checks about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What they are about.
    pub name: &'static str,
    /// The checks.
    pub checks: Vec<Check>,
}

/// A whole checkup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkup {
    /// Code of the region.
    pub region: String,
    /// The worst of all checks.
    pub worst: Mark,
    /// One sentence on what users notice.
    pub summary: String,
    /// The groups.
    pub groups: Vec<Group>,
}

impl Checkup {
    /// How many checks came to a mark.
    pub fn count(&self, mark: Mark) -> usize {
        self.groups.iter().flat_map(|group| &group.checks).filter(|check| check.mark == mark).count()
    }

    /// The lines for people; `short` leaves out what is in order.
    pub fn lines(&self, short: bool, terminal: &Terminal) -> Vec<String> {
        let mut lines = Vec::new();
        for group in &self.groups {
            let shown: Vec<&Check> =
                group.checks.iter().filter(|check| !short || check.mark != Mark::Ok).collect();
            if shown.is_empty() {
                continue;
            }
            lines.push(terminal.style(Style::Heading, group.name));
            for check in shown {
                let since =
                    check.since.as_ref().map_or_else(String::new, |since| format!("  (sinds {since})"));
                lines.push(format!(
                    "  {} {}{since}",
                    terminal.style(check.mark.style(), check.mark.sign()),
                    check.text
                ));
                let rows = [("gevolg", &check.effect), ("doe", &check.action), ("meer", &check.link)];
                let rows = rows.into_iter().filter_map(|(name, text)| text.as_ref().map(|text| (name, text)));
                lines.extend(
                    rows.filter(|(_, text)| !text.is_empty())
                        .map(|(name, text)| format!("      {name:<7} {text}")),
                );
            }
        }
        lines.push(self.verdict());
        lines
    }

    fn verdict(&self) -> String {
        format!(
            "Besluit {}: {}, {}, {} in orde. {}",
            self.region,
            counted(self.count(Mark::Failure), "fout", "fouten"),
            counted(self.count(Mark::Warning), "waarschuwing", "waarschuwingen"),
            self.count(Mark::Ok),
            self.summary
        )
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkup() -> Checkup {
        Checkup {
            region: "waasland".to_owned(),
            worst: Mark::Failure,
            summary: "Aanmelden lukt niet.".to_owned(),
            groups: vec![
                Group { name: "databank", checks: vec![Check::ok("intake: bereikbaar")] },
                Group {
                    name: "aanmelden",
                    checks: vec![Check::bad(
                        Mark::Failure,
                        "geen antwoord",
                        "niemand kan aanmelden",
                        "start ze",
                        "deploy/x.md",
                    )],
                },
            ],
        }
    }

    #[test]
    fn a_failure_shows_effect_action_and_link() {
        let lines = checkup().lines(false, &Terminal::plain());

        assert_eq!(
            lines,
            [
                "databank",
                "  ✔ intake: bereikbaar",
                "aanmelden",
                "  ✖ geen antwoord",
                "      gevolg  niemand kan aanmelden",
                "      doe     start ze",
                "      meer    deploy/x.md",
                "Besluit waasland: 1 fout, 0 waarschuwingen, 1 in orde. Aanmelden lukt niet.",
            ]
        );
    }

    #[test]
    fn short_leaves_out_what_is_in_order() {
        let lines = checkup().lines(true, &Terminal::plain());

        assert_eq!(lines[0], "aanmelden");
        assert!(!lines.iter().any(|line| line.contains("bereikbaar")));
        assert!(lines.last().unwrap().starts_with("Besluit"));
    }

    #[test]
    fn json_has_stable_names() {
        let json = serde_json::to_value(checkup()).unwrap();

        assert_eq!(json["worst"], "failure");
        assert_eq!(json["groups"][1]["checks"][0]["action"], "start ze");
        assert!(json["groups"][0]["checks"][0].get("effect").is_none());
    }
}
