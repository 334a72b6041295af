//! Plain HTML: escaping and the frame of every page.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

/// Appends formatted text to a `String`.
macro_rules! push {
    ($html:expr, $($text:tt)+) => {{
        use std::fmt::Write as _;
        // writing to a String does not fail
        let _ = write!($html, $($text)+);
    }};
}
pub(crate) use push;

/// Text for an element or a quoted attribute.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}

/// A page.
#[derive(Debug)]
pub struct Page<'p> {
    /// Language of its text.
    pub language: &'static str,
    /// Title, without the name of the site.
    pub title: &'p str,
    /// What stands in `main`, as HTML.
    pub body: &'p str,
    /// Whether somebody is signed in; `None` where the page is the same for all.
    pub signed_in: Option<bool>,
}

impl Page<'_> {
    /// The whole page.
    pub fn render(&self) -> String {
        let (skip, account) = match (self.language, self.signed_in) {
            ("nl", Some(true)) => (
                "Naar de inhoud",
                "<form method=\"post\" action=\"/sign-out\"><button type=\"submit\">Uitloggen</button></form>",
            ),
            ("nl", Some(false)) => ("Naar de inhoud", "<a href=\"/sign-in\">Inloggen</a>"),
            ("nl", None) => ("Naar de inhoud", ""),
            _ => ("To the content", ""),
        };
        format!(
            "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{} - Bondgenoot</title><link rel=\"stylesheet\" href=\"/site.css\"></head>\
             <body><a class=\"skip\" href=\"#main\">{skip}</a>\
             <header><a class=\"home\" href=\"/\">Bondgenoot</a>{account}</header>\
             <main id=\"main\">{}</main></body></html>",
            self.language,
            escape(self.title),
            self.body
        )
    }

    /// As an answer.
    pub fn respond(&self, status: StatusCode) -> Response {
        respond(status, "text/html; charset=utf-8", self.render())
    }
}

/// An answer with a body and its media type.
pub fn respond(status: StatusCode, media_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// The style sheet.
pub const STYLE: &str = include_str!("site.css");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        assert_eq!(escape("Kanarie"), "Kanarie");
        assert_eq!(escape("<b a='1'>\"&"), "&lt;b a=&#39;1&#39;&gt;&quot;&amp;");
    }
}
