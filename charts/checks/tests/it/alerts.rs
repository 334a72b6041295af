//! Alerts: one source, one page each, and promtool shows that they ring when they should and only then.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::sets::{self, list, of_kind, text};

fn copies() -> [(PathBuf, PathBuf); 2] {
    let (root, chart) = (chart_checks::repository(), chart_checks::chart());
    [
        (root.join("deploy/alerts/region.yaml"), chart.join("files/alerts/region.yaml")),
        (root.join("deploy/dashboards/region.json"), chart.join("files/dashboards/region.json")),
    ]
}

/// A chart holds no file from outside its folder, so there are copies. `UPDATE_GOLDEN=1` makes them anew.
#[test]
fn alerts_and_dashboards_of_the_chart_are_those_of_deploy() {
    for (source, copy) in copies() {
        let text = std::fs::read_to_string(&source).unwrap();
        if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
            std::fs::write(&copy, &text).unwrap();
        }
        assert!(
            std::fs::read_to_string(&copy).unwrap() == text,
            "{} is not {}",
            copy.display(),
            source.display()
        );
    }
}

fn rules() -> &'static Value {
    of_kind(&sets::one("examples-hardened").objects, "PrometheusRule").next().unwrap()
}

fn each_rule(rule: &Value) -> impl Iterator<Item = &Value> {
    list(rule, "/spec/groups").iter().flat_map(|group| list(group, "/rules"))
}

#[test]
fn every_alert_has_a_page() {
    let base = "https://bondgenoot.example.org/runbooks/";
    let mut seen = 0;
    for rule in each_rule(rules()) {
        let url = text(rule, "/annotations/runbook_url");
        let page = url.strip_prefix(base).unwrap_or_else(|| panic!("{url}"));
        seen += 1;
        // Those of findings name the page of the code, and a test of operations holds every code to its page.
        if page != "{{ $labels.code | toLower }}.md" {
            let path = chart_checks::repository().join("deploy/runbooks").join(page);
            let page =
                std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            for part in ["## What it means", "## What to do", "## How to verify"] {
                assert!(page.contains(part), "{}: `{part}` is missing", path.display());
            }
        }
    }
    assert!(seen >= 11);
}

#[test]
fn every_metric_of_an_alert_is_of_this_region() {
    for rule in each_rule(rules()) {
        let expression = text(rule, "/expr");
        let selectors = expression.matches('{').count();
        assert!(
            selectors > 0 && expression.matches("{region=\"waasland\"").count() == selectors,
            "{expression}"
        );
        // A metric without braces would be that of every region: a word before a bracket or at an end is one.
        let words = expression.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        let metrics = words.filter(|word| word.contains('_') && *word != "histogram_quantile").count();
        assert_eq!(metrics + expression.matches("up{").count(), selectors, "{expression}");
        assert_eq!(text(rule, "/labels/region"), "waasland");
    }
}

#[test]
fn an_alert_that_is_left_out_is_not_there() {
    let rule = of_kind(&sets::one("ci-everything").objects, "PrometheusRule").next().unwrap();

    assert!(each_rule(rule).all(|rule| text(rule, "/alert") != "BondgenootSlow"));
    assert!(each_rule(rule).all(|rule| text(rule, "/labels/team") == "regions"));
    assert_eq!(each_rule(rule).count() + 1, each_rule(rules()).count());
}

#[test]
fn promtool_sees_the_alerts_ring_when_they_should() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("alerts");
    std::fs::create_dir_all(&folder).unwrap();
    // JSON is YAML.
    std::fs::write(folder.join("rules.yaml"), rules()["spec"].to_string()).unwrap();
    std::fs::copy(
        chart_checks::repository().join("charts/checks/alerts/region_test.yaml"),
        folder.join("region_test.yaml"),
    )
    .unwrap();
    for arguments in [["check", "rules", "rules.yaml"], ["test", "rules", "region_test.yaml"]] {
        let output =
            Command::new(&sets::tools().promtool).args(arguments).current_dir(&folder).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "promtool {arguments:?}: {}", String::from_utf8_lossy(&said));
    }
}

#[test]
fn every_alert_is_tested() {
    let path = chart_checks::repository().join("charts/checks/alerts/region_test.yaml");
    let tests = std::fs::read_to_string(path).unwrap();

    for rule in each_rule(rules()) {
        let name = text(rule, "/alert");
        assert!(tests.contains(&format!("alertname: {name}\n")), "no test of {name}");
    }
}
