//! Which RPC a request is for.

use std::collections::HashMap;
use std::sync::Arc;

use http::Method;
use http::uri::PathAndQuery;
use prost_reflect::{DescriptorPool, MethodDescriptor};

use super::compile::{ContractError, Known, compile, unsupported};
use super::http_rule::{Body, HttpRule, http_rules};
use super::shape::{Field, Kind, Message, Shape};
use super::template::Template;

/// A route of the public API.
#[derive(Debug)]
pub struct Route {
    /// HTTP method.
    pub method: Method,
    /// Path template.
    pub template: Template,
    /// What the body carries.
    pub body: Body,
    /// Shape of the request message.
    pub input: Arc<Message>,
    /// Shape of the answer.
    pub output: Arc<Message>,
    /// Fields of the request that the path binds, in order.
    pub bound: Vec<String>,
    /// Path of the RPC, `/bondgenoot.intake.v1.ReferralService/SubmitReferral`.
    pub grpc_path: PathAndQuery,
    /// Name for logs, metrics and spans, `intake.ReferralService.SubmitReferral`.
    pub name: String,
    /// Service that answers, `intake`.
    pub service: String,
    /// Access rule and whether the call needs an `ETag`.
    pub rpc: &'static proto::Method,
    /// Field numbers that lead to the `ETag` of the answer; empty when it has none.
    pub etag: Vec<u32>,
}

impl Route {
    /// Whether the RPC may be called without signing in.
    pub fn is_public(&self) -> bool {
        matches!(self.rpc.rule, proto::AccessRule::Public)
    }

    /// Whether the call changes something.
    pub fn is_unsafe(&self) -> bool {
        self.method != Method::GET
    }
}

/// What was found for a method and a path.
#[derive(Debug)]
pub enum Found<'r> {
    /// A route.
    Route(&'r Arc<Route>),
    /// The path exists with other methods.
    OtherMethods(Vec<&'r Method>),
    /// No such path.
    Nothing,
}

/// Every route of the public API.
#[derive(Debug)]
pub struct Routes(Vec<Arc<Route>>);

impl Routes {
    /// Compiles the routes of a descriptor set.
    pub fn compile(descriptors: &[u8]) -> Result<Self, ContractError> {
        let pool = DescriptorPool::decode(descriptors)?;
        let mut known = HashMap::new();
        let mut routes = Vec::new();
        for method in pool.services().flat_map(|service| service.methods().collect::<Vec<_>>()) {
            for rule in http_rules(&pool, &method)? {
                routes.push(Arc::new(route(&method, rule, &mut known)?));
            }
        }
        routes.sort_by_key(|route| route.template.precedence());
        Ok(Self(routes))
    }

    /// Finds the route of a request.
    pub fn find(&self, method: &Method, path: &str) -> Found<'_> {
        let mut others = Vec::new();
        for route in self.0.iter().filter(|route| route.template.matches(path)) {
            if route.method == *method {
                return Found::Route(route);
            }
            others.push(&route.method);
        }
        if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
    }

    /// The route of an RPC.
    pub fn by_rpc(&self, grpc_path: &str) -> Option<&Arc<Route>> {
        self.0.iter().find(|route| route.grpc_path.as_str() == grpc_path)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.0.iter()
    }
}

