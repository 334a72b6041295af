//! Cookies: `__Host-` names, never readable by scripts.

use http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;

use super::Secret;

/// Name and flags of a cookie of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieName {
    name: String,
    secure: bool,
}

impl CookieName {
    /// `__Host-<base>` with `Secure`; the bare name without it only where the public URL is http on loopback.
    pub fn new(base: &str, secure: bool) -> Self {
        let name = if secure { format!("__Host-{base}") } else { base.to_owned() };
        Self { name, secure }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `Set-Cookie` with a secret.
    pub fn set(&self, secret: &Secret, life: SignedDuration) -> Option<HeaderValue> {
        self.header(&secret.expose(), life.as_secs())
    }

    /// `Set-Cookie` that removes it.
    pub fn remove(&self) -> Option<HeaderValue> {
        self.header("", 0)
    }

    fn header(&self, value: &str, seconds: i64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let text =
            format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", self.name);
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// The cookies of a request.
#[derive(Debug, Clone, Copy)]
pub struct CookieJar<'h>(pub &'h HeaderMap);

impl<'h> CookieJar<'h> {
    /// The value of a cookie. Given twice with different values it counts as absent: nobody knows which one is ours.
    pub fn get(self, name: &str) -> Option<&'h str> {
        let mut values = self
            .0
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        let first = values.next()?;
        values.all(|other| other == first).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_for_this_host_only_and_out_of_reach_of_scripts() {
        let secret = Secret::random();
        let text = |name: CookieName| {
            let value = name.set(&secret, SignedDuration::from_hours(10)).unwrap();
            value.to_str().unwrap().replace(&secret.expose(), "x")
        };

        assert_eq!(
            text(CookieName::new("session", true)),
            "__Host-session=x; Path=/; Max-Age=36000; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            text(CookieName::new("session", false)),
            "session=x; Path=/; Max-Age=36000; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn a_cookie_is_found_among_others_and_not_when_it_is_ambiguous() {
        let jar = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("cookie", line.parse().unwrap());
            }
            CookieJar(&headers).get("session").map(str::to_owned)
        };

        assert_eq!(jar(&["a=1; session=x; b=2"]).as_deref(), Some("x"));
        assert_eq!(jar(&["a=1", "session=x"]).as_deref(), Some("x"));
        assert_eq!(jar(&["session=x; session=y"]), None);
        assert_eq!(jar(&["xsession=1; other"]), None);
    }
}
