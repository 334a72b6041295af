//! A person at the door: requests with cookies, as a browser of today sends them.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode, Url};
use serde_json::{Map, Value};

use super::trouble::Trouble;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a browser is sent on while signing in.
const MOVES: usize = 8;

/// One person with one browser.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
    door: Url,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

impl Answer {
    /// The body of a good answer.
    ///
    /// # Errors
    /// The status with the reason and text of the problem.
    pub fn good(self, doing: &str) -> Result<Value, Trouble> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        Err(Trouble::new(format!("{doing}: {}", self.problem())))
    }

    /// The stable reason of a problem; empty when it is none.
    pub fn reason(&self) -> &str {
        self.body.get("reason").and_then(Value::as_str).unwrap_or_default()
    }

    /// Status, reason and text of a problem.
    pub fn problem(&self) -> String {
        let text = |name: &str| self.body.get(name).and_then(Value::as_str).unwrap_or_default();
        let violations = self.body.get("violations").map_or_else(String::new, |list| format!(" {list}"));
        format!("{} {} {}{violations}", self.status, text("reason"), text("detail"))
    }
}

impl Browser {
    /// A browser with nothing in it.
    ///
    /// # Errors
    /// When the address of the door is none.
    pub fn open(door: &str) -> Result<Self, Trouble> {
        // reqwest wants a provider, even for plain http. An error means it is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let door: Url = door.parse().map_err(|_| Trouble::new(format!("`{door}` is no address")))?;
        let origin = door.origin().ascii_serialization();
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(&origin).map_err(Trouble::of)?);
        headers.insert(HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static("same-origin"));
        let client = Client::builder()
            .no_proxy()
            .cookie_store(true)
            .redirect(Policy::none())
            .default_headers(headers)
            .timeout(PATIENCE)
            .build()
            .map_err(Trouble::of)?;
        Ok(Self { client, door })
    }

    /// Signs in through the identity provider: to its page, the button of this person, and back with a session, which is given.
    ///
    /// # Errors
    /// When a step of the way is not what OpenID Connect says, or the session is not there at the end.
    pub async fn sign_in(&self, login: &str) -> Result<Value, Trouble> {
        let begin = self.client.get(self.at("/sign-in")?).send().await.map_err(Trouble::of)?;
        let page = location(&begin, &self.door, "the door")?;
        // The page holds the question in hidden fields; pressing a button sends them with the person.
        let shown = self.client.get(page.clone()).send().await.map_err(Trouble::of)?;
        if !shown.status().is_success() {
            return Err(Trouble::new(format!("the sign-in page answers {}", shown.status())));
        }
        let mut form: Vec<(String, String)> = page.query_pairs().into_owned().collect();
        form.push(("login".to_owned(), login.to_owned()));
        let mut action = page.clone();
        action.set_query(None);
        let pressed = self.client.post(action).form(&form).send().await.map_err(Trouble::of)?;
        let mut next = location(&pressed, &page, "the sign-in page")?;
        for _ in 0..MOVES {
            let came = self.client.get(next.clone()).send().await.map_err(Trouble::of)?;
            if !came.status().is_redirection() {
                break;
            }
            next = location(&came, &next, "the door")?;
        }
        let session = self.get("/api/v1/session", &[]).await?.good("reading the session")?;
        if session.get("workerId").and_then(Value::as_str).is_none() {
            return Err(Trouble::new("the session names nobody"));
        }
        Ok(session)
    }

    /// Reads.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Trouble> {
        let mut url = self.at(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        answer(self.client.get(url)).await
    }

    /// Writes, under an idempotency key, on the version that was read (`etag`).
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn post(
        &self,
        path: &str,
        key: &str,
        etag: Option<&str>,
        body: &Value,
    ) -> Result<Answer, Trouble> {
        let mut request =
            self.client.request(Method::POST, self.at(path)?).header("idempotency-key", key).json(body);
        if let Some(etag) = etag {
            request = request.header("if-match", format!("\"{}\"", etag.trim_matches('"')));
        }
        answer(request).await
    }

    fn at(&self, path: &str) -> Result<Url, Trouble> {
        self.door.join(path).map_err(Trouble::of)
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Answer, Trouble> {
    let response = request.send().await.map_err(Trouble::of)?;
    let status = response.status();
    let bytes = response.bytes().await.map_err(Trouble::of)?;
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Ok(Answer { status, body })
}

/// Where an answer sends the browser.
fn location(response: &reqwest::Response, base: &Url, who: &str) -> Result<Url, Trouble> {
    let header = response.headers().get("location").and_then(|value| value.to_str().ok());
    let target = header.ok_or_else(|| {
        Trouble::new(format!("{who} answers {} and does not send the browser on", response.status()))
    })?;
    base.join(target).map_err(Trouble::of)
}

/// A JSON object of texts.
pub fn object(pairs: &[(&str, Value)]) -> Value {
    Value::Object(
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_problem_is_told_with_reason_and_fields() {
        let answer = Answer {
            status: StatusCode::BAD_REQUEST,
            body: json!({"reason": "INVALID", "detail": "not so", "violations": [{"field": "programme"}]}),
        };

        assert_eq!(
            answer.good("referring").unwrap_err().to_string(),
            r#"referring: 400 Bad Request INVALID not so [{"field":"programme"}]"#
        );
    }
}
