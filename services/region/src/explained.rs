//! What every refused value can say about itself.

/// A refusal that carries its cure.
///
/// `Display` says what is wrong, [`Explained::remedy`] says what would be right, and [`Explained::reason`] is the
/// stable word under which services hand the refusal on in a field violation. None of the three repeats a value
/// that is personal.
pub trait Explained: std::error::Error {
    /// Says what would be right, in English and in one sentence.
    fn remedy(&self) -> String;

    /// Names the refusal for programs, in `SCREAMING_SNAKE_CASE`; never changes once published.
    fn reason(&self) -> &'static str;
}
