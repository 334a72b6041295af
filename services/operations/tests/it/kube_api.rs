//! A small API server of Kubernetes, played in the test's process: lists, watches, reads, creates and patches the kinds that operations
//! asks for. `deploy/cluster` runs the same against a real one.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use chassis::tasks::Tasks;
use futures::StreamExt as _;
use serde_json::{Value, json};
use testkit::TestRegion;
use tokio::sync::broadcast;

pub const NAMESPACE: &str = "waasland";

/// What the server knows and how it behaves.
#[derive(Debug)]
struct Objects {
    /// By resource and name.
    stored: BTreeMap<(String, String), Value>,
    version: u64,
    /// Verb and resource that the role does not allow.
    denied: BTreeSet<(String, String)>,
    /// Whether a job that is created is created, and the answer lost.
    loses_answers: bool,
    /// Whether jobs are over the quota.
    over_quota: bool,
    /// Method and path of every write.
    writes: Vec<String>,
    changes: broadcast::Sender<(String, Value)>,
}

/// The server.
#[derive(Debug, Clone)]
pub struct KubeApi {
    pub address: SocketAddr,
    objects: Arc<Mutex<Objects>>,
}

impl KubeApi {
    pub async fn start() -> Self {
        let objects = Arc::new(Mutex::new(Objects {
            stored: BTreeMap::new(),
            version: 1,
            denied: BTreeSet::new(),
            loses_answers: false,
            over_quota: false,
            writes: Vec::new(),
            changes: broadcast::channel(1000).0,
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let this = Self { address: listener.local_addr().unwrap(), objects };
        let router = Router::new().fallback(answer).with_state(this.clone());
        drop(Tasks::new().run(async move { axum::serve(listener, router).await.unwrap() }));
        this
    }

    /// Settings of operations that lead here.
    pub fn settings(&self, region: &TestRegion) -> String {
        let file = region.folder().join("kubeconfig.yaml");
        let config = format!(
            "{{apiVersion: v1, kind: Config, current-context: c, clusters: [{{name: c, cluster: {{server: 'http://{}'}}}}], users: [{{name: c, user: {{}}}}], contexts: [{{name: c, context: {{cluster: c, user: c, namespace: {NAMESPACE}}}}}]}}",
            self.address
        );
        std::fs::write(&file, config).unwrap();
        format!("[kubernetes]\nconfig_file = \"{}\"\ncompare_ms = 200\n", file.display())
    }

    pub fn put(&self, resource: &str, object: Value) {
        self.objects.lock().unwrap().put(resource, object);
    }

    /// A schedule of exports, or of something else.
    pub fn schedule(&self, name: &str, component: &str) {
        self.put("cronjobs", cron_job(name, component));
    }

    pub fn get(&self, resource: &str, name: &str) -> Option<Value> {
        self.objects.lock().unwrap().stored.get(&(resource.to_owned(), name.to_owned())).cloned()
    }

    /// Names of the jobs.
    pub fn jobs(&self) -> Vec<String> {
        let objects = self.objects.lock().unwrap();
        objects.stored.keys().filter(|(kind, _)| kind == "jobs").map(|(_, name)| name.clone()).collect()
    }

    pub fn writes(&self) -> Vec<String> {
        self.objects.lock().unwrap().writes.clone()
    }

    pub fn denies(&self, rights: &[(&str, &str)]) {
        let rights = rights.iter().map(|(verb, resource)| ((*verb).to_owned(), (*resource).to_owned()));
        self.objects.lock().unwrap().denied = rights.collect();
    }

    pub fn loses_answers(&self, loses: bool) {
        self.objects.lock().unwrap().loses_answers = loses;
    }

    pub fn is_over_quota(&self, over: bool) {
        self.objects.lock().unwrap().over_quota = over;
    }
}

pub fn cron_job(name: &str, component: &str) -> Value {
    let labels = json!({"app.kubernetes.io/part-of": "bondgenoot", "app.kubernetes.io/component": component});
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": {"name": name, "namespace": NAMESPACE, "uid": format!("uid-{name}"), "labels": labels},
        "spec": {
            "schedule": "30 4 * * *", "timeZone": "Europe/Brussels", "concurrencyPolicy": "Forbid",
            "jobTemplate": {
                "metadata": {"labels": labels},
                "spec": {"backoffLimit": 3, "template": {"spec": {"restartPolicy": "Never", "containers": [
                    {"name": "export", "image": "bondgenoot", "command": ["finance"], "args": ["export"]}
                ]}}}
            }
        },
        "status": {}
    })
}

impl Objects {
    fn put(&mut self, resource: &str, mut object: Value) -> Value {
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        let name = object["metadata"]["name"].as_str().unwrap().to_owned();
        let before = self.stored.insert((resource.to_owned(), name), object.clone());
        let kind = if before.is_some() { "MODIFIED" } else { "ADDED" };
        let _ = self.changes.send((resource.to_owned(), json!({"type": kind, "object": object})));
        object
    }

