#!/usr/bin/env python3
"""Asks a Prometheus server each query of a dashboard: queries.py DASHBOARD URL.

A query that fails, or that finds nothing, is an error: the metrics of JVMs that have trimmed must be there.
"""

import json
import pathlib
import re
import sys
import urllib.parse
import urllib.request

VARIABLES = {"$__rate_interval": "1m", "$instance": ".*", "$jvm": ".*"}


def ask(url, path, **parameters):
    query = urllib.parse.urlencode(parameters, doseq=True)
    try:
        with urllib.request.urlopen(f"{url}/api/v1/{path}?{query}", timeout=10) as reply:
            return json.load(reply)["data"]
    except urllib.error.HTTPError as error:
        return error.read().decode()


def filled_in(query):
    for variable, value in VARIABLES.items():
        query = query.replace(variable, value)
    assert "$" not in query, f"a variable without a value: {query}"
    return query


def main():
    path, url = sys.argv[1:]
    dashboard = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    asked = failed = 0
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            query = filled_in(target["expr"])
            found = ask(url, "query", query=query)
            asked += 1
            if not isinstance(found, dict) or not found["result"]:
                failed += 1
                print(f"{panel['title']}: {query}: {found}", file=sys.stderr)
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            series, label = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()
            asked += 1
            if not ask(url, f"label/{label}/values", **{"match[]": filled_in(series)}):
                failed += 1
                print(f"${variable['name']}: no values", file=sys.stderr)
    print(f"{asked} queries of the dashboard, {failed} without an answer")
    sys.exit(failed != 0 or asked < len(dashboard["panels"]))


if __name__ == "__main__":
    main()
