//! `bondgenoot budget check FILE`: a budget computed without any server, with the arithmetic of the service finance.

use std::path::Path;

use finance::domain::{BudgetCheck, check_budget};
use region::Source;
use region::budget::{BudgetFile, load_budget};

use crate::budget_report::{BudgetReport, people};
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::{Style, Terminal};

/// What helps when the file cannot be opened.
const EXAMPLE: &str = "bondgenoot budget check deploy/budgets/waasland-2024.toml";

/// Computes a budget file and prints what it comes to. Mistakes in the file are wrong use.
pub fn run(path: &Path, json: bool, terminal: &Terminal) -> Outcome {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
            _ => error.to_string(),
        };
        Failure::usage(format!("{} cannot be read", path.display())).because(why).next(EXAMPLE)
    })?;
    let source = Source::new(path.display().to_string(), text);
    let file = match load_budget(&source) {
        Ok(file) => file,
        Err(report) => {
            if json {
                terminal.data(&report.to_json());
            } else {
                for mistake in &report.mistakes {
                    terminal.data(&mistake.to_string());
                }
                let count = report.mistakes.len();
                let noun = if count == 1 { "mistake" } else { "mistakes" };
                terminal.talk(&format!("{count} {noun}; nothing was computed"));
            }
            return Ok(Exit::Usage);
        }
    };
    let check = compute(path, &file)?;
    if json {
        terminal.json(&BudgetReport::of(&file, &check));
    } else {
        terminal.data_lines("", &people(&file, &check));
        terminal.talk(&verdict(terminal, &check));
    }
    Ok(if check.holds() { Exit::Ok } else { Exit::Finding })
}

fn compute(path: &Path, file: &BudgetFile) -> Outcome<BudgetCheck> {
    check_budget(file).map_err(|error| {
        Failure::usage(format!("{} cannot be computed", path.display()))
            .because(format!("{error}: a product has more digits than an exact decimal holds"))
            .next("shorten the factor or the percentages of [finance]")
    })
}

