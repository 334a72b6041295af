//! The pages that work without scripts.

use prost::Message as _;
use proto::intake::v1::SubmitReferralRequest;
use reqwest::Method;
use tonic::Code;

use super::fake_intake::{Answer, status};
use super::stand::Stand;

const FORM: &str = "key=kanarie-form-key&consent=CONSENT_GIVEN&programme=waasland-esf&personName=Kanarie+%3Cb%3E\
    &personContact=0470&municipalityNis=46029&reasons=health&reasons=network&channel=partner&referrerName=Kanarie-An\
    &referrerContact=kanarie.an%40example.org&note=";

async fn send(stand: &Stand, form: &str) -> (u16, String) {
    let response = stand
        .request(Method::POST, "/aanmelden")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
        .send()
        .await
        .unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn the_form_asks_for_consent_first_and_offers_what_the_region_has() {
    let stand = Stand::start().await;

    let page = stand.get("/aanmelden").send().await.unwrap().text().await.unwrap();

    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing"));
    assert!(place("Weet de persoon") < place("Naam van de persoon"));
    for text in ["Nog niet", "Sint-Gillis-Waas", "46029", "Gezondheid", "Via een partner", "lang=\"nl\""] {
        place(text);
    }
    assert!(!page.contains("46014"), "a municipality that merged away");
    assert!(!page.contains("<script") && !page.contains("http"), "no script, nothing from outside");
    let other = stand.get("/aanmelden").send().await.unwrap().text().await.unwrap();
    assert_ne!(page, other, "every form has its own key");
}

#[tokio::test]
async fn a_filled_in_form_is_sent_as_the_api_would() {
    let stand = Stand::start().await;

    let (code, page) = send(&stand, FORM).await;

    assert_eq!(code, 200);
    assert!(page.contains("KANARIE-1"));
    let seen = stand.intake.last();
    assert_eq!(seen.meta("idempotency-key"), "kanarie-form-key");
    let request = SubmitReferralRequest::decode(seen.request.as_slice()).unwrap();
    assert_eq!(request.person_name, "Kanarie <b>");
    assert_eq!(request.reasons, ["health", "network"]);
    assert_eq!(request.note, "");
}

#[tokio::test]
async fn not_yet_leaves_the_gateway_nowhere() {
    let stand = Stand::start().await;

    let (code, page) = send(&stand, &FORM.replace("CONSENT_GIVEN", "CONSENT_NOT_YET")).await;

    assert_eq!(code, 200);
    assert!(page.contains("niets bewaard"));
    assert!(stand.intake.seen().is_empty());
}

#[tokio::test]
async fn mistakes_stand_on_top_and_what_was_written_stays() {
    let stand = Stand::start().await;
    let refused = status(
        Code::InvalidArgument,
        "INVALID_ARGUMENT",
        "INVALID_FIELDS",
        &["person_contact", "reasons[0]"],
        &[],
    );
    stand.intake.answer_with(Answer::Status(refused));

    let (code, page) = send(&stand, FORM).await;

    assert_eq!(code, 422);
    let (summary, form) = page.split_once("<form method=\"post\" action=\"/aanmelden\">").unwrap();
    assert!(
        summary.contains("href=\"#personContact\"") && summary.contains("href=\"#reasons\""),
        "{summary}"
    );
    assert!(summary.contains("Fout:") && summary.contains("role=\"alert\""));
    assert!(
        form.contains("id=\"personContact\"") && form.contains("aria-describedby=\"personContact-error\"")
    );
    assert!(form.contains("value=\"Kanarie &lt;b&gt;\""), "what was written stays, as text");
    assert!(form.contains("value=\"health\" checked") && form.contains("value=\"46029\" selected"));
    assert!(!form.contains("kanarie-form-key"), "nothing was stored, so the next try is a new request");
}

#[tokio::test]
async fn other_trouble_is_told_in_plain_words() {
    let stand = Stand::start().await;
    stand.intake.answer_with(Answer::Status(tonic::Status::internal("secret")));
    let (failed, page) = send(&stand, FORM).await;
    let (strange, _) = send(&stand, "note=%FF").await;
    let missing = stand.get("/nergens").send().await.unwrap();

    assert_eq!((failed, strange, missing.status().as_u16()), (500, 400, 404));
    assert!(page.contains("Het lukt nu even niet") && !page.contains("secret"));
    assert!(missing.text().await.unwrap().contains("Deze pagina bestaat niet"));
}

#[tokio::test]
async fn the_first_page_says_what_this_is() {
    let stand = Stand::start().await;

    let page = stand.get("/").send().await.unwrap().text().await.unwrap();

    for text in ["Lokaal partnerschap Waasland", "/aanmelden", "/sign-in", "Inloggen"] {
        assert!(page.contains(text), "{text}");
    }
}
