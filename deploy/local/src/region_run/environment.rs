//! The one table of what each service is told: the names are those of the services' settings, read by the chassis from
//! `<SERVICE>_<SECTION>__<KEY>`. Unknown names are refused there, so a name that is wrong here fails at the first start.

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf};

use crate::{keys::RegionKeys, postgres::ServiceDatabase};

/// The services of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Referrals and admissions.
    Intake,
    /// Workers, proposals and matches.
    Matching,
    /// What happens in a case.
    Trajectory,
    /// Budgets and hours.
    Finance,
    /// Projections and reports.
    Reporting,
    /// Health of the region.
    Operations,
    /// The door for browsers.
    Gateway,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Intake,
        Self::Matching,
        Self::Trajectory,
        Self::Finance,
        Self::Reporting,
        Self::Operations,
        Self::Gateway,
    ];

    /// Its name: of its program, its database and its roles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Matching => "matching",
            Self::Trajectory => "trajectory",
            Self::Finance => "finance",
            Self::Reporting => "reporting",
            Self::Operations => "operations",
            Self::Gateway => "gateway",
        }
    }

    /// How far its ports are from the first port of the plan. The second port, for health, comes after it; the gateway's
    /// own is the first of all.
    pub(super) fn port_offsets(self) -> (u16, u16) {
        match self {
            Self::Gateway => (0, 9),
            Self::Intake => (10, 11),
            Self::Reporting => (12, 13),
            Self::Operations => (14, 15),
            Self::Matching => (16, 17),
            Self::Trajectory => (18, 19),
            Self::Finance => (23, 24),
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The client of the sign-in issuer that the gateway is.
#[derive(Clone)]
pub(super) struct SignIn {
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

/// Everything that services are told about the region they run in.
#[derive(Clone)]
pub(super) struct Surroundings {
    pub(super) region_file: PathBuf,
    pub(super) keys: RegionKeys,
    pub(super) databases: BTreeMap<Service, ServiceDatabase>,
    pub(super) allow_fast_database: bool,
    pub(super) amqp_url: String,
    pub(super) management_url: String,
    pub(super) sign_in: SignIn,
    pub(super) public_url: String,
    /// Where the processes of each service listen for calls; the first one first.
    pub(super) addresses: BTreeMap<Service, Vec<SocketAddr>>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Surroundings").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

/// What a process is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// `migrate`, as the owner of the database.
    Migrate,
    /// `import-people`, after the migration of the gateway.
    ImportPeople,
    /// `serve`, as the role that owns nothing.
    Serve,
}

/// The environment of one process of a service, which listens at `address` and shows its health at `health`.
pub(super) fn environment(
    service: Service,
    purpose: Purpose,
    around: &Surroundings,
    address: SocketAddr,
    health: SocketAddr,
) -> Vec<(String, String)> {
    let mut table: Vec<(&str, String)> = Vec::new();
    let path = |path: &PathBuf| path.display().to_string();
    if let Some(database) = around.databases.get(&service) {
        table.push(("DATABASE__URL", database.runtime_url.clone()));
        if purpose == Purpose::Migrate {
            table.push(("DATABASE__OWNER_URL", database.owner_url.clone()));
        }
        if around.allow_fast_database {
            table.push(("DATABASE__ALLOW_FAST", "true".to_owned()));
        }
    }
    table.push(("HEALTH__ADDRESS", health.to_string()));
    table.push(("REGION__FILE", path(&around.region_file)));
    match service {
        Service::Intake | Service::Matching | Service::Trajectory | Service::Finance | Service::Reporting => {
            table.push(("BROKER__URL", around.amqp_url.clone()));
            table.push(("GRPC__ADDRESS", address.to_string()));
            table.push(("KEYS__CALLER_KEYS_FILE", path(&around.keys.caller_keys_file)));
            table.push(("KEYS__REGION_KEY_FILE", path(&around.keys.region_key_file)));
            table.push(("KEYS__INDEX_KEY_FILE", path(&around.keys.index_key_file)));
        }
        Service::Operations => {
            table.push(("GRPC__ADDRESS", address.to_string()));
            table.push(("BROKER__URL", around.amqp_url.clone()));
            table.push(("BROKER__MANAGEMENT_URL", around.management_url.clone()));
            if around.allow_fast_database {
                table.push(("THRESHOLDS__DURABLE_DATABASES", "false".to_owned()));
            }
            table.push(("KEYS__CALLER_KEYS_FILE", path(&around.keys.caller_keys_file)));
            table.push(("KEYS__SIGNING_KEY_FILE", path(&around.keys.operations.file)));
            table.push(("KEYS__SIGNING_KEY_ID", around.keys.operations.id.clone()));
        }
        Service::Gateway => {
            table.push(("HTTP__ADDRESS", address.to_string()));
            table.push(("HTTP__PUBLIC_URL", around.public_url.clone()));
            table.push(("KEYS__CALLER_KEY_FILE", path(&around.keys.gateway.file)));
            table.push(("KEYS__CALLER_KEY_ID", around.keys.gateway.id.clone()));
            table.push(("SIGN_IN__ISSUER", around.sign_in.issuer.clone()));
            table.push(("SIGN_IN__CLIENT_ID", around.sign_in.client_id.clone()));
            table.push(("SIGN_IN__CLIENT_SECRET", around.sign_in.client_secret.clone()));
        }
    }
    let prefix = service.name().to_uppercase();
    let mut named: Vec<(String, String)> =
        table.into_iter().map(|(name, value)| (format!("{prefix}_{name}"), value)).collect();
    // Whom a service calls: the gateway every process of all others, operations the first of everyone it watches.
    let (section, most) = match service {
        Service::Gateway => ("UPSTREAMS", usize::MAX),
        Service::Operations => ("SERVICES", 1),
        _ => return named,
    };
    let called =
        around.addresses.iter().filter(|(other, _)| **other != service && **other != Service::Gateway);
    named.extend(called.map(|(other, addresses)| {
        let list: Vec<String> =
            addresses.iter().take(most).map(|address| format!("http://{address}")).collect();
        (format!("{prefix}_{section}__{}", other.name().to_uppercase()), list.join(","))
    }));
    named
}
