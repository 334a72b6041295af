//! `intake serve | migrate`.

fn main() -> std::process::ExitCode {
    chassis::process::main::<intake::Intake>()
}
