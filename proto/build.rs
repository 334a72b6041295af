//! Compiles the contract without `protoc` and turns its options into Rust tables.
//!
//! Writes into `OUT_DIR`: the generated messages and services, `descriptor.bin` (with our options and comments, for the
//! description of the API), `bare.bin` (the same without comments, for the routes of the gateway), `methods.rs` (access rules) and `events.rs` (event types). Fails when an RPC has no access rule.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, ReflectMessage, Value};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=proto");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut files = Vec::new();
    collect(Path::new("proto/bondgenoot"), &mut files)?;
    files.push("google/rpc/status.proto".into());
    files.sort();

    let compile = |comments| -> Result<protox::Compiler> {
        let mut compiler = protox::Compiler::new(["proto"])?;
        compiler.include_imports(true).include_source_info(comments).open_files(&files)?;
        Ok(compiler)
    };
    fs::write(out.join("bare.bin"), compile(false)?.encode_file_descriptor_set())?;
    let compiler = compile(true)?;
    // Keeps the options; prost's own descriptor type would drop them.
    let bytes = compiler.encode_file_descriptor_set();
    fs::write(out.join("descriptor.bin"), &bytes)?;
    let pool = DescriptorPool::decode(bytes.as_slice())?;
    fs::write(out.join("methods.rs"), methods(&pool)?)?;
    fs::write(out.join("events.rs"), events(&pool)?)?;

    let mut set = compiler.file_descriptor_set();
    set.file.retain(|file| !file.package().starts_with("google.api"));
    tonic_prost_build::configure().btree_map(".").include_file("tree.rs").compile_fds(set)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "proto") {
            files.push(path.strip_prefix("proto")?.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

fn text(message: &DynamicMessage, field: &str) -> String {
    message.get_field_by_name(field).and_then(|value| value.as_str().map(String::from)).unwrap_or_default()
}

/// The Rust names of enum values in a field, `ROLE_COACH` -> `Role::Coach`.
fn variants(message: &DynamicMessage, field: &str, type_name: &str) -> Result<Vec<String>> {
    let descriptor = message.descriptor().get_field_by_name(field).ok_or("no such option field")?;
    let kind = descriptor.kind();
    let enumeration = kind.as_enum().ok_or("not an enum")?;
    let value = message.get_field(&descriptor);
    let numbers: Vec<i32> = match &*value {
        Value::List(list) => list.iter().filter_map(Value::as_enum_number).collect(),
        one => one.as_enum_number().into_iter().collect(),
    };
    let prefix = format!("{}_", type_name.to_uppercase());
    numbers
        .into_iter()
        .map(|number| {
            let value = enumeration.get_value(number).ok_or("unknown enum value")?;
            let bare = value.name().strip_prefix(&prefix).ok_or("unexpected enum name")?.to_lowercase();
            let camel: String = bare
                .split('_')
                .map(|word| {
                    let (first, rest) = word.split_at(1);
                    first.to_uppercase() + rest
                })
                .collect();
            Ok(format!("{type_name}::{camel}"))
        })
        .collect()
}

fn rule(method: &MethodDescriptor, access: &DynamicMessage) -> Result<String> {
    let one_of = access.descriptor().oneofs().next().ok_or("access has no oneof")?;
    let chosen = one_of.fields().find(|field| access.has_field(field));
    let Some(chosen) = chosen else {
        return Err(format!("{}: the access rule is empty", method.full_name()).into());
    };
    let value = access.get_field(&chosen);
    Ok(match chosen.name() {
        "public" => "AccessRule::Public".to_owned(),
        "internal" => {
            let inner = value.as_message().ok_or("internal is a message")?;
            let principals = variants(inner, "principals", "Principal")?;
            if principals.is_empty() {
                return Err(format!("{}: internal access names no principal", method.full_name()).into());
            }
            format!("AccessRule::Internal {{ principals: &[{}] }}", principals.join(", "))
        }
        _ => {
            let inner = value.as_message().ok_or("mandate is a message")?;
            let roles = variants(inner, "roles", "Role")?;
            let scope = variants(inner, "scope", "Scope")?;
            let purpose = text(inner, "purpose");
            let subject = text(inner, "subject");
            if roles.is_empty()
                || scope.iter().any(|scope| scope.ends_with("Unspecified"))
                || purpose.is_empty()
            {
                return Err(
                    format!("{}: a mandate needs roles, a scope and a purpose", method.full_name()).into()
                );
            }
            if !subject.is_empty() && method.input().get_field_by_name(&subject).is_none() {
                return Err(format!(
                    "{}: the subject `{subject}` is no field of the request",
                    method.full_name()
                )
                .into());
            }
            format!(
                "AccessRule::Mandate {{ roles: &[{}], scope: {}, purpose: {purpose:?}, subject: {subject:?} }}",
                roles.join(", "),
                scope.join("")
            )
        }
    })
}

fn methods(pool: &DescriptorPool) -> Result<String> {
    let access = pool.get_extension_by_name("bondgenoot.options.v1.access").ok_or("no access option")?;
    let if_match =
        pool.get_extension_by_name("bondgenoot.options.v1.requires_if_match").ok_or("no if-match option")?;
    let http = pool.get_extension_by_name("google.api.http").ok_or("no http option")?;
    let mut rust = String::from("&[\n");
    for service in pool.services() {
        for method in service.methods() {
            let options = method.options();
            if !options.has_extension(&access) {
                return Err(format!(
                    "{}: every RPC needs an access rule; add `option (bondgenoot.options.v1.access) = {{...}};`",
                    method.full_name()
                )
                .into());
            }
            let value = options.get_extension(&access);
            let rule = rule(&method, value.as_message().ok_or("access is a message")?)?;
            let public_api = options.has_extension(&http);
            if public_api && rule.starts_with("AccessRule::Internal") {
                return Err(format!("{}: an internal RPC has no HTTP route", method.full_name()).into());
            }
            let guarded = options.get_extension(&if_match).as_bool().unwrap_or_default();
            writeln!(
                rust,
                "    Method {{ path: \"/{}/{}\", rule: {rule}, requires_if_match: {guarded}, public_api: {public_api} }},",
                service.full_name(),
                method.name()
            )?;
        }
    }
    rust.push(']');
    Ok(rust)
}

fn events(pool: &DescriptorPool) -> Result<String> {
    let event = pool.get_extension_by_name("bondgenoot.options.v1.event").ok_or("no event option")?;
    let mut rust = String::new();
    let mut table =
        String::from("/// Every integration event there is.\npub static EVENT_TYPES: &[EventType] = &[\n");
    for message in pool.all_messages() {
        let options = message.options();
        if !options.has_extension(&event) {
            continue;
        }
        let value = options.get_extension(&event);
        let value = value.as_message().ok_or("event is a message")?;
        let (name, aggregate) = (text(value, "type"), text(value, "aggregate"));
        let producer = message.package_name().split('.').nth(1).ok_or("unexpected package")?;
        if !name.starts_with(&format!("{producer}.")) || aggregate.is_empty() {
            return Err(format!(
                "{}: the type must begin with `{producer}.` and name its aggregate",
                message.full_name()
            )
            .into());
        }
        let consumers: Vec<String> = value
            .get_field_by_name("consumers")
            .and_then(|list| {
                list.as_list()
                    .map(|list| list.iter().filter_map(|item| item.as_str().map(String::from)).collect())
            })
            .unwrap_or_default();
        let path = message.package_name().replace('.', "::");
        writeln!(
            rust,
            "impl Event for crate::{path}::{0} {{\n    const TYPE: &'static str = {name:?};\n    const PRODUCER: &'static str = {producer:?};\n    const AGGREGATE: &'static str = {aggregate:?};\n}}",
            message.name()
        )?;
        writeln!(
            table,
            "    EventType {{ name: {name:?}, producer: {producer:?}, aggregate: {aggregate:?}, consumers: &{consumers:?} }},"
        )?;
    }
    table.push_str("];\n");
    Ok(rust + &table)
}
