//! How a command ends, and what it says when it does not end well: cause, effect, next command.

use std::error::Error as _;
use std::process::ExitCode;

use tonic::{Code, Status};

use crate::terminal::{Style, Terminal};

/// The exit codes of every command; scripts may rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, nothing to report.
    Ok = 0,
    /// A finding, a difference, or a failure of the work itself.
    Finding = 1,
    /// The command line or an argument is wrong.
    Usage = 2,
    /// A region or a service that should answer does not.
    Unreachable = 3,
    /// A service, or a person who was asked, said no.
    Refused = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Shorthand for what a command gives back.
pub type Outcome<T = Exit> = Result<T, Failure>;

/// Why a command could not do its work, in the words of the person who reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its exit code.
    pub exit: Exit,
    /// What went wrong.
    pub what: String,
    /// Why, as far as known.
    pub cause: Option<String>,
    /// What that means for the person or for users.
    pub effect: Option<String>,
    /// What to do, a command where there is one.
    pub next: Option<String>,
}

impl Failure {
    /// A failure that is not about reachability, rights or usage.
    pub fn new(what: impl Into<String>) -> Self {
        Self { exit: Exit::Finding, what: what.into(), cause: None, effect: None, next: None }
    }

    /// A wrong argument that `clap` cannot see.
    pub fn usage(what: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::new(what) }
    }

    /// Something that should answer does not.
    pub fn unreachable(what: impl Into<String>) -> Self {
        Self { exit: Exit::Unreachable, ..Self::new(what) }
    }

    /// Somebody said no.
    pub fn refused(what: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, ..Self::new(what) }
    }

    /// With a cause.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// With the effect.
    #[must_use]
    pub fn effect(mut self, effect: impl Into<String>) -> Self {
        self.effect = Some(effect.into());
        self
    }

    /// With what to do.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// What a service answered, in words: which exit code it is follows from the kind of the error.
    pub fn of_status(service: &str, doing: &str, status: &Status) -> Self {
        let detail = chassis::grpc::detail(status);
        let exit = match status.code() {
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Exit::Unreachable,
            Code::PermissionDenied
            | Code::Unauthenticated
            | Code::FailedPrecondition
            | Code::Unimplemented => Exit::Refused,
            Code::InvalidArgument => Exit::Usage,
            _ => Exit::Finding,
        };
        let mut failure = match exit {
            Exit::Unreachable => {
                Self::unreachable(format!("{service} does not answer")).next("bondgenoot check")
            }
            Exit::Refused => Self::refused(format!("{service} refused {doing}")),
            _ => Self { exit, ..Self::new(format!("{service} could not do it: {doing}")) },
        };
        failure.cause = Some(match (&detail, status.source()) {
            (None, _) if status.code() == Code::Unimplemented => "it does not offer this call".to_owned(),
            (Some(detail), _) => format!("{} ({})", status.message(), detail.reason),
            (None, Some(source)) => format!("{}: {}", status.message(), chassis::error::Chain(source)),
            (None, None) => status.message().to_owned(),
        });
        // The remedy is for programs that repeat a call; a person looks first.
        if let Some(detail) = detail.filter(|detail| exit != Exit::Unreachable && !detail.remedy.is_empty()) {
            failure.next = Some(detail.remedy);
        }
        failure
    }

    /// Says it on stderr.
    pub fn tell(&self, terminal: &Terminal) {
        terminal.talk(&format!("{} {}", terminal.talk_style(Style::Bad, "error:"), self.what));
        let rows = [("cause", &self.cause), ("effect", &self.effect), ("next", &self.next)];
        for (name, text) in rows {
            if let Some(text) = text.as_ref().filter(|text| !text.is_empty()) {
                let text = text.trim_end().replace('\n', "\n         ");
                terminal.talk(&format!("  {name:<6} {text}"));
            }
        }
    }
}

impl From<local::Error> for Failure {
    fn from(error: local::Error) -> Self {
        let exit = match &error {
            local::Error::Install { .. } => Exit::Refused,
            local::Error::Invalid(_) => Exit::Usage,
            _ => Exit::Finding,
        };
        let next = error.advice();
        let cause = error.source().map(|source| chassis::error::Chain(source).to_string());
        Self { exit, what: error.to_string(), cause, effect: None, next }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new("the machine refused").because(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_the_documented_ones() {
        let codes =
            [Exit::Ok, Exit::Finding, Exit::Usage, Exit::Unreachable, Exit::Refused].map(|exit| exit as u8);

        assert_eq!(codes, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_silent_service_is_unreachable_and_the_next_command_is_named() {
        let failure =
            Failure::of_status("intake", "listing parked events", &Status::unavailable("connection refused"));

        assert_eq!(failure.exit, Exit::Unreachable);
        assert_eq!(failure.what, "intake does not answer");
        assert_eq!(failure.cause.as_deref(), Some("connection refused"));
        assert_eq!(failure.next.as_deref(), Some("bondgenoot check"));
    }

    #[test]
    fn no_is_another_exit_code_than_silence() {
        let of = |status: Status| Failure::of_status("intake", "it", &status).exit;

        assert_eq!(of(Status::permission_denied("no")), Exit::Refused);
        assert_eq!(of(Status::invalid_argument("no")), Exit::Usage);
        assert_eq!(of(Status::internal("no")), Exit::Finding);
        assert_eq!(of(Status::deadline_exceeded("slow")), Exit::Unreachable);
    }
}
