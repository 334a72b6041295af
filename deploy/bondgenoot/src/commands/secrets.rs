//! `bondgenoot secrets`.

use local::secrets::RegionSecrets;

use crate::cli::SecretsArgs;
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::Terminal;

/// Makes the files that are missing and says what must be kept safe.
pub fn run(arguments: &SecretsArgs, terminal: &Terminal) -> Outcome {
    let fits = !arguments.vhost.is_empty()
        && arguments
            .vhost
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    if !fits {
        return Err(Failure::usage("--vhost takes small letters, digits and dashes")
            .next("for example: --vhost waasland"));
    }
    let made = RegionSecrets::make(&arguments.folder, &arguments.vhost, arguments.owner)?;
    terminal.data(&format!("the secrets of a region are in {}", arguments.folder.display()));
    terminal.talk(&format!(
        "back up {} apart from the databases: without the region key nobody's data can be read",
        made.keys().display()
    ));
    Ok(Exit::Ok)
}
