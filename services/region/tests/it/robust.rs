//! Whatever is done to a file, it loads or is explained: no panic, no silent refusal, no place outside the text.

use region::{Region, Report};

use crate::files::{PROGRAMME, REGION, load};

/// Every text that differs from `text` in one line: removed, doubled, or with another value.
fn spoilt(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let with = |place: usize, new: &[String]| {
        let before = lines.iter().take(place).map(ToString::to_string);
        let after = lines.iter().skip(place + 1).map(ToString::to_string);
        before.chain(new.iter().cloned()).chain(after).collect::<Vec<_>>().join("\n")
    };
    let mut texts = Vec::new();
    for (place, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        texts.push(with(place, &[]));
        texts.push(with(place, &[(*line).to_owned(), (*line).to_owned()]));
        if let Some((key, _)) = line.split_once(" = ") {
            for value in ["-1", "\"\"", "\"é\"", "[]", "[1]", "{}", "true", "2024-01-01"] {
                texts.push(with(place, &[format!("{key} = {value}")]));
            }
        }
    }
    texts
}

/// Gives the mistake of the loader, if it made one.
fn judge(text: &str, result: Result<Region, Report>) -> Option<String> {
    let report = result.err()?;
    if report.mistakes.is_empty() {
        return Some(format!("refused without a word:\n{text}"));
    }
    let outside = |line: usize, column: usize| {
        let lines: Vec<&str> = text.lines().collect();
        line == 0 || line > lines.len() + 1 || column == 0
    };
    report
        .mistakes
        .iter()
        .find(|mistake| outside(mistake.line, mistake.column) || mistake.remedy.is_empty())
        .map(|mistake| format!("no place or no remedy: {mistake}"))
}

#[test]
fn a_region_file_with_any_line_spoilt_loads_or_is_explained() {
    let complaints: Vec<String> =
        spoilt(REGION).iter().filter_map(|text| judge(text, load(text, PROGRAMME))).collect();

    assert!(complaints.is_empty(), "{} of them, such as {}", complaints.len(), complaints[0]);
}

#[test]
fn a_programme_file_with_any_line_spoilt_loads_or_is_explained() {
    let complaints: Vec<String> =
        spoilt(PROGRAMME).iter().filter_map(|text| judge(text, load(REGION, text))).collect();

    assert!(complaints.is_empty(), "{} of them, such as {}", complaints.len(), complaints[0]);
}
