//! Who calls: a principal, and for a worker the mandates in which they act.
//!
//! The gateway makes a [`Caller`] from session and mandates and signs it into a token of at most five minutes
//! ([`Signer`]); every service verifies it ([`Verifier`]) and applies the access rule of the RPC ([`Grant`]).

mod call;
mod grant;
mod token;

pub use call::Call;
pub use grant::{Denied, Grant, Programmes};
pub use token::{MAX_TOKEN_SECONDS, Signer, TokenError, Verifier};

use jiff::civil;
pub use proto::options::v1::{Principal, Role, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What kind of caller.
    pub principal: Principal,
    /// The worker, for [`Principal::Worker`].
    pub worker: Option<Uuid>,
    /// The worker's organisation.
    pub organisation: Option<Uuid>,
    /// The mandates chosen at sign-in.
    pub mandates: Vec<Mandate>,
}

/// What gives a worker a role, dated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// Mandate.
    pub id: Uuid,
    /// Role out of the closed set.
    #[serde(with = "role_name")]
    pub role: Role,
    /// Code of the programme; `None` is every programme of the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<String>,
    /// How far it reaches.
    #[serde(with = "scope_name")]
    pub scope: Scope,
    /// First day.
    pub valid_from: civil::Date,
    /// Last day, inclusive; `None` is open-ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
}

impl Mandate {
    /// Whether it is valid on a day.
    pub fn is_valid_on(&self, day: civil::Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

impl Caller {
    /// A caller that is no worker.
    pub const fn principal(principal: Principal) -> Self {
        Self { principal, worker: None, organisation: None, mandates: Vec::new() }
    }

    /// Anybody.
    pub const fn anonymous() -> Self {
        Self::principal(Principal::Anonymous)
    }

    /// The caller as the key of what belongs to it, e.g. its idempotency keys.
    pub fn key(&self) -> String {
        match self.worker {
            Some(worker) => format!("worker:{worker}"),
            None => principal_name(self.principal).to_owned(),
        }
    }
}

/// The principal in tokens, settings and audit rows: lower case, e.g. `participant_link`.
pub const fn principal_name(principal: Principal) -> &'static str {
    match principal {
        Principal::Unspecified => "unspecified",
        Principal::Worker => "worker",
        Principal::Anonymous => "anonymous",
        Principal::ParticipantLink => "participant_link",
        Principal::Relay => "relay",
        Principal::Consumer => "consumer",
        Principal::Job => "job",
        Principal::Operator => "operator",
    }
}

/// The principal with this name, in lower case only.
pub fn principal_from_name(name: &str) -> Option<Principal> {
    let principal = Principal::from_str_name(&format!("PRINCIPAL_{}", name.to_uppercase()))?;
    (principal != Principal::Unspecified && principal_name(principal) == name).then_some(principal)
}

/// The role with this lower-case name, e.g. `coordinator`.
pub fn role_from_name(name: &str) -> Option<Role> {
    let role = Role::from_str_name(&format!("ROLE_{}", name.to_uppercase()))?;
    (role != Role::Unspecified && role_name(role) == name).then_some(role)
}

/// The lower-case name of a role.
pub fn role_name(role: Role) -> String {
    role.as_str_name().trim_start_matches("ROLE_").to_lowercase()
}

/// The scope with this lower-case name, e.g. `own_cases`.
pub fn scope_from_name(name: &str) -> Option<Scope> {
    let scope = Scope::from_str_name(&format!("SCOPE_{}", name.to_uppercase()))?;
    (scope != Scope::Unspecified && scope_name(scope) == name).then_some(scope)
}

/// The lower-case name of a scope.
pub fn scope_name(scope: Scope) -> String {
    scope.as_str_name().trim_start_matches("SCOPE_").to_lowercase()
}

macro_rules! by_name {
    ($module:ident, $type:ty, $to:path, $from:path) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

            pub(super) fn serialize<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&$to(*value))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                let name = String::deserialize(deserializer)?;
                $from(&name).ok_or_else(|| D::Error::custom(format!("`{name}` is not in the closed set")))
            }
        }
    };
}

by_name!(role_name, super::Role, super::role_name, super::role_from_name);
by_name!(scope_name, super::Scope, super::scope_name, super::scope_from_name);
