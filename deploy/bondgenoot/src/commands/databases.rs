//! `bondgenoot databases`.

use std::time::Duration;

use local::postgres::{create_service_database, set_password};
use local::region_run::Service;
use local::secrets::{Password, RegionSecrets};
use tokio::time::{Instant, sleep};

use crate::cli::DatabasesArgs;
use crate::failure::{Exit, Failure, Outcome};
use crate::terminal::Terminal;

/// How long between two looks whether the server answers.
const PAUSE: Duration = Duration::from_millis(500);

/// Makes roles, databases and passwords; repeated, it sets rights and passwords again.
pub async fn run(arguments: &DatabasesArgs, terminal: &Terminal) -> Outcome {
    let secrets = RegionSecrets::of_folder(&arguments.secrets);
    let url = superuser(&arguments.postgres, &secrets)?;
    wait(&url, Duration::from_secs(arguments.wait_seconds)).await?;
    for service in Service::ALL {
        create_service_database(&url, service.name()).await?;
        for (role, password) in [("owner", Password::Owner(service)), ("runtime", Password::Runtime(service))]
        {
            set_password(&url, &format!("{service}_{role}"), &secrets.password(password)?).await?;
        }
        terminal.data(&format!("{service}: database and its two roles are there"));
    }
    Ok(Exit::Ok)
}

fn superuser(given: &str, secrets: &RegionSecrets) -> Outcome<String> {
    let wrong = || {
        Failure::usage("--postgres is no address of a PostgreSQL")
            .next("for example: --postgres postgres://postgres@127.0.0.1:5432/postgres")
    };
    let mut url: reqwest::Url = given.parse().map_err(|_| wrong())?;
    if url.scheme() != "postgres" && url.scheme() != "postgresql" {
        return Err(wrong());
    }
    if url.password().is_some() {
        return Err(Failure::usage(
            "--postgres holds a password, which everybody on this machine could read",
        )
        .next(format!("leave it out: it is read from {}", secrets.postgres_password_file().display())));
    }
    let file = secrets.postgres_password_file();
    let password = std::fs::read_to_string(&file).map_err(|error| {
        Failure::new(format!("{} cannot be read", file.display()))
            .because(error.to_string())
            .next(format!("bondgenoot secrets {}", file.ancestors().nth(2).unwrap_or(&file).display()))
    })?;
    url.set_password(Some(password.trim())).map_err(|()| wrong())?;
    Ok(url.into())
}

/// A server that is being started refuses, or cannot be found by its name yet.
async fn wait(url: &str, most: Duration) -> Outcome<()> {
    let until = Instant::now() + most;
    loop {
        let tried = local::postgres::answers(url).await;
        match tried {
            Ok(()) => return Ok(()),
            Err(error) if Instant::now() >= until => {
                return Err(Failure::new(format!("PostgreSQL did not answer within {} s", most.as_secs()))
                    .because(error.to_string())
                    .next("look whether it runs, and whether the password is the one it was made with"));
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_comes_from_its_file_and_never_from_the_command_line() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = RegionSecrets::make(folder.path(), "waasland", None).unwrap();
        let password = std::fs::read_to_string(secrets.postgres_password_file()).unwrap();

        let url = superuser("postgres://postgres@server:5432/postgres", &secrets).unwrap();
        assert_eq!(url, format!("postgres://postgres:{password}@server:5432/postgres"));
        for wrong in ["postgres://postgres:open@server/postgres", "http://server", "server"] {
            assert_eq!(superuser(wrong, &secrets).unwrap_err().exit, Exit::Usage, "{wrong}");
        }
    }

    #[test]
    fn a_folder_without_secrets_says_which_command_makes_them() {
        let folder = tempfile::tempdir().unwrap();
        let failure =
            superuser("postgres://postgres@server/postgres", &RegionSecrets::of_folder(folder.path()))
                .unwrap_err();

        assert_eq!(
            failure.next.as_deref(),
            Some(format!("bondgenoot secrets {}", folder.path().display()).as_str())
        );
    }
}
