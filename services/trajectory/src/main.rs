//! `trajectory serve | migrate | duties`.

fn main() -> std::process::ExitCode {
    chassis::process::main::<trajectory::TrajectoryService>()
}
