//! The address under which browsers reach the region.

use http::Uri;

/// Scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

/// It cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` cannot be http.public_url; write https://host, and http only for a loopback address (http://127.0.0.1:8080)"
)]
pub struct BadPublicUrl(String);

impl PublicUrl {
    /// Parses an https URL without path, or an http URL on loopback.
    pub fn parse(text: &str) -> Result<Self, BadPublicUrl> {
        let bad = || BadPublicUrl(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| bad())?;
        let host = uri.host().ok_or_else(bad)?;
        let bare = uri.path() == "/" && uri.query().is_none() && !text.contains(['@', '#']);
        let loopback = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
        let scheme = uri.scheme_str().ok_or_else(bad)?;
        if !bare || !(scheme == "https" || (scheme == "http" && loopback)) {
            return Err(bad());
        }
        Ok(Self(text.trim_end_matches('/').to_lowercase()))
    }

    /// As browsers write it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.0
    }

    /// Whether cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_loopback_only() {
        for good in [
            "https://waasland.example",
            "https://waasland.example:8443/",
            "http://127.0.0.1:8080",
            "http://localhost:1",
        ] {
            assert!(PublicUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://waasland.example",
            "https://a/b",
            "https://a?x",
            "https://u@a",
            "ftp://a",
            "waasland",
            "",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            PublicUrl::parse("https://Waasland.example/").unwrap().origin(),
            "https://waasland.example"
        );
    }
}
