#!/usr/bin/env bash
# A real Prometheus scrapes real JVMs' metrics through a real node_exporter; each query of the dashboard finds them, and
# the alerts tell recorded troubles. Usage: metrics.sh LIBRARY PROMETHEUS PROMTOOL NODE_EXPORTER
set -euo pipefail
library=$(realpath "$1")
prometheus=$2 promtool=$3 node_exporter=$4
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/test/lib.sh
. deploy/test/lib.sh
work=$PWD/build/deploy/metrics
rm -rf "$work"
mkdir -p "$work/textfile" "$work/classes" "$work/data"

"$promtool" check rules deploy/prometheus/alerts.yaml
deploy/test/metrics/alerts.py "$PWD/deploy/prometheus/alerts.yaml" >"$work/alerts_test.yaml"
"$promtool" test rules "$work/alerts_test.yaml" || fail "the alerts"
# The test does tell a wrong rule.
sed 's/> 0.9$/> 2/' deploy/prometheus/alerts.yaml >"$work/wrong.yaml"
deploy/test/metrics/alerts.py "$work/wrong.yaml" >"$work/wrong_test.yaml"
! "$promtool" test rules "$work/wrong_test.yaml" >/dev/null 2>&1 || fail "the tests of the alerts accept a wrong rule"

go_minor=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
if [ "${go_minor:-0}" -ge 24 ]; then
    (cd deploy/test/dashboard && go build -modcacherw -o "$work/check-dashboard" .)
    "$work/check-dashboard" deploy/grafana/trimagent.json || fail "the dashboard"
    sed 's/"drawStyle"/"drawingStyle"/' deploy/grafana/trimagent.json >"$work/wrong.json"
    ! "$work/check-dashboard" "$work/wrong.json" 2>/dev/null || fail "the check accepts a wrong dashboard"
    echo "the dashboard keeps to Grafana's schema"
else
    echo "SKIPPED: whether the dashboard keeps to Grafana's schema: that needs Go 1.24 or newer"
fi

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
exporter=127.0.0.1:$(free_port)
server=127.0.0.1:$(free_port)
cat >"$work/prometheus.yml" <<CONFIG
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$PWD/deploy/prometheus/alerts.yaml]
scrape_configs:
  - job_name: node
    static_configs: [{targets: ["$exporter"]}]
CONFIG
started=()
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT
"$node_exporter" --web.listen-address="$exporter" --collector.disable-defaults --collector.textfile \
    --collector.textfile.directory="$work/textfile" >"$work/node_exporter.log" 2>&1 &
started+=($!)
"$prometheus" --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
    --web.listen-address="$server" >"$work/prometheus.log" 2>&1 &
started+=($!)

# Two JVMs beside one another, as on one host: models that are swapped, and one that rests.
javac -nowarn -XDignore.symbol.file -d "$work/classes" java-fixtures/src/fixtures/*.java 2>"$work/javac.log" || fail "$(cat "$work/javac.log")"
# Each fixture ends where its standard input does, which here is with this script.
mkfifo "$work/stdin"
exec 3<>"$work/stdin"
jvms=()
jvm() {
    local log=$1 options=$2
    shift 2
    java -Xmx64m "-agentpath:$library=log=$work/$log.log,$options" -cp "$work/classes" "$@" <&3 >"$work/$log.out" 2>&1 &
    jvms+=($!)
    started+=($!)
}
jvm models "metrics=$work/textfile/models.prom,worth=1m" fixtures.Models 60 100 1000
jvm resting "metrics=$work/textfile/resting-%p.prom,check=10s" fixtures.Models 40 0 1

# The value that the server answers to a query, or nothing.
value() {
    "$promtool" query instant "http://$server" "$1" 2>/dev/null | sed -n 's/.*=> \([^ ]*\) @.*/\1/p'
}
is() {
    [ "$(value "$1")" = "$2" ]
}
await 60 is 'count(trimagent_build_info)' 2 || fail "not both JVMs are seen: $(ls "$work/textfile") $(tail -3 "$work"/*.log)"
await 60 is 'sum(increase(trimagent_trims_total{jvm="models"}[1m])) > bool 1' 1 || fail "no trims are seen: $(cat "$work/models.log")"
for file in "$work"/textfile/*.prom; do
    "$promtool" check metrics <"$file" || fail "$(basename "$file")"
    echo "promtool accepts $(basename "$file"), $(stat -c %s "$file") bytes"
done
is 'node_textfile_scrape_error' 0 || fail "the textfile collector tells of an error"
if grep -i error "$work/node_exporter.log"; then
    fail "node_exporter's log tells of errors"
fi
# What the server has is what the file says, once it has been scraped since.
same_resident() {
    resident=$(sed -n 's/^trimagent_resident_bytes{jvm="resting-[0-9]*"} //p' "$work"/textfile/resting-*.prom)
    is "trimagent_resident_bytes{jvm=~\"resting-.*\"} == bool $resident" 1
}
await 30 same_resident || fail "RSS is not $resident"
is 'sum without (state) (trimagent_c_heap_bytes{jvm="models"}) > bool 60e6' 1 || fail "60 MiB of models are not in the C heap"
deploy/test/metrics/queries.py deploy/grafana/trimagent.json "http://$server" || fail "the dashboard's queries"
rules=$(curl -s "http://$server/api/v1/rules" | python3 -c '
import json, sys
rules = json.load(sys.stdin)["data"]["groups"][0]["rules"]
print(len(rules), *{rule["health"] for rule in rules})')
[ "$rules" = "7 ok" ] || fail "the alerts in a running server: $rules"

kill "${jvms[@]}"
await 60 is 'count(trimagent_build_info) or vector(0)' 0 || fail "series of JVMs that have ended stay"
[ -z "$(ls "$work/textfile")" ] || fail "files of JVMs that have ended stay: $(ls "$work/textfile")"
echo "a real Prometheus has seen two JVMs come and go"
