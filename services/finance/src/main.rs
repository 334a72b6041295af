//! `finance serve | migrate`.

fn main() -> std::process::ExitCode {
    chassis::process::main::<finance::Finance>()
}
