//! Numbers as they stand in people's sheets: `3.200.811,43`, `217 378,42`, `2983433.01`, `28 473, 93`, `68`. A cell that has one
//! reading is read; one that has two, such as `1.234`, is refused with both. Nothing is guessed from the cells beside it.

use region::Explained;
use rust_decimal::Decimal;

/// Longest cell that can be a number.
const LONGEST: usize = 32;

/// A cell that is not one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    /// Nothing but blanks.
    #[error("the cell is empty")]
    Missing,
    /// No number in any way of writing that is known here.
    #[error("the cell is not a number")]
    Shape,
    /// Two numbers.
    #[error("the cell can be read as {with_decimals} and as {with_thousands}")]
    Ambiguous {
        /// What it is when the sign stands before the decimals.
        with_decimals: Decimal,
        /// What it is when the sign stands between the thousands.
        with_thousands: Decimal,
    },
}

impl Explained for CellError {
    fn remedy(&self) -> String {
        match self {
            Self::Missing => "fill the cell in, or take its row out".to_owned(),
            Self::Shape => "write digits, with one sign before the decimals, such as `28473,93`".to_owned(),
            Self::Ambiguous { with_decimals, with_thousands } => format!(
                "write `{with_decimals}0` when a part of a whole is meant, `{with_thousands}` without sign when thousands are"
            ),
        }
    }

    fn reason(&self) -> &'static str {
        match self {
            Self::Missing => "REQUIRED",
            Self::Shape => "CELL_NOT_A_NUMBER",
            Self::Ambiguous { .. } => "CELL_AMBIGUOUS",
        }
    }
}

/// Reads a cell. `most` is what the column can hold at most by a rule, such as the hours of a person in a year: a reading above it is
/// no reading, so `602.047` hours are one number. How many decimals a column has decides nothing.
///
/// # Errors
/// Says what is wrong; of a cell with two readings, both.
pub fn read_cell(text: &str, most: Option<Decimal>) -> Result<Decimal, CellError> {
    let text = text.trim_matches(is_blank);
    let text =
        text.strip_prefix('€').or_else(|| text.strip_suffix('€')).unwrap_or(text).trim_matches(is_blank);
    if text.is_empty() {
        return Err(CellError::Missing);
    }
    if text.chars().count() > LONGEST {
        return Err(CellError::Shape);
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let decimals = with_decimals(digits).and_then(|plain| number(sign, &plain));
    let thousands = with_thousands(digits).and_then(|plain| number(sign, &plain));
    let fits = |number: &Decimal| most.is_none_or(|most| *number <= most);
    match (decimals, thousands) {
        (Some(one), Some(other)) if one == other => Ok(one),
        (Some(one), Some(other)) => match (fits(&one), fits(&other)) {
            (true, false) => Ok(one),
            (false, true) => Ok(other),
            _ => Err(CellError::Ambiguous { with_decimals: one, with_thousands: other }),
        },
        // What one reading gives is judged by the field it is for, which says what is wrong with it.
        (Some(one), None) | (None, Some(one)) => Ok(one),
        (None, None) => Err(CellError::Shape),
    }
}

/// Blanks that stand in sheets: the usual one, and those that do not break.
const fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}')
}

