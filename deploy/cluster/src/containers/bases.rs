//! Images to build and run on, made on this machine from Debian's packages. They stand in for the official ones, which tests cannot
//! fetch; the release builds on those (`docker/Dockerfile`), which are Debian 12 too.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use super::{Containers, read};

/// The release all of them are.
const SUITE: &str = "bookworm";
/// The mirror when the machine names none.
const MIRROR: &str = "http://deb.debian.org/debian";

/// One of them.
#[derive(Debug, Clone, Copy)]
struct Base {
    name: &'static str,
    /// `extract` unpacks without running a script: no shell, no package manager is left but what packages hold.
    variant: &'static str,
    packages: &'static str,
    hooks: &'static [&'static str],
    /// The script of `stand-ins/` that starts it.
    script: Option<&'static str>,
    stop_signal: &'static str,
    variables: &'static [&'static str],
}

const BUILDER: Base = Base {
    name: "localhost/base-builder",
    variant: "minbase",
    packages: "gcc,libc6-dev,ca-certificates",
    hooks: &[],
    script: None,
    stop_signal: "SIGTERM",
    // The first folder is where the machine's Rust is seen.
    variables: &[
        "PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "CARGO_HOME=/usr/local/cargo",
    ],
};
const RUNTIME: Base = Base {
    name: "localhost/base-runtime",
    variant: "extract",
    packages: "libc6,libgcc-s1,tzdata,ca-certificates",
    // What the script of the package would make. With this variant no later hook is run.
    hooks: &[
        "--extract-hook=cat \"$1\"/usr/share/ca-certificates/mozilla/*.crt > \"$1/etc/ssl/certs/ca-certificates.crt\"",
    ],
    script: None,
    stop_signal: "SIGTERM",
    variables: &[],
};
const POSTGRES: Base = Base {
    name: "localhost/stand-in-postgres",
    variant: "minbase",
    packages: "postgresql,util-linux",
    // The package would make a cluster of its own.
    hooks: &[
        "--essential-hook=mkdir -p \"$1/etc/postgresql-common\"",
        "--essential-hook=echo 'create_main_cluster = false' > \"$1/etc/postgresql-common/createcluster.conf\"",
    ],
    script: Some("postgres.sh"),
    stop_signal: "SIGINT",
    variables: &[],
};
const RABBITMQ: Base = Base {
    name: "localhost/stand-in-rabbitmq",
    variant: "minbase",
    packages: "rabbitmq-server,util-linux",
    hooks: &["--customize-hook=echo '[rabbitmq_management].' > \"$1/etc/rabbitmq/enabled_plugins\""],
    script: Some("rabbitmq.sh"),
    stop_signal: "SIGTERM",
    variables: &[],
};

/// The images, by name and version.
#[derive(Debug, Clone)]
pub struct Bases {
    /// What the product is compiled in: a C compiler, and the way to the machine's Rust.
    pub builder: String,
    /// What it runs on.
    pub runtime: String,
    /// PostgreSQL of Debian.
    pub postgres: String,
    /// RabbitMQ of Debian.
    pub rabbitmq: String,
}

/// Where the machine's Rust is seen in the builder.
pub(super) const RUST: &str = "/opt/rust";

impl Bases {
    /// Makes those that are not there yet: a minute or two for each.
    ///
    /// # Errors
    /// With what mmdebstrap or buildah said.
    pub async fn make(containers: &Containers) -> anyhow::Result<Self> {
        let mirror = mirror();
        Ok(Self {
            builder: BUILDER.make(containers, &mirror).await?,
            runtime: RUNTIME.make(containers, &mirror).await?,
            postgres: POSTGRES.make(containers, &mirror).await?,
            rabbitmq: RABBITMQ.make(containers, &mirror).await?,
        })
    }
}

impl Base {
    async fn make(self, containers: &Containers, mirror: &str) -> anyhow::Result<String> {
        let script = self.script.map(|script| stand_ins().join(script));
        let started = script.as_deref().map(read).transpose()?.unwrap_or_default();
        let known_by = format!("{SUITE} {} {} {:?} {started} 1", self.variant, self.packages, self.hooks);
        let version = hex::encode(Sha256::digest(known_by)).chars().take(12).collect::<String>();
        let name = format!("{}:{version}", self.name);
        if containers.has_image(&name).await? {
            return Ok(name);
        }
        let archive = containers.folder("rootfs.tar");
        let path = archive.display().to_string();
        let (variant, include) =
            (format!("--variant={}", self.variant), format!("--include={}", self.packages));
        // Nothing of it has to outlive a crash of the machine.
        let mut arguments = vec!["--quiet", "--dpkgopt=force-unsafe-io", variant.as_str(), include.as_str()];
        arguments.extend(self.hooks);
        arguments.extend([SUITE, path.as_str(), mirror]);
        containers.run("mmdebstrap", &arguments).await?.good(&format!("making {}", self.name))?;
        let container = containers.buildah(&["from", "scratch"]).await?;
        let container = container.trim();
        containers.buildah(&["add", "--quiet", container, &path, "/"]).await?;
        std::fs::remove_file(&archive)?;
        if let Some(script) = &script {
            let script = script.display().to_string();
            containers
                .buildah(&["copy", "--quiet", "--chmod", "0755", container, &script, "/usr/local/bin/start"])
                .await?;
            containers.buildah(&["config", "--cmd", "/usr/local/bin/start", container]).await?;
        }
        for variable in self.variables {
            containers.buildah(&["config", "--env", variable, container]).await?;
        }
        containers.buildah(&["config", "--stop-signal", self.stop_signal, container]).await?;
        containers.buildah(&["commit", "--quiet", "--rm", container, &name]).await?;
        Ok(name)
    }
}

fn stand_ins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("stand-ins")
}

/// The mirror that this machine installs from.
fn mirror() -> String {
    let files = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"];
    let found =
        files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).find_map(|text| address(&text));
    found.unwrap_or_else(|| MIRROR.to_owned())
}

/// The first address of a list of sources, in either form.
fn address(text: &str) -> Option<String> {
    let words = text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    words.filter(|word| word.starts_with("http")).map(str::to_owned).find(|url| !url.contains("security"))
}

/// The toolchain that this command was built with.
pub(super) async fn toolchain(containers: &Containers) -> anyhow::Result<String> {
    let sysroot = containers.run("rustc", &["--print", "sysroot"]).await?.good("rustc")?;
    Ok(sysroot.trim().to_owned())
}

/// Where crates are kept that were fetched before.
pub(super) fn registry() -> anyhow::Result<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    Ok(home.context("neither CARGO_HOME nor HOME is set")?.join("registry"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_of_the_machine_is_read_in_both_forms() {
        let new =
            "Types: deb\n# http://old.example/debian\nURIs: http://mirror.example/debian\nSuites: bookworm\n";
        let old = "# deb http://old.example/debian x\ndeb [arch=amd64] https://mirror.example/debian bookworm main\n";
        let only_security = "URIs: http://mirror.example/debian-security\n";

        assert_eq!(address(new).as_deref(), Some("http://mirror.example/debian"));
        assert_eq!(address(old).as_deref(), Some("https://mirror.example/debian"));
        assert_eq!(address(only_security), None);
    }

    #[test]
    fn every_stand_in_has_its_script() {
        for base in [POSTGRES, RABBITMQ] {
            assert!(read(&stand_ins().join(base.script.unwrap())).unwrap().starts_with("#!/bin/sh\n"));
        }
    }
}
