//! Where words go: data to stdout, talk to stderr, colour only on a terminal and never with `NO_COLOR`.

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex};

/// What a piece of text means; the colour follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// In order.
    Good,
    /// Degraded.
    Warning,
    /// Not in order.
    Bad,
    /// A heading.
    Heading,
    /// Less important.
    Quiet,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "31",
            Self::Heading => "1",
            Self::Quiet => "2",
        }
    }
}

/// The two streams of the command.
#[derive(Debug, Clone)]
pub struct Terminal {
    data_colour: bool,
    talk_colour: bool,
    /// Whether a line is being redrawn on stderr, and its text.
    waiting: Arc<Mutex<Option<String>>>,
}

impl Terminal {
    /// Looks at the streams and the environment.
    pub fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self {
            data_colour: wanted && std::io::stdout().is_terminal(),
            talk_colour: wanted && std::io::stderr().is_terminal(),
            waiting: Arc::default(),
        }
    }

    /// Without colour and without redrawing, whatever the streams are.
    pub fn plain() -> Self {
        Self { data_colour: false, talk_colour: false, waiting: Arc::default() }
    }

    /// Writes a line of data to stdout. A reader who went away (`| head`) is no error.
    pub fn data(&self, line: &str) {
        self.wait_over();
        let mut stream = std::io::stdout().lock();
        let _ = writeln!(stream, "{line}").and_then(|()| stream.flush());
    }

    /// Writes lines of data to stdout, each after this margin.
    pub fn data_lines(&self, margin: &str, lines: &[String]) {
        for line in lines {
            self.data(&format!("{margin}{line}"));
        }
    }

    /// Writes a value as indented JSON to stdout.
    pub fn json<T: serde::Serialize>(&self, value: &T) {
        // Our values have string keys and no failing serializers.
        self.data(
            &serde_json::to_string_pretty(value).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}")),
        );
    }

    /// Writes a line of talk to stderr.
    pub fn talk(&self, line: &str) {
        self.wait_over();
        let mut stream = std::io::stderr().lock();
        let _ = writeln!(stream, "{line}");
    }

    /// Whether a line on stderr can be drawn again.
    pub fn redraws(&self) -> bool {
        self.talk_colour
    }

    /// Says what is being waited for: one line that is redrawn on a terminal, a plain line elsewhere.
    pub fn wait(&self, what: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if waiting.as_deref() == Some(what) {
            return;
        }
        let mut stream = std::io::stderr().lock();
        let _ = if self.talk_colour {
            write!(stream, "\r\x1b[K… {what}").and_then(|()| stream.flush())
        } else {
            writeln!(stream, "… {what}")
        };
        *waiting = Some(what.to_owned());
    }

    /// The wait is over: its line goes away on a terminal.
    pub fn wait_over(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if waiting.take().is_some() && self.talk_colour {
            let mut stream = std::io::stderr().lock();
            let _ = write!(stream, "\r\x1b[K").and_then(|()| stream.flush());
        }
    }

    /// Text for stdout in a style.
    pub fn style(&self, style: Style, text: &str) -> String {
        paint(self.data_colour, style, text)
    }

    /// Text for stderr in a style.
    pub fn talk_style(&self, style: Style, text: &str) -> String {
        paint(self.talk_colour, style, text)
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

fn paint(colour: bool, style: Style, text: &str) -> String {
    if colour { format!("\x1b[{}m{text}\x1b[0m", style.code()) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_terminal_never_gets_an_escape() {
        let terminal = Terminal::plain();

        assert_eq!(terminal.style(Style::Bad, "x"), "x");
        assert_eq!(terminal.talk_style(Style::Good, "x"), "x");
        assert_eq!(paint(true, Style::Bad, "x"), "\x1b[31mx\x1b[0m");
    }
}
