//! "Did you mean": the known word that lies closest to a mistyped one.

/// Gives the known word that a slip of the fingers could have turned into `word`, if there is one.
///
/// A slip is at most a third of the word (and always at least one letter), counted as inserted, removed, changed
/// or swapped letters; hyphens and underscores count as the same letter.
pub(crate) fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = simplify(word);
    let allowed = (plain.chars().count() / 3).max(1);
    known
        .iter()
        .map(|candidate| (distance(&plain, &simplify(candidate)), *candidate))
        .filter(|(steps, _)| *steps <= allowed)
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, candidate)| candidate)
}

/// Says what would be right in the place of `word`: the closest known word, else all of them; both when they are few.
pub(crate) fn remedy(word: &str, known: &[&str]) -> String {
    let list = known.iter().map(|candidate| format!("`{candidate}`")).collect::<Vec<_>>().join(", ");
    match (closest(word, known), known) {
        (_, []) => "remove it: there is nothing to choose from here".to_owned(),
        (Some(candidate), [_] | [_, _, _, _, _, _, ..]) => format!("did you mean `{candidate}`?"),
        (Some(candidate), _) => format!("did you mean `{candidate}`? Possible: {list}"),
        (None, [only]) => format!("use `{only}`"),
        (None, _) => format!("use one of {list}"),
    }
}

fn simplify(word: &str) -> String {
    word.trim().to_lowercase().replace('_', "-")
}

/// Counts the fewest single-letter changes between two words (optimal string alignment).
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous_letter = None;
    for (row, letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        let mut previous_other = None;
        for (column, other) in right.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&last, column) + usize::from(letter != other);
            let mut best = changed.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            if previous_letter == Some(other) && previous_other == Some(letter) {
                best = best.min(at(&before_last, column.saturating_sub(1)) + 1);
            }
            current.push(best);
            previous_other = Some(other);
        }
        previous_letter = Some(letter);
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_fingers_is_recognised() {
        let known = ["name", "valid_from", "postal_codes"];

        assert_eq!(closest("nmae", &known), Some("name"));
        assert_eq!(closest("valid-from", &known), Some("valid_from"));
        assert_eq!(closest("postalcode", &known), Some("postal_codes"));
    }

    #[test]
    fn another_word_altogether_is_not_a_slip() {
        assert_eq!(closest("kleur", &["name", "valid_from"]), None);
    }

    #[test]
    fn swapped_neighbours_are_one_step() {
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
    }
}