fn number(sign: &str, plain: &str) -> Option<Decimal> {
    format!("{sign}{plain}").parse::<Decimal>().ok().filter(|number| number.scale() <= 12)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The last sign stands before decimals; what is before it is whole, in groups or not. A blank may follow the sign.
fn with_decimals(text: &str) -> Option<String> {
    let at = text.rfind(['.', ','])?;
    let (whole, rest) = text.split_at_checked(at)?;
    let mark = rest.chars().next()?;
    let fraction = rest.get(mark.len_utf8()..)?.trim_start_matches(is_blank);
    // The same sign cannot stand between thousands too.
    if whole.contains(mark) || !all_digits(fraction) {
        return None;
    }
    Some(format!("{}.{fraction}", ungrouped(whole)?))
}

/// Every sign stands between groups of three: there are no decimals.
fn with_thousands(text: &str) -> Option<String> {
    ungrouped(text)
}

/// Whole digits, or groups of three with one and the same sign between them. A group in front does not begin with 0.
fn ungrouped(text: &str) -> Option<String> {
    if all_digits(text) {
        return Some(text.to_owned());
    }
    let mark = text.chars().find(|letter| !letter.is_ascii_digit())?;
    if !(mark == '.' || mark == ',' || mark == '\'' || is_blank(mark)) {
        return None;
    }
    let mut groups = text.split(mark);
    let first = groups.next()?;
    let fits = all_digits(first) && first.len() <= 3 && !first.starts_with('0');
    let mut whole = first.to_owned();
    for group in groups {
        if group.len() != 3 || !all_digits(group) {
            return None;
        }
        whole.push_str(group);
    }
    fits.then_some(whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn every_way_of_writing_that_was_seen_is_read() {
        for (cell, number) in [
            ("3.200.811,43", "3200811.43"),
            ("217 378,42", "217378.42"),
            ("2983433.01", "2983433.01"),
            ("28 473, 93", "28473.93"),
            ("8.311,33", "8311.33"),
            ("73994.4", "73994.4"),
            ("43.02", "43.02"),
            ("68", "68"),
            (" € 1.234,50 ", "1234.50"),
            ("1\u{202f}234,5 €", "1234.5"),
            ("1,234,567.89", "1234567.89"),
            ("1'234.50", "1234.50"),
            ("1.234.567", "1234567"),
            ("0,125", "0.125"),
            ("1234.567", "1234.567"),
            ("12 345", "12345"),
            ("12 345,678", "12345.678"),
            ("-28 473, 93", "-28473.93"),
        ] {
            assert_eq!(read_cell(cell, None), Ok(decimal(number)), "{cell}");
        }
    }

    #[test]
    fn a_cell_with_two_readings_is_refused_with_both() {
        for (cell, one, other) in [("1.234", "1.234", "1234"), ("602,047", "602.047", "602047")] {
            let error = read_cell(cell, None).unwrap_err();

            assert_eq!(
                error,
                CellError::Ambiguous { with_decimals: decimal(one), with_thousands: decimal(other) }
            );
            assert!(error.to_string().contains(one) && error.to_string().contains(other), "{error}");
            // What the remedy says to write has one reading.
            assert_eq!(read_cell(&format!("{one}0"), None), Ok(decimal(one)));
            assert_eq!(read_cell(other, None), Ok(decimal(other)));
        }
    }

    #[test]
    fn a_reading_that_the_column_cannot_hold_is_none() {
        let hours = Some(Decimal::from(1_720));

        assert_eq!(read_cell("602.047", hours), Ok(decimal("602.047")));
        assert!(matches!(read_cell("1.234", hours), Err(CellError::Ambiguous { .. })), "both are hours");
        assert!(matches!(read_cell("999.999", Some(Decimal::ONE)), Err(CellError::Ambiguous { .. })));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for cell in [
            "1.23.456",
            "1,2,3",
            "12.34,567,8",
            "1 23",
            "1.234 567",
            "1.234 567,8",
            "a",
            "1e3",
            "+1",
            "--1",
            ".5",
            "5.",
            "1..2",
            "0.123.456",
            "٣",
            "12%",
            "1 000.000,5 x",
            "=1+1",
            "1,234.567.890",
            "99999999999999999999999999999999",
        ] {
            assert_eq!(read_cell(cell, None), Err(CellError::Shape), "{cell}");
        }
        assert_eq!(read_cell(" \u{a0} ", None), Err(CellError::Missing));
    }

    fn grouped(whole: u64, mark: &str) -> String {
        let digits = whole.to_string();
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push_str(mark);
            }
            text.push(digit);
        }
        text
    }

    proptest! {
        /// However an amount is written, it is read as itself or refused as having two readings, of which it is one.
        #[test]
        fn no_amount_is_read_as_another(
            // Small ones often: two readings are only there below a million.
            cents in prop_oneof![0..1_000_000_u64, 0..1_000_000_000_u64, 0..1_000_000_000_000_u64],
            style in 0..6_usize,
            decimals in 0..4_u32,
        ) {
            let unit = 10_u64.pow(decimals);
            let (whole, fraction) = (cents / unit, cents % unit);
            let (thousands, mark) =
                [(".", ","), (" ", ","), ("", "."), (" ", ", "), ("", ","), (",", ".")][style];
            let mut cell = grouped(whole, thousands);
            if decimals > 0 {
                cell = format!("{cell}{mark}{fraction:0width$}", width = decimals as usize);
            }
            let value = Decimal::from_i128_with_scale(i128::from(cents), decimals);
            match read_cell(&cell, None) {
                Ok(read) => prop_assert_eq!(read, value, "{}", cell),
                Err(CellError::Ambiguous { with_decimals, with_thousands }) => {
                    prop_assert!(with_decimals == value || with_thousands == value, "{}", cell);
                    prop_assert_ne!(with_decimals, with_thousands);
                }
                Err(error) => prop_assert!(false, "{}: {}", cell, error),
            }
        }

        #[test]
        fn any_cell_is_read_or_refused(cell in ".{0,40}") {
            let _ = read_cell(&cell, None);
        }
    }
}
