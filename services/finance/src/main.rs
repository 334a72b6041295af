//! `finance serve | migrate | export`.

fn main() -> std::process::ExitCode {
    chassis::process::main::<finance::Finance>()
}
