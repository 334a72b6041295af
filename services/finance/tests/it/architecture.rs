//! The arrows between the rooms of this service, how long its files may be, and what keeps its arithmetic exact.

use std::path::Path;

use testkit::rooms::{self, SourceFile};

fn source() -> Vec<SourceFile> {
    rooms::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn every_room_knows_only_what_it_may() {
    let own: [(&str, &[&str]); 2] =
        [("domain", &["chassis::vault"]), ("events", &["crate::use_cases", "Wage", "wage"])];
    rooms::check_arrows(env!("CARGO_MANIFEST_DIR"), &own, 31);
}

#[test]
fn no_file_grows_beyond_what_can_be_read_at_once() {
    rooms::check_lengths(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn no_float_is_near_money() {
    for file in source() {
        for line in file.code() {
            for word in ["f32", "f64"] {
                assert!(!line.contains(word), "{}: `{word}` in {line}", file.path);
            }
        }
    }
}

#[test]
fn no_log_line_is_near_a_wage() {
    for SourceFile { path, text } in source() {
        let logs = text.matches("tracing::").count();
        let expected = usize::from(path.ends_with("service.rs") && !path.contains("grpc"));
        assert_eq!(logs, expected, "{path}: a log line needs a look here");
    }
}

/// Rates, percentages and limits come from the programme file: the arithmetic knows no number of a funder.
#[test]
fn no_number_of_a_funder_stands_in_the_arithmetic() {
    for mut file in rooms::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain")) {
        if file.path.ends_with("_tests.rs") {
            continue;
        }
        file.text.truncate(file.text.find("#[cfg(test)]").unwrap_or(file.text.len()));
        for line in file.code() {
            for number in ["1720", "1_720", "0.012", "(12, 3)", "0.4", "from(40)", "from(30)"] {
                assert!(!line.contains(number), "{}: `{number}` in {line}", file.path);
            }
        }
    }
}
