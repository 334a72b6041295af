"""Renders the chart with sets of values and holds the objects against schemas. Reads a question as JSON from stdin and
writes the answer as JSON to stdout; `src/render.rs` is the other side. Helm is a library here, or the program that is named.
"""

import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import referencing
import yaml

NAMESPACE = "region"
RELEASE = "region"
KUBERNETES = "1.36.0"
LONGEST = 400


class Refused(Exception):
    """Helm refused the values."""


def merged(base, over):
    """Helm's own way to lay one map over another: a null takes a default away, so it stays."""
    result = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def values_of(asked):
    values = yaml.safe_load(pathlib.Path(asked["file"]).read_text()) if asked["file"] else {}
    values = merged(values, asked["values"])
    for path, file in asked["files"]:
        *parents, leaf = path.split(".")
        place = values
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = pathlib.Path(file).read_text()
    return values


def by_library(chart, asked):
    import helm_python

    try:
        loaded = helm_python.Chart.load(str(chart))
        texts = loaded.render(values_of(asked), name=RELEASE, namespace=NAMESPACE, is_install=True)
    except helm_python.HelmError as error:
        raise Refused(str(error)) from error
    notes = [text for path, text in texts.items() if path.endswith("NOTES.txt")]
    return [text for path, text in sorted(texts.items()) if path.endswith(".yaml")], notes[0]


def by_program(program, chart, asked):
    with tempfile.TemporaryDirectory() as folder:
        over = pathlib.Path(folder, "over.yaml")
        over.write_text(json.dumps(asked["values"]))
        command = [program, "template", RELEASE, str(chart), "--namespace", NAMESPACE, "--kube-version", KUBERNETES]
        if asked["file"]:
            command += ["--values", asked["file"]]
        command += ["--values", str(over)]
        for path, file in asked["files"]:
            command += ["--set-file", f"{path}={file}"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise Refused(run.stderr)
    # The program shows notes only when it installs.
    return [run.stdout], None


def masked(value, version):
    """What changes without meaning anything: the chart's version; and long texts, which other tests compare."""
    if isinstance(value, dict):
        return {key: masked(inner, version) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, version) for inner in value]
    if isinstance(value, str):
        if len(value) > LONGEST:
            return f"<{len(value)} characters, sha256 {hashlib.sha256(value.encode()).hexdigest()[:16]}>"
        return value.replace(f"bondgenoot-{version}", "bondgenoot-VERSION") if value.startswith("bondgenoot-") else value
    return value


class Schemas:
    """The schemas of built-in kinds come with a package; those of operators' kinds are ours, for the fields the chart uses."""

    def __init__(self, versions, own):
        import kubernetes_validate

        root = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
        self.own = pathlib.Path(own)
        self.versions = []
        for version in versions:
            folder = root / f"v{version}.0-local-strict"
            definitions = referencing.Resource.from_contents(json.loads((folder / "_definitions.json").read_text()))
            self.versions.append((version, folder, definitions @ referencing.Registry()))
        self.known = {}

    def validator(self, version, folder, registry, kind, api):
        key = (version, kind, api)
        if key not in self.known:
            group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api)
            files = [folder / f"{kind.lower()}-{group}.json", self.own / f"{kind.lower()}-{api.replace('/', '-')}.json"]
            found = next((file for file in files if file.is_file()), None)
            if found is None:
                self.known[key] = None
            else:
                schema = json.loads(found.read_text())
                self.known[key] = jsonschema.Draft202012Validator(schema, registry=registry)
        return self.known[key]

    def against(self, entity):
        kind, api, name = entity["kind"], entity["apiVersion"], entity["metadata"]["name"]
        for version, folder, registry in self.versions:
            validator = self.validator(version, folder, registry, kind, api)
            if validator is None:
                yield f"{version}: {kind}/{name}: there is no schema of {api} {kind}"
                continue
            for error in validator.iter_errors(entity):
                place = ".".join(str(part) for part in error.path)
                yield f"{version}: {kind}/{name}: {place}: {error.message[:300]}"


def main():
    question = json.load(sys.stdin)
    chart = pathlib.Path(question["chart"])
    version = yaml.safe_load((chart / "Chart.yaml").read_text())["version"]
    schemas = Schemas(question["kubernetes"], question["schemas"])
    answers = []
    for asked in question["sets"]:
        answer = {"name": asked["name"], "objects": [], "text": "", "notes": None, "error": None, "invalid": []}
        try:
            if question["helm"]:
                texts, answer["notes"] = by_program(question["helm"], chart, asked)
            else:
                texts, answer["notes"] = by_library(chart, asked)
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            objects = [entity for text in texts for entity in yaml.load_all(text, Loader=loader) if entity]
            objects.sort(key=lambda entity: (entity["kind"], entity["metadata"]["name"], entity["apiVersion"]))
            answer["objects"] = objects
            dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
            dumper.ignore_aliases = lambda self, data: True
            answer["text"] = yaml.dump_all(
                [masked(entity, version) for entity in objects],
                Dumper=dumper, sort_keys=True, default_flow_style=None, width=140, allow_unicode=True,
            )
            answer["invalid"] = [sentence for entity in objects for sentence in schemas.against(entity)]
        except Refused as refused:
            answer["error"] = str(refused)
        answers.append(answer)
    json.dump(answers, sys.stdout)


main()
