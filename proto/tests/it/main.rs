//! The rules of the contract that Rust can check: what `buf lint` would say first, and our own on top.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in its helpers, which clippy does not see as tests"
)]

use std::collections::BTreeSet;

use prost_reflect::{DescriptorPool, EnumDescriptor, MessageDescriptor};
use proto::{AccessRule, EVENT_TYPES, METHODS};

fn ours() -> DescriptorPool {
    DescriptorPool::decode(proto::DESCRIPTORS).unwrap()
}

fn is_ours(package: &str) -> bool {
    package.starts_with("bondgenoot.")
}

#[test]
fn every_rpc_has_a_request_and_a_response_of_its_own() {
    let mut seen = BTreeSet::new();
    for service in ours().services() {
        for method in service.methods() {
            for (message, suffix) in [(method.input(), "Request"), (method.output(), "Response")] {
                assert_eq!(message.name(), format!("{}{suffix}", method.name()), "{}", method.full_name());
                assert!(seen.insert(message.full_name().to_owned()), "{} is used twice", message.full_name());
            }
        }
    }
    assert_eq!(seen.len(), 2 * METHODS.len());
}

#[test]
fn an_enum_begins_with_unspecified_and_its_values_carry_its_name() {
    let pool = ours();
    let enums: Vec<EnumDescriptor> = pool.all_enums().filter(|item| is_ours(item.package_name())).collect();
    assert!(enums.len() > 5);
    for item in enums {
        let prefix = item.name().chars().fold(String::new(), |mut name, letter| {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(letter.to_ascii_uppercase());
            name
        });
        let zero = item.get_value(0).unwrap();
        assert_eq!(zero.name(), format!("{prefix}_UNSPECIFIED"));
        for value in item.values() {
            assert!(value.name().starts_with(&format!("{prefix}_")), "{}", value.full_name());
        }
    }
}

#[test]
fn a_package_ends_in_its_version_and_is_its_folder() {
    for file in ours().files().filter(|file| is_ours(file.package_name())) {
        assert_eq!(file.package_name().rsplit('.').next(), Some("v1"), "{}", file.name());
        let folder = file.name().rsplit_once('/').unwrap().0;
        assert_eq!(folder.replace('/', "."), file.package_name());
    }
}

#[test]
fn everything_says_what_it_means() {
    let mut silent = Vec::new();
    for file in ours().files().filter(|file| is_ours(file.package_name())) {
        let described = file.file_descriptor_proto().clone();
        let source = described.source_code_info.unwrap_or_default();
        let documented: BTreeSet<Vec<i32>> = source
            .location
            .into_iter()
            .filter(|location| !location.leading_comments().trim().is_empty())
            .map(|location| location.path)
            .collect();
        let mut require = |name: &str, path: &[i32]| {
            if !documented.contains(path) {
                silent.push(name.to_owned());
            }
        };
        let visit = |message: &MessageDescriptor, require: &mut dyn FnMut(&str, &[i32])| {
            require(message.full_name(), message.path());
            for field in message.fields() {
                require(field.full_name(), field.path());
            }
        };
        for message in file.messages() {
            visit(&message, &mut require);
        }
        for item in file.enums() {
            require(item.full_name(), item.path());
            for value in item.values() {
                require(value.full_name(), value.path());
            }
        }
        for service in file.services() {
            require(service.full_name(), service.path());
            for method in service.methods() {
                require(method.full_name(), method.path());
            }
        }
    }
    assert!(silent.is_empty(), "without a comment: {silent:#?}");
}

#[test]
fn no_event_has_a_personal_field() {
    let pool = ours();
    let limits = pool.get_extension_by_name("bondgenoot.options.v1.limits").unwrap();
    let event = pool.get_extension_by_name("bondgenoot.options.v1.event").unwrap();
    let mut events = 0;
    for message in pool.all_messages().filter(|message| message.options().has_extension(&event)) {
        events += 1;
        for field in message.fields() {
            assert!(!field.options().has_extension(&limits), "{} is limited text", field.full_name());
            // The id of a contact is an id.
            if field.name().ends_with("_id") {
                continue;
            }
            let suspicious = ["name", "contact", "note", "motivation", "birth", "phone", "mail", "text"];
            assert!(
                !suspicious.iter().any(|word| field.name().split('_').any(|part| part == *word)),
                "{} looks personal: events carry ids, codes and times only",
                field.full_name()
            );
        }
    }
    assert_eq!(events, EVENT_TYPES.len());
}

#[test]
fn an_event_names_its_producer_a_version_and_its_consumers() {
    for event in EVENT_TYPES {
        assert!(event.name.starts_with(&format!("{}.", event.producer)), "{}", event.name);
        assert_eq!(event.name.rsplit('.').next(), Some("v1"), "{}", event.name);
        assert!(!event.consumers.is_empty(), "{} has no consumer", event.name);
        assert!(!event.consumers.contains(&event.producer), "{} consumes itself", event.name);
    }
}

#[test]
fn only_what_gives_nothing_away_is_public() {
    let public: Vec<&str> =
        METHODS.iter().filter(|method| method.rule == AccessRule::Public).map(|method| method.path).collect();
    assert_eq!(
        public,
        ["/bondgenoot.intake.v1.ReferralService/SubmitReferral"],
        "a new public RPC needs a second look"
    );
}

#[test]
fn path_variables_are_single_segments() {
    let pool = ours();
    let http = pool.get_extension_by_name("google.api.http").unwrap();
    for service in pool.services() {
        for method in service.methods().filter(|method| method.options().has_extension(&http)) {
            let options = method.options();
            let rule = options.get_extension(&http);
            let rule = rule.as_message().unwrap();
            for verb in ["get", "put", "post", "delete", "patch"] {
                if let Some(path) = rule.get_field_by_name(verb)
                    && let Some(path) = path.as_str()
                {
                    assert!(!path.contains('='), "{path}");
                    assert!(path.is_empty() || path.starts_with("/api/v1/"), "{path}");
                }
            }
        }
    }
}
