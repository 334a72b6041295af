//! A page that says one thing.

use axum::response::Response;
use http::StatusCode;

use super::html::{Page, escape};

/// A page with a title, a sentence or two, and a way on.
pub fn message(status: StatusCode, title: &str, text: &str, link: (&str, &str)) -> Response {
    let body = format!(
        "<h1>{}</h1><p>{}</p><p><a class=\"button\" href=\"{}\">{}</a></p>",
        escape(title),
        escape(text),
        escape(link.0),
        escape(link.1)
    );
    Page { language: "nl", title, body: &body, signed_in: None }.respond(status)
}

/// There is no such page.
pub fn not_found() -> Response {
    message(
        StatusCode::NOT_FOUND,
        "Deze pagina bestaat niet",
        "Kijk of het adres klopt, of begin opnieuw op de startpagina.",
        ("/", "Naar de startpagina"),
    )
}
