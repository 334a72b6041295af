//! Where things are: the checkout, the data folder, the programs, and a running region.

use std::path::{Path, PathBuf};

use chassis::tls::Tls;
use local::processes::Identity;
use local::region_run::{RegionState, default_data_folder};

use crate::cli::Place;
use crate::elsewhere::Elsewhere;
use crate::failure::{Failure, Outcome};

/// The checkout this command is used in: the nearest folder upwards that holds this crate.
pub fn checkout() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().find(|folder| is_checkout(folder)).map(Path::to_owned)
}

fn is_checkout(folder: &Path) -> bool {
    ["Cargo.toml", "deploy/bondgenoot/Cargo.toml"].iter().all(|file| folder.join(file).is_file())
}

/// The checkout, for commands that make no sense without one.
pub fn needed_checkout() -> Outcome<PathBuf> {
    checkout().ok_or_else(|| {
        Failure::usage("this is not a checkout of Bondgenoot").next("cd into the checkout and try again")
    })
}

/// The data folder: as told, or `.bondgenoot` in the checkout, or one below the home folder.
pub fn data_folder(place: &Place) -> Outcome<PathBuf> {
    if let Some(folder) = &place.data {
        return Ok(std::path::absolute(folder)?);
    }
    if let Some(checkout) = checkout() {
        return Ok(default_data_folder(&checkout));
    }
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    home.map(|home| PathBuf::from(home).join(".local/share/bondgenoot")).ok_or_else(|| {
        Failure::usage("there is no checkout and no home folder to keep data in").next("give --data DIR")
    })
}

/// The folder with the programs of the services: the one this program is in.
pub fn programs() -> Outcome<PathBuf> {
    let this = std::env::current_exe()?;
    // Cargo puts test programs one folder below.
    let folder = this
        .parent()
        .map(|folder| if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder });
    folder.map(Path::to_owned).ok_or_else(|| Failure::new("this program has no folder"))
}

/// The region Waasland of a checkout.
pub fn waasland(checkout: &Path) -> PathBuf {
    checkout.join("deploy/regions/waasland/region.toml")
}

/// A running region, as far as commands have to know it.
#[derive(Debug, Clone)]
pub struct Target {
    /// Code of the region, as the services' tokens name it.
    pub region: String,
    /// Name of the region.
    pub name: String,
    /// Whether everybody in it is invented.
    pub demo: bool,
    /// The region file.
    pub region_file: PathBuf,
    /// What people open in a browser, when it is known.
    pub public_url: Option<String>,
    /// The private key of the operator.
    pub operator_key_file: PathBuf,
    /// Its id.
    pub operator_key_id: String,
    /// Whom calls trust, and what they show.
    pub tls: Tls,
    /// The service processes, the gateway last.
    pub services: Vec<Service>,
    /// More of a region that this machine itself runs; `None` of one elsewhere.
    pub local: Option<RegionState>,
}

/// One service process, or all those of a service behind one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name; a second process of a service is `intake-2`.
    pub name: String,
    /// Where it answers operators, `http://host:port` or `https://host:port`; `None` for the gateway, which speaks HTTP only.
    pub grpc: Option<String>,
    /// Where it shows its health, `host:port`.
    pub health: String,
    /// How to read its log: a file, or a command.
    pub log: String,
}

impl Target {
    /// The running region of this place.
    ///
    /// # Errors
    /// [`Exit::Unreachable`](crate::failure::Exit::Unreachable) when none runs there.
    pub fn find(place: &Place) -> Outcome<Self> {
        if let Some(file) = &place.region_state {
            return Self::of_file(file);
        }
        let folder = data_folder(place)?;
        let Some(state) = RegionState::read(&folder)? else {
            return Err(Failure::unreachable(format!("no region runs from {}", folder.display()))
                .effect("there is nothing to look at")
                .next("start one: cargo dev   (or name another with --data or --region-state)"));
        };
        Self::of_state(state)
    }

