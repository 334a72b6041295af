"""Asks Helm's program what it says in a cluster where some objects are there already: a small API server on loopback answers
what Helm looks up. Reads {"helm", "chart", "file", "release", "objects"} as JSON from stdin, writes what Helm said.
"""

import http.server
import json
import pathlib
import subprocess
import sys
import tempfile
import threading

question = json.load(sys.stdin)
there = {(entity["kind"].lower() + "s", entity["metadata"]["name"]): entity for entity in question["objects"]}
RESOURCES = [
    {"name": name, "singularName": "", "namespaced": True, "kind": kind, "verbs": ["get", "list"]}
    for name, kind in [("configmaps", "ConfigMap"), ("secrets", "Secret")]
]
ANSWERS = {
    "/version": {"major": "1", "minor": "36", "gitVersion": "v1.36.0"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": RESOURCES},
}


class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0]
        *_, kind, name = path.split("/")
        answer = ANSWERS.get(path) or there.get((kind, name))
        status = 200 if answer else 404
        if not answer:
            answer = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=server.serve_forever, daemon=True).start()
with tempfile.TemporaryDirectory() as folder:
    config = pathlib.Path(folder, "config")
    cluster = {"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}
    context = {"name": "c", "context": {"cluster": "c", "user": "u", "namespace": "region"}}
    config.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "clusters": [cluster], "contexts": [context], "current-context": "c",
        "users": [{"name": "u", "user": {}}],
    }))
    run = subprocess.run(
        [question["helm"], "template", question["release"], question["chart"], "--namespace", "region", "--dry-run=server", "--kube-version", "1.36.0",
         "--disable-openapi-validation",
         "--kubeconfig", str(config), "--values", question["file"]],
        capture_output=True, text=True, check=False,
    )
print(run.stderr if run.returncode else "ok")
