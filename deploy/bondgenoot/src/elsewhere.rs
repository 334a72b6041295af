//! A region that containers run, on this machine or on Kubernetes.
//!
//! The chart and `docker/compose.yaml` put this file into the container of operations, whose key vouches for an operator already and which
//! reaches every service: so `bondgenoot status` works there, and nobody else is given a key for it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chassis::config::TlsConfig;
use chassis::error::Chain;
use chassis::tls::Tls;
use serde::Deserialize;

use crate::failure::{Failure, Outcome};
use crate::place::{Service, Target, gateway_last, region_of};

/// Where a region runs, and as whom to call it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// The region file.
    region_file: PathBuf,
    /// What people open in a browser; left out when that differs by who looks.
    public_url: Option<String>,
    /// The public keys whose tokens the services trust (JSON Web Key set).
    caller_keys_file: PathBuf,
    /// A private key of those that vouch for operators (PEM).
    operator_key_file: PathBuf,
    /// As in the settings of the services; needed for addresses with `https`.
    #[serde(default)]
    tls: TlsConfig,
    /// The services by name.
    services: BTreeMap<String, ServiceElsewhere>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceElsewhere {
    /// Where it answers operators, `http://host:port` or `https://host:port`; left out for the gateway.
    grpc: Option<String>,
    /// Where it shows its health, `host:port`; behind a name every instance is asked.
    health: String,
    /// How to read its log, for people.
    log: String,
}

impl Elsewhere {
    /// What commands have to know of it.
    ///
    /// # Errors
    /// When a file that it names cannot be used.
    pub fn target(self) -> Outcome<Target> {
        let region = region_of(&self.region_file)?;
        let tls = Tls::read(&self.tls).map_err(|error| {
            Failure::usage("the certificates cannot be used").because(Chain(&error).to_string())
        })?;
        let operator_key_id = local::keys::known_as(&self.operator_key_file, &self.caller_keys_file)
            .map_err(|error| {
                Failure::refused("the operator's key cannot be used")
                    .because(error.to_string())
                    .effect("no service accepts a call from this command")
            })?;
        let services = self.services.into_iter().map(|(name, service)| Service {
            name,
            grpc: service.grpc,
            health: service.health,
            log: service.log,
        });
        Ok(Target {
            region: region.code.to_string(),
            name: region.name,
            demo: region.demo,
            region_file: self.region_file,
            public_url: self.public_url,
            operator_key_file: self.operator_key_file,
            operator_key_id,
            tls,
            services: gateway_last(services.collect()),
            local: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use local::keys::RegionKeys;
    use serde_json::json;

    use super::*;
    use crate::cli::Place;
    use crate::failure::Exit;

    fn find(folder: &Path, change: impl Fn(&mut serde_json::Value)) -> Outcome<Target> {
        let keys = RegionKeys::of_folder(&folder.join("keys")).unwrap();
        let mut file = json!({
            "region_file": Path::new(env!("CARGO_MANIFEST_DIR")).join("../regions/waasland/region.toml"),
            "public_url": "https://waasland.example.org",
            "caller_keys_file": keys.caller_keys_file,
            "operator_key_file": keys.operations.file,
            "services": {
                "gateway": {"health": "gateway:7200", "log": "kubectl logs deployment/waasland-gateway"},
                "intake": {"grpc": "http://intake:7100", "health": "intake:7200", "log": "kubectl logs deployment/waasland-intake"},
            },
        });
        change(&mut file);
        let path = folder.join("region.json");
        std::fs::write(&path, file.to_string()).unwrap();
        Target::find(&Place { data: None, region_state: Some(path) })
    }

    #[test]
    fn a_region_elsewhere_is_called_with_a_key_that_its_services_know() {
        let folder = tempfile::tempdir().unwrap();

        let target = find(folder.path(), |_| ()).unwrap();

        let keys = RegionKeys::of_folder(&folder.path().join("keys")).unwrap();
        assert_eq!(target.region, "waasland");
        assert_eq!(target.operator_key_id, keys.operations.id);
        assert_eq!(target.is_supervised(), None);
        let names: Vec<&str> = target.services.iter().map(|service| service.name.as_str()).collect();
        assert_eq!(names, ["intake", "gateway"]);
        assert!(target.service("gateway").unwrap_err().next.unwrap().contains("intake"));
    }

    #[test]
    fn a_file_that_cannot_be_used_says_what_is_wrong_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let failure = |change: fn(&mut serde_json::Value)| find(folder.path(), change).unwrap_err();

        let unknown = failure(|file| file["door"] = json!("x"));
        assert_eq!(unknown.exit, Exit::Usage);
        assert!(unknown.cause.unwrap().contains("`door`"));

        let stranger = tempfile::tempdir().unwrap();
        let other = RegionKeys::of_folder(stranger.path()).unwrap().operator.file;
        let stranger = find(folder.path(), |file| file["operator_key_file"] = json!(other)).unwrap_err();
        assert_eq!(stranger.exit, Exit::Refused);
        assert!(stranger.cause.unwrap().contains("caller-keys.json"));

        let untrusting = failure(|file| file["tls"] = json!({"key_file": "/nowhere"}));
        assert!(untrusting.cause.unwrap().contains("tls."));
    }
}
