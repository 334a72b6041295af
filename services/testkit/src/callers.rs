//! Callers of every kind, for tests.

use chassis::caller::{Caller, Mandate, Principal, Role, Scope};
use jiff::civil::date;
use uuid::Uuid;

/// A mandate in a programme (`None` for all), valid for the whole of this century.
pub fn mandate(role: Role, scope: Scope, programme: Option<&str>) -> Mandate {
    Mandate {
        id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
        role,
        programme: programme.map(str::to_owned),
        scope,
        valid_from: date(2000, 1, 1),
        valid_to: None,
    }
}

/// A worker with these mandates.
pub fn worker(id: u128, mandates: Vec<Mandate>) -> Caller {
    Caller {
        principal: Principal::Worker,
        worker: Some(Uuid::from_u128(id)),
        organisation: Some(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00ff)),
        mandates,
    }
}
