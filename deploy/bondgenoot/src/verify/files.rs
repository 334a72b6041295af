//! Checks over the files of the checkout that no compiler makes.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;

use crate::cli::Cli;
use crate::failure::{Failure, Outcome};
use crate::terminal::Terminal;

/// A file longer than this is named, not refused.
const LONG: usize = 500;
/// Folders that are made, or are not ours.
const SKIPPED: [&str; 5] = ["target", ".git", ".bondgenoot", "node_modules", ".sqlx"];

/// What fenced blocks with commands are marked with.
const SHELLS: [&str; 3] = ["sh", "bash", "console"];

/// Checks READMEs and names long files.
pub fn check(root: &Path, terminal: &Terminal) -> Outcome<()> {
    let files = all_files(root)?;
    let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
    let mut wrong = Vec::new();
    for manifest in files.iter().filter(|path| path.ends_with("Cargo.toml")) {
        let readme = manifest.with_file_name("README.md");
        if !readme.is_file() {
            wrong.push(format!("{} is missing", relative(&readme)));
        }
    }
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        for (line, command) in commands(&fs::read_to_string(path)?) {
            if let Err(error) = Cli::try_parse_from(&command)
                && error.use_stderr()
            {
                let why = error.to_string();
                let why = why.lines().next().unwrap_or_default();
                wrong.push(format!("{}:{line}: `{}`: {why}", relative(path), command.join(" ")));
            }
        }
    }
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
        let lines = fs::read_to_string(path)?.lines().count();
        if lines > LONG {
            terminal.talk(&format!("   long: {} has {lines} lines", relative(path)));
        }
    }
    terminal.data_lines("   ", &wrong);
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("{} things in READMEs are not true", wrong.len()))
        .next("mend the README or the command"))
}

/// Command lines of this program in fenced blocks of a shell, with their line number. `cargo dev` and `cargo verify` are aliases.
fn commands(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            inside = !inside && SHELLS.contains(&language.trim());
        } else if inside {
            found.extend(command(line).map(|command| (number + 1, command)));
        }
    }
    found
}

fn command(line: &str) -> Option<Vec<String>> {
    let line = line.trim().trim_start_matches("$ ");
    let line = line.split(" #").next().unwrap_or(line).split(" | ").next().unwrap_or(line);
    let rest = line
        .strip_prefix("bondgenoot ")
        .map(str::to_owned)
        .or_else(|| line.strip_prefix("cargo run --bin bondgenoot -- ").map(str::to_owned))
        .or_else(|| line.strip_prefix("cargo dev").map(|rest| format!("dev{rest}")))
        .or_else(|| {
            // `cargo verify-cluster` is another program, which reads its README itself.
            let rest = line.strip_prefix("cargo verify").filter(|rest| !rest.starts_with('-'))?;
            Some(format!("verify{rest}"))
        })?;
    let words = rest.split_whitespace().map(|word| word.trim_matches('\'').to_owned());
    // A quoted text of several words would need a shell; the READMEs do without.
    Some(std::iter::once("bondgenoot".to_owned()).chain(words).collect())
}

fn all_files(root: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !SKIPPED.iter().any(|skipped| name == *skipped) {
                    folders.push(entry.path());
                }
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_taken_out_of_fenced_blocks_only() {
        let text = "Run bondgenoot nonsense.\n```\nbondgenoot knows nobody\n```\n```sh\ncargo dev --yes   # starts\nbondgenoot queue parked --json | jq .\ncargo verify-cluster --tier 3\nls\n```\n";

        let found = commands(text);

        assert_eq!(found.len(), 2);
        assert_eq!(found[0], (6, ["bondgenoot", "dev", "--yes"].map(str::to_owned).to_vec()));
        assert_eq!(found[1].1, ["bondgenoot", "queue", "parked", "--json"]);
    }

    #[test]
    fn a_command_that_does_not_exist_fails_the_check() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("README.md"), "```sh\nbondgenoot status --yaml\n```\n").unwrap();
        assert!(check(folder.path(), &Terminal::plain()).is_err());

        fs::write(folder.path().join("README.md"), "```sh\nbondgenoot status --json\n```\n").unwrap();
        check(folder.path(), &Terminal::plain()).unwrap();
    }

    #[test]
    fn a_crate_without_readme_fails_the_check() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Cargo.toml"), "").unwrap();

        assert!(check(folder.path(), &Terminal::plain()).is_err());
    }
}
