//! Days from a first to a last one, both included; the last may be open.

use jiff::civil::Date;

/// A period of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub first: Date,
    /// Last day, inclusive; `None` is open.
    pub last: Option<Date>,
}

impl Period {
    /// Whether a day lies in it.
    pub fn contains(&self, day: Date) -> bool {
        self.first <= day && self.last.is_none_or(|last| day <= last)
    }

    /// Whether the two share a day.
    pub fn overlaps(&self, other: &Self) -> bool {
        let begins_in_time = |one: &Self, two: &Self| two.last.is_none_or(|last| one.first <= last);
        begins_in_time(self, other) && begins_in_time(other, self)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_and_the_last_day_belong_to_it() {
        let period = Period { first: date(2024, 3, 1), last: Some(date(2024, 3, 31)) };

        for (day, inside) in [
            (date(2024, 2, 29), false),
            (date(2024, 3, 1), true),
            (date(2024, 3, 31), true),
            (date(2024, 4, 1), false),
        ] {
            assert_eq!(period.contains(day), inside, "{day}");
        }
    }

    fn periods() -> impl Strategy<Value = Period> {
        (1_i8..=28, proptest::option::of(1_i8..=28)).prop_map(|(first, last)| Period {
            first: date(2024, 2, first),
            last: last.map(|last| date(2024, 2, last.max(first))),
        })
    }

    proptest! {
        #[test]
        fn two_overlap_when_a_day_lies_in_both(one in periods(), two in periods()) {
            // Open periods meet at the latest on the first of March.
            let days = (1..=28).map(|day| date(2024, 2, day)).chain([date(2024, 3, 1)]);
            let common = days.into_iter().any(|day| one.contains(day) && two.contains(day));

            prop_assert_eq!(one.overlaps(&two), common);
            prop_assert_eq!(two.overlaps(&one), common);
        }
    }
}
