//! `reporting serve | migrate`.

fn main() -> std::process::ExitCode {
    chassis::process::main::<reporting::Reporting>()
}
