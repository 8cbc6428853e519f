"""Holds each line of files to a JSON schema, and to what the schema cannot say of a line.

log_schema.py SCHEMA FILE...
"""

import json
import sys
from pathlib import Path

import jsonschema

LINE_MAX = 4096


def once(pairs):
    """An object in which no name stands twice."""
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"a name stands twice among {names}")
    return dict(pairs)


def complaints(validator, line):
    """What is wrong with a line, given as bytes with its newline."""
    if not line.endswith(b"\n") or len(line) > LINE_MAX:
        return [f"{len(line)} bytes long, or without a newline"]
    try:
        event = json.loads(line.decode("utf-8", "strict"), object_pairs_hook=once)
    except ValueError as error:
        return [str(error)]
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(event)]


def main(schema_path, *paths):
    """Says what is wrong, line by line; returns whether nothing is."""
    schema = json.loads(Path(schema_path).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    count = wrong = 0
    for path in paths:
        for line in Path(path).read_bytes().splitlines(keepends=True):
            count += 1
            found = complaints(validator, line)
            wrong += bool(found)
            for complaint in found:
                print(f"{complaint[:400]}\n  in {line!r}")
    print(f"{count} lines, {wrong} of them wrong")
    return count > 0 and wrong == 0


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
