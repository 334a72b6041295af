//! Texts that people and others really write into forms.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::scenario::{People, form};
use tests::web::{Ask, Web};

/// Each is refused with a 4xx that names the field, or kept exactly (white space around it aside).
const NAUGHTY: [&str; 64] = [
    "Kanarie-Désirée Müller-Çelik",
    "Kanarie Ðorđe Łukasz Ørsted ß",
    "Kanarie e\u{301}a\u{308}\u{323} with combining marks",
    "KANARIE İstanbul ıı",
    "Kanarie محمد الإدريسي",
    "Kanarie \u{202e}drow sdrawkcab\u{202c}",
    "Kanarie \u{2066}isolated\u{2069} \u{200f}rtl\u{200e}",
    "Kanarie zero\u{200b}width\u{200d}joiner\u{feff}",
    "Kanarie soft\u{ad}hyphen no\u{2060}break",
    "Kanarie \u{a0}\u{2003}\u{3000}wide",
    "Kanarie 👩\u{200d}👩\u{200d}👧\u{200d}👦 🏳\u{fe0f}\u{200d}🌈",
    "Kanarie 𝒯𝓇𝓊𝑒 𠜎𠜱 😀",
    "Kanarie \u{10ffff}\u{fffd}\u{e000}",
    "Kanarie 田中さん 한국어 עברית",
    "Kanarie ሰላም ไทย नमस्ते",
    "Kanarie Z\u{351}\u{36b}\u{343}\u{36a}a\u{302}\u{310}l\u{325}\u{34d}g\u{316}o",
    "Kanarie ﷽",
    "Kanarie ﬁﬂ ①②③ Ⅷ",
    "Kanarie О'Нил (homoglyph)",
    "D'Hondt-Kanarie",
    "Kanarie \"Jan\" 'Piet'",
    "Kanarie `id` $(id) ${id}",
    "Kanarie'; drop table referrals; --",
    "Kanarie' or '1'='1",
    "Kanarie\"; delete from persons where \"\"=\"",
    "Kanarie') union select * from person_keys--",
    "Kanarie \\'; \\\\ \\n \\u0000 \\x00",
    "Kanarie %s %d %n %x {} {0} {{}}",
    "Kanarie %00 %0a %27 %3c",
    "=cmd|' /c calc'!A0 kanarie",
    "+32 kanarie",
    "-2+3+kanarie",
    "@SUM(1+9)*kanarie",
    "=HYPERLINK(\"http://example.org/kanarie\")",
    "\u{ff1d}kanarie",
    "<script>alert('kanarie')</script>",
    "<img src=x onerror=alert(1)> kanarie",
    "\"><svg/onload=alert(1)> kanarie",
    "<!--#exec cmd=\"id\"--> kanarie",
    "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x>&e;</x> kanarie",
    "&lt;kanarie&gt; &amp; &#x27;",
    "javascript:alert(1)//kanarie",
    "${jndi:ldap://kanarie.example.org/a}",
    "{{7*7}} kanarie",
    "#{7*7} <%= 7*7 %> kanarie",
    "../../../../etc/passwd kanarie",
    "C:\\Windows\\kanarie",
    "file:///etc/kanarie",
    "kanarie\r\nSet-Cookie: session=kanarie",
    "kanarie\n\n{\"level\":\"ERROR\"}",
    "kanarie, \"quoted\"; semi; tab",
    "null kanarie",
    "undefined kanarie",
    "NaN kanarie",
    "kanarie 1e309",
    "kanarie 0x1F",
    "True kanarie",
    "kanarie (none) N/A",
    "  kanarie with spaces around  ",
    "\u{feff}kanarie with a byte order mark",
    "kanarie\u{2028}line\u{2029}paragraph",
    "kanarie 0478 12 34 56 of 2024-05-01",
    "kanarie.an+tag@sub.example.org",
    "Kanarie van den Bossche-de Clercq-Van Overstraeten-Vandenbroucke-Saint-Germain d'Oultremont de Wégimont et de Warfusée",
];
/// Where each of them is written.
const FIELDS: [&str; 6] =
    ["personName", "personContact", "referrerName", "referrerOrganisation", "referrerContact", "note"];

/// Writes every text into every field, and reads back what was taken. Gives what went wrong.
pub async fn failures(web: &Web, people: &People) -> Vec<String> {
    let mut failures = Vec::new();
    let mut written = BTreeMap::new();
    for text in NAUGHTY {
        let mut body = form(1);
        for field in FIELDS {
            body[field] = text.into();
        }
        // What a one-line field refuses, a note may still take.
        for _ in 0..2 {
            let answer = web.send(&Ask::post("/api/v1/referrals", &body)).await.unwrap();
            if answer.status == 200 {
                written.insert(answer.field("receiptNumber").to_owned(), body);
                break;
            }
            let refused: Vec<String> = answer.fields().into_iter().map(str::to_owned).collect();
            let faults = answer.faults_of_a_problem();
            if answer.status != 400 || refused.is_empty() || !faults.is_empty() {
                failures.push(format!("{text:?}: {} {faults:?} {}", answer.status, answer.text));
                break;
            }
            for field in refused {
                body[field] = "Kanarie".into();
            }
        }
    }
    if written.len() < NAUGHTY.len() / 2 {
        failures.push(format!("only {} of {} texts were taken", written.len(), NAUGHTY.len()));
    }
    failures.extend(not_as_written(web, people, &written).await);
    failures
}

async fn not_as_written(web: &Web, people: &People, written: &BTreeMap<String, Value>) -> Vec<String> {
    let mut failures = Vec::new();
    let mut seen = 0;
    for row in every_referral(web, people).await {
        let Some(body) = row["receiptNumber"].as_str().and_then(|receipt| written.get(receipt)) else {
            continue;
        };
        seen += 1;
        let read = people.read(web, row["referralId"].as_str().unwrap()).await.unwrap().body;
        let shown = [
            &read["person"]["name"],
            &read["person"]["contact"],
            &read["referrer"]["name"],
            &read["referrer"]["organisation"],
            &read["referrer"]["contact"],
            &read["note"],
        ];
        for (field, shown) in FIELDS.into_iter().zip(shown) {
            let expected = body[field].as_str().unwrap().trim();
            if shown.as_str() != Some(expected) {
                failures.push(format!("{field}: {expected:?} came back as {shown}"));
            }
        }
    }
    if seen != written.len() {
        failures.push(format!("{} referrals were taken and {seen} are listed", written.len()));
    }
    failures
}

/// Every referral, page by page.
async fn every_referral(web: &Web, people: &People) -> Vec<Value> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/referrals?programme=waasland-esf&pageSize=7&pageToken={token}");
        let page = web.send(&Ask::get(&path).as_person(&people.els)).await.unwrap().good().unwrap();
        all.extend(page["referrals"].as_array().unwrap().iter().cloned());
        page["nextPageToken"].as_str().unwrap().clone_into(&mut token);
        if token.is_empty() {
            return all;
        }
    }
}
