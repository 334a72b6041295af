//! Path templates with single-segment variables and a custom verb: `/api/v1/referrals/{referral_id}:screen`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A parsed path template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    segments: Vec<Segment>,
    verb: Option<String>,
}

/// One segment of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Exactly this text.
    Literal(String),
    /// Any text, bound to the request field with this name.
    Variable(String),
}

impl Template {
    /// Parses a template; `None` when it is none of ours (for instance a variable over several segments).
    pub fn parse(text: &str) -> Option<Self> {
        let path = text.strip_prefix('/')?;
        let last = path.rfind('/').map_or(0, |slash| slash + 1);
        let (path, verb) = match path.get(last..)?.rsplit_once(':') {
            Some((_, verb)) => (
                path.get(..path.len() - verb.len() - 1)?,
                Some(Some(verb).filter(|verb| !verb.is_empty())?.to_owned()),
            ),
            None => (path, None),
        };
        let segments = path
            .split('/')
            .map(|segment| {
                let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                match name {
                    Some(name) if !name.is_empty() && !name.contains(['=', '{', '.', '*']) => {
                        Some(Segment::Variable(name.to_owned()))
                    }
                    None if !segment.is_empty() && !segment.contains(['{', '}', '*']) => {
                        Some(Segment::Literal(segment.to_owned()))
                    }
                    _ => None,
                }
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Self { segments, verb })
    }

    /// The variables, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Variable(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }

    /// More literal segments first, so that `/a/b` is found before `/a/{x}`.
    pub(super) fn precedence(&self) -> Vec<bool> {
        self.segments.iter().map(|segment| matches!(segment, Segment::Variable(_))).collect()
    }

    /// Whether a path fits. A raw colon in the last segment always begins a verb; a value may carry one as `%3A`.
    pub fn matches(&self, path: &str) -> bool {
        let Some((path, verb)) = split(path) else { return false };
        if verb != self.verb.as_deref() {
            return false;
        }
        let mut parts = path.split('/');
        for segment in &self.segments {
            match (segment, parts.next()) {
                (Segment::Literal(literal), Some(part)) if literal == part => {}
                (Segment::Variable(_), Some(part)) if !part.is_empty() => {}
                _ => return false,
            }
        }
        parts.next().is_none()
    }

    /// The values of the variables in a path that fits, in order; `None` for one that is not UTF-8.
    pub fn values<'p>(&'p self, path: &'p str) -> impl Iterator<Item = (&'p str, Option<Cow<'p, str>>)> {
        let path = split(path).map_or("", |(path, _)| path);
        self.segments.iter().zip(path.split('/')).filter_map(|(segment, part)| match segment {
            Segment::Variable(name) => Some((name.as_str(), percent_decode_str(part).decode_utf8().ok())),
            Segment::Literal(_) => None,
        })
    }
}

fn split(path: &str) -> Option<(&str, Option<&str>)> {
    let path = path.strip_prefix('/')?;
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    match path.get(last..).and_then(|last| last.rsplit_once(':')) {
        Some((_, verb)) => Some((path.get(..path.len() - verb.len() - 1)?, Some(verb))),
        None => Some((path, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_matches_its_own_paths_only() {
        let screen = Template::parse("/api/v1/referrals/{referral_id}:screen").unwrap();
        let get = Template::parse("/api/v1/referrals/{referral_id}").unwrap();

        assert!(screen.matches("/api/v1/referrals/1:screen"));
        assert!(get.matches("/api/v1/referrals/1%3Ascreen"));
        for other in [
            "/api/v1/referrals/1",
            "/api/v1/referrals/1:admit",
            "/api/v1/referrals/:screen",
            "/api/v1/referrals/1/2:screen",
            "/api/v1/referrals/1:screen/",
            "api/v1/referrals/1:screen",
            "",
        ] {
            assert!(!screen.matches(other), "{other}");
        }
        for other in ["/api/v1/referrals/1:screen", "/api/v1/referrals/", "/api/v1/referrals"] {
            assert!(!get.matches(other), "{other}");
        }
    }

    #[test]
    fn values_are_percent_decoded() {
        let template = Template::parse("/a/{first}/b/{second}:go").unwrap();

        let values: Vec<_> = template.values("/a/x%2Fy/b/%C3%A9:go").collect();

        assert_eq!(values, [("first", Some("x/y".into())), ("second", Some("é".into()))]);
        assert_eq!(template.values("/a/%FF/b/c:go").next(), Some(("first", None)));
    }

    #[test]
    fn templates_beyond_single_segments_are_refused() {
        for text in ["/a/{name=x/*}", "/a/**", "/a/{b.c}", "a", "/a//b", "/a:", "/{}"] {
            assert_eq!(Template::parse(text), None, "{text}");
        }
    }
}
