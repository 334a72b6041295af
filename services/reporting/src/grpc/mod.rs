//! The gRPC door: convert, run one use case, convert back.

mod intake_report_service;
mod to_proto;
mod trajectory_report_service;

pub(crate) use intake_report_service::IntakeReports;
pub(crate) use trajectory_report_service::TrajectoryReports;
