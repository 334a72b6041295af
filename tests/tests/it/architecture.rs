//! The arrows of the house, over what cargo knows: who may depend on whom, which crates may not be there at all, and under
//! which licences the rest is. `services/README.md` draws the arrows; `deny.toml` holds the same lists for `cargo deny`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Whom of ours each crate may use. `tests` and the dev-dependencies have rules of their own.
const ARROWS: &[(&str, &[&str])] = &[
    ("proto", &[]),
    ("region", &[]),
    ("chassis", &["proto"]),
    ("intake", &["chassis", "proto", "region"]),
    ("matching", &["chassis", "proto", "region"]),
    ("trajectory", &["chassis", "proto", "region"]),
    ("finance", &["chassis", "proto", "region"]),
    ("reporting", &["chassis", "proto", "region"]),
    ("operations", &["chassis", "proto", "region"]),
    ("gateway", &["chassis", "proto", "region"]),
    ("local", &["region"]),
    ("chart-checks", &[]),
    ("testkit", &["chassis", "local", "proto", "region"]),
    // Of finance it uses the arithmetic of budgets, so that a budget is computed in one way everywhere.
    ("bondgenoot", &["chart-checks", "chassis", "finance", "local", "proto", "region"]),
    ("cluster", &["bondgenoot", "chart-checks", "chassis", "local", "proto"]),
    ("tests", &["bondgenoot", "chassis", "finance", "local", "proto", "region", "testkit"]),
];

/// Crates that only these of ours may name.
const RESERVED: &[(&str, &[&str])] = &[
    ("kube", &["operations"]),
    ("k8s-openapi", &["operations"]),
    // Everybody else publishes and consumes through the chassis.
    ("lapin", &["chassis", "testkit", "tests"]),
];

/// Crates that may not be in the tree: one TLS provider (ring), nothing of C but it.
const BANNED: &[&str] = &["aws-lc-sys", "aws-lc-rs", "openssl", "openssl-sys", "native-tls"];

