//! Where the instances of a service are: names that are looked up again and again, because instances come and go behind them.

use std::net::SocketAddr;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tonic::transport::{Channel, Endpoint, Uri};

use super::secure;
use crate::tls::Tls;

/// Between two look-ups of who calls. A name server keeps its answers some seconds anyhow, and a stopping instance goes on
/// accepting for longer than this.
pub const LOOK_UP_EVERY: Duration = Duration::from_secs(2);

/// The addresses of one service as its callers' settings give them: `http://host:port`, or `https://host:port` for TLS, several
/// with commas between. A host that is a name stands for every address behind it.
#[derive(Debug, Clone)]
pub struct Addresses {
    given: Vec<Uri>,
    tls: Tls,
}

/// An address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadAddress {
    /// It is none.
    #[error(
        "`{address}` is no address of a service; write http://host:port or https://host:port, several with commas between"
    )]
    Malformed {
        /// What was given.
        address: String,
    },
    /// It wants TLS, and nobody is trusted.
    #[error(
        "`{address}` wants TLS, and tls.ca_file is not set; set it to the certificate of who signed those of the services, or \
         write http://"
    )]
    NobodyTrusted {
        /// What was given.
        address: String,
    },
}

/// One instance: where it listens, and under which name it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    uri: Uri,
    /// `None` while the name has not been looked up.
    socket: Option<SocketAddr>,
}

impl Addresses {
    /// Reads a setting; `tls` is for the addresses with `https`.
    ///
    /// # Errors
    /// When it names no address, or one that is none, or one with `https` and `tls` trusts nobody.
    pub fn parse(list: &str, tls: &Tls) -> Result<Self, BadAddress> {
        let malformed = |address: &str| BadAddress::Malformed { address: address.to_owned() };
        let given = list
            .split(',')
            .map(str::trim)
            .filter(|address| !address.is_empty())
            .map(|address| {
                let uri: Uri = address.parse().map_err(|_| malformed(address))?;
                match uri.scheme_str() {
                    Some("https") if server_name(&uri).is_none() => return Err(malformed(address)),
                    Some("https") if tls.client().is_none() => {
                        return Err(BadAddress::NobodyTrusted { address: address.to_owned() });
                    }
                    Some("http" | "https") => {}
                    _ => return Err(malformed(address)),
                }
                Ok(uri)
            })
            .collect::<Result<Vec<Uri>, _>>()?;
        if given.is_empty() {
            return Err(malformed(list));
        }
        Ok(Self { given, tls: tls.clone() })
    }

    /// The addresses as they are given, without looking anything up.
    pub fn as_given(&self) -> Vec<Target> {
        self.given.iter().map(|uri| Target { uri: uri.clone(), socket: None }).collect()
    }

    /// Looks every name up. Sorted, without repetition. A name that cannot be looked up stands for itself, so that trouble of
    /// the name server shows as an instance that does not answer and not as a service without instances.
    pub async fn look_up(&self) -> Vec<Target> {
        let mut found = Vec::new();
        for uri in &self.given {
            let host = host(uri);
            let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 });
            let known = found.len();
            if let Ok(sockets) = tokio::net::lookup_host((host, port)).await {
                found.extend(sockets.map(|socket| Target { uri: uri.clone(), socket: Some(socket) }));
            }
            if found.len() == known {
                found.push(Target { uri: uri.clone(), socket: None });
            }
        }
        found.sort_by_key(|target| (target.uri.to_string(), target.socket));
        found.dedup();
        found
    }

    /// A connection to one instance, made at the first call and again whenever it breaks. `tune` sets how patient it is.
    pub fn channel(&self, target: &Target, tune: impl FnOnce(Endpoint) -> Endpoint) -> Channel {
        let endpoint = tune(target.endpoint());
        match server_name(&target.uri) {
            Some(name) if target.uri.scheme_str() == Some("https") => {
                secure::connect_lazy(&endpoint, name, &self.tls)
            }
            _ => endpoint.connect_lazy(),
        }
    }
}

impl Target {
    /// The endpoint of this one instance; the name stays what the instance is asked for.
    fn endpoint(&self) -> Endpoint {
        let Some(socket) = self.socket else { return Endpoint::from(self.uri.clone()) };
        let scheme = self.uri.scheme_str().unwrap_or("http");
        match Uri::builder().scheme(scheme).authority(socket.to_string()).path_and_query("/").build() {
            Ok(uri) => Endpoint::from(uri).origin(self.uri.clone()),
            Err(_) => Endpoint::from(self.uri.clone()),
        }
    }

    /// Where it listens, when that was looked up.
    pub const fn socket(&self) -> Option<SocketAddr> {
        self.socket
    }
}

fn host(uri: &Uri) -> &str {
    uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
}

/// What the certificate of an instance must be for: the name that was given, whatever address is behind it.
fn server_name(uri: &Uri) -> Option<ServerName<'static>> {
    ServerName::try_from(host(uri).to_owned()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_stands_for_every_address_behind_it_and_an_unknown_one_for_itself() {
        let addresses = Addresses::parse("http://localhost:71, http://127.0.0.1:71,", &Tls::off()).unwrap();
        let sockets: Vec<_> = addresses.look_up().await.iter().filter_map(Target::socket).collect();
        assert!(sockets.iter().filter(|socket| socket.is_ipv4()).count() >= 2, "{sockets:?}");

        let unknown =
            Addresses::parse("http://no-such-name.invalid:71", &Tls::off()).unwrap().look_up().await;
        assert_eq!(unknown.len(), 1);
        assert_eq!(unknown[0].socket(), None);
    }

    #[test]
    fn an_address_that_is_none_is_named() {
        for bad in ["", " , ", "http://a b", "intake:7101", "ftp://intake:1", "https://intake:7101"] {
            let error = Addresses::parse(bad, &Tls::off()).unwrap_err();
            assert!(error.to_string().contains(bad.trim()), "{error}");
        }
    }
}