    fn of(&self, resource: &str) -> Vec<Value> {
        self.stored
            .iter()
            .filter(|((kind, _), _)| kind == resource)
            .map(|(_, object)| object.clone())
            .collect()
    }
}

fn refusal(code: u16, reason: &str, message: &str) -> Response {
    let body = json!({"apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Failure", "message": message, "reason": reason, "code": code});
    (StatusCode::from_u16(code).unwrap(), axum::Json(body)).into_response()
}

async fn answer(
    State(api): State<KubeApi>,
    method: Method,
    uri: Uri,
    Query(query): Query<BTreeMap<String, String>>,
    body: Bytes,
) -> Response {
    let path = uri.path();
    if path.ends_with("/selfsubjectaccessreviews") {
        let mut review: Value = serde_json::from_slice(&body).unwrap();
        let asked = &review["spec"]["resourceAttributes"];
        let text = |name: &str| asked[name].as_str().unwrap().to_owned();
        assert_eq!((text("group"), text("namespace")), ("batch".to_owned(), NAMESPACE.to_owned()));
        let denied = api.objects.lock().unwrap().denied.contains(&(text("verb"), text("resource")));
        review["status"] = json!({"allowed": !denied});
        return (StatusCode::CREATED, axum::Json(review)).into_response();
    }
    let (_, rest) = path.split_once(&format!("/namespaces/{NAMESPACE}/")).unwrap();
    let (resource, name) =
        rest.split_once('/').map_or((rest, None), |(resource, name)| (resource, Some(name)));
    if method == Method::GET && query.get("watch").is_some_and(|watch| watch == "true") {
        return watch(&api, resource, query.get("resourceVersion").map_or("0", String::as_str));
    }
    let mut objects = api.objects.lock().unwrap();
    if method != Method::GET {
        objects.writes.push(format!("{method} {rest}"));
    }
    match (method, name) {
        (Method::GET, None) => {
            let list = json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": objects.version.to_string()}, "items": objects.of(resource)});
            axum::Json(list).into_response()
        }
        (Method::GET, Some(name)) => match objects.stored.get(&(resource.to_owned(), name.to_owned())) {
            Some(object) => axum::Json(object.clone()).into_response(),
            None => refusal(404, "NotFound", "not found"),
        },
        (Method::POST, None) => {
            let object: Value = serde_json::from_slice(&body).unwrap();
            let name = object["metadata"]["name"].as_str().unwrap().to_owned();
            if objects.over_quota {
                return refusal(403, "Forbidden", "exceeded quota: jobs");
            }
            if objects.stored.contains_key(&(resource.to_owned(), name)) {
                return refusal(409, "AlreadyExists", "already exists");
            }
            let object = objects.put(resource, object);
            if objects.loses_answers {
                return refusal(500, "InternalError", "etcdserver: request timed out");
            }
            (StatusCode::CREATED, axum::Json(object)).into_response()
        }
        (Method::PATCH, Some(name)) => {
            let mut object = objects.stored[&(resource.to_owned(), name.to_owned())].clone();
            let change: Value = serde_json::from_slice(&body).unwrap();
            for (field, value) in change["spec"].as_object().unwrap() {
                object["spec"][field] = value.clone();
            }
            axum::Json(objects.put(resource, object)).into_response()
        }
        (method, name) => panic!("{method} {name:?} of {resource} is not played"),
    }
}

fn watch(api: &KubeApi, resource: &str, since: &str) -> Response {
    let since: u64 = since.parse().unwrap();
    let objects = api.objects.lock().unwrap();
    let missed = objects.of(resource).into_iter().filter(move |object| {
        let version: u64 = object["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap();
        version > since
    });
    let missed: Vec<Value> = missed.map(|object| json!({"type": "ADDED", "object": object})).collect();
    let wanted = resource.to_owned();
    let later = futures::stream::unfold(objects.changes.subscribe(), async |mut changes| {
        changes.recv().await.ok().map(|change| (change, changes))
    });
    let later = later.filter_map(move |(resource, event)| {
        let event = (resource == wanted).then_some(event);
        async move { event }
    });
    let lines = futures::stream::iter(missed)
        .chain(later)
        .map(|event| Ok::<_, std::convert::Infallible>(Bytes::from(format!("{event}\n"))));
    Response::new(Body::from_stream(lines))
}
