//! What makes two persons look like one human being. A coordinator judges; the referrer never learns of it.

use region::{InszNumber, NisCode};

use super::folding::fold;
use super::text::{Contact, Name, digit_groups};

/// Why two persons look like one human being, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DuplicateGround {
    /// The same national number.
    NationalNumber,
    /// The same phone number or mail address.
    Contact,
    /// The same name, spelling apart, in the same municipality.
    NameAndMunicipality,
}

impl DuplicateGround {
    /// Every ground.
    pub const ALL: [Self; 3] = [Self::NationalNumber, Self::Contact, Self::NameAndMunicipality];

    /// The word it is stored under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NationalNumber => "national_number",
            Self::Contact => "contact",
            Self::NameAndMunicipality => "name_and_municipality",
        }
    }

    /// The ground with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.as_str() == word)
    }
}

/// A normalised value that is compared. Personal: only its keyed hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct DuplicateKey {
    /// What is compared.
    pub ground: DuplicateGround,
    /// The normalised value.
    pub normalised: String,
}

impl std::fmt::Debug for DuplicateKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DuplicateKey").field("ground", &self.ground).finish_non_exhaustive()
    }
}

/// The keys of a name in a municipality: one, or none when the name has no letter.
pub fn of_name(name: &Name, municipality: NisCode) -> Option<DuplicateKey> {
    let folded = fold(name.expose());
    (!folded.is_empty()).then(|| DuplicateKey {
        ground: DuplicateGround::NameAndMunicipality,
        normalised: format!("{municipality}/{folded}"),
    })
}

/// The keys of a contact: every phone number and mail address in it.
pub fn of_contact(contact: &Contact) -> Vec<DuplicateKey> {
    let mut found = phone_numbers(contact.expose());
    found.extend(mail_addresses(contact.expose()));
    found.sort_unstable();
    found.dedup();
    found
        .into_iter()
        .map(|normalised| DuplicateKey { ground: DuplicateGround::Contact, normalised })
        .collect()
}

/// The key of a national number.
pub fn of_national_number(number: InszNumber) -> DuplicateKey {
    DuplicateKey { ground: DuplicateGround::NationalNumber, normalised: number.expose() }
}

fn mail_addresses(text: &str) -> Vec<String> {
    text.split(|letter: char| {
        letter.is_whitespace() || matches!(letter, ',' | ';' | '<' | '>' | '(' | ')' | '/')
    })
    .map(|word| word.trim_start_matches("mailto:").trim_matches(['.', ':', '"', '\'']).to_lowercase())
    .filter(|word| {
        word.split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.contains('@'))
    })
    .collect()
}

/// Phone numbers as country code and digits, without zeros in front: `0478 12 34 56` and `+32 (0)478.12.34.56` are
/// `32478123456`. A number without country code is Belgian.
fn phone_numbers(text: &str) -> Vec<String> {
    let mut numbers: Vec<(bool, String)> = Vec::new();
    for group in digit_groups(text) {
        match numbers.last_mut() {
            // A new number begins after other characters (a plus is one), or at a zero when the one before is complete.
            Some((_, digits))
                if !group.starts_run && (digits.len() < 9 || !group.digits.starts_with('0')) =>
            {
                digits.push_str(group.digits);
            }
            _ => numbers.push((group.after_plus, group.digits.to_owned())),
        }
    }
    numbers.into_iter().filter_map(|(after_plus, digits)| normalise_phone(after_plus, &digits)).collect()
}

fn normalise_phone(after_plus: bool, digits: &str) -> Option<String> {
    let international = if after_plus { Some(digits) } else { digits.strip_prefix("00") };
    let normalised = match international {
        Some(number) => match number.strip_prefix("320") {
            // "+32 (0)478": the zero is not dialled from abroad.
            Some(national) => format!("32{national}"),
            None => number.to_owned(),
        },
        None => format!("32{}", digits.strip_prefix('0')?),
    };
    (10..=15).contains(&normalised.len()).then_some(normalised)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contacts(text: &str) -> Vec<String> {
        of_contact(&Contact::parse(text).unwrap()).into_iter().map(|key| key.normalised).collect()
    }

    #[test]
    fn spellings_of_one_phone_number_give_one_key() {
        for text in [
            "0478 12 34 56",
            "0478/12.34.56",
            "0478123456",
            "+32478123456",
            "+32 478 12 34 56",
            "+32 (0)478 12 34 56",
            "0032 478 12 34 56",
            "gsm 0478-12-34-56 (na 16 uur)",
        ] {
            assert_eq!(contacts(text), ["32478123456"], "{text}");
        }
    }

    #[test]
    fn several_ways_to_reach_somebody_give_several_keys() {
        assert_eq!(
            contacts("0478 12 34 56 / 03 771 22 33, Kanarie.An@Example.org"),
            ["3237712233", "32478123456", "kanarie.an@example.org"]
        );
    }

    #[test]
    fn times_and_places_give_no_key() {
        for text in
            ["dinsdag 9-17 u in de bibliotheek", "Stationsstraat 12, 9160 Lokeren", "@kanarie", "12 34 56"]
        {
            assert!(contacts(text).is_empty(), "{text}: {:?}", contacts(text));
        }
    }

    #[test]
    fn the_same_name_elsewhere_is_another_key() {
        let name = Name::parse("Kanarie Jansen").unwrap();
        let lokeren: NisCode = "46029".parse().unwrap();
        let temse: NisCode = "46025".parse().unwrap();

        assert_eq!(of_name(&name, lokeren), of_name(&Name::parse("kanarie-JANSEN").unwrap(), lokeren));
        assert_ne!(of_name(&name, lokeren), of_name(&name, temse));
        assert_eq!(of_name(&Name::parse("?!").unwrap(), lokeren), None);
    }

    proptest! {
        #[test]
        fn a_mobile_number_is_the_same_with_and_without_country_code(number in "4[5-9][0-9]{7}", separator in "[ ./-]?") {
            let (head, tail) = number.split_at(3);
            let national = contacts(&format!("0{head}{separator}{tail}"));
            let international = contacts(&format!("+32{separator}{head}{separator}{tail}"));
            prop_assert_eq!(&national, &international);
            prop_assert_eq!(national.len(), 1);
        }
    }
}
