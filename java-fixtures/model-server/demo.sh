#!/usr/bin/env bash
# Runs the model server without and with the agent, and prints and draws what its memory did. Called by ./dev demo with
# the library and the file for the picture.
set -euo pipefail
agent=$(realpath "$1")
picture=$(realpath -m "$2")
cd "$(dirname "$0")"
draw=$(realpath ../../docs/demo_picture.py)
# Reloads are rarer on a real server.
scenes=(reloads=4 interval=8000)
calm=10 # Seconds between the last scene and the last look, the same for both runs.

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
class_path='target/classes:target/lib/*'
page=$(getconf PAGESIZE)
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

rss_mib() {
    awk '/^VmRSS:/ { printf "%d", $2 / 1024 }' "/proc/$1/status"
}

# Seconds since the run began.
clock() {
    local us=$((${EPOCHREALTIME/[.,]/} - began))
    printf '%d.%02d' $((us / 1000000)) $((us / 10000 % 100))
}

# Writes down RSS four times a second, as long as there is a process of that number.
sample() {
    local pages
    while read -r _ pages _ <"/proc/$1/statm"; do
        echo "$(clock) $((pages * page / 1048576))"
        sleep 0.25
    done 2>/dev/null
}

# Serves with the JVM options given; leaves "scene MiB" lines in $results/NAME, and what is drawn in $results/NAME.rss.
serve() {
    local name=$1 server line sampler
    shift
    began=${EPOCHREALTIME/[.,]/}
    coproc server { exec "$java" -Xmx256m "$@" -cp "$class_path" fixtures.model.ModelServer "${scenes[@]}"; }
    # Copied, because Bash forgets them when the server ends.
    # shellcheck disable=SC2154 # coproc sets server_PID.
    local from=${server[0]} to=${server[1]} pid=$server_PID
    sample "$pid" >>"$results/$name.rss" &
    sampler=$!
    while read -r line <&"$from"; do
        echo "  $line"
        [[ $line =~ ^([^:]*): ]] && echo "$(clock) ${BASH_REMATCH[1]}" >>"$results/$name.rss"
        [[ $line =~ ^(.*):\ rss\ ([0-9]+)\ MiB ]] && echo "${BASH_REMATCH[1]// /_} ${BASH_REMATCH[2]}" >>"$results/$name"
        [ "$line" = ready ] && break
    done
    sleep "$calm"
    echo "${calm}_s_later $(rss_mib "$pid")" >>"$results/$name"
    awk '/^VmHWM:/ { printf "peak %d\n", $2 / 1024 }' "/proc/$pid/status" >>"$results/$name"
    kill "$sampler"
    wait "$sampler" 2>/dev/null || true
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
echo
mkdir -p "$(dirname "$picture")"
python3 "$draw" "$results/without.rss" "$results/with.rss" "$picture"
echo "The same as a picture: $picture"
