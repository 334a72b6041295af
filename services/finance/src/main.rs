//! `finance serve | migrate`.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
