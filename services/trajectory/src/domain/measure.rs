//! A measure with an instrument of the programme.

use jiff::civil::Date;
use region::programme::{Instrument, SecrecyClass};
use region::{Explained, InstrumentCode, Programme};
use thiserror::Error;

/// A measure that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MeasureError {
    /// The number lies outside the scale.
    #[error("the scale runs from {min} to {max}")]
    OutOfScale {
        /// Lowest number.
        min: u32,
        /// Highest number.
        max: u32,
    },
    /// The instrument has no such item.
    #[error("the instrument has no such item")]
    UnknownItem {
        /// Those it has.
        known: Vec<String>,
    },
    /// An item is there twice.
    #[error("this item is there twice")]
    Repeated,
    /// An item is not there.
    #[error("the item `{item}` has no number")]
    ItemMissing {
        /// Which.
        item: String,
    },
    /// There is no number at all.
    #[error("there is no number")]
    Empty,
}

impl Explained for MeasureError {
    fn remedy(&self) -> String {
        match self {
            Self::OutOfScale { min, max } => format!("give a whole number from {min} to {max}"),
            Self::UnknownItem { known } if known.is_empty() => {
                "leave the item empty: the instrument is one scale".to_owned()
            }
            Self::UnknownItem { known } => format!("choose one of these: {}", known.join(", ")),
            Self::Repeated => "give one number for each item".to_owned(),
            Self::ItemMissing { item } => format!("add a number for `{item}`"),
            Self::Empty => "give at least one number".to_owned(),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::OutOfScale { .. } => "OUT_OF_SCALE",
            Self::UnknownItem { .. } => "UNKNOWN_ITEM",
            Self::Repeated => "REPEATED",
            Self::ItemMissing { .. } => "ITEM_MISSING",
            Self::Empty => "REQUIRED",
        }
    }
}

/// One number of a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Item of the instrument, or life domain; empty for a scale without items.
    pub item: String,
    /// How secret it is: as its life domain; `normal` for an item of the instrument.
    pub class: SecrecyClass,
    /// The number.
    pub value: u32,
}

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// With which instrument.
    pub instrument: InstrumentCode,
    /// Version of its items.
    pub item_version: u32,
    /// On which day.
    pub day: Date,
    /// The numbers, by item.
    pub values: Vec<Value>,
}

impl Measure {
    /// Checks numbers against an instrument of a programme; gives every field that is wrong, as `values[2].value`.
    pub fn take(
        programme: &Programme,
        instrument: &Instrument,
        day: Date,
        given: &[(String, i32)],
    ) -> Result<Self, Vec<(String, MeasureError)>> {
        let points = Points::of(programme, instrument);
        let mut wrong = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        for (place, (item, number)) in given.iter().enumerate() {
            let class = points.class(item);
            if class.is_none() {
                wrong.push((
                    format!("values[{place}].item"),
                    MeasureError::UnknownItem { known: points.names() },
                ));
            } else if values.iter().any(|value| value.item == *item) {
                wrong.push((format!("values[{place}].item"), MeasureError::Repeated));
            }
            let value =
                u32::try_from(*number).ok().filter(|value| (instrument.min..=instrument.max).contains(value));
            if value.is_none() {
                let (min, max) = (instrument.min, instrument.max);
                wrong.push((format!("values[{place}].value"), MeasureError::OutOfScale { min, max }));
            }
            values.push(Value {
                item: item.clone(),
                class: class.unwrap_or(SecrecyClass::Normal),
                value: value.unwrap_or_default(),
            });
        }
        for item in points.required() {
            if !given.iter().any(|(given, _)| given == item) {
                wrong.push(("values".to_owned(), MeasureError::ItemMissing { item: item.to_owned() }));
            }
        }
        if given.is_empty() {
            wrong = vec![("values".to_owned(), MeasureError::Empty)];
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        values.sort_by(|one, other| one.item.cmp(&other.item));
        Ok(Self { instrument: instrument.code.clone(), item_version: instrument.item_version, day, values })
    }
}

/// What an instrument takes numbers for.
struct Points {
    /// Names with how secret they are; one empty name for a scale without items.
    known: Vec<(String, SecrecyClass)>,
    /// Whether each must have a number.
    all_required: bool,
}

impl Points {
    fn of(programme: &Programme, instrument: &Instrument) -> Self {
        let items = instrument.items.iter().map(|item| (item.code.as_str().to_owned(), SecrecyClass::Normal));
        let mut known: Vec<_> = items.collect();
        if instrument.tailored {
            let domains = programme.life_domains.iter();
            known.extend(domains.map(|domain| (domain.code.as_str().to_owned(), domain.secrecy)));
        } else if known.is_empty() {
            known.push((String::new(), SecrecyClass::Normal));
        }
        Self { known, all_required: !instrument.tailored }
    }

