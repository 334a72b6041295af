//! Use cases, one file each: the only entry for transports.

mod get_intake_figures;

pub(crate) use get_intake_figures::GetIntakeFigures;
