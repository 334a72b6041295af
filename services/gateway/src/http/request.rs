//! What is known of a request before anybody looks at it.

use std::net::IpAddr;
use std::sync::Arc;

use chassis::id::IdGenerator;
use chassis::telemetry::TraceParent;
use http::HeaderMap;

/// Request id, trace and client address. Stands in the extensions of every request.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    /// Id that the client gave, or ours; on the answer, in every problem and in the logs of every service.
    pub id: Arc<str>,
    /// Position in the distributed trace.
    pub trace: TraceParent,
    /// Who is at the other end.
    pub client: IpAddr,
}

impl RequestInfo {
    /// Reads the headers. `proxy_header` names the header in which the own proxy puts the client's address; of a list
    /// (`X-Forwarded-For`) the last entry counts, because only that one the own proxy wrote.
    pub fn read(headers: &HeaderMap, peer: IpAddr, proxy_header: Option<&http::HeaderName>) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let id = text("x-request-id")
            .filter(|id| is_sane(id))
            .map_or_else(|| Arc::from(IdGenerator.uuid().to_string()), Arc::from);
        let client = proxy_header
            .and_then(|name| headers.get_all(name).iter().next_back())
            .and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok())
            .unwrap_or(peer);
        Self { id, trace: TraceParent::parse_or_new(text("traceparent")), client }
    }
}

fn is_sane(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        map
    }

    #[test]
    fn a_sane_request_id_is_kept_and_another_replaced() {
        let id = |given: &str| RequestInfo::read(&headers(&[("x-request-id", given)]), PEER, None).id;

        assert_eq!(&*id("abc-123_4.5"), "abc-123_4.5");
        for bad in ["short", "with space and more", "<script>alert</script>", &"x".repeat(65)] {
            assert_ne!(&*id(bad), bad);
        }
    }

    #[test]
    fn the_client_address_comes_from_the_own_proxy_only() {
        let name = HeaderName::from_static("x-forwarded-for");
        let given = headers(&[("x-forwarded-for", "203.0.113.9, 192.0.2.7")]);

        assert_eq!(RequestInfo::read(&given, PEER, None).client, PEER);
        assert_eq!(RequestInfo::read(&given, PEER, Some(&name)).client.to_string(), "192.0.2.7");
        assert_eq!(RequestInfo::read(&headers(&[("x-forwarded-for", "x")]), PEER, Some(&name)).client, PEER);
    }
}
