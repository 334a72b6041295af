//! A text with a name, and the way from a byte to line and column.

/// A region or programme file as it was read: what it is called in explanations, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What the file is called in explanations: its path as the reader gave it.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// A stretch of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// How many characters; at least 1.
    pub width: usize,
    /// The whole line.
    pub text: String,
}

impl Source {
    /// Makes a source of a name and a text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Finds the place of the bytes from `start` to `end`; a stretch of several lines is cut at the end of the first.
    pub(crate) fn place(&self, start: usize, end: usize) -> Place {
        // Spans of the parser lie on character borders and inside the text; a rounded one is still a good answer.
        let start = self.text.floor_char_boundary(start);
        let line_start = self.text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let before = self.text.get(line_start..start).unwrap_or_default();
        let line = self.text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let end = self.text.floor_char_boundary(end).min(line_start + line.len());
        let width = self.text.get(start..end).map_or(1, |covered| covered.trim_end().chars().count()).max(1);
        Place {
            line: self.text.get(..line_start).map_or(0, |above| above.matches('\n').count()) + 1,
            column: before.chars().count() + 1,
            width,
            text: line.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_not_bytes() {
        let source = Source::new("a.toml", "één = 1\ntwee = \"é\" # x\n");
        let start = source.text.find('#').unwrap();

        let place = source.place(start, start + 3);

        assert_eq!((place.line, place.column, place.width), (2, 12, 3));
        assert_eq!(place.text, "twee = \"é\" # x");
    }

    #[test]
    fn a_stretch_of_several_lines_is_cut_at_the_first() {
        let source = Source::new("a.toml", "a = [\r\n  1,\r\n]\r\n");

        let place = source.place(4, 14);

        assert_eq!((place.line, place.column, place.width), (1, 5, 1));
    }

    #[test]
    fn a_place_behind_the_end_is_the_end() {
        let source = Source::new("a.toml", "a = 1\n");

        assert_eq!(source.place(99, 120).line, 2);
    }
}
