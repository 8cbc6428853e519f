#!/usr/bin/env bash
# Holds lines of the log with format=json to docs/log.schema.json: log_schema.sh FILE...
# Ends with code 77 where there is no validator and none can be installed.
set -euo pipefail
files=()
for file in "$@"; do
    files+=("$(realpath "$file")")
done
cd "$(dirname "$0")/.."
# shellcheck source=.ci/needs.sh
. .ci/needs.sh
schema_tool || exit 77
# In another root it may be a link to nothing.
[ -x build/venv/bin/python ] || exit 77
exec build/venv/bin/python test/log_schema.py docs/log.schema.json "${files[@]}"