/// Licences under which we may give away what we build.
const LICENCES: &[&str] = &[
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// What `domain/` may import: no database, no network, no executor.
const DOMAIN_IMPORTS: &[&str] = &[
    "std",
    "core",
    "crate",
    "self",
    "super",
    "jiff",
    "rust_decimal",
    "uuid",
    "thiserror",
    "serde",
    "region",
    "chassis::id",
    "chassis::money",
    "chassis::error",
    "proptest",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn metadata() -> Metadata {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let host = String::from_utf8(rustc.stdout).unwrap();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    // Only what this machine builds is there to be looked at without a network.
    let options = ["--offline", "--locked", "--filter-platform", &host].map(str::to_owned).to_vec();
    MetadataCommand::new().manifest_path(root().join("Cargo.toml")).other_options(options).exec().unwrap()
}

/// Names of what a crate depends on, of one kind.
fn named(package: &Package, kind: DependencyKind) -> BTreeSet<&str> {
    package.dependencies.iter().filter(|it| it.kind == kind).map(|it| it.name.as_str()).collect()
}

#[test]
fn crates_of_ours_know_only_whom_they_may_know() {
    let metadata = metadata();
    let ours: BTreeMap<&str, &Package> =
        metadata.workspace_packages().into_iter().map(|package| (package.name.as_str(), package)).collect();
    let rules: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();

    for (name, package) in &ours {
        let Some(allowed) = rules.get(name) else {
            wrong.push(format!("{name} has no rule here"));
            continue;
        };
        for kind in [DependencyKind::Normal, DependencyKind::Build] {
            for other in named(package, kind) {
                if ours.contains_key(other) && !allowed.contains(&other) {
                    wrong.push(format!("{name} may not know {other}"));
                }
            }
        }
        // Tests of a crate may use the test kit and what it stands on, and nothing else that the crate itself may not.
        for other in named(package, DependencyKind::Development) {
            if ours.contains_key(other) && !["testkit", "local"].contains(&other) && !allowed.contains(&other)
            {
                wrong.push(format!("the tests of {name} may not know {other}"));
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn reserved_crates_are_named_only_where_they_belong() {
    let metadata = metadata();
    let mut wrong = Vec::new();

    for package in metadata.workspace_packages() {
        for (name, owners) in RESERVED {
            let used = named(package, DependencyKind::Normal).contains(name);
            if used && !owners.contains(&package.name.as_str()) {
                wrong.push(format!("{} may not use {name}", package.name));
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
}

/// Packages that are really built on this machine.
fn built(metadata: &Metadata) -> Vec<&Package> {
    let nodes: BTreeSet<_> = metadata.resolve.as_ref().unwrap().nodes.iter().map(|node| &node.id).collect();
    metadata.packages.iter().filter(|package| nodes.contains(&package.id)).collect()
}

#[test]
fn there_is_one_tls_provider_and_no_openssl() {
    let metadata = metadata();

    let found: Vec<_> = built(&metadata)
        .into_iter()
        .map(|package| package.name.as_str())
        .filter(|name| BANNED.contains(name))
        .collect();

    assert_eq!(found, Vec::<&str>::new());
}

#[test]
fn every_dependency_is_under_a_licence_we_may_use() {
    let metadata = metadata();

    let refused: Vec<String> = built(&metadata)
        .into_iter()
        .filter(|package| !package.license.as_deref().is_some_and(is_allowed))
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.license))
        .collect();

    assert_eq!(refused, Vec::<String>::new());
}

#[test]
fn cargo_deny_is_told_the_same() {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();

    for name in BANNED.iter().chain(LICENCES.iter().filter(|name| !name.contains(" WITH "))) {
        assert!(text.contains(&format!("\"{name}\"")), "deny.toml does not name {name}");
    }
}

#[test]
fn domains_import_no_database_no_network_and_no_executor() {
    let mut wrong = Vec::new();
    let mut seen = 0;

    for service in ["intake", "operations", "gateway"] {
        let folder = root().join("services").join(service).join("src/domain");
        for file in rust_files(&folder) {
            seen += 1;
            for line in std::fs::read_to_string(&file).unwrap().lines() {
                let line = line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
                let Some(path) = line.strip_prefix("use ") else { continue };
                let allowed = DOMAIN_IMPORTS.iter().any(|allowed| {
                    path.strip_prefix(allowed)
                        .is_some_and(|rest| rest.starts_with("::") || rest.starts_with([';', ' ']))
                });
                // Variants of a type that is in scope, or the re-export of a module beside it, have no crate in front.
                let own = path.starts_with(char::is_uppercase) || file.ends_with("mod.rs");
                if !allowed && !own {
                    wrong.push(format!("{}: use {path}", file.display()));
                }
            }
        }
    }

    assert!(seen > 0, "no domain was found");
    assert_eq!(wrong, Vec::<String>::new());
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Whether one of the ways an SPDX expression offers has allowed licences only.
fn is_allowed(expression: &str) -> bool {
    // The form that cargo took before SPDX: a slash for "or".
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    let (allowed, rest) = either(&words);
    allowed && rest.is_empty()
}

fn either<'a, 'b>(words: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    let (mut allowed, mut rest) = both(words);
    while let [word, more @ ..] = rest
        && *word == "OR"
    {
        let (next, after) = both(more);
        (allowed, rest) = (allowed || next, after);
    }
    (allowed, rest)
}

fn both<'a, 'b>(words: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    let (mut allowed, mut rest) = one(words);
    while let [word, more @ ..] = rest
        && *word == "AND"
    {
        let (next, after) = one(more);
        (allowed, rest) = (allowed && next, after);
    }
    (allowed, rest)
}

fn one<'a, 'b>(words: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    match words {
        ["(", inside @ ..] => {
            let (allowed, rest) = either(inside);
            match rest {
                [")", after @ ..] => (allowed, after),
                _ => (false, rest),
            }
        }
        [name, "WITH", exception, rest @ ..] => {
            (LICENCES.contains(&format!("{name} WITH {exception}").as_str()), rest)
        }
        [name, rest @ ..] => (LICENCES.contains(name), rest),
        [] => (false, words),
    }
}

#[test]
fn licence_expressions_are_read_as_spdx_means_them() {
    for good in [
        "MIT",
        "MIT OR GPL-3.0",
        "Apache-2.0/MIT",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "MIT AND (ISC OR Zlib)",
    ] {
        assert!(is_allowed(good), "{good}");
    }
    for bad in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT OR ISC) AND GPL-3.0",
        "",
        "MIT WITH Something",
        "(MIT",
        "MIT MIT",
    ] {
        assert!(!is_allowed(bad), "{bad}");
    }
}
