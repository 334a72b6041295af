//! SQL: free functions over the open transaction, one file per table group. Policies of the database decide which rows they see.

pub mod budget_totals;
pub mod budgets;
pub mod file_versions;
pub mod funding;
pub mod staff_lines;
pub mod suggested_hours;
