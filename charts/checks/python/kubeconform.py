"""Shows objects to kubeconform, with the schemas that the package kubernetes-validate brings, made readable for it.

    kubeconform.py PROGRAM OWN_SCHEMAS VERSION... OBJECTS.json
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import kubernetes_validate
import yaml

program, own, *versions, objects = sys.argv[1:]
root = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"


def is_text(wanted, key, inner):
    """Also kinds of Kubernetes have fields of these names, with a schema below."""
    return key == wanted and isinstance(inner, str)


def readable(node):
    """Without the address that makes references absolute, and in the older word that kubeconform follows."""
    if isinstance(node, dict):
        return {
            key: inner.replace("/api/_definitions.json", "_definitions.json") if is_text("$ref", key, inner) else readable(inner)
            for key, inner in node.items()
            if not is_text("$id", key, inner)
        }
    return [readable(inner) for inner in node] if isinstance(node, list) else node


everything = json.loads(pathlib.Path(objects).read_text())
kinds = {(entity["kind"].lower(), entity["apiVersion"]) for entity in everything}
with tempfile.TemporaryDirectory() as folder:
    shown = pathlib.Path(folder, "objects.yaml")
    shown.write_text(yaml.safe_dump_all(everything))
    for version in versions:
        source = root / f"v{version}.0-local-strict"
        target = pathlib.Path(folder, version)
        target.mkdir()
        for kind, api in kinds:
            group = api.split("/")[0].split(".")[0] + "-" + api.split("/")[1] if "/" in api else api
            mine = pathlib.Path(own, f"{kind}-{api.replace('/', '-')}.json")
            theirs = source / f"{kind}-{group}.json"
            schema = json.loads((mine if mine.is_file() else theirs).read_text())
            (target / f"{kind}-{api.replace('/', '-')}.json").write_text(json.dumps(readable(schema)))
        (target / "_definitions.json").write_text(json.dumps(readable(json.loads((source / "_definitions.json").read_text()))))
        location = f"{target}/{{{{.ResourceKind}}}}-{{{{.Group}}}}-{{{{.ResourceAPIVersion}}}}.json"
        bare = f"{target}/{{{{.ResourceKind}}}}-{{{{.ResourceAPIVersion}}}}.json"
        run = subprocess.run(
            [program, "-strict", "-kubernetes-version", f"{version}.0", "-schema-location", location, "-schema-location", bare,
             "-summary", str(shown)],
            check=False,
        )
        if run.returncode:
            sys.exit(run.returncode)