fn route(method: &MethodDescriptor, rule: HttpRule, known: &mut Known) -> Result<Route, ContractError> {
    let subject = method.full_name();
    let input = compile(&method.input(), known)?;
    let output = compile(&method.output(), known)?;
    let template = Template::parse(&rule.path).ok_or_else(|| {
        unsupported(subject, "a path with anything but single-segment variables and a verb")
    })?;
    let bound: Vec<String> = template.variables().map(str::to_owned).collect();
    for name in &bound {
        let field = input.fields.iter().find(|field| *field.name == **name);
        if !field.is_some_and(|field| matches!(field.kind, Kind::String) && field.shape == Shape::Single) {
            return Err(unsupported(subject, "a path variable that is not a text field of the request"));
        }
    }
    if let Body::Field(name) = &rule.body {
        let field = input.fields.iter().find(|field| *field.name == **name);
        if !field.is_some_and(|field| matches!(field.kind, Kind::Message(_)) && field.shape == Shape::Single)
        {
            return Err(unsupported(subject, "a body field that is not a message"));
        }
    }
    let parent = method.parent_service();
    let path = format!("/{}/{}", parent.full_name(), method.name());
    let service = parent.package_name().split('.').nth(1).unwrap_or_default().to_owned();
    Ok(Route {
        method: rule.method,
        template,
        body: rule.body,
        etag: etag(&output),
        input,
        output,
        bound,
        name: format!("{service}.{}.{}", parent.name(), method.name()),
        service,
        rpc: proto::method(&path).ok_or_else(|| unsupported(subject, "an RPC without access rule"))?,
        grpc_path: path.parse().map_err(|_invalid| unsupported(subject, "a name that is no path"))?,
    })
}

/// Where the `ETag` of an answer is: in itself, else in its first resource that has one.
fn etag(output: &Message) -> Vec<u32> {
    let own = |message: &Message| {
        let is_etag = |field: &&Field| {
            &*field.name == "etag" && matches!(field.kind, Kind::String) && field.shape == Shape::Single
        };
        message.fields.iter().find(is_etag).map(|field| field.number)
    };
    if let Some(number) = own(output) {
        return vec![number];
    }
    let nested = output.fields.iter().filter(|field| field.shape == Shape::Single).find_map(|field| {
        match &field.kind {
            Kind::Message(message) => own(message).map(|number| vec![field.number, number]),
            _ => None,
        }
    });
    nested.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_public_rpc_of_the_contract_has_a_route() {
        let routes = Routes::compile(proto::DESCRIPTORS).unwrap();

        let mut with_route: Vec<_> = routes.iter().map(|route| route.grpc_path.as_str()).collect();
        let mut public: Vec<_> =
            proto::METHODS.iter().filter(|rpc| rpc.public_api).map(|rpc| rpc.path).collect();
        with_route.sort_unstable();
        public.sort_unstable();

        assert!(public.len() > 5);
        assert_eq!(with_route, public);
    }

    #[test]
    fn a_request_finds_its_rpc() {
        let routes = Routes::compile(proto::DESCRIPTORS).unwrap();
        let name = |method: Method, path: &str| match routes.find(&method, path) {
            Found::Route(route) => route.name.clone(),
            Found::OtherMethods(methods) => format!("{methods:?}"),
            Found::Nothing => "nothing".to_owned(),
        };

        assert_eq!(name(Method::POST, "/api/v1/referrals"), "intake.ReferralService.SubmitReferral");
        assert_eq!(name(Method::GET, "/api/v1/referrals"), "intake.ReferralService.ListReferrals");
        assert_eq!(name(Method::POST, "/api/v1/referrals/1:admit"), "intake.ReferralService.AdmitReferral");
        assert_eq!(name(Method::GET, "/api/v1/referrals/1:admit"), "[POST]");
        assert_eq!(name(Method::DELETE, "/api/v1/referrals/1"), "[GET]");
        assert_eq!(name(Method::POST, "/api/v1/referrals/1:burn"), "nothing");
        assert_eq!(name(Method::GET, "/api/v1"), "nothing");
    }

    #[test]
    fn the_etag_of_an_answer_is_found_one_level_down() {
        let routes = Routes::compile(proto::DESCRIPTORS).unwrap();
        let etag = |rpc: &str| {
            routes.by_rpc(&format!("/bondgenoot.intake.v1.ReferralService/{rpc}")).unwrap().etag.clone()
        };

        assert_eq!(etag("GetReferral"), [1, 18]);
        assert!(etag("ListReferrals").is_empty());
    }
}
