//! A browser that may do everything wrong: requests as they are written, cookies by hand, every answer remembered.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use chassis::id::IdGenerator;
use reqwest::header::{HeaderMap, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use serde_json::Value;

/// How long one request may take; longer than any deadline of the region.
const PATIENCE: Duration = Duration::from_secs(20);

/// A door of the region, and everything it ever answered here.
#[derive(Debug)]
pub struct Web {
    client: Client,
    door: String,
    seen: Option<Mutex<Vec<Seen>>>,
}

/// One exchange, for the canary scan.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Method and URL.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// Headers and body of the answer.
    pub answer: String,
}

/// A request as it will be sent.
#[derive(Debug, Clone)]
pub struct Ask {
    method: Method,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

/// A sign-in on its way to the issuer.
#[derive(Debug, Clone)]
pub struct Departure {
    /// The cookie that ties it to this browser.
    pub cookie: String,
    /// The page of the issuer.
    pub page: Url,
}

impl Ask {
    /// A read.
    pub fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// A write of JSON, with an idempotency key of its own.
    pub fn post(path: &str, body: &Value) -> Self {
        let ask = Self { method: Method::POST, body: body.to_string().into_bytes(), ..Self::get(path) };
        ask.with("content-type", "application/json").with("idempotency-key", IdGenerator.uuid().to_string())
    }

    /// With another method.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// With this body, whatever it is.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With this header in the place of one of the same name.
    #[must_use]
    pub fn with(self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.without(name).and(name, value)
    }

    /// With one more header, also when there is one of the same name.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Without this header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// With a session, from a page of the region.
    #[must_use]
    pub fn as_person(self, cookie: &str) -> Self {
        self.with("cookie", cookie).with("sec-fetch-site", "same-origin")
    }

    /// On the version that was read.
    #[must_use]
    pub fn on(self, etag: &str) -> Self {
        self.with("if-match", format!("\"{etag}\""))
    }
}

impl Answer {
    /// The body of a good answer.
    ///
    /// # Errors
    /// With status and body of any other.
    pub fn good(self) -> anyhow::Result<Value> {
        anyhow::ensure!(self.status == 200, "{} {}", self.status, self.text);
        Ok(self.body)
    }

    /// A text in the body; empty when there is none.
    pub fn field(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// What is not right about a refusal: every problem says what is wrong and what to do, and repeats nothing personal.
    pub fn faults_of_a_problem(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let kind = self.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind != "application/problem+json" {
            faults.push(format!("its content type is `{kind}`"));
        }
        for name in ["type", "title", "reason", "detail", "remedy", "request_id"] {
            if self.field(name).is_empty() {
                faults.push(format!("it has no {name}"));
            }
        }
        if self.body.get("status").and_then(Value::as_u64) != Some(u64::from(self.status)) {
            faults.push("its status is another in body and head".to_owned());
        }
        for violation in self.violations() {
            for name in ["reason", "message", "remedy"] {
                if violation.get(name).and_then(Value::as_str).unwrap_or_default().is_empty() {
                    faults.push(format!("the violation {violation} has no {name}"));
                }
            }
        }
        if self.text.to_lowercase().contains("kanarie") {
            faults.push("it repeats a personal value".to_owned());
        }
        faults
    }

    /// The fields that a problem names.
    pub fn fields(&self) -> Vec<&str> {
        self.violations()
            .iter()
            .filter_map(|violation| violation.get("field").and_then(Value::as_str))
            .collect()
    }

    /// The cookie that the answer sets under this name, as `name=value`.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        set.filter_map(|text| text.split(';').next())
            .find(|pair| pair.strip_prefix(name).is_some_and(|rest| rest.starts_with('=') && rest.len() > 1))
            .map(str::to_owned)
    }

    fn location(&self, base: &Url) -> anyhow::Result<Url> {
        let target = self.headers.get("location").and_then(|value| value.to_str().ok());
        let target =
            target.with_context(|| format!("{} sends the browser nowhere: {}", self.status, self.text))?;
        Ok(base.join(target)?)
    }

    fn violations(&self) -> &[Value] {
        self.body.get("violations").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

impl Web {
    /// Opens a door of the region.
    pub fn open(door: &str) -> anyhow::Result<Self> {
        let forgetful = Self::forgetful(door)?;
        Ok(Self { seen: Some(Mutex::new(Vec::new())), ..forgetful })
    }

    /// Opens a door without remembering the answers: for load.
    pub fn forgetful(door: &str) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE).build()?;
        Ok(Self { client, door: door.to_owned(), seen: None })
    }

    /// The address of the door.
    pub fn door(&self) -> &str {
        &self.door
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn send(&self, ask: &Ask) -> anyhow::Result<Answer> {
        let url: Url = format!("{}{}", self.door, ask.path).parse()?;
        let mut request = self.client.request(ask.method.clone(), url).body(ask.body.clone());
        for (name, value) in &ask.headers {
            request = request.header(name, value.as_slice());
        }
        self.exchange(request).await
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> anyhow::Result<Answer> {
        let request = request.build()?;
        let asked = format!("{} {}", request.method(), request.url());
        let response = self.client.execute(request).await.with_context(|| asked.clone())?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.with_context(|| asked.clone())?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if let Some(seen) = &self.seen {
            let answer = format!("{headers:?} {text}");
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(Seen { request: asked, status, answer });
        }
        Ok(Answer { status, headers, text, body })
    }

    /// Everything that was asked and answered here; nothing at a forgetful door.
    pub fn seen(&self) -> Vec<Seen> {
        let seen = self.seen.as_ref().map(|seen| seen.lock().unwrap_or_else(PoisonError::into_inner));
        seen.map_or_else(Vec::new, |seen| seen.clone())
    }

    /// Signs somebody in, all the way. Gives the session cookie.
    pub async fn sign_in(&self, login: &str) -> anyhow::Result<String> {
        let departure = self.depart().await?;
        let back = self.press(&departure, login).await?;
        let answer = self.arrive(&back, &departure.cookie).await?;
        match answer.cookie("session") {
            Some(cookie) => Ok(cookie),
            None => bail!("{login} is not signed in: {} {}", answer.status, answer.text),
        }
    }

    /// Begins to sign in.
    pub async fn depart(&self) -> anyhow::Result<Departure> {
        let answer = self.send(&Ask::get("/sign-in")).await?;
        let page = answer.location(&self.door.parse()?)?;
        Ok(Departure {
            cookie: answer.cookie("sign-in").context("no cookie ties the sign-in to this browser")?,
            page,
        })
    }

    /// Presses the button of a person on the page of the issuer. Gives where the browser is sent back to.
    pub async fn press(&self, departure: &Departure, login: &str) -> anyhow::Result<Url> {
        let mut form: Vec<(String, String)> = departure.page.query_pairs().into_owned().collect();
        form.push(("login".to_owned(), login.to_owned()));
        let mut action = departure.page.clone();
        action.set_query(None);
        let pressed = self.exchange(self.client.post(action).form(&form)).await?;
        pressed.location(&departure.page)
    }

    /// Comes back from the issuer with this cookie.
    pub async fn arrive(&self, back: &Url, cookie: &str) -> anyhow::Result<Answer> {
        self.exchange(self.client.get(back.clone()).header("cookie", cookie)).await
    }
}
