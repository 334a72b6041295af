//! SQL: free functions over the open transaction, one file per table group. Policies of the database decide which rows they see.

pub mod acceptances;
pub mod budget_totals;
pub mod budgets;
pub mod claim_content;
pub mod claim_sources;
pub mod claims;
pub mod employments;
pub mod export_lists;
pub mod exports;
pub mod file_versions;
pub mod funding;
pub mod ledger;
pub mod locks;
pub mod missing_sheets;
pub mod months;
pub mod pot;
pub mod purchases;
pub mod staff_lines;
pub mod suggested_hours;
pub mod term;
pub mod time_entries;
pub mod time_sheet_lists;
pub mod time_sheets;
pub mod wages;
