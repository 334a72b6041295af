//! How the gateway calls the identity provider.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};

/// Time for one exchange.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Answers larger than this are refused, in bytes.
const LARGEST: usize = 1 << 20;

/// The identity provider could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection, no answer in time, or a broken one.
    #[error("the identity provider did not answer")]
    NoAnswer(#[from] reqwest::Error),
    /// An answer that is no HTTP.
    #[error("the identity provider answered something strange")]
    Strange(#[from] http::Error),
    /// An answer without end.
    #[error("the identity provider answered more than {LARGEST} bytes")]
    TooLarge,
}

/// A client that follows no redirects and waits for nobody.
#[derive(Debug, Clone)]
pub struct HttpClient(reqwest::Client);

impl HttpClient {
    /// A new client.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .connect_timeout(Duration::from_secs(2))
            .no_proxy()
            .build()?;
        Ok(Self(client))
    }

    /// Makes one exchange.
    pub async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let mut answer = self
            .0
            .request(parts.method, parts.uri.to_string())
            .headers(parts.headers)
            .body(body)
            .send()
            .await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(HttpError::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            *headers = std::mem::take(answer.headers_mut());
        }
        Ok(response.body(bytes)?)
    }
}
