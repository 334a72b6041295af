//! The headers that stand on every answer.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// What tells browsers to be careful. A page may set its own `Content-Security-Policy` and `Cache-Control`.
#[derive(Debug, Clone)]
pub struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    /// For a public URL; over https also HSTS and an isolated browsing context.
    pub fn new(https: bool) -> Self {
        let mut list = vec![
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                 frame-ancestors 'none'",
            ),
            (header::X_FRAME_OPTIONS, "DENY"),
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
        ];
        if https {
            list.push((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"));
            list.push((HeaderName::from_static("cross-origin-opener-policy"), "same-origin"));
        }
        Self(list.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect())
    }

    /// Puts them on an answer; what is there already stays.
    pub fn put(&self, headers: &mut HeaderMap) {
        headers.reserve(self.0.len() + 2);
        for (name, value) in &self.0 {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}
