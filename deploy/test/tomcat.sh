#!/usr/bin/env bash
# Debian's Tomcat with the agent in its setenv.sh: a web application is redeployed over and over; the agent sees the
# reloads and trims after them, and Tomcat's log tells of no error. Usage: tomcat.sh LIBRARY
set -euo pipefail
library=$(realpath "$1")
cd "$(dirname "$0")/../.."
# shellcheck source=deploy/test/lib.sh
. deploy/test/lib.sh
redeployments=6
apart=6 # Seconds between redeployments.
work=$PWD/build/deploy/tomcat
rm -rf "$work"
mkdir -p "$work/sources" "$work/war/WEB-INF/classes"

# The application: the listener and the classes it loads.
for ((i = 0; i < 300; i++)); do
    echo "package fixtures.web.generated; public class Part$i { }" >"$work/sources/Part$i.java"
done
javac --release 17 -cp /usr/share/tomcat10/lib/servlet-api.jar -d "$work/war/WEB-INF/classes" java-fixtures/web-app/*.java "$work"/sources/*.java
echo up >"$work/war/index.txt"
jar --create --file "$work/app.war" -C "$work/war" .

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
port=$(free_port)
control=$(free_port)
base=$work/instance
tomcat10-instance-create -p "$port" -c "$control" "$base" >/dev/null
# What deploy/README.md says.
echo "CATALINA_OPTS=\"\$CATALINA_OPTS -Xmx256m -agentpath:$library=log=$work/agent.log\"" >>"$base/bin/setenv.sh"
# Looks for changed applications each second instead of every ten.
sed -i 's/<Engine name="Catalina"/<Engine backgroundProcessorDelay="1" name="Catalina"/' "$base/conf/server.xml"
sed -i 's/<Connector port/<Connector address="127.0.0.1" port/' "$base/conf/server.xml"

deployed() {
    [ "$(grep -c 'Deployment of web application archive .*app.war. has finished' "$work/tomcat.log")" -ge "$1" ]
}

serves() {
    [ "$(curl -s "http://127.0.0.1:$port/app/index.txt")" = up ]
}

deploy() {
    # By a rename, so that Tomcat never sees half an archive.
    cp "$work/app.war" "$base/app.war"
    mv "$base/app.war" "$base/webapps/app.war"
}

rss() {
    awk '/^VmRSS:/ { printf "%d", $2 / 1024 }' "/proc/$pid/status"
}

deploy
CATALINA_HOME=/usr/share/tomcat10 CATALINA_BASE=$base /usr/share/tomcat10/bin/catalina.sh run >"$work/tomcat.log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true' EXIT
await 120 deployed 1 || fail "Tomcat did not deploy the application: $(tail "$work/tomcat.log")"
echo "deployed: RSS $(rss) MiB"
for ((i = 1; i <= redeployments; i++)); do
    sleep "$apart"
    deploy
    await 120 deployed $((i + 1)) || fail "redeployment $i did not end: $(tail "$work/tomcat.log")"
    await 60 serves || fail "the application does not answer after redeployment $i"
    echo "redeployed $i: RSS $(rss) MiB"
done
# The last reload gets its trim too.
sleep "$apart"
echo "in the end: RSS $(rss) MiB"
kill "$pid"
wait "$pid" || [ $? -eq 143 ] || fail "Tomcat ended with an error"

cat "$work/agent.log"
if grep -E 'SEVERE|WARNING|Exception' "$work/tomcat.log"; then
    fail "Tomcat's log tells of errors"
fi
# A full GC or a burst of page faults may tell of the same memory.
trims=$(grep -cE 'trim #[0-9]+ (reload|growth|full-gc):' "$work/agent.log" || true)
echo "$redeployments redeployments, $trims trims after events"
[ "$trims" -ge $((redeployments / 2)) ] || fail "too few trims"