fn verdict(terminal: &Terminal, check: &BudgetCheck) -> String {
    let open = check.figures.open_controls().count();
    if check.holds() {
        let mark = terminal.talk_style(Style::Good, "✔");
        format!("{mark} every control is 0.00 and everything expected came out")
    } else {
        let mark = terminal.talk_style(Style::Bad, "✘");
        format!(
            "{mark} {open} controls are not 0.00, {} numbers came out otherwise than expected",
            check.unmet.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../budgets");

    fn report(name: &str) -> (Exit, serde_json::Value) {
        let path = Path::new(BUDGETS).join(name);
        let source = Source::new(name, std::fs::read_to_string(&path).unwrap());
        let file = load_budget(&source).unwrap();
        let check = check_budget(&file).unwrap();
        (
            run(&path, true, &Terminal::plain()).unwrap(),
            serde_json::to_value(BudgetReport::of(&file, &check)).unwrap(),
        )
    }

    fn pairs(list: &serde_json::Value, keys: [&str; 3]) -> Vec<[String; 3]> {
        let of = |one: &serde_json::Value| keys.map(|key| one[key].as_str().unwrap_or_default().to_owned());
        list.as_array().unwrap().iter().map(of).collect()
    }

    fn spoiled(from: &str, to: &str) -> (Exit, region::Report) {
        let text = std::fs::read_to_string(Path::new(BUDGETS).join("waasland-2024.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("budget.toml");
        let text = text.replacen(from, to, 1);
        std::fs::write(&path, &text).unwrap();
        let report = load_budget(&Source::new("budget.toml", text)).unwrap_err();
        (run(&path, false, &Terminal::plain()).unwrap(), report)
    }

    #[test]
    fn waasland_comes_out_to_the_cent_and_its_differences_are_shown() {
        let (exit, report) = report("waasland-2024.toml");

        assert_eq!(exit, Exit::Ok);
        assert_eq!(
            pairs(&report["controls"], ["of", "cost", "difference"]),
            [
                ["operation", "497191.67", "0.00"],
                ["support", "55682.59", "0.00"],
                ["project", "552874.26", "0.00"]
            ]
        );
        assert_eq!(pairs(&report["findings"], ["code", "amount", ""]).len(), 7);
        assert_eq!(report["corrected_contributions"][0]["amount"], "28473.94");
        assert_eq!(report["expectations_not_met"], serde_json::json!([]));
    }

    #[test]
    fn another_budget_has_its_own_differences() {
        let (exit, report) = report("limburg-invented.toml");

        assert_eq!(exit, Exit::Finding);
        assert_eq!(
            pairs(&report["controls"], ["of", "cost", "difference"]),
            [
                ["operation", "255387.02", "0.05"],
                ["coordination", "55239.52", "0.00"],
                ["project", "310626.54", "0.05"]
            ]
        );
        assert_eq!(
            pairs(&report["expectations_not_met"], ["of", "key", "difference"]),
            [["row coach-2", "cost", "0.54"], ["project", "total", "-0.01"]]
        );
        let findings = pairs(&report["findings"], ["code", "source", "amount"]);
        for planted in [
            ["municipal-sum", "local", "0.03"],
            ["text-against-form", "esf", "10.00"],
            ["coordination-share", "local", "0.02"],
            ["vdab-staff-without-flat-rate", "vdab", "1.00"],
        ] {
            assert!(findings.contains(&planted.map(str::to_owned)), "{planted:?} in {findings:?}");
        }
        assert_eq!(report["controls"][0]["ways_out"][0]["source"], "vcf");
    }

    #[test]
    fn a_mistake_has_line_column_and_remedy_and_is_wrong_use() {
        let (exit, report) = spoiled("hours = \"859.95\"", "hours = \"859,95\"");

        assert_eq!(exit, Exit::Usage);
        assert_eq!(report.mistakes.len(), 1);
        let mistake = &report.mistakes[0];
        assert_eq!(mistake.source_line, "hours = \"859,95\"");
        assert!(mistake.line > 50 && mistake.column == 10, "{mistake:?}");
        assert!(mistake.remedy.contains("point"), "{mistake:?}");
    }

    #[test]
    fn what_the_service_refuses_a_file_may_not_say_either() {
        for (from, to, about) in [
            ("hours = \"859.95\"", "hours = \"0\"", "more than 0"),
            ("hours = \"859.95\"", "hours = \"-1\"", "between 0 and 1720"),
            ("hours = \"859.95\"", "hours = \"1720.001\"", "between 0 and 1720"),
            ("hours = \"859.95\"", "hours = \"859.9501\"", "3 decimals"),
            ("wage = \"5263.86\"", "wage = \"5263.865\"", "round to whole cents"),
            ("wage = \"5263.86\"", "wage = \"0\"", "above 0.00"),
            ("row = \"r02\"", "row = \"r01\"", "another key"),
            ("row = \"r02\"", "row = \"Kanarie An\"", "never a name"),
            ("component = \"support\"\npartner", "component = \"suport\"\npartner", "support"),
            (
                "percent = \"40\"\n\n[[finance.component.funding]]",
                "percent = \"41\"\n\n[[finance.component.funding]]",
                "100 %",
            ),
            ("in_kind = \"25556.90\"", "in_kind = \"85556.90\"", "at least what is in kind"),
            ("partner = \"ocmw-moerbeke\"", "partner = \"ocmw-lokeren\"", "add the two amounts up"),
            ("hours = \"859.95\"", "hours = 859.95", "\"859.95\""),
            ("name = \"Aanvraag Waasland\"", "nmae = \"Aanvraag Waasland\"", "name"),
            ("kind = \"budget\"", "kind = \"region\"", "budget"),
        ] {
            let (exit, report) = spoiled(from, to);
            assert_eq!(exit, Exit::Usage);
            assert!(
                report
                    .mistakes
                    .iter()
                    .any(|one| one.line > 0 && one.column > 0 && one.remedy.contains(about)),
                "{to}: {report}"
            );
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_wrong_use() {
        assert_eq!(
            run(Path::new("/nowhere/x.toml"), false, &Terminal::plain()).unwrap_err().exit,
            Exit::Usage
        );
    }

    #[test]
    fn people_see_the_table_and_the_way_out() {
        let path = Path::new(BUDGETS).join("limburg-invented.toml");
        let source = Source::new("limburg", std::fs::read_to_string(path).unwrap());
        let file = load_budget(&source).unwrap();
        let lines = people(&file, &check_budget(&file).unwrap()).join("\n");

        assert!(lines.contains("operation     255387.02  255387.07        0.05"), "{lines}");
        assert!(lines.contains("vcf pays 51077.41 instead of 51077.46"), "{lines}");
    }
}
