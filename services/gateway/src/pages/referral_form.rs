//! The referral form: the consent question first, because it decides what may be asked.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chassis::id::IdGenerator;
use http::StatusCode;
use region::{ClosedSet as _, Programme};

use super::form_text::{
    CHANNEL, CONSENT, FormError, MUNICIPALITY, NOTE, PERSON, PROGRAMME, REASONS, REFERRER, TextField,
};
use super::html::{Page, escape, push};
use super::submit_referral::Form;
use crate::app::App;

/// Shows the empty form.
pub async fn show(State(app): State<Arc<App>>) -> Response {
    render(&app, &Form::default(), &[], None, StatusCode::OK)
}

/// Shows the form with what was filled in, and what is wrong with it. `key` is kept where the request may have arrived.
pub(super) fn render(
    app: &App,
    form: &Form,
    errors: &[FormError],
    key: Option<&str>,
    status: StatusCode,
) -> Response {
    let today = app.region.today(app.clock.business_now());
    let programmes = open_programmes(app, today);
    let mut html = String::from("<h1>Iemand aanmelden</h1>");
    summary(&mut html, errors);
    html.push_str("<form method=\"post\" action=\"/aanmelden\">");
    let fresh = IdGenerator.uuid().to_string();
    push!(html, "<input type=\"hidden\" name=\"key\" value=\"{}\">", escape(key.unwrap_or(&fresh)));
    choices(
        &mut html,
        errors,
        form,
        &Choices { name: "consent", legend: CONSENT, kind: "radio", help: "" },
        &[
            ("CONSENT_GIVEN", "Ja, en het is oké", ""),
            ("CONSENT_NOT_YET", "Nog niet", "Dan bewaren we niets. Praat er eerst samen over."),
        ],
    );
    if let [only] = programmes.as_slice() {
        push!(html, "<input type=\"hidden\" name=\"programme\" value=\"{}\">", escape(only.code.as_str()));
    } else {
        let options: Vec<_> = programmes
            .iter()
            .map(|programme| (programme.code.as_str(), programme.name.as_str(), ""))
            .collect();
        let about = Choices { name: "programme", legend: PROGRAMME, kind: "radio", help: "" };
        choices(&mut html, errors, form, &about, &options);
    }
    for field in &PERSON {
        text_field(&mut html, errors, form, field);
    }
    let municipalities: Vec<(String, &str)> = app
        .region
        .municipalities_at(today)
        .map(|municipality| (municipality.nis.to_string(), municipality.name.as_str()))
        .collect();
    select(&mut html, errors, form, "municipalityNis", MUNICIPALITY, &municipalities);
    let reasons: Vec<_> = programmes
        .iter()
        .flat_map(|programme| &programme.referral_reasons)
        .map(|reason| (reason.code.as_str(), reason.label.as_str(), ""))
        .collect();
    let about =
        Choices {
            name: "reasons", legend: REASONS, kind: "checkbox", help: "U mag er meer dan één kiezen."
        };
    choices(&mut html, errors, form, &about, &reasons);
    let mut channels: Vec<(&str, &str, &str)> = Vec::new();
    for channel in programmes.iter().flat_map(|programme| &programme.channels) {
        let option =
            (channel.kind.as_str(), channel.label.as_str(), channel.help.as_deref().unwrap_or_default());
        if !channels.iter().any(|(known, ..)| *known == option.0) {
            channels.push(option);
        }
    }
    let about = Choices { name: "channel", legend: CHANNEL, kind: "radio", help: "" };
    choices(&mut html, errors, form, &about, &channels);
    for field in &REFERRER {
        text_field(&mut html, errors, form, field);
    }
    text_field(&mut html, errors, form, &NOTE);
    html.push_str("<p><button type=\"submit\">Aanmelden</button></p></form>");
    let title = if errors.is_empty() { "Iemand aanmelden" } else { "Fout: iemand aanmelden" };
    Page { language: "nl", title, body: &html, signed_in: None }.respond(status)
}