    fn of_file(file: &Path) -> Outcome<Self> {
        let text: Option<serde_json::Value> = local::files::read_json(file)?;
        let Some(text) = text else {
            return Err(
                Failure::usage(format!("there is no file {}", file.display())).next("look at --region-state")
            );
        };
        let unreadable = |error: serde_json::Error| {
            Failure::usage(format!("{} does not say where a region runs", file.display()))
                .because(error.to_string())
                .next("look at --region-state; deploy/bondgenoot/README.md has the form")
        };
        // What `cargo dev` writes names the process that started the region; no other file does.
        if text.get("supervisor").is_some() {
            return Self::of_state(serde_json::from_value(text).map_err(unreadable)?);
        }
        serde_json::from_value::<Elsewhere>(text).map_err(unreadable)?.target()
    }

    /// A region of this machine whose state is at hand.
    pub fn of_state(state: RegionState) -> Outcome<Self> {
        let region = region_of(&state.region_file)?;
        let services = state.services.iter().map(|(name, service)| Service {
            name: name.clone(),
            grpc: (!name.starts_with("gateway")).then(|| format!("http://{}", service.address)),
            health: service.health.to_string(),
            log: service.log.display().to_string(),
        });
        Ok(Self {
            region: region.code.to_string(),
            name: region.name,
            demo: region.demo,
            region_file: state.region_file.clone(),
            public_url: Some(state.public_url.clone()),
            operator_key_file: state.operator_key_file.clone(),
            operator_key_id: state.operator_key_id.clone(),
            tls: Tls::off(),
            services: gateway_last(services.collect()),
            local: Some(state),
        })
    }

    /// A service of the region that answers operators.
    ///
    /// # Errors
    /// [`Exit::Usage`](crate::failure::Exit::Usage) for one this region does not have, with those it has.
    pub fn service(&self, name: &str) -> Outcome<&Service> {
        self.administered().find(|service| service.name == name).ok_or_else(|| {
            let known: Vec<&str> = self.administered().map(|service| service.name.as_str()).collect();
            Failure::usage(format!(
                "the region {} has no service `{name}` that answers operators",
                self.region
            ))
            .next(format!("choose one of: {}", known.join(", ")))
        })
    }

    /// The services that answer operators.
    pub fn administered(&self) -> impl Iterator<Item = &Service> {
        self.services.iter().filter(|service| service.grpc.is_some())
    }

    /// Whether the process that started the region still runs; `None` when this machine did not start it.
    pub fn is_supervised(&self) -> Option<bool> {
        self.local.as_ref().map(|state| Identity::is_running(&state.supervisor))
    }
}

/// The region of a file.
///
/// # Errors
/// When it has mistakes.
pub fn region_of(file: &Path) -> Outcome<region::Region> {
    region::load(file).map_err(|report| {
        Failure::new(format!("the region file has {} mistakes", report.mistakes.len()))
            .effect("the code of the region is not known, so no service would accept a call")
            .next(format!("bondgenoot region check {}", file.display()))
    })
}

/// In the order in which they are shown.
pub fn gateway_last(mut services: Vec<Service>) -> Vec<Service> {
    services.sort_by_key(|service| (service.grpc.is_none(), service.name.clone()));
    services
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_where_nothing_runs_is_unreachable_and_says_how_to_start() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place { data: Some(folder.path().to_owned()), region_state: None };

        let failure = Target::find(&place).unwrap_err();

        assert_eq!(failure.exit, crate::failure::Exit::Unreachable);
        assert!(failure.next.unwrap().contains("cargo dev"));
    }

    #[test]
    fn a_state_file_that_is_not_there_is_wrong_use() {
        let place = Place { data: None, region_state: Some("/nonexistent/region.json".into()) };

        assert_eq!(Target::find(&place).unwrap_err().exit, crate::failure::Exit::Usage);
    }

    #[test]
    fn the_checkout_is_found_from_below() {
        assert!(is_checkout(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").as_path()));
        assert!(!is_checkout(Path::new(env!("CARGO_MANIFEST_DIR"))));
    }
}