    fn class(&self, item: &str) -> Option<SecrecyClass> {
        self.known.iter().find(|(name, _)| name == item).map(|(_, class)| *class)
    }

    fn names(&self) -> Vec<String> {
        self.known.iter().map(|(name, _)| name.clone()).filter(|name| !name.is_empty()).collect()
    }

    fn required(&self) -> impl Iterator<Item = &str> {
        let all_required = self.all_required;
        self.known
            .iter()
            .filter(move |(name, _)| all_required && !name.is_empty())
            .map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::LazyLock;

    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    static WAASLAND: LazyLock<region::Region> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/regions/waasland");
        region::load(&folder).unwrap()
    });

    fn take(instrument: &str, given: &[(&str, i32)]) -> Result<Measure, Vec<(String, MeasureError)>> {
        let programme = WAASLAND.programme(&"waasland-esf".parse().unwrap()).unwrap();
        let instrument = programme.instrument(&instrument.parse().unwrap()).unwrap();
        let given: Vec<_> = given.iter().map(|(item, value)| ((*item).to_owned(), *value)).collect();
        Measure::take(programme, instrument, date(2024, 6, 1), &given)
    }

    #[test]
    fn a_release_scale_is_one_number_from_one_to_ten() {
        assert_eq!(take("release", &[("", 7)]).unwrap().values[0].value, 7);
        for wrong in [0, 11, -1, i32::MIN] {
            let refused = take("release", &[("", wrong)]).unwrap_err();
            assert_eq!(
                refused,
                [("values[0].value".to_owned(), MeasureError::OutOfScale { min: 1, max: 10 })]
            );
        }
        assert_eq!(take("release", &[]).unwrap_err(), [("values".to_owned(), MeasureError::Empty)]);
    }

    #[test]
    fn a_star_has_numbers_on_chosen_domains_as_secret_as_they_are() {
        let measure = take("star", &[("work", 3), ("justice", 2)]).unwrap();

        let classes: Vec<_> = measure.values.iter().map(|value| (value.item.as_str(), value.class)).collect();
        assert_eq!(classes, [("justice", SecrecyClass::Criminal), ("work", SecrecyClass::Normal)]);
        let refused = take("star", &[("work", 3), ("work", 9), ("sleep", 1)]).unwrap_err();
        let fields: Vec<_> = refused.iter().map(|(field, error)| (field.as_str(), error.reason())).collect();
        assert_eq!(
            fields,
            [
                ("values[1].item", "REPEATED"),
                ("values[1].value", "OUT_OF_SCALE"),
                ("values[2].item", "UNKNOWN_ITEM")
            ]
        );
    }

    #[test]
    fn a_scale_with_items_has_a_number_for_each() {
        let refused = take("empowerment", &[("know-what-i-want", 4)]).unwrap_err();

        assert_eq!(refused.len(), 3);
        assert!(refused.iter().all(|(field, error)| field == "values" && error.reason() == "ITEM_MISSING"));
    }

    proptest! {
        #[test]
        fn a_number_is_taken_exactly_when_it_is_on_the_scale(number in prop_oneof![-3_i32..15, any::<i32>()]) {
            prop_assert_eq!(take("release", &[("", number)]).is_ok(), (1..=10).contains(&number));
        }
    }
}
