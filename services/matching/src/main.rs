//! `matching serve | migrate`.

fn main() -> std::process::ExitCode {
    chassis::process::main::<matching::Matching>()
}
