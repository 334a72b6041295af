//! Whether an unsafe request with a session comes from our own pages (protection against cross-site request forgery).

use http::{HeaderMap, header};

/// Whether a request comes from a page of ours, or from no page at all.
///
/// `Sec-Fetch-Site` decides where the browser sends it: `same-origin`, or `none` for what a person typed. Else `Origin` must
/// be ours. A request with neither is no browser of today and has no right to use a session.
pub fn same_origin(headers: &HeaderMap, public_origin: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    headers.get(header::ORIGIN).is_some_and(|origin| origin == public_origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_change_something() {
        let table: [(&[(&str, &str)], bool); 9] = [
            (&[("sec-fetch-site", "same-origin")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site"), ("origin", "https://ours.example")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("origin", "https://ours.example")], true),
            (&[("origin", "https://ours.example.evil.example")], false),
            (&[("origin", "http://ours.example")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ];
        for (headers, expected) in table {
            let map: HeaderMap =
                headers.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();

            assert_eq!(same_origin(&map, "https://ours.example"), expected, "{headers:?}");
        }
    }
}
