//! Who may call what: the access options of the contract as a table.

use crate::options::v1::{Principal, Role, Scope};

/// The access rule that stands beside an RPC in its `.proto` file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessRule {
    /// Anybody may call.
    Public,
    /// Only these principals, never through the gateway.
    Internal {
        /// Principals that may call.
        principals: &'static [Principal],
    },
    /// A worker with a mandate that is valid today.
    Mandate {
        /// One of these roles.
        roles: &'static [Role],
        /// How far the mandate must reach at least.
        scope: Scope,
        /// Purpose written into the audit row.
        purpose: &'static str,
        /// Request field that names the record; empty for lists.
        subject: &'static str,
    },
}

/// One RPC of the contract.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Path on the wire, `/bondgenoot.intake.v1.ReferralService/SubmitReferral`.
    pub path: &'static str,
    /// Who may call.
    pub rule: AccessRule,
    /// Whether the call needs the record's current `ETag`.
    pub requires_if_match: bool,
    /// Whether the gateway has a route to it.
    pub public_api: bool,
}

/// Every RPC of the contract.
pub static METHODS: &[Method] = include!(concat!(env!("OUT_DIR"), "/methods.rs"));

/// The RPC with this path, if the contract has it.
pub fn method(path: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.path == path)
}
