"""Holds YAML files against the schemas in a folder, by kind; says every mistake on a line of its own."""

import json
import pathlib
import sys

import jsonschema
import yaml

folder = pathlib.Path(sys.argv[1])
for name in sys.argv[2:]:
    for entity in yaml.safe_load_all(pathlib.Path(name).read_text()):
        kind = f"{entity['kind'].lower()}-{entity['apiVersion'].replace('/', '-')}"
        schema = json.loads((folder / f"{kind}.json").read_text())
        for error in jsonschema.Draft202012Validator(schema).iter_errors(entity):
            print(f"{name}: {'.'.join(map(str, error.path))}: {error.message}")
