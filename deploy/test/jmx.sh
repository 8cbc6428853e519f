#!/usr/bin/env bash
# A real exporter, Prometheus's own for JMX, reads the agent's MBean in each JDK that is here. Usage: jmx.sh LIBRARY
set -euo pipefail
library=$(realpath "$1")
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/test/lib.sh
. deploy/test/lib.sh
version=1.0.1 sum=7d61f737fd661610ccc14aea79764faa1ea94a340cbc8f0029b3d2edea3d80c1
tools=$PWD/build/deploy/tools
exporter=$tools/jmx_prometheus_javaagent-$version.jar
work=$PWD/build/deploy/jmx
rm -rf "$work"
mkdir -p "$work/classes" "$tools"

if [ ! -e "$exporter" ]; then
    [ -z "${TRIM_NO_INSTALL:-}" ] || { echo "SKIPPED: the exporter is not here, and --no-install was given"; exit 77; }
    echo "getting jmx_prometheus_javaagent $version by Maven, once"
    output=$(mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
        "-Dartifact=io.prometheus.jmx:jmx_prometheus_javaagent:$version" "-DoutputDirectory=$tools" 2>&1) ||
        { echo "$output"; exit 1; }
fi
echo "$sum  $exporter" | sha256sum --check --quiet
javac -nowarn -XDignore.symbol.file -d "$work/classes" java-fixtures/src/fixtures/*.java 2>"$work/javac.log" || fail "$(cat "$work/javac.log")"
echo 'includeObjectNames: ["trimagent:type=NativeHeap"]' >"$work/exporter.yaml"
# The fixture ends where its standard input does, which here is with this script.
mkfifo "$work/stdin"
exec 3<>"$work/stdin"
jvm=
trap '[ -z "$jvm" ] || kill "$jvm" 2>/dev/null || true' EXIT

page() {
    curl -s "http://127.0.0.1:$port/metrics"
}
# The value of a series of the page, as a whole number; nothing where there is none.
value() {
    page | awk -v series="$1" '$1 == series { printf "%.0f", $2 }'
}
is() {
    [ "$(value "$1")" = "$2" ]
}

seen=0
for java in /usr/lib/jvm/*/bin/java; do
    # Each JDK once, whatever names it has.
    [[ "$java" -ef "${last:-/}" ]] && continue
    last=$java
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$java" -Xmx64m "-agentpath:$library=jmx,on=full-gc" "-javaagent:$exporter=127.0.0.1:$port:$work/exporter.yaml" \
        -cp "$work/classes" fixtures.FullGcs 128 <&3 >"$work/jvm.out" 2>&1 &
    jvm=$!
    await 30 is 'trimagent_NativeHeap_TrimsByReason{key="full-gc"}' 1 || fail "$java: no trim is seen: $(page; cat "$work/jvm.out")"
    [ "$(value trimagent_NativeHeap_ReleasedBytes)" -ge $((100 << 20)) ] || fail "$java: $(page)"
    [ "$(value 'trimagent_NativeHeap_CHeapBytes{key="free_released"}')" -ge $((100 << 20)) ] || fail "$java: $(page)"
    [ "$(value trimagent_NativeHeap_ResidentBytes)" -gt $((10 << 20)) ] || fail "$java: $(page)"
    is jmx_scrape_error 0 || fail "$java: $(page)"
    kill "$jvm"
    wait "$jvm" || true
    jvm=
    seen=$((seen + 1))
    echo "the exporter reads the MBean in $java"
done
[ "$seen" -gt 0 ] || fail "there is no JDK in /usr/lib/jvm"
