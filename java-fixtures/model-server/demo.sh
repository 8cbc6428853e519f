#!/usr/bin/env bash
# Runs the model server without and with the agent and prints what its memory did. Called by ./dev demo.
set -euo pipefail
agent=$(realpath "$1")
cd "$(dirname "$0")"
# Reloads are rarer on a real server.
scenes=(reloads=4 interval=8000)
calm=10 # Seconds between the last scene and the last look, the same for both runs.

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
class_path='target/classes:target/lib/*'
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

rss_mib() {
    awk '/^VmRSS:/ { printf "%d", $2 / 1024 }' "/proc/$1/status"
}

# Serves with the JVM options given; leaves "scene MiB" lines in $results/NAME.
serve() {
    local name=$1 server line
    shift
    coproc server { exec "$java" -Xmx256m "$@" -cp "$class_path" fixtures.model.ModelServer "${scenes[@]}"; }
    # Copied, because Bash forgets them when the server ends.
    # shellcheck disable=SC2154 # coproc sets server_PID.
    local from=${server[0]} to=${server[1]} pid=$server_PID
    while read -r line <&"$from"; do
        echo "  $line"
        [[ $line =~ ^(.*):\ rss\ ([0-9]+)\ MiB ]] && echo "${BASH_REMATCH[1]// /_} ${BASH_REMATCH[2]}" >>"$results/$name"
        [ "$line" = ready ] && break
    done
    sleep "$calm"
    echo "${calm}_s_later $(rss_mib "$pid")" >>"$results/$name"
    awk '/^VmHWM:/ { printf "peak %d\n", $2 / 1024 }' "/proc/$pid/status" >>"$results/$name"
    exec {to}>&-
    wait "$pid"
}

echo "== building the model server and training its model, once"
# Maven ends even a quiet run with codes for colours.
built=$(mvn -q -B package 2>&1) || { echo "$built"; exit 1; }
"$java" -Xmx256m -cp "$class_path" fixtures.model.ModelServer train=only
echo "== without the agent"
serve without
echo "== with -agentpath:$(basename "$agent")"
serve with "-agentpath:$agent=log=$results/log"
echo
echo "RSS in MiB       without      with trimagent"
join --nocheck-order "$results/without" "$results/with" | awk '{ gsub("_", " ", $1); printf "%-14s %9s %15s\n", $1, $2, $3 }'
echo
echo "What the agent said:"
cat "$results/log"
