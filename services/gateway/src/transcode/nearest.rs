//! "Did you mean": the known name that lies closest to a mistyped one.

/// Gives the known name that a slip of the fingers could have turned into `word`.
///
/// At most a third of the letters may differ, and always one. Underscores and capitals do not count.
pub fn nearest<'n>(word: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain = simplify(word);
    if plain.len() > 64 {
        return None;
    }
    let allowed = (plain.len() / 3).max(1);
    known
        .map(|name| (distance(&plain, &simplify(name)), name))
        .filter(|(steps, _)| *steps <= allowed)
        .min_by_key(|(steps, _)| *steps)
        .map(|(_, name)| name)
}

fn simplify(word: &str) -> Vec<char> {
    word.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect()
}

/// Levenshtein distance.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, letter) in left.iter().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        let mut next = vec![before];
        for (other, above) in right.iter().zip(row.iter().skip(1)) {
            let best = (diagonal + usize::from(letter != other)).min(above + 1).min(before + 1);
            next.push(best);
            diagonal = *above;
            before = best;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_and_another_word_does_not() {
        let known = ["personName", "personContact", "channel"];

        assert_eq!(nearest("person_nmae", known.into_iter()), Some("personName"));
        assert_eq!(nearest("chanel", known.into_iter()), Some("channel"));
        assert_eq!(nearest("kleur", known.into_iter()), None);
        assert_eq!(nearest(&"x".repeat(10_000), known.into_iter()), None);
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        let of = |left: &str, right: &str| distance(&simplify(left), &simplify(right));

        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("flaw", "lawn"), 2);
    }
}
