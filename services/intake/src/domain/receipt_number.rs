//! The number that the referrer gets back: the only handle, and nothing can be read from it.

use std::fmt;
use std::str::FromStr;

use chassis::id::IdGenerator;
use thiserror::Error;

/// Crockford's base 32: no I, L, O and U, so that it can be read over the phone.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Random characters: 50 bits. Among a million referrals a guess hits one in a thousand million times.
const RANDOM: usize = 10;
const PREFIX: &str = "A-";

/// A receipt number: `A-`, ten random characters and a check character, e.g. `A-7K3QW9M2XR4`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReceiptNumber(String);

/// A text is not a receipt number, or a character of it is mistyped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not a receipt number")]
pub struct ReceiptNumberError;

impl ReceiptNumber {
    /// A new one.
    pub fn generate(ids: IdGenerator) -> Self {
        let random = ids.random();
        Self::from_symbols(
            (0..RANDOM).map(|place| u8::try_from((random >> (5 * place)) & 31).unwrap_or_default()),
        )
    }

    fn from_symbols(symbols: impl Iterator<Item = u8>) -> Self {
        let (mut text, mut check) = (PREFIX.to_owned(), 0);
        for symbol in symbols {
            check = advance(check, symbol);
            text.push(letter(symbol));
        }
        text.push(letter(advance(check, 0)));
        Self(text)
    }

    /// The number as it is shown and stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One step of the check character: Horner's rule over the field of 32 elements (x^5 + x^2 + 1). Notices every mistyped
/// character and every two neighbours that changed places.
fn advance(check: u8, symbol: u8) -> u8 {
    let doubled = check << 1;
    (if doubled & 32 == 0 { doubled } else { doubled ^ 0b10_0101 }) ^ symbol
}

fn letter(symbol: u8) -> char {
    ALPHABET.get(usize::from(symbol)).map_or('0', |byte| char::from(*byte))
}

fn symbol(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|byte| char::from(*byte) == letter)?;
    u8::try_from(place).ok()
}

impl FromStr for ReceiptNumber {
    type Err = ReceiptNumberError;

    /// Reads it as people type it: in any case, with or without `A-`, spaces and hyphens, with O for 0 and I or L for 1.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let typed: Vec<char> =
            text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').collect();
        let body = match typed.len() {
            length
                if length == RANDOM + 2
                    && typed.first().is_some_and(|first| first.eq_ignore_ascii_case(&'A')) =>
            {
                typed.get(1..).unwrap_or_default()
            }
            _ => typed.as_slice(),
        };
        let symbols: Vec<u8> =
            body.iter().map(|letter| symbol(*letter)).collect::<Option<_>>().ok_or(ReceiptNumberError)?;
        let (_, random) =
            symbols.split_last().filter(|(_, random)| random.len() == RANDOM).ok_or(ReceiptNumberError)?;
        let number = Self::from_symbols(random.iter().copied());
        let typed: String = symbols.iter().map(|symbol| letter(*symbol)).collect();
        if number.as_str().strip_prefix(PREFIX) == Some(&typed) {
            Ok(number)
        } else {
            Err(ReceiptNumberError)
        }
    }
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers() -> impl Strategy<Value = ReceiptNumber> {
        proptest::collection::vec(0u8..32, RANDOM)
            .prop_map(|symbols| ReceiptNumber::from_symbols(symbols.into_iter()))
    }

    #[test]
    fn two_numbers_differ() {
        assert_ne!(ReceiptNumber::generate(IdGenerator), ReceiptNumber::generate(IdGenerator));
    }

    proptest! {
        #[test]
        fn a_number_is_read_as_people_type_it(number in numbers()) {
            let shown = number.to_string();
            let spaced = shown.to_lowercase().replacen('-', " ", 1).replace('0', "o").replace('1', "l");

            prop_assert_eq!(shown.parse(), Ok(number.clone()));
            prop_assert_eq!(spaced.parse(), Ok(number.clone()));
            prop_assert_eq!(shown.trim_start_matches(PREFIX).parse(), Ok(number));
        }

        #[test]
        fn a_mistyped_character_is_noticed(number in numbers(), place in 2usize..13, other in 0u8..32) {
            let mut typed: Vec<char> = number.as_str().chars().collect();
            prop_assume!(typed[place] != letter(other));
            typed[place] = letter(other);

            prop_assert!(typed.into_iter().collect::<String>().parse::<ReceiptNumber>().is_err());
        }

        #[test]
        fn neighbours_that_changed_places_are_noticed(number in numbers(), place in 2usize..12) {
            let mut typed: Vec<char> = number.as_str().chars().collect();
            prop_assume!(typed[place] != typed[place + 1]);
            typed.swap(place, place + 1);

            prop_assert!(typed.into_iter().collect::<String>().parse::<ReceiptNumber>().is_err());
        }
    }
}
