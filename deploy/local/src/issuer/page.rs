//! The sign-in page: plain Dutch, one button a person, no script.

use std::fmt::Write;

use super::DemoPeople;

/// The page with a button for every person. `parameters` come back with the button that is pressed.
pub(super) fn sign_in(people: &DemoPeople, parameters: &[(&str, &str)]) -> String {
    let mut body = String::from(
        "<h1>Aanmelden in de oefenomgeving</h1>\
         <p>Alle mensen hier zijn verzonnen. Kies als wie u wilt werken.</p>\
         <form method=\"post\" action=\"authorize\">",
    );
    for (name, value) in parameters {
        // Writing to a string cannot fail.
        let _ = write!(body, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value));
    }
    body.push_str("<ul>");
    for person in &people.people {
        let _ = write!(
            body,
            "<li><button name=\"login\" value=\"{}\"><strong>{}</strong><br>{}<br><small>{}</small></button></li>",
            escape(&person.login),
            escape(&person.name),
            escape(&person.about),
            escape(&person.organisation.name),
        );
    }
    body.push_str("</ul></form>");
    document("Aanmelden", &body)
}

/// A page for a question that cannot be answered by sending the browser back.
pub(super) fn refused(reason: &str) -> String {
    let body = format!(
        "<h1>Aanmelden lukt niet</h1><p>De vraag van de toepassing klopt niet. Ga terug en probeer opnieuw.</p>\
         <p><small>{}</small></p>",
        escape(reason)
    );
    document("Aanmelden lukt niet", &body)
}

/// The page after signing out.
pub(super) fn signed_out() -> String {
    document("Afgemeld", "<h1>U bent afgemeld</h1><p>U mag dit venster sluiten.</p>")
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"nl\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>\
         body{{font:1.125rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}}\
         ul{{list-style:none;padding:0}}li{{margin:.75rem 0}}\
         button{{font:inherit;width:100%;min-height:3rem;padding:.75rem 1rem;text-align:left;background:#fff;\
         border:2px solid #0b4f8a;border-radius:.5rem;cursor:pointer}}button:hover{{background:#eef5fb}}\
         button:focus-visible{{outline:4px solid #ffb000;outline-offset:2px}}</style></head>\
         <body><main>{body}</main></body></html>"
    )
}

/// Makes text safe inside an element and inside a quoted attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_cannot_become_markup() {
        let page = sign_in(&DemoPeople { people: Vec::new() }, &[("state", "\"><script>alert(1)</script>")]);

        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&quot;&gt;&lt;script&gt;"), "{page}");
    }
}
