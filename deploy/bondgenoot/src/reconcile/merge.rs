//! Walks two lists that are sorted by aggregate id at once, without holding either of them whole.

use std::cmp::Ordering;
use std::collections::VecDeque;

use proto::admin::v1::History;

/// One of the two lists, as far as it was read.
#[derive(Debug, Default)]
pub struct Side {
    rows: VecDeque<History>,
    complete: bool,
}

impl Side {
    /// Adds the next page; `last` when there is none after it.
    pub fn push(&mut self, page: Vec<History>, last: bool) {
        self.rows.extend(page);
        self.complete = last;
    }

    /// Whether the walk cannot go on without the next page.
    pub fn wants_page(&self) -> bool {
        self.rows.is_empty() && !self.complete
    }
}

/// Takes the next aggregate off both sides; `None` at the end, or while a side wants a page.
pub fn next(produced: &mut Side, consumed: &mut Side) -> Option<(Option<History>, Option<History>)> {
    if produced.wants_page() || consumed.wants_page() {
        return None;
    }
    let order = match (produced.rows.front(), consumed.rows.front()) {
        (None, None) => return None,
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        // Lower-case text of UUIDs sorts as their bytes do, which is how the services sort.
        (Some(left), Some(right)) => left.aggregate_id.cmp(&right.aggregate_id),
    };
    Some(match order {
        Ordering::Less => (produced.rows.pop_front(), None),
        Ordering::Greater => (None, consumed.rows.pop_front()),
        Ordering::Equal => (produced.rows.pop_front(), consumed.rows.pop_front()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: &[u8]) -> Vec<History> {
        ids.iter()
            .map(|id| History {
                aggregate_id: format!("0193a5c0-1000-7a01-8000-0000000000{id:02x}"),
                ..History::default()
            })
            .collect()
    }

    /// Walks two lists cut into pages of every size and gives what met what.
    fn walk(left: &[u8], right: &[u8], size: usize) -> Vec<(Option<u8>, Option<u8>)> {
        let (mut produced, mut consumed) = (Side::default(), Side::default());
        let cut = |ids: &[u8]| ids.chunks(size).map(page).collect::<VecDeque<_>>();
        let (mut left, mut right) = (cut(left), cut(right));
        let mut met = Vec::new();
        loop {
            for (side, pages) in [(&mut produced, &mut left), (&mut consumed, &mut right)] {
                if side.wants_page() {
                    let page = pages.pop_front().unwrap_or_default();
                    side.push(page, pages.is_empty());
                }
            }
            let Some((one, other)) = next(&mut produced, &mut consumed) else {
                if produced.wants_page() || consumed.wants_page() {
                    continue;
                }
                return met;
            };
            let id = |history: Option<History>| {
                history.map(|it| u8::from_str_radix(&it.aggregate_id[34..], 16).unwrap())
            };
            met.push((id(one), id(other)));
        }
    }

    #[test]
    fn every_aggregate_is_seen_once_whatever_the_pages() {
        let expected =
            [(Some(1), Some(1)), (Some(2), None), (None, Some(3)), (Some(4), Some(4)), (None, Some(9))];

        for size in 1..=5 {
            assert_eq!(walk(&[1, 2, 4], &[1, 3, 4, 9], size), expected, "pages of {size}");
        }
    }

    #[test]
    fn an_empty_side_is_no_trap() {
        assert_eq!(walk(&[], &[], 2), []);
        assert_eq!(walk(&[7], &[], 2), [(Some(7), None)]);
        assert_eq!(walk(&[], &[7], 2), [(None, Some(7))]);
    }
}