/// The programmes that take referrals today, each in the version of today.
fn open_programmes(app: &App, today: jiff::civil::Date) -> Vec<&Programme> {
    let mut open: Vec<&Programme> = Vec::new();
    for programme in &app.region.programmes {
        let known = open.iter().any(|other| other.code == programme.code);
        let current = app.region.programme_at(&programme.code, today).filter(|current| {
            current.starts_on.is_none_or(|first| first <= today)
                && current.ends_on.is_none_or(|last| today <= last)
        });
        if let (false, Some(current)) = (known, current) {
            open.push(current);
        }
    }
    open
}

fn summary(html: &mut String, errors: &[FormError]) {
    if errors.is_empty() {
        return;
    }
    html.push_str("<div class=\"errors\" role=\"alert\" tabindex=\"-1\"><h2>Er klopt nog iets niet</h2><ul>");
    for error in errors {
        push!(html, "<li><a href=\"#{}\">{}</a></li>", escape(&error.field), error.text);
    }
    html.push_str("</ul></div>");
}

/// The message at a field, and the attributes that tie it to the field.
fn message(errors: &[FormError], name: &str) -> (String, String) {
    match errors.iter().find(|error| error.field == name) {
        Some(error) => (
            format!("<p class=\"error\" id=\"{name}-error\">{}</p>", error.text),
            format!(" aria-invalid=\"true\" aria-describedby=\"{name}-error\""),
        ),
        None => (String::new(), String::new()),
    }
}

struct Choices {
    name: &'static str,
    legend: &'static str,
    kind: &'static str,
    help: &'static str,
}

fn choices(
    html: &mut String,
    errors: &[FormError],
    form: &Form,
    about: &Choices,
    options: &[(&str, &str, &str)],
) {
    let Choices { name, legend, kind, help } = about;
    let (message, described) = message(errors, name);
    push!(html, "<fieldset id=\"{name}\"{described}><legend>{legend}</legend>");
    if !help.is_empty() {
        push!(html, "<p class=\"help\">{help}</p>");
    }
    html.push_str(&message);
    for (value, label, help) in options {
        let (value, label, help) = (escape(value), escape(label), escape(help));
        let checked = if form.has(name, &value) { " checked" } else { "" };
        push!(
            html,
            "<div class=\"choice\"><input type=\"{kind}\" id=\"{name}-{value}\" name=\"{name}\" value=\"{value}\"{checked}>\
             <label for=\"{name}-{value}\">{label}"
        );
        if !help.is_empty() {
            push!(html, "<br><span class=\"help\">{help}</span>");
        }
        html.push_str("</label></div>");
    }
    html.push_str("</fieldset>");
}

fn select(
    html: &mut String,
    errors: &[FormError],
    form: &Form,
    name: &str,
    label: &str,
    options: &[(String, &str)],
) {
    let (message, described) = message(errors, name);
    push!(
        html,
        "<div class=\"field\"><label for=\"{name}\">{label}</label>{message}\
         <select id=\"{name}\" name=\"{name}\"{described}><option value=\"\">Kies een gemeente</option>"
    );
    for (value, label) in options {
        let selected = if form.has(name, value) { " selected" } else { "" };
        push!(html, "<option value=\"{}\"{selected}>{}</option>", escape(value), escape(label));
    }
    html.push_str("</select></div>");
}

fn text_field(html: &mut String, errors: &[FormError], form: &Form, field: &TextField) {
    let TextField { name, label, help, max_length, optional, autocomplete, .. } = field;
    let (message, described) = message(errors, name);
    let optional = if *optional { " (mag leeg blijven)" } else { "" };
    push!(html, "<div class=\"field\"><label for=\"{name}\">{label}{optional}</label>");
    if !help.is_empty() {
        push!(html, "<p class=\"help\">{help}</p>");
    }
    html.push_str(&message);
    let value = escape(form.text(name));
    if *max_length > 500 {
        push!(
            html,
            "<textarea id=\"{name}\" name=\"{name}\" rows=\"5\" maxlength=\"{max_length}\"{described}>\n{value}</textarea></div>"
        );
    } else {
        push!(
            html,
            "<input type=\"text\" id=\"{name}\" name=\"{name}\" maxlength=\"{max_length}\" autocomplete=\"{autocomplete}\" \
             value=\"{value}\"{described}></div>"
        );
    }
}
