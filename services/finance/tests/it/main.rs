//! Finance: what it computes, against the case of Waasland; and the service, through gRPC on real servers.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what cannot happen fails the test")]

mod access;
mod approve_budget;
mod architecture;
mod case;
mod claim_access;
mod claim_ledger;
mod claim_properties;
mod claim_race;
mod claims;
mod consume;
mod counter;
mod create_budget;
mod desk;
mod employments;
mod export_lists;
mod exports;
mod goal_seek;
mod goal_seek_rpc;
mod golden;
mod house;
mod imports;
mod imports_hours;
mod lists;
mod month_lock;
mod month_lock_race;
mod pot;
mod properties;
mod put_funding;
mod put_staff_line;
mod random_budget;
mod reference;
mod row_security;
mod row_security_hours;
mod row_security_pot;
mod rules;
mod schema;
mod sheet_access;
mod stage;
mod steps;
mod suggested_hours;
mod time_sheets;
mod waasland;
mod wage_history;
mod wages;
