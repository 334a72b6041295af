//! Use cases, one file each: the only entry for transports.

mod get_intake_figures;
mod get_trajectory_figures;
mod scope;

pub(crate) use get_intake_figures::GetIntakeFigures;
pub(crate) use get_trajectory_figures::GetTrajectoryFigures;
